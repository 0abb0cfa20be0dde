/**
 * Which version of a record a captured call carries, told by what the kernel answered.
 *
 * A call is read with the newest merged version. If the kernel accepted bytes which that version refuses, its kernel knows
 * another one: of the versions under which nothing is wrong, the least odd is taken and the others are named. One log is about
 * one kernel, so what a call has shown holds for the calls behind it; each call that is accepted can rule out more. A log that
 * contradicts what was shown (several kernels in one file) is read as if nothing had been.
 */

import type { Note } from '../codec/inspection.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import type { CapturedBuffer, CapturedCall } from './call.ts';
import {
  type Circumstances,
  fieldNotes,
  rankReadings,
  type RankedReading,
  type Reading,
  readBuffer,
} from './reading.ts';
import { possibleReasons } from './refusals.ts';

/** Everything known about the record of a name: the version to read it with, and the others. */
export interface RecordVersions {
  readonly preferred: RecordDescriptor;
  readonly others: readonly RecordDescriptor[];
}

/** What is known about a call besides its bytes. */
export interface CallFacts {
  /** The kernel does not have the request, so its refusal says nothing about the bytes. */
  readonly isUnknownRequest?: boolean;
  /** The reader asked for this version: nothing overrules that but the answer to the call itself. */
  readonly isVersionAsked?: boolean;
}

/** What the kernel of a log has shown about a record. */
interface Shown {
  readonly possible: readonly RecordDescriptor[];
  readonly line: number;
}

/** Chooses versions for the calls of one log, in their order. */
export class VersionChoice {
  readonly #shown = new Map<string, Shown>();

  /** Reads one side of a call's buffer. */
  read(versions: RecordVersions, buffer: CapturedBuffer, call: CapturedCall, facts: CallFacts = {}): Reading {
    const { preferred, others } = versions;
    const wasAccepted = call.result !== undefined && call.errno === undefined;
    const circumstances: Circumstances = {
      moment: buffer.moment,
      wasAccepted,
      isOfCall: true,
      ...(call.errno === undefined ? {} : { errno: call.errno }),
    };
    const shown = facts.isVersionAsked === true ? undefined : this.#shown.get(preferred.type);
    const candidates = shown?.possible ?? [preferred, ...others];
    const [candidate = preferred] = candidates;
    const first = readBuffer(candidate, buffer.bytes, circumstances);
    const rest = [preferred, ...others].filter((one) => one !== candidate);
    const noted = withElsewhere(shown === undefined ? first : withShown(first, shown, preferred), rest);
    if (buffer.moment === 'after') return noted;
    if (wasAccepted) {
      const isSettled = !first.notes.some(isRefusal) && (shown === undefined || candidates.length === 1);
      if (isSettled) return noted;
      const possible = soundUnder(candidates, buffer, circumstances);
      const isContradiction = shown !== undefined && possible.length === 0;
      const sound = isContradiction ? soundUnder([preferred, ...others], buffer, circumstances) : possible;
      if (sound.length > 0 && facts.isVersionAsked !== true) {
        const inOrder = [preferred, ...others].filter((one) => sound.some(({ reading }) => isReadAs(reading, one)));
        const line = shown === undefined || isContradiction ? call.line : shown.line;
        this.#shown.set(preferred.type, { possible: inOrder, line });
      }
      return first.notes.some(isRefusal) ? otherwiseRead(first, sound) : noted;
    }
    return call.errno === 'EINVAL' && facts.isUnknownRequest !== true ? withReason(noted, first) : noted;
  }
}

/** A page read with the preferred version, or with another one under which less of it is wrong. */
export function readLeastOdd({ preferred, others }: RecordVersions, bytes: Uint8Array): Reading {
  const circumstances = { moment: 'after' } as const;
  const [first] = rankReadings([preferred], bytes, circumstances);
  if (!first?.reading.notes.some(({ rule }) => rule === 'unknown-value' || rule === 'unknown-discriminant')) {
    return first?.reading ?? readBuffer(preferred, bytes, circumstances);
  }
  const ranked = rankReadings(others, bytes, circumstances).filter(({ penalty }) => penalty < first.penalty);
  const [best] = ranked;
  if (best === undefined) return first.reading;
  const equal = ranked.filter(({ penalty }) => penalty === best.penalty).map(({ reading }) => variantOf(reading));
  const message = `Read as ${equal[0] ?? '?'}${equal.length > 1 ? ` (cannot be told from ${equal.slice(1).join(', ')})` : ''}: as ${preferred.variant ?? '?'}, ${evidenceAgainst(first, best)}`;
  return { ...best.reading, notes: [infoNote('other-variant', message), ...best.reading.notes] };
}

