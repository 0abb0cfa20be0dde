/**
 * Which architecture and which version do these bytes come from?
 *
 * The same 64 bytes are a kvm_vcpu_events of arm64 and of x86, and of several proposals. Every reading is tried; what is
 * impossible under it is the evidence against it. Equal readings cannot be told apart, and that is then said: the choice among
 * them is only the order in which buffers are most often met.
 */

import { layoutOf } from '../abi/layout-engine.ts';
import type { Target } from '../abi/target.ts';
import { rankReadings } from '../capture/reading.ts';
import { describeRecord } from '../codec/descriptor.ts';
import type { Note } from '../codec/inspection.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { findBuiltInRecord, findBuiltInRequests, variantsOfBuiltInRecord } from './built-in-layouts.ts';
import { counted } from '../diagnostic.ts';

/** One way to read the bytes; the JSON of `uabi decode` lists them, the best first. */
export interface ListedReading {
  readonly target: string;
  /** Targets on which the record is laid out and meant in exactly the same way. */
  readonly sameOn: readonly string[];
  readonly variant: string | null;
  readonly status: 'merged' | 'proposed' | 'rejected' | null;
  /** 0 for a reading with nothing against it; an impossible value counts ten times an odd one. */
  readonly penalty: number;
  readonly against: readonly string[];
}

export interface Guess {
  readonly descriptor: RecordDescriptor;
  readonly readings: readonly ListedReading[];
  readonly notes: readonly Note[];
}

interface Candidate {
  readonly descriptor: RecordDescriptor;
  readonly target: Target;
  readonly sameOn: string[];
}

function info(rule: string, message: string): Note {
  return { severity: 'info', path: null, offsetBytes: 0, rule, message };
}

/**
 * The reading of a built-in record with the least against it. `targets` are those to try, the likeliest first; with one, only
 * the versions are ranked, and the newest merged one stays the choice. `undefined` if none of them knows the record.
 */
export function guessReading(
  type: string,
  targets: readonly Target[],
  bytes: Uint8Array,
  request?: string,
): Guess | undefined {
  const isNumber = request !== undefined && /^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(request);
  const knowing = isNumber
    ? targets.filter((target) => findBuiltInRequests(Number(request), target).length > 0)
    : targets;
  const candidates = distinct(type, knowing);
  const ranked = rank(
    candidates.map(({ descriptor }) => descriptor),
    bytes,
  );
  const [best] = ranked;
  const chosen = candidates.find(({ descriptor }) => descriptor === best?.descriptor);
  if (best === undefined || chosen === undefined) return undefined;
  const notes: Note[] = [];
  if (targets.length > 1 && candidates.length > 1) notes.push(targetNote(ranked, candidates));
  const { variant } = chosen.descriptor;
  const versions = versionsOf(type, chosen);
  if (variant !== undefined && versions.length > 1) {
    notes.push(
      info('default-variant', `Read as variant ${variant}, the newest that was merged; add #NAME for another.`),
    );
  }
  const rankedVersions = rank(versions, bytes);
  const rivals = candidates.filter((candidate) => candidate !== chosen);
  const ofRivals = rivals.flatMap((rival) => rank(versionsOf(type, rival), bytes));
  const readings = [...rankedVersions, ...ofRivals].map(({ descriptor, penalty, against }): ListedReading => {
    const candidate = candidates.find((one) => one.descriptor.target === descriptor.target) ?? chosen;
    return {
      target: descriptor.target,
      sameOn: candidate.sameOn,
      variant: descriptor.variant ?? null,
      status: statusOf(type, descriptor, candidate.target),
      penalty,
      against,
    };
  });
  const own = rankedVersions.find(({ descriptor }) => descriptor.variant === chosen.descriptor.variant);
  const better = [...rankedVersions, ...ofRivals].filter(({ penalty }) => penalty < (own?.penalty ?? 0));
  if (better.length > 0 && own !== undefined) {
    const names = better
      .map(({ descriptor: { variant, target } }) =>
        target === chosen.target.name ? (variant ?? '?') : `${variant ?? '?'} on ${target}`,
      )
      .join(', ');
    notes.push(
      info(
        'other-versions-fit',
        `Less is wrong with these bytes as variant ${names}: as ${own.descriptor.variant ?? '?'}, ${own.against[0] ?? 'more is wrong.'}`,
      ),
    );
  }
  return {
    descriptor: chosen.descriptor,
    readings: readings.toSorted((a, b) => a.penalty - b.penalty),
    notes,
  };
}

