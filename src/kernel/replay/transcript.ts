/**
 * Transcripts: what a real kernel answered to a program that drove it through KVM, one JSON object a line.
 *
 * `ioctl` lines carry the request, its input and every answer; `kvm_run`, `regs`, `guest_mem`, `guest_result` and `mem` show
 * state after a call; `guest_code` says what was put into guest memory; `note` tells in words what the program did between
 * calls. Anything else (`env`, `kmsg`, `end`) is surroundings.
 */

import type { Diagnostic } from '../../diagnostic.ts';

export interface TranscriptRecord {
  readonly i: number;
  readonly scenario: string;
  readonly step: string;
  readonly op: string;
  /** The whole object, for the members an op has of its own. */
  readonly members: ReadonlyMap<string, unknown>;
}

export interface Transcript {
  readonly records: readonly TranscriptRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a transcript. A line that is no record is reported and left out; it never throws. */
export function parseTranscript(text: string, file: string): Transcript {
  const records: TranscriptRecord[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const record = parseLine(line);
    if (typeof record !== 'string') {
      records.push(record);
      continue;
    }
    diagnostics.push({
      severity: 'error',
      code: 'transcript-line',
      message: record,
      location: { file, line: index + 1, column: 1 },
    });
  }
  return { records, diagnostics };
}

function parseLine(line: string): TranscriptRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `This line is no JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'This line holds no JSON object.';
  const members = new Map<string, unknown>(Object.entries(value));
  const i = members.get('i');
  const op = members.get('op');
  if (typeof i !== 'number' || typeof op !== 'string') return 'A record needs a number "i" and a text "op".';
  return { i, scenario: text(members, 'scn') ?? '', step: text(members, 'step') ?? '', op, members };
}

export function text(members: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = members.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function integer(members: ReadonlyMap<string, unknown>, name: string): number | undefined {
  const value = members.get(name);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** A number written as text (`"0xae80"`). */
export function hexNumber(members: ReadonlyMap<string, unknown>, name: string): bigint | undefined {
  const value = text(members, name);
  return value !== undefined && /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value) ? BigInt(value) : undefined;
}

/** Bytes written as hexadecimal digits. */
export function hexBytes(members: ReadonlyMap<string, unknown>, name: string): Uint8Array | undefined {
  const value = text(members, name);
  return value !== undefined && /^([0-9a-f]{2})*$/i.test(value) ? bytesOfHex(value) : undefined;
}

export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

export function hexOfBytes(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
