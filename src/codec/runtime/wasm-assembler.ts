/**
 * Just enough of the WebAssembly binary format (core specification 2.0, chapter 5) to build a module of one function over
 * one imported memory: `run(count: i32)`. Code is a list of bytes; the named opcodes are the only ones used here.
 */

export const op = {
  loop: 0x03,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Load8: 0x2d,
  i32Load16: 0x2f,
  i64Load8: 0x31,
  i64Load16: 0x33,
  i64Load32: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  i64Ne: 0x52,
  i32Add: 0x6a,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  i64Or: 0x84,
} as const;

/** Size of a page of WebAssembly memory. */
export const pageBytes = 65_536;

const i32 = 0x7f;
const emptyBlock = 0x40;

/** An unsigned integer in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** A signed integer of up to 64 bits in LEB128. */
export function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    const isLast = rest >= -64n && rest < 64n;
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

/** A load or store at a constant offset from the address on the stack; alignment is a hint, and none is given. */
export function access(opcode: number, offset: number): number[] {
  return [opcode, 0, ...unsigned(offset)];
}

/** Repeats `body` as long as it leaves something else than zero on the stack; at least once. */
export function repeat(body: readonly number[]): number[] {
  return [op.loop, emptyBlock, ...body, op.brIf, 0, op.end];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...Array.from(value, (letter) => letter.charCodeAt(0))];
}

/** A module that imports `env.memory` and exports `run`, whose parameter is local 0; the other locals are i32. */
export function moduleOf(localCount: number, body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [1, ...unsigned(localCount), i32, ...body, op.end];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, i32, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('run'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