interface Ranked {
  readonly descriptor: RecordDescriptor;
  readonly penalty: number;
  readonly against: readonly string[];
}

function rank(descriptors: readonly RecordDescriptor[], bytes: Uint8Array): Ranked[] {
  return rankReadings(descriptors, bytes).map(({ reading, penalty, evidence }) => ({
    descriptor: reading.inspection.descriptor,
    penalty,
    against: evidence,
  }));
}

/** Equal for descriptors that make the same of any bytes: the alignment decides nothing about bytes that are already there. */
function meaningKey(descriptor: RecordDescriptor): string {
  const { fields, holes, sizeBytes, variant } = descriptor;
  return JSON.stringify({ fields, holes, sizeBytes, variant }, (property, value: unknown) =>
    property === 'alignBytes' || property === 'target' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}

/** One candidate for every way the targets lay the record out and mean it. */
function distinct(type: string, targets: readonly Target[]): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const target of targets) {
    const found = findBuiltInRecord(type, target);
    if (found === undefined) continue;
    const descriptor = describeRecord(layoutOf(found.declaration.record, target), found.abi.variant?.name);
    const key = meaningKey(descriptor);
    const known = candidates.get(key);
    if (known === undefined) candidates.set(key, { descriptor, target, sameOn: [] });
    else known.sameOn.push(target.name);
  }
  return [...candidates.values()];
}

function versionsOf(type: string, { descriptor, target }: Candidate): RecordDescriptor[] {
  if (type.includes('#')) return [descriptor];
  const others = variantsOfBuiltInRecord(type, target)
    .filter(({ name }) => name !== descriptor.variant)
    .flatMap(({ name }) => {
      const found = findBuiltInRecord(`${type}#${name}`, target);
      return found === undefined ? [] : [describeRecord(layoutOf(found.declaration.record, target), name)];
    });
  // Most records stay as they are while another one of their header changes.
  const own = meaningKey({ ...descriptor, variant: '' });
  return [descriptor, ...others.filter((other) => meaningKey({ ...other, variant: '' }) !== own)];
}

function statusOf(type: string, { variant }: RecordDescriptor, target: Target): ListedReading['status'] {
  return variantsOfBuiltInRecord(type, target).find(({ name }) => name === variant)?.status ?? null;
}

function targetNote(ranked: readonly Ranked[], candidates: readonly Candidate[]): Note {
  const [best, second] = ranked;
  const name = (descriptor: RecordDescriptor | undefined): string => {
    const same = candidates.find((one) => one.descriptor === descriptor)?.sameOn ?? [];
    return [descriptor?.target ?? '?', ...same].slice(0, 3).join('/') + (same.length > 2 ? '/…' : '');
  };
  const equal = ranked.filter(({ penalty }) => penalty === best?.penalty);
  const chosen = best?.descriptor.target ?? '?';
  if (equal.length > 1) {
    const rivals = equal.map(({ descriptor }) => name(descriptor)).join(' from ');
    const why =
      best?.penalty === 0 ? 'nothing in these bytes is odd on either' : 'as much is odd on one as on the other';
    return info('cannot-tell-target', `Cannot tell ${rivals}: ${why}. Read for ${chosen}; --target decides.`);
  }
  const against = second?.against.find((one) => best?.against.includes(one) !== true) ?? 'more is odd';
  return info(
    'guessed-target',
    `Read for ${name(best?.descriptor)}: for ${name(second?.descriptor)}, ${against} (--target overrules)`,
  );
}

/** Says that the size is that of another version or architecture, where the bytes do not have the record's own. */
export function sizeNotes(bytes: Uint8Array, own: RecordDescriptor, others: readonly RecordDescriptor[]): Note[] {
  if (bytes.length === own.sizeBytes) return [];
  const fitting = others.filter(({ sizeBytes }) => sizeBytes === bytes.length);
  if (fitting.length === 0) return [];
  const names = fitting.map(({ variant, target }) => (target === own.target ? `variant ${variant ?? '?'}` : target));
  const message = `${counted(bytes.length, 'byte is', 'bytes are')} the size of ${own.type} as ${names.join(', ')}.`;
  return [info('size-of-other-version', message)];
}
