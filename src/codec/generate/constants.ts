/** The enumerations and flags a record uses, as constants: `KvmExit.KVM_EXIT_MMIO`. */

import { type StatementStructures, StructureKind, VariableDeclarationKind } from 'ts-morph';
import type { NamedValue } from '../../abi/semantics.ts';
import type { FieldDescriptor, RecordDescriptor } from '../record-descriptor.ts';
import { widthBitsOf } from '../scalar.ts';
import { checkedIdentifier, pascalCase } from './names.ts';

/** One exported object for each enumeration and set of flags, named after it, in order of first use. */
export function constantDeclarations(record: RecordDescriptor): StatementStructures[] {
  const found = new Map<string, { name: string; values: Map<string, string>; docs: string }>();
  collect(record, found);
  return [...found].map(([identifier, { name, values, docs }]) => ({
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: [docs],
    declarations: [
      {
        name: identifier,
        initializer: `{\n${[...values].map(([key, value]) => `  ${key}: ${value},\n`).join('')}} as const`,
      },
    ],
    leadingTrivia: name === '' ? '' : '\n',
  }));
}

function collect(
  record: RecordDescriptor,
  found: Map<string, { name: string; values: Map<string, string>; docs: string }>,
): void {
  for (const field of record.fields) {
    const { meaning, element } = field;
    if (meaning?.kind === 'enumeration' || meaning?.kind === 'flags') {
      const isFlags = meaning.kind === 'flags';
      const identifier = `${pascalCase(meaning.name.replaceAll(/[^A-Za-z0-9_]+/g, '_'))}${isFlags ? 'Flags' : 'Values'}`;
      const values = meaning.kind === 'flags' ? meaning.flags : meaning.values;
      if (!found.has(identifier)) {
        found.set(identifier, {
          name: meaning.name,
          values: literals(values, field),
          docs: isFlags ? `Bits of \`${field.name}\`.` : `Values of \`${field.name}\`.`,
        });
      }
    }
    if (element.kind === 'record' || element.kind === 'union') collect(element.record, found);
  }
}

function literals(values: readonly NamedValue[], field: FieldDescriptor): Map<string, string> {
  const { element } = field;
  const isWide = (element.kind === 'integer' || element.kind === 'bits') && widthBitsOf(element) > 32;
  return new Map(
    values.map(({ name, value }) => [
      name === '__proto__' ? "['__proto__']" : checkedIdentifier(name),
      `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}${isWide ? 'n' : ''}`,
    ]),
  );
}
