/**
 * The state of one x86 processor as far as real mode needs it (Intel SDM volume 1, chapter 3; reset state volume 3, 10.1).
 *
 * Segments keep a base of their own, because the code segment after a reset starts at 0xffff0000 though its selector says
 * 0xf0000. Long mode and paging are left out.
 */

export const flagBits = {
  carry: 1,
  fixed: 2,
  parity: 4,
  auxiliary: 0x10,
  zero: 0x40,
  sign: 0x80,
  trap: 0x100,
  interrupt: 0x200,
  direction: 0x400,
  overflow: 0x800,
  resume: 0x1_0000,
  alignmentCheck: 0x4_0000,
} as const;

/** Numbers of the general registers in an instruction. */
export const registers = { ax: 0, cx: 1, dx: 2, bx: 3, sp: 4, bp: 5, si: 6, di: 7 } as const;

/** Numbers of the segment registers in an instruction. */
export const segments = { es: 0, cs: 1, ss: 2, ds: 3 } as const;

/** Order of the general registers in `struct kvm_regs`, which goes on with r8 … r15, rip and rflags. */
const kvmOrder = [0, 3, 1, 2, 6, 7, 4, 5] as const;

export interface DescriptorTable {
  base: number;
  limit: number;
}

interface Segment {
  selector: number;
  base: number;
}

export class X86Cpu {
  readonly general = new Uint32Array(8);
  readonly segments: Segment[] = [];
  rip = 0;
  flags: number = flagBits.fixed;
  cr0 = 0;
  cr2 = 0n;
  idt: DescriptorTable = { base: 0, limit: 0xffff };
  /** The user put the processor into protected or long mode, where code is not 16 bits wide. */
  wasGivenProtectedMode = false;

  constructor() {
    this.reset();
  }

  /** The state after RESET or INIT; the family in EDX is that of KVM's default processor. */
  reset(): void {
    this.general.fill(0);
    this.general[registers.dx] = 0x600;
    this.segments.length = 0;
    for (let index = 0; index < 6; index++) this.segments.push({ selector: 0, base: 0 });
    this.setSegment(segments.cs, 0xf000, 0xffff_0000);
    this.rip = 0xfff0;
    this.flags = flagBits.fixed;
    this.cr0 = 0x6000_0010;
    this.idt = { base: 0, limit: 0xffff };
    this.wasGivenProtectedMode = false;
  }

  get isProtected(): boolean {
    return (this.cr0 & 1) !== 0;
  }

  setSegment(number: number, selector: number, base: number = selector * 16): void {
    this.segments[number] = { selector, base };
  }

  segmentBase(number: number): number {
    return this.segments[number]?.base ?? 0;
  }

  /** A register of 1, 2 or 4 bytes; byte registers 4 … 7 are the high halves of 0 … 3. */
  read(number: number, size: number): number {
    const value = (size === 1 ? this.general[number & 3] : this.general[number]) ?? 0;
    if (size === 4) return value;
    return size === 2 ? value & 0xffff : (value >>> (number >= 4 ? 8 : 0)) & 0xff;
  }

  /** Writes part of a register; what is above it stays, in real mode always. */
  write(number: number, size: number, value: number): void {
    const index = size === 1 ? number & 3 : number;
    const shift = size === 1 && number >= 4 ? 8 : 0;
    const mask = size === 4 ? 0xffff_ffff : (((1 << (size * 8)) - 1) << shift) >>> 0;
    const old = this.general[index] ?? 0;
    this.general[index] = ((old & ~mask) | ((value << shift) & mask)) >>> 0;
  }

  /** `struct kvm_regs`, 144 bytes: rax rbx rcx rdx rsi rdi rsp rbp, r8 … r15, rip, rflags. */
  encodeRegisters(): Uint8Array {
    const bytes = new Uint8Array(144);
    const view = new DataView(bytes.buffer);
    for (const [index, register] of kvmOrder.entries()) view.setUint32(index * 8, this.general[register] ?? 0, true);
    view.setUint32(128, this.rip, true);
    view.setUint32(136, this.flags, true);
    return bytes;
  }

  /** The low halves of `struct kvm_regs`; bit 1 of the flags is always set. */
  decodeRegisters(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 144);
    for (const [index, register] of kvmOrder.entries()) this.general[register] = view.getUint32(index * 8, true);
    this.rip = view.getUint32(128, true);
    this.flags = view.getUint32(136, true) | flagBits.fixed;
  }

  snapshot(): () => void {
    const general = this.general.slice();
    const { rip, flags, cr0, idt } = this;
    const kept = this.segments.map((one) => ({ ...one }));
    return () => {
      this.general.set(general);
      this.segments.splice(0, this.segments.length, ...kept);
      this.rip = rip;
      this.flags = flags;
      this.cr0 = cr0;
      this.idt = idt;
    };
  }
}
