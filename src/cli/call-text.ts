/** A decoded call as text: one line that says what was asked and answered, and the record below it. */

import type { Reading } from '../capture/reading.ts';
import type { DecodedField } from '../codec/decode-json.ts';
import type { Note } from '../codec/inspect.ts';
import { printable } from '../diagnostic.ts';
import { renderHexdump, renderNotes } from '../report/hexdump.ts';
import { requestWords } from './request-words.ts';

/** What one line of a log was decoded to: an object of `uabi decode --format json`, and where it stood. */
export interface StreamObject {
  readonly schemaVersion: 1;
  readonly source: { readonly line: number; readonly step?: string };
  readonly type: string | null;
  readonly variant: string | null;
  readonly target: string;
  readonly sizeBytes: number;
  readonly fields: readonly (Omit<DecodedField, 'offsetBytes' | 'sizeBytes'> & {
    readonly offsetBytes: number | null;
    readonly sizeBytes: number | null;
  })[];
  readonly notes: readonly Note[];
  readonly trailingBytes: number;
  readonly missingBytes: number;
  readonly bytes?: string;
  readonly moment?: 'before' | 'after';
  readonly call?: {
    readonly request: string;
    readonly number: string | null;
    readonly alternatives?: readonly string[];
    readonly descriptor: {
      readonly number: number | null;
      readonly kind: string;
      readonly name: string | null;
      readonly evidence: string;
    };
    readonly argument: string | null;
    /** `KVM_CAP_ARM_PSCI` for the number a program asked for. */
    readonly argumentMeaning?: string;
    readonly result: string | null;
    readonly errno: string | null;
    readonly exitReason: string | null;
    readonly process: number | null;
    readonly time: string | null;
  };
  readonly registers?: readonly {
    readonly name: string;
    readonly id: string;
    readonly value: string;
    readonly meaning: string;
  }[];
  readonly reading?: Reading;
}

const descriptorWords: Readonly<Record<string, string>> = {
  system: '/dev/kvm',
  vm: 'the VM',
  vcpu: 'a vCPU',
  device: 'a device',
  other: 'another file',
  unknown: 'an unknown descriptor',
};

const errnoWords: Readonly<Record<string, string>> = {
  EINVAL: ' (the kernel refuses it: no such request here, or values it does not take)',
  ENOTTY: ' (no such request on this descriptor)',
  EFAULT: ' (the address cannot be read or written)',
  ENOEXEC: ' (the virtual CPU has not been initialised)',
  EINTR: ' (interrupted)',
  ENOENT: ' (no such thing)',
  EEXIST: ' (there is one already)',
  EBADF: ' (no such descriptor)',
  EIO: ' (another process owns it)',
  E2BIG: ' (more than the buffer has room for)',
  ENOSPC: ' (no room left)',
  EPERM: ' (not allowed)',
  ENXIO: ' (no such device or address)',
  ENOSYS: ' (not supported)',
};

/** The call and its record, as lines. */
export function callText(object: StreamObject): string {
  const lines = [headline(object)];
  if (object.registers !== undefined) {
    for (const { name, value, meaning } of object.registers) lines.push(`  ${name} = ${value}  ${meaning}`);
  } else if (object.reading !== undefined) {
    const version = object.variant === null ? '' : `#${object.variant}`;
    const when = object.moment === 'before' ? 'given to the kernel' : 'written by the kernel';
    lines.push(`  ${object.type ?? ''}${version}, ${when}:`);
    const bytes = Buffer.from(object.bytes ?? '', 'hex');
    for (const line of renderHexdump(object.reading.inspection, bytes)) lines.push(`  ${line}`);
  } else {
    for (const { path, value } of object.fields) lines.push(`  ${path} = ${String(value)}`);
  }
  for (const line of renderNotes(object.notes)) lines.push(`  ${line}`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function headline({ source, call, type, registers }: StreamObject): string {
  const place = `line ${String(source.line)}${source.step === undefined ? '' : ` (${source.step})`}`;
  if (call === undefined)
    return `${place}: ${registers === undefined ? `${type ?? 'a record'} after the run` : 'registers'}`;
  const who = call.process === null ? '' : `process ${String(call.process)}, `;
  const number = call.descriptor.number === null ? '' : ` (fd ${String(call.descriptor.number)})`;
  const on = call.descriptor.name ?? descriptorWords[call.descriptor.kind] ?? call.descriptor.kind;
  const words = requestWords(call.request, call.argumentMeaning ?? call.argument);
  const meaning = words === undefined ? '' : ` ${words}`;
  const maybe = call.alternatives === undefined ? '' : ` (or ${call.alternatives.join(', ')}: the number is the same)`;
  return `${place}: ${who}${on}${number}: ${call.request}${maybe}${meaning} → ${answer(call)}`;
}

function answer({ result, errno, exitReason, request }: NonNullable<StreamObject['call']>): string {
  if (result === null) return 'never returned';
  const exit = exitReason === null ? '' : `, exit reason ${exitReason}`;
  if (errno !== null) return `failed: ${errno}${errnoWords[errno] ?? ''}${request === 'KVM_RUN' ? exit : ''}`;
  return `${result}${exit}`;
}
