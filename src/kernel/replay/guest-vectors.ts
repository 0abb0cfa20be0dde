/**
 * The exception vectors the recording program gives its guests. Transcripts name only their length (2124 bytes); this is the
 * code, found from what it leaves in memory, in the registers and on the stack.
 *
 * Each of the sixteen vectors saves x0 and x1 on the stack, loads its own offset into x0 and branches to one routine at
 * +0x800. That stores, from 0x40002000 on: vector, ESR, FAR, ELR, SPSR, ISR, x0 … x3; writes the vector to the "done"
 * address 0x09000000, which is an MMIO exit; and stays there.
 */

const vectorCount = 16;
const vectorSize = 0x80;
const routine = 0x800;

/** stp x0, x1, [sp, #-16]! */
const saveTwo = 0xa9bf_07e0;

const routineWords: readonly number[] = [
  0xd284_0001, // mov  x1, #0x2000
  0xf2a8_0001, // movk x1, #0x4000, lsl #16
  0xa904_0c22, // stp  x2, x3, [x1, #64]
  0xf900_0020, // str  x0, [x1]
  0xd538_5202, // mrs  x2, esr_el1
  0xf900_0422, // str  x2, [x1, #8]
  0xd538_6002, // mrs  x2, far_el1
  0xf900_0822, // str  x2, [x1, #16]
  0xd538_4022, // mrs  x2, elr_el1
  0xf900_0c22, // str  x2, [x1, #24]
  0xd538_4002, // mrs  x2, spsr_el1
  0xf900_1022, // str  x2, [x1, #32]
  0xd538_c102, // mrs  x2, isr_el1
  0xf900_1422, // str  x2, [x1, #40]
  0xa8c1_0fe2, // ldp  x2, x3, [sp], #16
  0xa903_0c22, // stp  x2, x3, [x1, #48]
  0xd2a1_2002, // mov  x2, #0x09000000
  0xb900_0040, // str  w0, [x2]
  0x1400_0000, // b    .
];

/** The vector table, to be put where VBAR_EL1 points. */
export function guestVectors(): Uint8Array {
  const bytes = new Uint8Array(routine + routineWords.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < vectorCount; index++) {
    const at = index * vectorSize;
    view.setUint32(at, saveTwo, true);
    // movz x0, #at
    view.setUint32(at + 4, (0xd280_0000 | (at << 5)) >>> 0, true);
    view.setUint32(at + 8, (0x1400_0000 | ((routine - at - 8) / 4)) >>> 0, true);
  }
  for (const [index, word] of routineWords.entries()) view.setUint32(routine + index * 4, word, true);
  return bytes;
}
