/** Looking a field up by the name people write: C's, through anonymous structs and unions, which add nothing to a path. */

import type { FieldDescriptor, RecordDescriptor, UnionElement } from './record-descriptor.ts';

/** A field, and where the records around it start. */
export interface FoundField {
  readonly field: FieldDescriptor;
  /** Where the record that holds the field starts. */
  readonly baseBits: number;
  /** The anonymous union the field was found in. */
  readonly union?: UnionElement;
  /** Where the record around that union starts. */
  readonly outerBits: number;
}

/** A field by its C name, through anonymous unions, or by its property name. */
export function findField(record: RecordDescriptor, baseBits: number, name: string): FoundField | undefined {
  for (const field of record.fields) {
    if (field.cName === name || field.name === name) return { field, baseBits, outerBits: baseBits };
  }
  for (const field of record.fields) {
    const { element } = field;
    if (field.cName !== undefined || (element.kind !== 'union' && element.kind !== 'record')) continue;
    const inside = findField(element.record, baseBits + field.offsetBits, name);
    if (inside !== undefined) {
      return element.kind === 'union' ? { ...inside, union: element, outerBits: baseBits } : inside;
    }
  }
  return undefined;
}

/** All names that {@link findField} knows in a record. */
export function namesOf(record: RecordDescriptor): string[] {
  return record.fields.flatMap(({ cName, element }) => {
    if (cName !== undefined) return [cName];
    return element.kind === 'union' || element.kind === 'record' ? namesOf(element.record) : [];
  });
}
