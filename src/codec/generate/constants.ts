/** The enumerations and flags a record uses, as constants: `KvmExitValues.KVM_EXIT_MMIO`. */

import type { NamedValue } from '../../abi/semantics.ts';
import type { FieldDescriptor, RecordDescriptor } from '../record-descriptor.ts';
import { widthBitsOf } from '../scalar.ts';
import { checkedIdentifier, pascalCase } from './names.ts';

export interface Constants {
  /** Name of the exported object. */
  readonly name: string;
  readonly doc: string;
  readonly values: readonly NamedValue[];
  /** Whether the field they belong to is read as a BigInt. */
  readonly isWide: boolean;
}

/** One object for each enumeration and set of flags, named after it, in order of first use. */
export function constantsOf(record: RecordDescriptor): Constants[] {
  const found = new Map<string, Constants>();
  collect(record, found);
  return [...found.values()];
}

/** Name of the object that holds the very same values in the same order. */
export function constantsName(values: readonly NamedValue[], constants: readonly Constants[]): string | undefined {
  return constants.find(
    (known) =>
      known.values.length === values.length &&
      new Set(values.map(({ name }) => name)).size === values.length &&
      known.values.every(({ name, value }, index) => values[index]?.name === name && values[index].value === value),
  )?.name;
}

export function constantsDeclaration({ name, doc, values, isWide }: Constants): string {
  const lines = new Map(
    values.map((one) => [
      one.name,
      `  ${one.name === '__proto__' ? "['__proto__']" : checkedIdentifier(one.name)}: ${literal(one.value)}${isWide ? 'n' : ''},`,
    ]),
  );
  return [`/** ${doc} */`, `export const ${name} = {`, ...lines.values(), '} as const;'].join('\n');
}

function collect(record: RecordDescriptor, found: Map<string, Constants>): void {
  for (const field of record.fields) {
    const { meaning, element } = field;
    if (meaning?.kind === 'enumeration' || meaning?.kind === 'flags') {
      const isFlags = meaning.kind === 'flags';
      const name = `${pascalCase(meaning.name.replaceAll(/[^A-Za-z0-9_]+/g, '_'))}${isFlags ? 'Flags' : 'Values'}`;
      if (!found.has(name)) {
        found.set(name, {
          name,
          doc: `${isFlags ? 'Bits' : 'Values'} of \`${field.name}\`.`,
          values: meaning.kind === 'flags' ? meaning.flags : meaning.values,
          isWide: isWide(field),
        });
      }
    }
    if (element.kind === 'record' || element.kind === 'union') collect(element.record, found);
  }
}

function isWide({ element }: FieldDescriptor): boolean {
  return (element.kind === 'integer' || element.kind === 'bits') && widthBitsOf(element) > 32;
}

function literal(value: bigint): string {
  return `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}`;
}
