/**
 * The name of a finding that outlives its wording: a hash over what changed.
 *
 * Header, line, target and message are left out, so that a waiver still fits after the text around the declaration moved,
 * after a rule got a better sentence, and in a job that checks fewer targets. Offsets and sizes are what changed, and are
 * those of a target: they are taken from two targets that are always the same ones, whichever were compared. A declaration
 * has a layout on any target, not only on those that see it.
 */

import { createHash } from 'node:crypto';
import type { Abi, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { LayoutError } from '../abi/layout.ts';
import { encodeRequest } from '../abi/request.ts';
import { findTarget, type Target } from '../abi/target.ts';
import type { AbiPair, Change } from '../diff/changes.ts';
import { type PlacedRecord, placeRecord } from '../diff/placed.ts';
import type { SideFacts } from './finding.ts';

type Facts = Readonly<Record<string, unknown>>;

/** 12 hex digits of what changed. */
export function fingerprintOf(rule: string, subject: string, old: SideFacts | null, next: SideFacts | null): string {
  return hashOf(rule, subject, old === null ? null : { ...old }, next === null ? null : { ...next });
}

function hashOf(rule: string, subject: string, old: Facts | null, next: Facts | null): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, subject, listOf(old), listOf(next)]))
    .digest('hex')
    .slice(0, 12);
}

const places: ReadonlySet<string> = new Set(['header', 'file', 'line']);

function listOf(side: Facts | null): unknown {
  if (side === null) return null;
  return Object.entries(side)
    .filter(([key, value]) => !places.has(key) && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, String(value)]);
}

/** What is said of a change, before it is told. */
interface Said {
  readonly rule: string;
  readonly subject: string;
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
}

/** 12 hex digits of a change, the same for every target that sees it. */
export function fingerprintOfChange(said: Said, change: Change, abis: AbiPair): string {
  const { rule, subject } = said;
  return hashOf(
    rule,
    subject,
    onReferences(said.old, 'old', change, abis),
    onReferences(said.new, 'new', change, abis),
  );
}

/** Both data models, and both ways of aligning 64-bit numbers. */
const references: readonly Target[] = ['x86_64', 'i386'].flatMap((name) => findTarget(name) ?? []);

/** Facts that a target has a say in. */
const ofTarget: ReadonlySet<string> = new Set(['offsetBits', 'sizeBits', 'alignBits', 'sizeBytes', 'number']);

function onReferences(facts: SideFacts | null, side: 'old' | 'new', change: Change, abis: AbiPair): Facts | null {
  if (facts === null) return null;
  const said: Facts = Object.fromEntries(Object.entries(facts).filter(([key]) => !ofTarget.has(key)));
  if ('pair' in change) {
    const { declaration } = change.pair[side];
    return {
      ...said,
      text: references.map((target) => placeOn(target, declaration, abis[side], facts.name)).join(' '),
    };
  }
  const request = facts.number === undefined ? undefined : abis[side].requests.get(facts.name ?? '');
  if (request !== undefined) {
    return { ...said, text: references.map((target) => numberOn(target, request, abis[side])).join(' ') };
  }
  // What is gone is gone, whatever its number was there.
  return change.kind === 'number-removed' ? { ...said, value: undefined } : said;
}

const placed = new WeakMap<RecordDeclaration, Map<Target, PlacedRecord | undefined>>();

/** `16+64` for a field, `64/8` for a whole record. */
function placeOn(target: Target, declaration: RecordDeclaration, abi: Abi, path: string | undefined): string {
  let known = placed.get(declaration);
  if (known === undefined) placed.set(declaration, (known = new Map<Target, PlacedRecord | undefined>()));
  if (!known.has(target)) known.set(target, placeOrNothing(declaration, { ...abi, target }));
  const record = known.get(target);
  if (record === undefined) return '?';
  const node = record.byPath.get(path ?? '');
  return node === undefined
    ? `${String(record.layout.sizeBytes)}/${String(record.layout.alignBytes)}`
    : `${String(node.offsetBits)}+${String(node.sizeBits)}`;
}

function placeOrNothing(declaration: RecordDeclaration, abi: Abi): PlacedRecord | undefined {
  try {
    return placeRecord(declaration, abi);
  } catch (error) {
    // Larger than this target's address space: its type still tells it from others.
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}

function numberOn(target: Target, request: RequestDeclaration, abi: Abi): string {
  const { direction, type, nr, argument } = request;
  const declaration = abi.records.get(argument ?? '');
  const record = declaration === undefined ? undefined : placeOrNothing(declaration, { ...abi, target });
  // What is no record is told by its name: the size of `long` is the target's.
  const sizeBytes = record?.layout.sizeBytes ?? (argument === undefined ? request.sizeBytes : 0);
  return `${String(encodeRequest({ direction, type, nr, sizeBytes }, target))}:${argument ?? ''}`;
}
