/**
 * JSON lines as a tracer writes them: one object per line, `op` says what it is.
 *
 * | op | what is read |
 * |---|---|
 * | `ioctl` | `fd` (`kvm`, `vm`, `vcpu`, …), `name`, `req`, and `arg` (a number), `id`/`val` (a register) or `in`/`out` (the buffer before and after, hexadecimal); `ret`, `errno`, `err`, `exit_reason`, `immediate_exit` |
 * | `kvm_run` | `hex`: the first bytes of a vCPU's shared page after KVM_RUN |
 * | `regs` | `regs`: name → `{id, val}` of registers read with KVM_GET_ONE_REG |
 * | others | left out: what the guest did, remarks, surroundings |
 *
 * Nothing is trusted: a value of the wrong type is as good as absent, and numbers come as text or as JSON numbers.
 */

import type { CapturedArgument, CapturedBuffer, CapturedCall, SkippedLine } from './call.ts';
import type { Descriptor } from './descriptors.ts';
import type { Line } from './lines.ts';
import type { StraceMember } from './strace-struct.ts';
import { counted } from '../diagnostic.ts';

export interface CapturedRegister {
  readonly name: string;
  readonly id: bigint;
  readonly value: bigint;
}

export type JsonlItem =
  | { readonly kind: 'call'; readonly call: CapturedCall; readonly step: string | undefined }
  | { readonly kind: 'kvm_run'; readonly line: number; readonly step: string | undefined; readonly bytes: Uint8Array }
  | {
      readonly kind: 'registers';
      readonly line: number;
      readonly step: string | undefined;
      readonly registers: readonly CapturedRegister[];
    }
  | ({ readonly kind: 'skipped' } & SkippedLine);

const kinds: ReadonlyMap<string, Descriptor['kind']> = new Map([
  ['kvm', 'system'],
  ['vm', 'vm'],
  ['vcpu', 'vcpu'],
  ['device', 'device'],
]);

/** Reads one line; `undefined` for a line that records no answer of the kernel. */
export function readJsonLine(line: Line): JsonlItem | undefined {
  if (line.text.trim() === '') return undefined;
  const skipped = (reason: string): JsonlItem => ({ kind: 'skipped', line: line.number, reason });
  if (line.cutBytes > 0) return skipped(`the line goes on for ${counted(line.cutBytes, 'byte')}`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(line.text, 'latin1').toString('utf8'));
  } catch (error) {
    return skipped(`no JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`);
  }
  const object = fieldsOf(json);
  if (object === undefined) return skipped('the line is no JSON object');
  const step = [textOf(object.get('scn')), textOf(object.get('step'))].filter((one) => one !== undefined).join('/');
  const at = { line: line.number, step: step === '' ? undefined : step };
  switch (object.get('op')) {
    case 'ioctl':
      return { kind: 'call', call: callOf(object, line.number), step: at.step };
    case 'kvm_run': {
      const bytes = hexOf(object.get('hex'));
      return bytes === undefined ? skipped('kvm_run without hex') : { kind: 'kvm_run', ...at, bytes };
    }
    case 'regs': {
      const registers = [...(fieldsOf(object.get('regs')) ?? [])].flatMap(([name, value]) => registerOf(name, value));
      return { kind: 'registers', ...at, registers };
    }
    default:
      return undefined;
  }
}

type Fields = ReadonlyMap<string, unknown>;

function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function callOf(object: Fields, line: number): CapturedCall {
  const fd = textOf(object.get('fd'));
  const name = textOf(object.get('name'));
  const number = integerOf(object.get('req'));
  const result = integerOf(object.get('ret'));
  const error = textOf(object.get('err'));
  const exitReason = integerOf(object.get('exit_reason'));
  const immediateExit = integerOf(object.get('immediate_exit'));
  return {
    line,
    process: undefined,
    time: undefined,
    descriptor: {
      number: undefined,
      kind: fd === undefined ? 'unknown' : (kinds.get(fd) ?? 'other'),
      name: fd,
      evidence: 'said by the capture',
    },
    request: {
      number: number === undefined ? undefined : Number(BigInt.asUintN(32, number)),
      parts: undefined,
      names: name === undefined ? [] : [name],
      text: name ?? textOf(object.get('req')) ?? '',
    },
    argument: argumentOf(object),
    result,
    errno: error === undefined || error === '' ? undefined : error,
    exitReason: exitReason === undefined ? undefined : String(exitReason),
    ...(immediateExit === undefined ? {} : { immediateExit: immediateExit !== 0n }),
    durationSeconds: undefined,
  };
}

function argumentOf(object: Fields): CapturedArgument {
  const buffers: CapturedBuffer[] = [];
  const before = hexOf(object.get('in'));
  const after = hexOf(object.get('out'));
  const size = integerOf(object.get('size'));
  const isShort = (bytes: Uint8Array): boolean => size !== undefined && BigInt(bytes.length) < size;
  if (before !== undefined) buffers.push({ moment: 'before', bytes: before, isTruncated: isShort(before) });
  if (after !== undefined) buffers.push({ moment: 'after', bytes: after, isTruncated: isShort(after) });
  if (buffers.length > 0) return { kind: 'buffers', buffers };
  const id = integerOf(object.get('id'));
  if (id !== undefined) return registerArgument(id, integerOf(object.get('val')));
  const value = integerOf(object.get('arg'));
  if (value !== undefined) return { kind: 'number', value };
  const pointer = textOf(object.get('ptr'));
  return pointer === undefined ? { kind: 'none' } : { kind: 'text', text: pointer };
}

/** A register read or written alone: tracers record its id and value, not the record that points to the value. */
function registerArgument(id: bigint, value: bigint | undefined): CapturedArgument {
  const member = (path: string, content: bigint): StraceMember => ({
    path,
    text: `0x${content.toString(16)}`,
    value: content,
  });
  const members = [member('id', id), ...(value === undefined ? [] : [member('value', value)])];
  return { kind: 'members', members, isComplete: true };
}

function registerOf(name: string, value: unknown): CapturedRegister[] {
  const fields = fieldsOf(value);
  const id = integerOf(fields?.get('id'));
  const content = integerOf(fields?.get('val'));
  return id === undefined || content === undefined ? [] : [{ name, id, value: content }];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string' || !/^-?(?:0x[0-9a-fA-F]{1,16}|\d{1,20})$/.test(value)) return undefined;
  return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value);
}

function hexOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(value)) return undefined;
  return Buffer.from(value, 'hex');
}
