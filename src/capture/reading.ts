/**
 * One buffer read as one version of a record, and the choice among several.
 *
 * The same 64 bytes can be read as kvm_vcpu_events of x86, of arm64, and of several proposals for it. What tells them apart
 * is evidence: which fields become impossible under a reading, and what the kernel answered. Each reading gets a penalty
 * for what is wrong under it; readings with equal penalties cannot be told apart, and that is then said.
 */

import { inspectBytes } from '../codec/inspect.ts';
import type { Inspection, Note } from '../codec/inspection.ts';
import type { FieldDescriptor, RecordDescriptor } from '../codec/record-descriptor.ts';
import { explainValue } from './explain-value.ts';
import { kvmNotes } from './kvm-notes.ts';
import { counted } from '../diagnostic.ts';

/** What is known about the call that carried the bytes. */
export interface Circumstances {
  /** `before`: what the program gave the kernel. `after`: what the kernel wrote. */
  readonly moment?: 'before' | 'after';
  /** Whether the call returned success, where that is known. */
  readonly wasAccepted?: boolean;
  readonly errno?: string;
  /** The bytes are what a call carried: a buffer may be larger than what the kernel looks at. */
  readonly isOfCall?: boolean;
}

export interface Reading {
  readonly inspection: Inspection;
  readonly notes: readonly Note[];
}

export interface RankedReading {
  readonly reading: Reading;
  readonly penalty: number;
  /** Why not: the notes that cost it its place, shortest form. */
  readonly evidence: readonly string[];
}

/** Reads bytes as a record and says what is wrong with them in these circumstances. */
export function readBuffer(
  descriptor: RecordDescriptor,
  bytes: Uint8Array,
  circumstances: Circumstances = {},
): Reading {
  const inspection = inspectBytes(descriptor, bytes, { explain: explainValue });
  const notes = [...inspection.notes, ...kvmNotes(inspection, bytes)].map((note) =>
    inContext(note, circumstances, inspection),
  );
  // What no released kernel looks at may be what another one refused, if nothing else was wrong.
  const isOnlySuspect = circumstances.errno === 'EINVAL' && notes.every(({ severity }) => severity !== 'error');
  return { inspection, notes: isOnlySuspect ? notes.map((note) => suspected(note, inspection)) : notes };
}

function suspected(note: Note, inspection: Inspection): Note {
  if (note.rule !== 'outside-accepted-mask' || !isUnreadSyndrome(note, inspection)) return note;
  const message =
    'exception.serror_esr has bits that are no syndrome of an SError. Released kernels do not look at them while serror_pending is 0; this one may have refused the call for them, as the ext_abt_esr proposal does.';
  return { ...note, rule: 'possible-reason', message };
}

/** What the codec says about a value, corrected by what is known about the call and about KVM. */
function inContext(note: Note, circumstances: Circumstances, inspection: Inspection): Note {
  const { moment, errno, isOfCall } = circumstances;
  const { type } = inspection.descriptor;
  if (note.rule === 'trailing-bytes' && isOfCall === true) {
    const extra = inspection.trailingBytes === 1 ? 'byte' : `${String(inspection.trailingBytes)} bytes`;
    const message = `The request carries ${counted(inspection.sizeBytes, 'byte')}; the kernel does not look at the ${extra} behind ${inspection.sizeBytes === 1 ? 'it' : 'them'}.`;
    return { ...note, severity: 'info', message };
  }
  if (note.rule === 'trailing-bytes' && isRunMapping(inspection)) {
    const message = `struct kvm_run is the first ${String(inspection.sizeBytes)} bytes of its page; what else the vCPU's mapping holds is not part of it.`;
    return { ...note, severity: 'info', rule: 'rest-of-mapping', message };
  }
  if (note.rule === 'missing-bytes' && errno === 'E2BIG' && moment === 'after') {
    const message = `The kernel says here how many elements there are; the program's buffer has no room for them.`;
    return { ...note, severity: 'info', rule: 'buffer-too-small', message };
  }
  if (note.rule === 'boolean-not-0-or-1') return aboutBoolean(note, moment);
  if (note.rule === 'outside-accepted-mask' && isUnreadSyndrome(note, inspection)) {
    const message =
      'exception.serror_esr has bits the kernel would refuse, but it does not look at them: serror_pending is 0.';
    return { ...note, severity: 'info', message };
  }
  if (note.rule === 'missing-bytes' || note.rule === 'trailing-bytes') return note;
  if (moment !== 'after') return precededBy(refusedFlags(note, type), errno);
  if (note.rule === 'reserved-not-zero') {
    const path = note.path ?? 'A reserved byte';
    // The page of kvm_run is shared: whoever wrote a byte last, the kernel clears only what an exit uses.
    return type === 'struct kvm_run'
      ? {
          ...note,
          severity: 'info',
          message: `${path} is not zero: nothing writes it at an exit, it holds what was there before.`,
        }
      : {
          ...note,
          severity: 'warning',
          message: `${path} is not zero in what the kernel wrote: a newer kernel, or another record.`,
        };
  }
  if (note.rule === 'unknown-flags' && type === 'struct kvm_run') {
    return { ...note, message: note.message.replace(/\.$/, ': a newer kernel, or nothing has written it.') };
  }
  return note.severity === 'error' ? { ...note, severity: 'warning' } : note;
}

