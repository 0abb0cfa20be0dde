/**
 * One captured call, or one copied page, as an entry of the decoded log: the object that text and JSON are written from.
 *
 * Of a buffer, the sides that carry something become entries of their own: what the program gave, what the kernel wrote. Where the
 * log holds no bytes, the entry says what is known of the record and that the rest is not there.
 */

import type { CapturedBuffer, CapturedCall } from '../../capture/call.ts';
import type { Reading } from '../../capture/reading.ts';
import { infoNote } from '../../capture/version-choice.ts';
import { decodedRecord } from '../../codec/decode-json.ts';
import type { Note } from '../../codec/inspection.ts';
import type { RecordDescriptor } from '../../codec/record-descriptor.ts';
import { counted } from '../../diagnostic.ts';
import type { CallMeaning, CallRecords } from './call-records.ts';
import type { LogEntry } from './log-entry.ts';
import { memberField } from './named-members.ts';

/** An entry that carries no record. */
export function emptyEntry(target: string, line: number, step: string | undefined): LogEntry {
  return {
    schemaVersion: 1,
    source: { line, ...(step === undefined ? {} : { step }) },
    type: null,
    variant: null,
    target,
    sizeBytes: 0,
    fields: [],
    notes: [],
    trailingBytes: 0,
    missingBytes: 0,
  };
}

/** What a call asked and what the kernel answered, with names for numbers. */
export function describeCall(
  call: CapturedCall,
  meaning: CallMeaning,
  records: CallRecords,
): NonNullable<LogEntry['call']> {
  const { argument, descriptor } = call;
  const { name, number, alternatives } = meaning;
  const asksCapability = name === 'KVM_CHECK_EXTENSION' && argument.kind === 'number';
  const capability = asksCapability ? records.constantName('KVM_CAP_', argument.value) : undefined;
  const reason = /^\d+$/.test(call.exitReason ?? '')
    ? records.constantName('KVM_EXIT_', BigInt(call.exitReason ?? ''))
    : undefined;
  const isRefused = call.errno === 'EINVAL' || call.errno === 'ENOTTY' || call.errno === 'EPERM';
  const why = isRefused ? records.whyUnknown(call, meaning) : undefined;
  return {
    request: name,
    number: number === undefined ? null : `0x${number.toString(16).padStart(8, '0')}`,
    ...(alternatives.length === 0 ? {} : { alternatives }),
    descriptor: {
      number: descriptor.number ?? null,
      kind: descriptor.kind,
      name: descriptor.name ?? null,
      ...(descriptor.label === undefined ? {} : { label: descriptor.label }),
      evidence: descriptor.evidence,
    },
    argument: argument.kind === 'number' ? hexText(argument.value) : argument.kind === 'text' ? argument.text : null,
    ...(argument.kind === 'number' && argument.isCut === true ? { isArgumentCut: true } : {}),
    ...(capability === undefined ? {} : { argumentMeaning: capability }),
    result: call.result === undefined ? null : String(call.result),
    errno: call.errno ?? null,
    exitReason: reason ?? call.exitReason ?? null,
    ...(call.immediateExit === undefined ? {} : { immediateExit: call.immediateExit }),
    ...(why === undefined ? {} : { why }),
    ...(call.made === undefined ? {} : { madeLabel: call.made }),
    process: call.process ?? null,
    time: call.time ?? null,
  };
}

/** The sides of the buffer that carry something: what the program gave, what the kernel wrote. */
export function tellingBuffers(call: CapturedCall, { declaration }: CallMeaning): readonly CapturedBuffer[] {
  if (call.argument.kind !== 'buffers') return [];
  const { buffers } = call.argument;
  const direction = declaration?.carries ?? declaration?.direction ?? 'readwrite';
  const before = buffers.find(({ moment }) => moment === 'before');
  const after = buffers.find(({ moment }) => moment === 'after');
  const wasWritten = after !== undefined && (before === undefined || !Buffer.from(after.bytes).equals(before.bytes));
  const given = direction === 'read' ? undefined : before;
  const written = direction === 'write' || (call.errno !== undefined && !wasWritten) ? undefined : after;
  return [given, written].filter((one) => one !== undefined);
}

/** The entry with a record that was read from bytes. */
export function withRecord(
  entry: LogEntry,
  reading: Reading,
  bytes: Uint8Array,
  moment: 'before' | 'after',
  isTruncated = false,
): LogEntry {
  const notes = isTruncated ? [cutNote(bytes), ...reading.notes] : reading.notes;
  return { ...entry, ...decodedRecord(reading.inspection, bytes), notes, moment, reading: { ...reading, notes } };
}

function cutNote({ length }: Uint8Array): Note {
  const message = `The capture was cut after ${counted(length, 'byte')}; what follows was not recorded.`;
  return { severity: 'error', path: null, offsetBytes: length, rule: 'capture-cut', message };
}

/** A call whose record's bytes were not recorded: what is known of them by name, and that the rest is not there. */
export function withoutBytes(entry: LogEntry, call: CapturedCall, descriptor: RecordDescriptor | undefined): LogEntry {
  if (descriptor === undefined) return entry;
  const { argument } = call;
  const known = {
    ...entry,
    type: descriptor.type,
    variant: descriptor.variant ?? null,
    sizeBytes: descriptor.sizeBytes,
  };
  if (argument.kind === 'members') {
    const message = argument.isComplete ? 'Members by name; the capture holds no bytes.' : 'strace left members out.';
    return {
      ...known,
      fields: argument.members.map(({ path, text, value }) =>
        memberField(descriptor, path, value === undefined ? text : hexText(value)),
      ),
      notes: [infoNote(argument.isComplete ? 'members-by-name' : 'members-left-out', message)],
    };
  }
  if (argument.kind === 'buffers') {
    const message = `The call failed with ${call.errno ?? 'an error'} and the kernel wrote nothing.`;
    return { ...known, notes: [infoNote('nothing-written', message)] };
  }
  const message = 'The capture holds the address of the record only, not its bytes.';
  return { ...known, missingBytes: descriptor.sizeBytes, notes: [infoNote('bytes-not-captured', message)] };
}

/** A number as JSON has it. */
export function hexText(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
