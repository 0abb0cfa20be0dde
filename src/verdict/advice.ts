/**
 * Layouts that would have been safe. Each one offered has been judged like any other change, and breaks nothing.
 *
 * Two ways are tried for a record that broke because something was added to it. First the new fields in the trailing reserve:
 * fields of the record itself at its beginning, which is the kernel's habit; fields of an inner record at its *end*, so that
 * every old offset and every inner size stays. Then a second record with requests of its own, which leaves the old one
 * untouched. New fields that stand in old padding without making an inner record grow are kept where the author put them.
 *
 * Only the record has to be understood: what else could not be read has no part in these ways.
 */

import type { Abi, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { replacing } from '../abi/declaration-map.ts';
import { extentOf, layoutOf } from '../abi/layout-engine.ts';
import { ifLaidOut } from '../abi/layout.ts';
import { encodeRequest } from '../abi/request.ts';
import type { Field, RecordType } from '../abi/types.ts';
import { unalias } from '../abi/types.ts';
import type { AbiPair, RecordPair } from '../diff/changes.ts';
import { type FieldNode, isFiller, overlaps } from '../diff/placed.ts';
import { asArray } from '../diff/types.ts';
import { checkAbis, type CheckResult } from './check.ts';
import type { RuleId } from './rules.ts';
import { declareRecord } from './declare.ts';
import type { Alternative } from './finding.ts';
import { list, membersWords } from './judgement.ts';
import { carriersOf } from './traffic.ts';

/** Checked alternatives for one record of a result; empty where it did not break, or nothing safe is known. */
export function adviseOn(result: CheckResult, name: string): Alternative[] {
  const changed = result.records.get(name);
  if (changed === undefined) return [];
  const { pair } = changed;
  const added = pair.new.nodes.filter((node) => node.isLeaf && !pair.reverse.has(node) && !isFiller(node));
  if (added.length === 0) return [];
  const abis = result.pairFor(changed.target);
  if (abis === undefined) return [];
  return [inReserve(pair, abis, added), asSecondRecord(pair, abis)].flatMap((one) => one ?? []);
}

/** Doubts that taking free bytes always raises where nobody declared what the kernel does with them. */
const usualDoubts: ReadonlySet<RuleId> = new Set([
  'padding-became-field',
  'reserved-became-field',
  'hole-became-field',
]);

/** What replacing the old side by `next` would be; `undefined` if it breaks anything, or leaves any other doubt. */
function verdictOn(abis: AbiPair, key: string, next: Abi): Alternative['verdict'] | undefined {
  if (!next.records.has(key)) return undefined;
  const read = (abi: Abi): Abi => ({ ...abi, notUnderstood: [], documentation: [] });
  const { verdict, findings } = checkAbis([{ old: read(abis.old), new: read(next) }]);
  if (verdict === 'compatible') return verdict;
  const isUsual = findings.every((one) => one.verdict === 'compatible' || usualDoubts.has(one.rule));
  return verdict === 'review' && isUsual ? verdict : undefined;
}

function withRecords(
  abi: Abi,
  records: readonly RecordDeclaration[],
  requests: readonly RequestDeclaration[] = [],
): Abi {
  return {
    ...abi,
    records: replacing(
      abi.records,
      records.map((one) => [one.name, one] as const),
    ),
    requests: replacing(
      abi.requests,
      requests.map((one) => [one.name, one] as const),
    ),
  };
}

function inReserve(pair: RecordPair, abis: AbiPair, added: readonly FieldNode[]): Alternative | undefined {
  const target = abis.old.target;
  const oldRecord = pair.old.declaration.record;
  const reserve = pair.old.nodes.findLast((node) => node.parent === undefined && isFiller(node) && isWords(node));
  if (reserve === undefined || oldRecord.recordKind !== 'struct') return undefined;
  // Fields in old padding stay; those that took the reserve, a field, or bytes past the end have to go elsewhere.
  const isInPadding = (node: FieldNode): boolean =>
    pair.old.nodes.some((filler) => filler !== reserve && filler.isLeaf && isFiller(filler) && contains(filler, node));
  const displaced = added.filter((node) => !isInPadding(node) && !node.isArm);
  if (displaced.length === 0) return undefined;
  const isOwn = displaced.every((node) => node.parent === undefined);
  const moved = displaced.map((node) => node.field);
  const movedBytes = moved.reduce((sum, field) => sum + extentOf(field.type, target).sizeBits / 8, 0);
  const element = extentOf(asArray(reserve.type)?.element ?? reserve.type, target).sizeBits / 8;
  const rest = (reserve.sizeBits / 8 - movedBytes) / element;
  if (!Number.isInteger(rest) || rest < 0) return undefined;

  const inner = without(pair.new.declaration.record, new Set(moved));
  const fields: Field[] = inner.fields.flatMap((field) => {
    const isReserve = field.name === reserve.name;
    if (!isReserve) return [field];
    const type = asArray(reserve.type);
    const shortened = type === undefined || rest === 0 ? [] : [{ ...reserve.field, type: { ...type, length: rest } }];
    return isOwn ? [...moved, ...shortened] : [...shortened, ...moved];
  });
  const record: RecordType = { ...inner, fields };
  const declaration: RecordDeclaration = { ...pair.old.declaration, record };
  const next = withRecords(abis.old, [declaration]);
  const places = placesOf(record, abis.old, moved);
  const verdict = places === undefined ? undefined : verdictOn(abis, declaration.name, next);
  if (places === undefined || verdict === undefined) return undefined;
  return {
    title: `${list(moved.map((field) => field.name ?? ''))} at the ${isOwn ? 'beginning' : 'end'} of ${reserve.path}`,
    verdict,
    declaration: `${declareRecord(record, 0, new Set(added.map((node) => node.name))).join('\n')};`,
    places,
    reason: keepsWords(pair, abis),
    record: declaration,
  };
}

function keepsWords(pair: RecordPair, abis: AbiPair): string {
  const isNested = pair.old.nodes.some((node) => node.parent !== undefined);
  const inner = isNested ? ' and every inner record' : '';
  const requests = carriersOf(pair.name, abis.old).length > 0 ? ', and so do the record and its requests' : '';
  return `every old field${inner} keeps its offset and size${requests}`;
}

function isWords(node: FieldNode): boolean {
  const array = asArray(node.type);
  return array?.length !== undefined && unalias(array.element).kind === 'integer';
}

function contains(outer: FieldNode, inner: FieldNode): boolean {
  return (
    overlaps(outer, inner) &&
    inner.offsetBits >= outer.offsetBits &&
    inner.offsetBits + inner.sizeBits <= outer.offsetBits + outer.sizeBits
  );
}

/** A record without some of its fields, at any depth. */
function without(record: RecordType, gone: ReadonlySet<Field>): RecordType {
  return {
    ...record,
    fields: record.fields
      .filter((field) => !gone.has(field))
      .map((field) =>
        field.type.kind === 'record' && field.type.tag === undefined
          ? { ...field, type: without(field.type, gone) }
          : field,
      ),
  };
}

function placesOf(record: RecordType, abi: Abi, fields: readonly Field[]): string[] | undefined {
  return ifLaidOut(() => layoutOf(record, abi.target))
    ?.fields.filter((placed) => fields.includes(placed.field))
    .map((placed) => `${placed.field.name ?? ''} at byte ${String(placed.offsetBits / 8)}`);
}

function asSecondRecord(pair: RecordPair, abis: AbiPair): Alternative | undefined {
  const carriers = carriersOf(pair.name, abis.old);
  const { record } = pair.new.declaration;
  if (record.tag === undefined || carriers.length === 0) return undefined;
  const tag = `${record.tag}_v2`;
  const name = `${record.recordKind} ${tag}`;
  const declaration: RecordDeclaration = { ...pair.new.declaration, name, record: { ...record, tag } };
  const requestNames = carriers.map((request) => `${request.name}2`);
  if (abis.old.records.has(name) || requestNames.some((one) => isTaken(one, abis.old))) return undefined;
  const used = new Set(carriers.map(({ number }) => number));
  const { sizeBytes } = pair.new.layout;
  const requests = carriers.map((request) => {
    let nr = 0;
    let number: number;
    // Any other number will do here: which ones are free is for the author to know.
    do
      number = encodeRequest(
        { direction: request.direction, type: request.type, nr: nr++, sizeBytes },
        abis.old.target,
      );
    while (used.has(number) && nr < 256);
    used.add(number);
    return { ...request, name: `${request.name}2`, number, nr: nr - 1, sizeBytes, argument: name };
  });
  const alone = onlyWith([pair.old.declaration], carriers, abis.old);
  const verdict = verdictOn({ old: alone, new: alone }, pair.name, withRecords(alone, [declaration], requests));
  if (verdict === undefined) return undefined;
  return {
    verdict,
    title: `${name} with ${carriers.length === 1 ? 'a request' : 'requests'} of its own`,
    declaration: '',
    places: [],
    reason: `${membersWords([pair.name, ...carriers.map((one) => one.name)])} stay as they are; programs ask for a capability before they use the new ${carriers.length === 1 ? 'one' : 'ones'}`,
    record: declaration,
  };
}

/** Whether a name means something already. */
function isTaken(name: string, { requests, constants, macros }: Abi): boolean {
  return [requests, constants, macros].some((map) => map.has(name));
}

/** An ABI of a record and its requests: what is added beside them does not depend on anything else. */
function onlyWith(records: readonly RecordDeclaration[], requests: readonly RequestDeclaration[], abi: Abi): Abi {
  const byName = <T extends { readonly name: string }>(some: readonly T[]): ReadonlyMap<string, T> =>
    new Map(some.map((one) => [one.name, one]));
  return {
    ...abi,
    ...{ records: byName(records), requests: byName(requests) },
    ...{ enums: new Map(), typedefs: new Map(), constants: new Map(), macros: new Map() },
  };
}
