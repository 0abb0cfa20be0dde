/**
 * Second opinions: two published libraries decode the same bytes, and what they say is compared.
 *
 * binary-parser walks the record and gives numbers, which must be ours; restructure reads it and writes it again, which
 * must give the bytes back. Neither is asked where it is known to be wrong: the length is checked before (both accept
 * truncated input and ignore trailing bytes), bit-fields and 64-bit values of restructure are bytes.
 */

import type { Parser } from 'binary-parser';
import type { Struct, Type } from 'restructure';
import { type Plan, planOf, type ScalarName, type Step } from './generate/library-plan.ts';
import { inspectBytes } from './inspect.ts';
import type { InspectedField, Note } from './inspection.ts';
import type { RecordDescriptor } from './record-descriptor.ts';

/** Notes about whether binary-parser and restructure agree; both are loaded only here. */
export async function secondOpinions(descriptor: RecordDescriptor, bytes: Uint8Array): Promise<Note[]> {
  const note = (severity: Note['severity'], message: string): Note => ({
    severity,
    path: null,
    offsetBytes: 0,
    rule: 'second-opinion',
    message,
  });
  if (bytes.length !== descriptor.sizeBytes) {
    return [note('warning', 'No second opinion: binary-parser and restructure only read whole records.')];
  }
  const plan = planOf(descriptor);
  const ours = new Map<string, bigint | number>();
  collectOurs(inspectBytes(descriptor, bytes).fields, ours);
  const [parsed, written] = await Promise.all([parseWith(plan, bytes), rewriteWith(plan, bytes)]);
  const theirs = new Map<string, bigint | number>();
  collectTheirs(plan, parsed, '', theirs);
  const notes: Note[] = [];
  let agreed = 0;
  for (const [path, value] of theirs) {
    const own = ours.get(path);
    if (own === undefined) continue;
    if (typeof own === 'number' ? Object.is(own, value) || own === value : own === BigInt(value)) agreed += 1;
    else notes.push(note('error', `binary-parser reads ${path} as ${String(value)}, uabi as ${String(own)}.`));
  }
  const differs = written.findIndex((byte, index) => byte !== bytes[index]);
  if (written.length !== bytes.length || differs !== -1) {
    notes.push(note('error', `restructure writes other bytes than it read, first at offset ${String(differs)}.`));
  }
  const summary = `binary-parser agrees on ${String(agreed)} values, restructure gives the bytes back.`;
  return notes.length > 0 ? notes : [note('info', summary)];
}

function collectOurs(fields: readonly InspectedField[], into: Map<string, bigint | number>): void {
  for (const { path, value, children } of fields) {
    if (typeof value === 'bigint' || typeof value === 'number') into.set(path, value);
    collectOurs(children, into);
  }
}

function collectTheirs(plan: Plan, value: unknown, prefix: string, into: Map<string, bigint | number>): void {
  const record = value as Record<string, unknown>;
  for (const step of plan.steps) {
    const found = record[step.name];
    const path = `${prefix}${step.name}`;
    if (step.op === 'scalar' && (typeof found === 'number' || typeof found === 'bigint')) into.set(path, found);
    if (step.op === 'nest') collectTheirs(step.plan, found, `${path}.`, into);
    if (step.op === 'choice') {
      const chosen = step.choices.find(([tagValue]) => tagValue === Number(record[step.tag]));
      // An anonymous union adds nothing to a path.
      if (chosen !== undefined)
        collectTheirs(chosen[2], found, step.name.startsWith('union') ? prefix : `${path}.`, into);
    }
  }
}

async function parseWith(plan: Plan, bytes: Uint8Array): Promise<unknown> {
  const library = await import('binary-parser');
  const build = (inner: Plan): Parser =>
    inner.steps.reduce((parser, step) => addStep(parser, step), new library.Parser());
  const addStep = (parser: Parser, step: Step): Parser => {
    switch (step.op) {
      case 'scalar':
        return addScalar(parser, step.name, step.type);
      case 'bytes':
        return parser.buffer(step.name, { length: step.sizeBytes });
      case 'array':
        return parser.array(step.name, {
          type: typeof step.item === 'string' ? step.item : build(step.item),
          length: step.length,
        });
      case 'nest':
        return parser.nest(step.name, { type: build(step.plan) });
      case 'choice':
        return parser.choice(step.name, {
          tag: step.tag,
          choices: Object.fromEntries(step.choices.map(([value, , inner]) => [value, build(inner)])),
          defaultChoice: new library.Parser().buffer('raw', { length: step.sizeBytes }),
        });
      default:
        return step satisfies never;
    }
  };
  const result: unknown = build(plan).parse(Buffer.from(bytes));
  return result;
}

function addScalar(parser: Parser, name: string, type: ScalarName): Parser {
  return parser[type](name);
}

async function rewriteWith(plan: Plan, bytes: Uint8Array): Promise<Uint8Array> {
  const library = await import('restructure');
  const scalar = (type: ScalarName): Type => {
    // Its 64-bit integers move the position wrongly, so those are bytes.
    if (type.includes('64')) return new library.Buffer(8);
    const found = (library as unknown as Readonly<Record<string, Type | undefined>>)[type];
    if (found === undefined) throw new Error(`restructure has no ${type}`);
    return found;
  };
  const build = (inner: Plan): Struct => {
    const fields = Object.create(null) as Record<string, Type>;
    for (const step of inner.steps) fields[step.name] = typeOf(step);
    return new library.Struct(fields);
  };
  const typeOf = (step: Step): Type => {
    switch (step.op) {
      case 'scalar':
        return scalar(step.type);
      case 'bytes':
      case 'choice':
        return new library.Buffer(step.sizeBytes);
      case 'array':
        return new library.Array(typeof step.item === 'string' ? scalar(step.item) : build(step.item), step.length);
      case 'nest':
        return build(step.plan);
      default:
        return step satisfies never;
    }
  };
  const struct = build(plan);
  return struct.toBuffer(struct.fromBuffer(bytes));
}
