/**
 * The name of a finding that outlives its wording: a hash over what changed.
 *
 * Header, line, target and message are left out, so that a waiver still fits after the text around the declaration moved,
 * after a rule got a better sentence, and in a job that checks fewer targets. Offsets and sizes are what changed, and are
 * those of a target: they are taken as x86_64 has them, whichever targets were compared. A declaration has a layout on any
 * target, not only on those that see it. A constant has a value only where it is declared, so all its values are taken, also
 * those of targets that were not compared.
 */

import { createHash } from 'node:crypto';
import type { Abi, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { ifLaidOut, type RecordLayout } from '../abi/layout.ts';
import { encodeRequest } from '../abi/request.ts';
import { cxxOf, findTarget, type Target } from '../abi/target.ts';
import type { AbiPair, Change } from '../diff/changes.ts';
import { type PlacedRecord, placeRecord } from '../diff/placed.ts';
import type { Finding, SideFacts } from './finding.ts';

type Facts = { readonly [Fact in keyof SideFacts]?: SideFacts[Fact] | undefined };

/** 12 hex digits of what changed. */
export function fingerprintOf(rule: string, subject: string, old: SideFacts | null, next: SideFacts | null): string {
  return hashOf(rule, subject, old, next);
}

/** The values of a name on both sides, as one target sees them; `header` is where it is declared. */
export type ValuesOf = (name: string, header: string) => readonly [bigint | undefined, bigint | undefined];

const ofValues: ReadonlySet<string> = new Set(['constant-changed', 'enumerator-renumbered', 'mask-shrank']);

/** A finding about a changed number, named by what it is on every target that has it. */
export function withPrintsElsewhere(finding: Finding, elsewhere: readonly ValuesOf[]): Finding {
  const { rule, subject, old, new: next, language, variants = [] } = finding;
  const name = old?.name;
  if (elsewhere.length === 0 || !ofValues.has(rule) || language !== undefined) return finding;
  if (old === null || next === null || name === undefined) return finding;
  const own =
    variants.length === 0 ? [finding] : [{ fingerprint: fingerprintOf(rule, subject, old, next) }, ...variants];
  const others = elsewhere.flatMap((valuesOf) => {
    const [was, is] = valuesOf(name, old.header);
    if (was === undefined || is === undefined || was === is) return [];
    return [{ fingerprint: fingerprintOf(rule, subject, { ...old, value: was }, { ...next, value: is }) }];
  });
  return { ...finding, fingerprint: fingerprintOfAll([...own, ...others]) };
}

/** One name for several findings, whichever comes first. */
export function fingerprintOfAll(findings: readonly { readonly fingerprint: string }[]): string {
  const prints = [...new Set(findings.map(({ fingerprint }) => fingerprint))].sort();
  const [first = ''] = prints;
  return prints.length === 1 ? first : createHash('sha256').update(prints.join()).digest('hex').slice(0, 12);
}

function hashOf(rule: string, subject: string, old: Facts | null, next: Facts | null): string {
  return hashOfText(JSON.stringify([rule, subject, listOf(old), listOf(next)]));
}

function hashOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

type Place = 'header' | 'file' | 'line';

/** Every fact that is no place. */
const hashed: Readonly<Record<Exclude<keyof SideFacts, Place>, true>> = {
  alignBits: true,
  direction: true,
  name: true,
  nr: true,
  number: true,
  offsetBits: true,
  sizeBits: true,
  sizeBytes: true,
  text: true,
  type: true,
  value: true,
};
const hashedInOrder = (Object.keys(hashed) as (keyof typeof hashed)[]).sort();

/** `instead`: what stands in the place of some facts. */
function listOf(side: Facts | null, instead?: Facts): unknown {
  if (side === null) return null;
  const list: (readonly [string, string])[] = [];
  for (const key of hashedInOrder) {
    const value = instead !== undefined && key in instead ? instead[key] : side[key];
    if (value !== undefined) list.push([key, String(value)]);
  }
  return list;
}

/** What is said of a change, before it is told. */
interface Said {
  readonly rule: string;
  readonly subject: string;
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
}

/** 12 hex digits of a change, the same for every target that sees it. `known`: hashes by what they were made of. */
export function fingerprintOfChange(said: Said, change: Change, abis: AbiPair, known: Map<string, string>): string {
  const { language } = abis.old.target;
  const text = JSON.stringify([
    language === 'C' ? said.rule : `${said.rule} ${language}`,
    said.subject,
    listOf(said.old, onReferences(said.old, 'old', change, abis)),
    listOf(said.new, onReferences(said.new, 'new', change, abis)),
  ]);
  let hash = known.get(text);
  if (hash === undefined) known.set(text, (hash = hashOfText(text)));
  return hash;
}

/**
 * Of 64 bits, because there alone `long` and `long long` are one: `__u64` is the former on alpha, mips64 and ppc64, and the
 * latter everywhere else.
 */
const reference = findTarget('x86_64');

/** No facts that a target has a say in. */
const ofNoTarget = {
  offsetBits: undefined,
  sizeBits: undefined,
  alignBits: undefined,
  sizeBytes: undefined,
  number: undefined,
} as const satisfies Facts;
// What is gone is gone, whatever its number was there.
const ofNoNumber = { ...ofNoTarget, value: undefined } as const satisfies Facts;

/** What is hashed instead of facts that targets do not agree about. */
function onReferences(facts: SideFacts | null, side: 'old' | 'new', change: Change, abis: AbiPair): Facts {
  if (facts === null) return ofNoTarget;
  if ('pair' in change) {
    const { declaration } = change.pair[side];
    return { ...ofNoTarget, text: placeOnReference(declaration, abis[side], facts.name) };
  }
  const request = facts.number === undefined ? undefined : abis[side].requests.get(facts.name ?? '');
  if (request !== undefined) return { ...ofNoTarget, text: numberOnReference(request, abis[side]) };
  return change.kind === 'number-removed' ? ofNoNumber : ofNoTarget;
}

const placed = {
  C: new WeakMap<RecordDeclaration, PlacedRecord | 'nowhere'>(),
  'C++': new WeakMap<RecordDeclaration, PlacedRecord | 'nowhere'>(),
};

/** `16+64` for a field, `64/8` for a whole record. */
function placeOnReference(declaration: RecordDeclaration, abi: Abi, path: string | undefined): string {
  const record = placedOnReference(declaration, abi);
  if (record === 'nowhere') return '?';
  const node = record.byPath.get(path ?? '');
  return node === undefined
    ? `${String(record.layout.sizeBytes)}/${String(record.layout.alignBytes)}`
    : `${String(node.offsetBits)}+${String(node.sizeBits)}`;
}

function placedOnReference(declaration: RecordDeclaration, abi: Abi): PlacedRecord | 'nowhere' {
  const known = placed[abi.target.language];
  let record = known.get(declaration);
  if (record === undefined) known.set(declaration, (record = placeOrNowhere(declaration, abi)));
  return record;
}

function placeOrNowhere(declaration: RecordDeclaration, abi: Abi): PlacedRecord | 'nowhere' {
  const target = referenceFor(abi);
  const isLaidOut = layoutOnReference(declaration, abi) !== undefined;
  return target === undefined || !isLaidOut ? 'nowhere' : placeRecord(declaration, { ...abi, target });
}

function referenceFor({ target: { language } }: Abi): Target | undefined {
  return language === 'C' || reference === undefined ? reference : cxxOf(reference);
}

function layoutOnReference({ record }: RecordDeclaration, abi: Abi): RecordLayout | undefined {
  const target = referenceFor(abi);
  // Where it has no layout, its name and type still tell it from others.
  return target === undefined ? undefined : ifLaidOut(() => layoutOf(record, target));
}

function numberOnReference(request: RequestDeclaration, abi: Abi): string {
  const { direction, type, nr, argument } = request;
  const declaration = abi.records.get(argument ?? '');
  // What is no record is told by its name: the size of `long` is the target's.
  const known = declaration === undefined ? 0 : (layoutOnReference(declaration, abi)?.sizeBytes ?? 0);
  const sizeBytes = argument === undefined ? request.sizeBytes : known;
  const number = reference === undefined ? nr : encodeRequest({ direction, type, nr, sizeBytes }, reference);
  return `${String(number)}:${argument ?? ''}`;
}
