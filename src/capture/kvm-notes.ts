/**
 * What is odd about KVM's records beyond single fields: fields that contradict each other, bytes left over from an earlier
 * exit, data that lies outside the record, syndromes with bits no processor sets.
 *
 * Every sentence here was checked against captures of real kernels; what depends on the kernel's version says so.
 */

import type { InspectedField, Inspection, Note } from '../codec/inspection.ts';
import { memoryRegionFaults } from './memory-region.ts';
import { explainSyndrome, type SyndromeRegister } from './syndrome.ts';
import { counted } from '../diagnostic.ts';

/** Notes on a decoded record of KVM; none for any other record. */
export function kvmNotes(inspection: Inspection, bytes: Uint8Array): Note[] {
  const { type } = inspection.descriptor;
  if (type === 'struct kvm_run') return runNotes(inspection, bytes);
  if (type === 'struct kvm_vcpu_events') return eventNotes(inspection);
  if (regionTypes.has(type)) return regionNotes(inspection);
  return [];
}

const firstRegion = 'struct kvm_userspace_memory_region';
const regionTypes: ReadonlySet<string> = new Set([firstRegion, 'struct kvm_userspace_memory_region2']);

/** A field that must be non-zero, and perhaps one that must be zero, for a record to earn one of these notes. */
export interface NoteCondition {
  readonly nonZero: string;
  readonly zero?: string;
}

/** When records of a type may have notes of KVM's own; those of `kvm_run` always may. */
export function conditionsOfKvmNotes(type: string): readonly NoteCondition[] {
  if (regionTypes.has(type)) {
    return ['slot', 'flags', 'memory_size', 'guest_phys_addr', 'userspace_addr'].map((nonZero) => ({ nonZero }));
  }
  if (type !== 'struct kvm_vcpu_events') return [];
  return [
    { nonZero: 'exception.ext_iabt_pending' },
    { nonZero: 'exception.serror_esr', zero: 'exception.serror_pending' },
    { nonZero: 'exception.injected' },
  ];
}

function note(
  severity: Note['severity'],
  rule: string,
  field: { readonly path: string; readonly offsetBits: number },
  message: string,
): Note {
  const path = field.path === '' ? null : field.path;
  return { severity, path, offsetBytes: Math.floor(field.offsetBits / 8), rule, message };
}

interface Found {
  readonly value: bigint;
  readonly field: InspectedField;
}

/** Values by path. Few of them are asked for, so they are looked for rather than listed. */
interface Values {
  readonly get: (path: string) => Found | undefined;
}

function valuesOf(fields: readonly InspectedField[]): Values {
  return { get: (path) => findValue(fields, path) };
}

