/**
 * What a record looks like to a library that reads fields one after the other.
 *
 * binary-parser and restructure know no offsets: every byte in front of a field must be read or skipped. So a plan is a list
 * of steps that covers the record without a gap. What neither library can be trusted with becomes bytes: bit-fields
 * (binary-parser mis-reads little-endian ones wider than 8 bits), unions nothing selects from, 128-bit integers.
 */

import { elementBits } from '../element-size.ts';
import type { Element, FieldDescriptor, RecordDescriptor, UnionElement } from '../record-descriptor.ts';
import { checkedIdentifier } from './names.ts';

/** A scalar both libraries have a name for, in binary-parser's spelling; restructure calls the floats alike. */
export type ScalarName =
  | `${'uint' | 'int'}${'8' | '16le' | '16be' | '32le' | '32be' | '64le' | '64be'}`
  | `${'float' | 'double'}${'le' | 'be'}`;

export type Step =
  | { readonly op: 'scalar'; readonly name: string; readonly type: ScalarName }
  | { readonly op: 'bytes'; readonly name: string; readonly sizeBytes: number }
  | { readonly op: 'array'; readonly name: string; readonly length: number; readonly item: ScalarName | Plan }
  | { readonly op: 'nest'; readonly name: string; readonly plan: Plan }
  | {
      readonly op: 'choice';
      readonly name: string;
      /** A field of the same record, read before. */
      readonly tag: string;
      readonly choices: readonly (readonly [value: number, arm: string, plan: Plan])[];
      readonly sizeBytes: number;
    };

export interface Plan {
  readonly steps: readonly Step[];
  readonly sizeBytes: number;
}

/** The plan of a record; a flexible array at its end is left to the caller. */
export function planOf(record: RecordDescriptor): Plan {
  const steps: Step[] = [];
  let at = 0;
  const skipTo = (offset: number): void => {
    if (offset > at) steps.push({ op: 'bytes', name: `gap_${String(at)}`, sizeBytes: offset - at });
    at = Math.max(at, offset);
  };
  if (record.recordKind === 'struct') {
    for (const field of record.fields.toSorted((a, b) => a.offsetBits - b.offsetBits)) {
      if (field.sizeBits === 0 || field.element.kind === 'bits') continue;
      skipTo(field.offsetBits / 8);
      steps.push(stepOf(field, record, steps));
      at += field.sizeBits / 8;
    }
  }
  skipTo(record.sizeBytes);
  return { steps, sizeBytes: record.sizeBytes };
}

function stepOf(field: FieldDescriptor, record: RecordDescriptor, before: readonly Step[]): Step {
  const name = checkedIdentifier(field.name);
  const { element } = field;
  const bytes: Step = { op: 'bytes', name, sizeBytes: field.sizeBits / 8 };
  const scalar = scalarName(element);
  if (field.dimensions.length > 0) {
    const length = field.dimensions.reduce((product, count) => product * count, 1);
    if (scalar !== undefined && scalar !== 'uint8') return { op: 'array', name, length, item: scalar };
    return element.kind === 'record' ? { op: 'array', name, length, item: planOf(element.record) } : bytes;
  }
  if (scalar !== undefined) return { op: 'scalar', name, type: scalar };
  if (element.kind === 'record') return { op: 'nest', name, plan: planOf(element.record) };
  if (element.kind === 'union') return choiceOf(name, element, field, record, before) ?? bytes;
  return bytes;
}

/** A choice needs its discriminant in the same record, in front of it, and small enough to be a number. */
function choiceOf(
  name: string,
  element: UnionElement,
  field: FieldDescriptor,
  record: RecordDescriptor,
  before: readonly Step[],
): Step | undefined {
  const { select } = element;
  if (select === undefined || field.dimensions.length > 0 || select.otherwise !== undefined) return undefined;
  const tag = record.fields.find(
    (other) =>
      other.offsetBits === select.place.offsetBits && other.element.kind === 'integer' && other.dimensions.length === 0,
  );
  if (tag === undefined || elementBits(tag.element) > 32) return undefined;
  if (!before.some((step) => step.op === 'scalar' && step.name === tag.name)) return undefined;
  const choices = new Map<number, readonly [number, string, Plan]>();
  for (const arm of select.arms) {
    const member = element.record.fields.find((candidate) => candidate.name === arm.name);
    // Arms that share a value depend on more than the discriminant.
    if (member === undefined || arm.condition !== undefined) continue;
    for (const { value } of arm.values) {
      if (choices.has(Number(value))) continue;
      const only: RecordDescriptor = { ...element.record, recordKind: 'struct', fields: [member], holes: [] };
      choices.set(Number(value), [Number(value), arm.name, planOf(only)]);
    }
  }
  return { op: 'choice', name, tag: tag.name, choices: [...choices.values()], sizeBytes: element.record.sizeBytes };
}

function scalarName(element: Element): ScalarName | undefined {
  if (element.kind === 'float') {
    return `${element.sizeBytes === 4 ? 'float' : 'double'}${element.byteOrder === 'little' ? 'le' : 'be'}`;
  }
  if (element.kind !== 'integer' || element.sizeBytes === 16) return undefined;
  const sign = element.isSigned ? 'int' : 'uint';
  if (element.sizeBytes === 1) return `${sign}8`;
  const order = element.byteOrder === 'little' ? 'le' : 'be';
  const bits = String(element.sizeBytes * 8) as '16' | '32' | '64';
  return `${sign}${bits}${order}`;
}
