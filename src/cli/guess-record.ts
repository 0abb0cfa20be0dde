/**
 * Which record are these bytes, if nobody says?
 *
 * Tried are the records that known requests carry, and `kvm_run`: those are what captures hold. One whose size does not fit is
 * out; what is impossible or odd under the others is the evidence against them. Many records take any bytes of their size, so
 * among those with nothing against them the ones that could have been refuted by more bits come first, and unless only
 * one is left it is said that nothing decides.
 */

import { layoutOf } from '../abi/layout-engine.ts';
import type { Target } from '../abi/target.ts';
import { readBuffer } from '../capture/reading.ts';
import { RecordChecks } from '../capture/record-checks.ts';
import type { Note } from '../codec/inspection.ts';
import { counted, printable } from '../diagnostic.ts';
import { builtInRequests, findBuiltInRecord, targetsOfBuiltInRecord } from './built-in-layouts.ts';
import { guessReading } from './guess-reading.ts';

/** A record whose size fits. */
export interface CandidateRecord {
  readonly type: string;
  readonly target: string;
  readonly variant: string | null;
  /** Requests that carry it. */
  readonly requests: readonly string[];
  readonly penalty: number;
  readonly against: readonly string[];
  /** Bits that would have spoken against the record, had they been set. */
  readonly checkedBits: number;
}

export interface RecordGuess {
  readonly candidates: readonly CandidateRecord[];
  /** The one record that fits, to be read as with `--type`; missing where nothing decides. */
  readonly type?: string;
  readonly note: Note;
}

const maxNamed = 4;

/** Ranks the records of that size on some of the targets, the likeliest first. */
export function guessRecord(bytes: Uint8Array, targets: readonly Target[]): RecordGuess {
  const requests = requestsByRecord(targets);
  const ranked: CandidateRecord[] = [];
  for (const [type, names] of requests) {
    const known = new Set(targetsOfBuiltInRecord(type).map(({ name }) => name));
    const fitting = targets.filter((target) => known.has(target.name) && canHold(type, target, bytes.length));
    const guess = guessReading(type, fitting, bytes);
    if (guess === undefined) continue;
    const { descriptor } = guess;
    const { notes } = readBuffer(descriptor, bytes);
    if (notes.some(({ rule }) => rule === 'missing-bytes' || rule === 'trailing-bytes')) continue;
    const reading = guess.readings.find(({ target, variant }) => {
      return target === descriptor.target && variant === (descriptor.variant ?? null);
    });
    ranked.push({
      type: descriptor.type,
      target: descriptor.target,
      variant: descriptor.variant ?? null,
      requests: names,
      penalty: reading?.penalty ?? 0,
      against: reading?.against ?? [],
      checkedBits: new RecordChecks(descriptor).suspiciousBits,
    });
  }
  ranked.sort((a, b) => a.penalty - b.penalty || b.checkedBits - a.checkedBits || (a.type < b.type ? -1 : 1));
  return conclude(bytes, ranked);
}

function conclude(bytes: Uint8Array, candidates: readonly CandidateRecord[]): RecordGuess {
  const size = counted(bytes.length, 'byte');
  const [best, second] = candidates;
  if (best === undefined) {
    return { candidates, note: note('no-record-fits', `No record of a known request has ${size}.`) };
  }
  const sound = candidates.filter(({ penalty }) => penalty === 0);
  const isZero = bytes.every((byte) => byte === 0);
  // The only one left, and it could have been refuted: a page of some bits that had to be zero is evidence.
  if (sound.length === 1 && !isZero && (second !== undefined || best.checkedBits >= minCheckedBits)) {
    const rival =
      second === undefined
        ? `the only known record of ${size}`
        : `of the known records of ${size} the only one with nothing against it; for ${second.type}, ${second.against[0] ?? 'more is odd'}`;
    return {
      candidates,
      type: best.type,
      note: note('guessed-type', `Read as ${best.type}: ${rival} (--type overrules)`),
    };
  }
  if (candidates.length === 1) {
    const odd = isZero ? 'all bytes are zero' : (best.against[0] ?? 'any bytes of that size would fit it');
    const message = `${best.type} is the only known record of ${size}, but ${odd.replace(/\.$/, '')}: read as that; --type decides.`;
    return { candidates, type: best.type, note: note('guessed-type', message) };
  }
  const rivals = sound.length > 1 ? sound : candidates;
  const names = rivals.slice(0, maxNamed).map(({ type }) => type);
  const more = rivals.length > names.length ? ` and ${String(rivals.length - names.length)} more` : '';
  const why = sound.length > 1 ? 'nothing in these bytes is odd for any of them' : 'something is odd for each of them';
  const message = `Cannot tell what ${bytes.length === 1 ? 'this byte is' : `these ${size} are`}: ${names.join(', ')}${more} have that size, and ${why}. --type decides.`;
  return { candidates, note: note('cannot-tell-type', message) };
}

const minCheckedBits = 32;

/** Whether bytes of that number can be the record at all. */
function canHold(type: string, target: Target, sizeBytes: number): boolean {
  const found = findBuiltInRecord(type, target);
  if (found === undefined) return false;
  const { sizeBytes: own, fields } = layoutOf(found.declaration.record, target);
  const isOpen = type === 'kvm_run' || fields.at(-1)?.sizeBits === 0;
  return own === sizeBytes || (isOpen && own < sizeBytes);
}

function note(rule: string, message: string): Note {
  return { severity: 'info', path: null, offsetBytes: 0, rule, message };
}

/** The names of the records that requests carry, with those requests. */
function requestsByRecord(targets: readonly Target[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const target of targets) {
    for (const { name, argument } of builtInRequests(target)) {
      if (argument === undefined) continue;
      const type = argument.replace(/^(?:struct|union) /, '');
      found.set(type, (found.get(type) ?? new Set()).add(name));
    }
  }
  const named = [...found].map(([type, names]): [string, string[]] => [type, [...names]]);
  return new Map([['kvm_run', ['mmap of a vCPU']], ...named]);
}

const maxListed = 12;

/** The candidates as lines. */
export function candidateLines({ candidates }: RecordGuess): string[] {
  if (candidates.length === 0) return [];
  const lines = ['', 'Records of that size, the likeliest first:'];
  for (const { type, target, variant, requests, against } of candidates.slice(0, maxListed)) {
    const carried = requests.slice(0, 2).join(', ') + (requests.length > 2 ? ', …' : '');
    const verdict = against[0]?.replace(/\.$/, '') ?? 'nothing against it';
    lines.push(printable(`  ${type}${variant === null ? '' : `#${variant}`} on ${target} (${carried}): ${verdict}`));
  }
  if (candidates.length > maxListed) lines.push(`  … and ${String(candidates.length - maxListed)} more`);
  return lines;
}