function findValue(fields: readonly InspectedField[], path: string): Found | undefined {
  for (const field of fields) {
    if (field.path === path && typeof field.value === 'bigint') return { value: field.value, field };
    // Members of an anonymous record or union have the path of what is around them.
    if (field.children.length === 0 || !path.startsWith(field.path)) continue;
    const found = findValue(field.children, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const mmioLengths = new Set([1n, 2n, 4n, 8n]);

function runNotes(inspection: Inspection, bytes: Uint8Array): Note[] {
  const notes: Note[] = [];
  const values = valuesOf(inspection.fields);
  for (const arm of ['mmio', 'iocsr_io']) {
    const length = values.get(`${arm}.len`);
    if (length !== undefined && !mmioLengths.has(length.value)) {
      const message = `${arm}.len is ${String(length.value)}; an access has 1, 2, 4 or 8 bytes.`;
      notes.push(note('warning', 'impossible-length', length.field, message));
    }
  }
  const offset = values.get('io.data_offset');
  if (offset !== undefined && offset.value >= BigInt(inspection.sizeBytes)) {
    const page = offset.value % 4096n === 0n ? ` (page ${String(offset.value / 4096n)} of the mapping)` : '';
    const place = `The data of the access lies at byte ${String(offset.value)} of the vCPU's mapping${page}`;
    const length = (values.get('io.size')?.value ?? 0n) * (values.get('io.count')?.value ?? 0n);
    const isThere = length > 0n && offset.value + length <= BigInt(bytes.length);
    const start = Number(offset.value);
    const message = isThere
      ? `${place}: ${dataText(bytes.subarray(start, start + Number(length)))}.`
      : `${place}, outside of this record; it is not in these bytes.`;
    notes.push(note('info', 'data-outside-record', offset.field, message));
  }
  for (const [path, register] of syndromes) {
    const found = values.get(path);
    if (found === undefined) continue;
    for (const warning of explainSyndrome(register, found.value).warnings) {
      notes.push(note('warning', 'odd-syndrome', found.field, `${path}: ${warning}.`));
    }
  }
  const rest = leftOver(inspection.fields, bytes);
  if (rest !== undefined) notes.push(rest);
  return notes;
}

const maxDataBytes = 16;

function dataText(data: Uint8Array): string {
  const shown = Array.from(data.subarray(0, maxDataBytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return data.length > maxDataBytes ? `${shown} … (${String(data.length)} bytes)` : shown;
}

const syndromes: ReadonlyMap<string, SyndromeRegister> = new Map([
  ['arm_sea.esr', 'ESR_EL2'],
  ['debug.arch.hsr', 'ESR_EL2'],
]);

/** Bytes of the union that the selected member does not reach; KVM does not clear them. */
function leftOver(fields: readonly InspectedField[], bytes: Uint8Array): Note | undefined {
  const rest = fields.flatMap((field) => [field, ...field.children]).find(({ kind }) => kind === 'rest');
  if (rest === undefined || rest.type === 'raw bytes') return undefined;
  const start = Math.ceil(rest.offsetBits / 8);
  const end = Math.min(bytes.length, (rest.offsetBits + rest.sizeBits) / 8);
  let count = 0;
  let first = -1;
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0) continue;
    count += 1;
    if (first === -1) first = i;
  }
  if (count === 0) return undefined;
  const amount = counted(count, 'byte');
  const message = `${amount} of the union ${rest.type.replace(/^behind /, 'behind member ')} ${count === 1 ? 'is' : 'are'} not zero. ${count === 1 ? 'It belongs' : 'They belong'} to no member that this exit uses: the kernel leaves what an earlier exit, or the program, has put there.`;
  return note('info', 'left-over-bytes', { path: '', offsetBits: first * 8 }, message);
}

function regionNotes({ descriptor, fields }: Inspection): Note[] {
  const values = valuesOf(fields);
  const faults = memoryRegionFaults(
    (path) => values.get(path)?.value,
    descriptor.target,
    descriptor.type === firstRegion,
  );
  return faults.flatMap(({ path, text }) => {
    const field = values.get(path)?.field;
    return field === undefined
      ? []
      : [note('error', 'refused-value', field, `${text}: the kernel refuses it with EINVAL.`)];
  });
}

function eventNotes(inspection: Inspection): Note[] {
  const notes: Note[] = [];
  const values = valuesOf(inspection.fields);
  const data = values.get('exception.ext_dabt_pending');
  const instruction = values.get('exception.ext_iabt_pending');
  if (data !== undefined && instruction !== undefined && data.value !== 0n && instruction.value !== 0n) {
    const message =
      'ext_dabt_pending and ext_iabt_pending are both set: one instruction cannot have both aborts, and the kernel refuses it with EINVAL.';
    notes.push(note('error', 'contradictory-fields', instruction.field, message));
  }
  const pending = values.get('exception.serror_pending');
  const syndrome = values.get('exception.serror_esr');
  const hasSyndrome = values.get('exception.serror_has_esr');
  if (pending?.value === 0n && syndrome !== undefined && syndrome.value !== 0n && hasSyndrome?.value !== 0n) {
    const message = 'serror_esr is given, but serror_pending is 0: no SError is injected.';
    notes.push(note('info', 'ignored-value', syndrome.field, message));
  }
  const vector = values.get('exception.nr');
  const injected = values.get('exception.injected');
  if (vector !== undefined && injected !== undefined && injected.value !== 0n) {
    if (vector.value > 31n || vector.value === 2n) {
      const message = `exception.nr ${String(vector.value)} is no exception (${vector.value === 2n ? 'it is the NMI' : 'they end at 31'}): the kernel refuses it with EINVAL.`;
      notes.push(note('error', 'contradictory-fields', vector.field, message));
    }
  }
  return notes;
}
