/**
 * Puts what is known about fields into a record that was declared without it: C has no words for who writes a field.
 */

import type { FieldSemantics } from './semantics.ts';
import type { Field, RecordType, Type } from './types.ts';

/** The record with semantics on its fields, by path; a path leads through anonymous and tagless records. */
export function attachSemantics(record: RecordType, semantics: ReadonlyMap<string, FieldSemantics>): RecordType {
  return withSemantics(record, semantics, '');
}

function withSemantics(record: RecordType, semantics: ReadonlyMap<string, FieldSemantics>, prefix: string): RecordType {
  const paths = [...semantics.keys()];
  const fields = record.fields.map((field): Field => {
    if (field.name === undefined) return { ...field, type: inType(field.type, semantics, prefix) };
    const path = `${prefix}${field.name}`;
    const own = semantics.get(path);
    const isDeeper = paths.some((one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[].`));
    return {
      ...field,
      ...(own === undefined ? {} : { semantics: { ...field.semantics, ...own } }),
      ...(isDeeper ? { type: inType(field.type, semantics, path) } : {}),
    };
  });
  return { ...record, fields };
}

function inType(type: Type, semantics: ReadonlyMap<string, FieldSemantics>, path: string): Type {
  // An anonymous member adds nothing to a path; a named one adds its name and a dot.
  if (type.kind === 'record')
    return withSemantics(type, semantics, path === '' || path.endsWith('.') ? path : `${path}.`);
  if (type.kind === 'typedef') return { ...type, type: inType(type.type, semantics, path) };
  if (type.kind !== 'array') return type;
  let innermost: Type = type;
  while (innermost.kind === 'array') innermost = innermost.element;
  return rebuilt(type, inType(innermost, semantics, `${path}[]`));
}

function rebuilt(type: Type, element: Type): Type {
  return type.kind === 'array' ? { ...type, element: rebuilt(type.element, element) } : element;
}
