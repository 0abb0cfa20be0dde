/**
 * What an inspection needs to know about a record beside its bytes, worked out once: the order in which fields and holes lie,
 * the paths of fields, and which of them can earn a note at all.
 *
 * Plans are kept by record and by the path that leads to it. Paths through elements of an array are as many as there are
 * elements; their plans are not kept.
 */

import type { FieldDescriptor, HoleDescriptor, RecordDescriptor } from './record-descriptor.ts';

/** A field where it stands in the tree. */
export interface PlannedField {
  readonly kind: 'field';
  readonly field: FieldDescriptor;
  readonly path: string;
  /** Elements of an array as declared. */
  readonly length: number;
  readonly isArray: boolean;
  /** Padding and reserved space: what is in there may earn a note. */
  readonly isUnused: boolean;
  /** Whether a value of it can earn a note. */
  readonly hasValueNotes: boolean;
}

export interface PlannedHole {
  readonly kind: 'hole';
  readonly hole: HoleDescriptor;
}

export type Planned = PlannedField | PlannedHole;

const plans = new WeakMap<RecordDescriptor, Map<string, readonly Planned[]>>();

/** Fields and holes of a record that stands at `prefix`, in the order they lie; members of a union in that of their declaration. */
export function planOf(record: RecordDescriptor, prefix: string): readonly Planned[] {
  if (prefix.endsWith(']')) return makePlan(record, prefix);
  let known = plans.get(record);
  if (known === undefined) {
    known = new Map();
    plans.set(record, known);
  }
  let plan = known.get(prefix);
  if (plan === undefined) {
    plan = makePlan(record, prefix);
    if (!prefix.includes(']')) known.set(prefix, plan);
  }
  return plan;
}

function makePlan(record: RecordDescriptor, prefix: string): readonly Planned[] {
  const fields = record.fields.map((field) => planField(field, prefix));
  const holes = record.holes.map((hole): PlannedHole => ({ kind: 'hole', hole }));
  const all: Planned[] = [...fields, ...holes];
  return record.recordKind === 'struct' ? all.sort((a, b) => offsetOf(a) - offsetOf(b)) : all;
}

function offsetOf(planned: Planned): number {
  return planned.kind === 'field' ? planned.field.offsetBits : planned.hole.offsetBits;
}

export function planField(field: FieldDescriptor, prefix: string): PlannedField {
  const { cName, dimensions, role, nonZero, meaning, acceptedMask, element } = field;
  return {
    kind: 'field',
    field,
    path: cName === undefined ? prefix : prefix === '' ? cName : `${prefix}.${cName}`,
    length: dimensions.reduce((product, length) => product * length, 1),
    isArray: dimensions.length > 0,
    isUnused: role !== undefined || nonZero !== undefined,
    hasValueNotes:
      acceptedMask !== undefined ||
      meaning?.kind === 'boolean' ||
      meaning?.kind === 'enumeration' ||
      meaning?.kind === 'flags' ||
      (element.kind === 'integer' && element.isBoolean === true),
  };
}