/** A note on a record as a whole. */
export function infoNote(rule: string, message: string): Note {
  return { severity: 'info', path: null, offsetBytes: 0, rule, message };
}

/** Readings without an error, the least odd first. */
function soundUnder(
  candidates: readonly RecordDescriptor[],
  { bytes }: CapturedBuffer,
  circumstances: Circumstances,
): RankedReading[] {
  return rankReadings(candidates, bytes, circumstances).filter(({ reading }) =>
    reading.notes.every(({ severity }) => severity !== 'error'),
  );
}

/** The kernel took what `refused` says it refuses: the least odd of the sound readings, or the same with that doubt. */
function otherwiseRead(refused: Reading, sound: readonly RankedReading[]): Reading {
  const [best] = sound;
  const [refusal] = refused.notes.filter(isRefusal);
  if (best === undefined || refusal === undefined) {
    const message = 'The kernel accepted this, so it does not check what this reading says it refuses.';
    const softened = refused.notes.map((note): Note => (isRefusal(note) ? { ...note, severity: 'warning' } : note));
    return { ...refused, notes: refusal === undefined ? refused.notes : [infoNote('accepted', message), ...softened] };
  }
  const names = sound.map(({ reading }) => variantOf(reading)).join(', ');
  const message = `The kernel accepted what variant ${variantOf(refused)} would refuse (${refusal.message.replace(/: the kernel refuses.*$/, '')}), so it knows another one: ${names} ${sound.length === 1 ? 'fits' : 'fit'}.`;
  return { ...best.reading, notes: [infoNote('other-variant', message), ...best.reading.notes] };
}

function withShown(reading: Reading, { possible, line }: Shown, preferred: RecordDescriptor): Reading {
  const [, ...more] = possible;
  const also = more.length === 0 ? '' : ` (${more.map(({ variant }) => variant ?? '?').join(', ')} would fit as well)`;
  const message = `Read as ${variantOf(reading)}${also}: on line ${String(line)} the kernel took what ${preferred.variant ?? '?'} would refuse.`;
  return { ...reading, notes: [infoNote('shown-variant', message), ...reading.notes] };
}

/** Notes that are no refusal by themselves but explain one. */
const explaining: ReadonlySet<string> = new Set(['unknown-value', 'unknown-flags', 'possible-reason']);

/** Says of a refusal with EINVAL that no note explains what may be behind it. */
function withReason(noted: Reading, first: Reading): Reading {
  const isExplained = first.notes.some((note) => isRefusal(note) || explaining.has(note.rule));
  if (isExplained) return noted;
  const reasons = possibleReasons(first.inspection);
  const unexplained =
    'The kernel answered EINVAL; nothing in these bytes alone explains it (the state of the machine, or a capability).';
  const added =
    reasons.length > 0
      ? reasons.map((message) => infoNote('possible-reason', message))
      : [infoNote('unexplained-errno', unexplained)];
  return { ...noted, notes: [...noted.notes, ...added] };
}

/** For reserved bytes that are not zero: what other versions of the record call them. */
function withElsewhere(reading: Reading, others: readonly RecordDescriptor[]): Reading {
  const extra = fieldNotes(reading.notes, others);
  return extra.length === 0 ? reading : { ...reading, notes: [...reading.notes, ...extra] };
}

/** What is wrong under one reading and not under the other. */
function evidenceAgainst(worse: RankedReading, better: RankedReading): string {
  return worse.evidence.find((one) => !better.evidence.includes(one)) ?? 'more would be wrong.';
}

function isRefusal({ severity, rule }: Note): boolean {
  return severity === 'error' && rule !== 'missing-bytes';
}

function isReadAs({ inspection }: Reading, descriptor: RecordDescriptor): boolean {
  return inspection.descriptor === descriptor;
}

function variantOf({ inspection }: Reading): string {
  return inspection.descriptor.variant ?? '?';
}