/** Whole pages that begin with the record: what mmap of a vCPU's descriptor gives (Documentation/virt/kvm/api.rst, section 5). */
function isRunMapping({ descriptor, sizeBytes, trailingBytes }: Inspection): boolean {
  const pageBytes = 4096;
  const total = sizeBytes + trailingBytes;
  return descriptor.type === 'struct kvm_run' && total % pageBytes === 0 && total <= maxMappingPages * pageBytes;
}

/** The record, port data, coalesced accesses and, on some architectures, a page more; pages of 64 KiB count as sixteen. */
const maxMappingPages = 64;

/** x86 refuses a KVM_SET_VCPU_EVENTS with flags it does not know (`kvm_vcpu_ioctl_x86_set_vcpu_events`). */
function refusedFlags(note: Note, type: string): Note {
  if (note.rule !== 'unknown-flags' || type !== 'struct kvm_vcpu_events') return note;
  return { ...note, severity: 'error', message: note.message.replace(/\.$/, ': the kernel refuses it with EINVAL.') };
}

/** A refusal the kernel never got to, because it found something else first. */
function precededBy(note: Note, errno: string | undefined): Note {
  if (errno === undefined || errno === 'EINVAL' || note.severity !== 'error') return note;
  const message = note.message.replace(
    'the kernel refuses it with EINVAL',
    `the kernel would refuse it with EINVAL, had it not found something else first (${errno})`,
  );
  return { ...note, message };
}

function aboutBoolean(note: Note, moment: Circumstances['moment']): Note {
  const value = /is (0x[0-9a-f]+);/.exec(note.message)?.[1] ?? 'no boolean';
  const path = note.path ?? 'A boolean';
  const message =
    moment === 'after'
      ? `${path} is ${value}, neither 0 nor 1: the kernel has not written it.`
      : `${path} is ${value}; every non-zero value counts as true.`;
  return { ...note, message };
}

/** KVM looks at the syndrome of an SError only if one is to be pending; the ext_abt_esr proposals look at it always. */
function isUnreadSyndrome({ path }: Note, { descriptor, fields }: Inspection): boolean {
  if (path !== 'exception.serror_esr' || descriptor.variant?.includes('ext_abt_esr') === true) return false;
  const pending = fields.flatMap(({ children }) => children).find((field) => field.path === 'exception.serror_pending');
  return pending?.value === 0n;
}

/** Readings by how little is wrong under each; equal ones stay in the order given. */
export function rankReadings(
  descriptors: readonly RecordDescriptor[],
  bytes: Uint8Array,
  circumstances: Circumstances = {},
): RankedReading[] {
  return descriptors
    .map((descriptor): RankedReading => {
      const reading = readBuffer(descriptor, bytes, circumstances);
      const against = reading.notes.filter(({ severity }) => severity !== 'info');
      const evidence = against.map(({ message }) => message);
      let penalty = against.reduce((sum, { severity }) => sum + (severity === 'error' ? 10 : 1), 0);
      if (circumstances.wasAccepted === true && against.some(({ severity }) => severity === 'error')) {
        penalty += 100;
        evidence.unshift('the kernel accepted the bytes, which it would have refused under this reading');
      }
      return { reading, penalty, evidence };
    })
    .sort((a, b) => a.penalty - b.penalty);
}

/** For each note about reserved bytes that are not zero: what other versions of the record call the byte. */
export function fieldNotes(notes: readonly Note[], others: readonly RecordDescriptor[]): Note[] {
  return notes
    .filter(({ rule }) => rule === 'reserved-not-zero')
    .flatMap(({ offsetBytes }) => {
      const names = new Map<string, string[]>();
      for (const { path, descriptor } of fieldsElsewhere(others, offsetBytes)) {
        names.set(path, [...(names.get(path) ?? []), descriptor.variant ?? '?']);
      }
      if (names.size === 0) return [];
      const text = [...names].map(([path, variants]) => `${path} (${variants.join(', ')})`).join(' or ');
      const message = `Another version of the record calls byte ${String(offsetBytes)} ${text}.`;
      return [{ severity: 'info', path: null, offsetBytes, rule: 'field-of-other-variant', message } as const];
    });
}

/** Names the field other versions of a record have where this one has reserved bytes. */
function fieldsElsewhere(
  descriptors: readonly RecordDescriptor[],
  offsetBytes: number,
): { readonly path: string; readonly descriptor: RecordDescriptor }[] {
  return descriptors.flatMap((descriptor) => {
    const path = fieldAt(descriptor, offsetBytes * 8, '');
    return path === undefined ? [] : [{ path, descriptor }];
  });
}

function fieldAt(record: RecordDescriptor, offsetBits: number, prefix: string): string | undefined {
  const field = record.fields.find(
    (one) => one.offsetBits <= offsetBits && offsetBits < one.offsetBits + one.sizeBits && carriesMeaning(one),
  );
  if (field === undefined) return undefined;
  const path = field.cName === undefined ? prefix : prefix === '' ? field.cName : `${prefix}.${field.cName}`;
  if (field.element.kind !== 'record') return field.element.kind === 'union' ? undefined : path;
  return field.dimensions.length > 0 ? path : fieldAt(field.element.record, offsetBits - field.offsetBits, path);
}

function carriesMeaning(field: FieldDescriptor): boolean {
  return field.role === undefined && field.nonZero === undefined;
}
