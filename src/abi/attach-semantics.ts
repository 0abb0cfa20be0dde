/**
 * Puts what is known about fields into a record that was declared without it: C has no words for who writes a field.
 */

import type { FieldSemantics } from './semantics.ts';
import type { Field, RecordType, Type } from './types.ts';

/** The record with semantics on its fields, by path; a path leads through anonymous and tagless records. */
export function attachSemantics(record: RecordType, semantics: ReadonlyMap<string, FieldSemantics>): RecordType {
  const above = new Set<string>();
  for (const path of semantics.keys()) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) above.add(path.slice(0, dot));
  }
  return withSemantics(record, { of: semantics, above }, '');
}

/** What is known, by path, and which paths lead to it. */
interface Known {
  readonly of: ReadonlyMap<string, FieldSemantics>;
  readonly above: ReadonlySet<string>;
}

function withSemantics(record: RecordType, known: Known, prefix: string): RecordType {
  const fields = record.fields.map((field): Field => {
    if (field.name === undefined) return { ...field, type: inType(field.type, known, prefix) };
    const path = `${prefix}${field.name}`;
    const own = known.of.get(path);
    const isDeeper = known.above.has(path) || known.above.has(`${path}[]`);
    if (own === undefined && !isDeeper) return field;
    return {
      ...field,
      ...(own === undefined ? {} : { semantics: { ...field.semantics, ...own } }),
      ...(isDeeper ? { type: inType(field.type, known, path) } : {}),
    };
  });
  return { ...record, fields };
}

function inType(type: Type, known: Known, path: string): Type {
  // An anonymous member adds nothing to a path; a named one adds its name and a dot.
  if (type.kind === 'record') return withSemantics(type, known, path === '' || path.endsWith('.') ? path : `${path}.`);
  if (type.kind === 'typedef') return { ...type, type: inType(type.type, known, path) };
  if (type.kind !== 'array') return type;
  let innermost: Type = type;
  while (innermost.kind === 'array') innermost = innermost.element;
  return rebuilt(type, inType(innermost, known, `${path}[]`));
}

function rebuilt(type: Type, element: Type): Type {
  return type.kind === 'array' ? { ...type, element: rebuilt(type.element, element) } : element;
}
