/** C text of a record type, for advice: what one would write instead. */

import { type Field, type RecordType, spellType, type Type, unalias } from '../abi/types.ts';

/** The declaration as C, several lines, indented by `indent` levels. */
export function declareRecord(record: RecordType, indent = 0, mark: ReadonlySet<string> = new Set()): string[] {
  const tab = '    '.repeat(indent);
  const lines = [`${tab}${record.recordKind}${record.tag === undefined ? '' : ` ${record.tag}`} {`];
  for (const field of record.fields) lines.push(...declareField(field, indent + 1, mark));
  const attributes = [
    record.isPacked === true ? 'packed' : '',
    record.alignBytes === undefined ? '' : `aligned(${String(record.alignBytes)})`,
  ].filter((attribute) => attribute !== '');
  lines.push(`${tab}}${attributes.length === 0 ? '' : ` __attribute__((${attributes.join(', ')}))`}`);
  return lines;
}

function declareField(field: Field, indent: number, mark: ReadonlySet<string>): string[] {
  const { element, dimensions } = peel(field.type);
  const bare = unalias(element);
  const name = field.name === undefined ? '' : ` ${field.name}`;
  const width = field.bitWidth === undefined ? '' : ` : ${String(field.bitWidth)}`;
  const note = field.name !== undefined && mark.has(field.name) ? '    /* new */' : '';
  const aligned = alignedName(field, element);
  const attributes = [
    field.isPacked === true ? 'packed' : '',
    field.alignBytes === undefined || aligned !== undefined ? '' : `aligned(${String(field.alignBytes)})`,
  ].filter((attribute) => attribute !== '');
  const suffix = attributes.length === 0 ? '' : ` __attribute__((${attributes.join(', ')}))`;
  const tail = `${name}${dimensions}${width}${suffix};${note}`;
  if (bare.kind === 'record' && bare.tag === undefined && element.kind !== 'typedef') {
    const lines = declareRecord(bare, indent, mark);
    return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${tail}`];
  }
  return [`${'    '.repeat(indent)}${aligned ?? spellType(element)}${tail}`];
}

/** `__aligned_u64`, which headers write for what would be aligned to 4 bytes on some targets. */
function alignedName({ alignBytes }: Field, type: Type): string | undefined {
  const [, prefix, name] = /^(__)([usbl]e?64)$/.exec(spellType(type)) ?? [];
  return alignBytes === 8 && prefix !== undefined && name !== undefined ? `${prefix}aligned_${name}` : undefined;
}

function peel(type: Type): { readonly element: Type; readonly dimensions: string } {
  let element = type;
  let dimensions = '';
  while (element.kind === 'array') {
    dimensions += `[${element.length === undefined ? '' : String(element.length)}]`;
    element = element.element;
  }
  return { element, dimensions };
}
