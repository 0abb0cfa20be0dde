/**
 * KVM_RUN on x86 (arch/x86/kvm/x86.c, vcpu_run): deliver what waits, execute, leave when the user has to do something.
 *
 * Guests run in real mode. An access the user has to complete is remembered, and finished at the start of the next run, also
 * of one that ends at once because of `immediate_exit`.
 */

import { errno } from '../errno.ts';
import type { MemorySlots } from '../memory-slots.ts';
import { pageSize } from '../user-memory.ts';
import { x86MachineCapabilities } from './capabilities.ts';
import { flagBits, registers, segments, X86Cpu } from './cpu.ts';
import { execute, type Outcome, type PortInput } from './execute.ts';
import { GuestMemory } from './guest-memory.ts';
import { factsOf, type X86Host, type X86HostFacts } from './host.ts';
import { X86RunPage, x86ExitReasons } from './run-page.ts';
import { X86VcpuEvents } from './vcpu-events.ts';

export interface X86RunResult {
  readonly result: number;
  /** Why the simulation stopped where a kernel would have gone on. */
  readonly note?: string;
}

/** Where the machine's memory and switches are. */
export interface X86MachineState {
  readonly slots: MemorySlots;
  readonly switches: Map<number, bigint>;
}

/** How an access goes on once the user has done its part. */
type Unfinished =
  | { readonly kind: 'skip'; readonly length: number }
  | { readonly kind: 'input'; readonly input: PortInput; readonly length: number }
  | { readonly kind: 'memory-read'; readonly size: number }
  | { readonly kind: 'msr'; readonly isWrite: boolean };

const instructionBudget = 100_000;
const exitReasonIntr = 10;
const guestDebug = { enable: 1, singleStep: 2 } as const;
const vectors = { invalidOpcode: 6, generalProtection: 13, pageFault: 14 } as const;
const msrUnknown = 2;
/** SVM_EXIT_NPF and the error code of a fetch from a page that is not there. */
const nestedPageFault = { reason: 0x400n, fetchError: 0x1_0000_0014n } as const;
/** What kvm_pvm reports as the reason of every exit its emulator handles. */
const pvmExitReason = 0x1000n;
const notAfterShutdown = 'What an AMD processor does after SHUTDOWN is not simulated';

export class X86Vcpu {
  readonly id: number;
  readonly cpu = new X86Cpu();
  readonly events: X86VcpuEvents;
  /** kvm_run, the page of port data, the ring of coalesced MMIO. */
  readonly shared = new Uint8Array(3 * pageSize);
  readonly run = new X86RunPage(this.shared);
  guestDebug = 0;
  readonly #host: X86Host;
  readonly #facts: X86HostFacts;
  readonly #machine: X86MachineState;
  readonly #memory: GuestMemory;
  #unfinished: Unfinished | undefined;
  #wasShadowed = false;
  #hasShutDown = false;

  constructor(id: number, host: X86Host, machine: X86MachineState) {
    this.id = id;
    this.#host = host;
    this.#facts = factsOf(host.vendor);
    this.#machine = machine;
    this.#memory = new GuestMemory(machine.slots);
    this.events = new X86VcpuEvents(host, machine.switches);
  }

  /** KVM_RUN. `signalArmed`: a signal will interrupt a guest that never leaves by itself. */
  enter(signalArmed: boolean): X86RunResult {
    this.#complete();
    const outcome = this.run.immediateExit ? { result: -errno.EINTR } : this.#runGuest(signalArmed);
    this.run.finish({ isInterruptFlagSet: this.#isInterruptFlagSet, isReady: this.#isWindowOpen });
    return outcome;
  }

  get #isInterruptFlagSet(): boolean {
    return (this.cpu.flags & flagBits.interrupt) !== 0;
  }

  get #isWindowOpen(): boolean {
    return this.#isInterruptFlagSet && !this.events.isShadowed && !this.events.hasInterrupt;
  }

  /** The emulator looks for a window only before it fetches the next batch: an instruction later. */
  get #opensWindow(): boolean {
    return this.run.wantsInterruptWindow && this.#isWindowOpen && !(this.#facts.emulatesRealMode && this.#wasShadowed);
  }

  #leave(reason: number): X86RunResult {
    this.run.exitReason = reason;
    return { result: 0 };
  }

  #runGuest(signalArmed: boolean): X86RunResult {
    if (this.#facts.emulatesRealMode && this.#machine.slots.isEmpty) return { result: -errno.ENOSPC };
    this.run.exitReason = 0;
    if (this.events.takeTripleFault()) return this.#shutDown();
    if (this.#hasShutDown) return { result: -errno.ENOSYS, note: notAfterShutdown };
    if (this.cpu.wasGivenProtectedMode) return { result: -errno.ENOSYS, note: 'x86 guests run in real mode only' };
    for (let count = 0; count < instructionBudget; count++) {
      const failed = this.#deliver();
      if (failed !== undefined) return failed;
      if (this.#opensWindow) return this.#leave(x86ExitReasons.IRQ_WINDOW_OPEN);
      const exit = this.#step();
      if (exit !== undefined) return exit;
    }
    if (!signalArmed) {
      return { result: -errno.ENOSYS, note: 'The guest spins, and no signal is armed: a kernel would not return' };
    }
    this.run.exitReason = exitReasonIntr;
    return { result: -errno.EINTR };
  }

  /** One instruction. Answers how the run ends, or nothing if it goes on. */
  #step(): X86RunResult | undefined {
    const { cpu, events } = this;
    const restore = cpu.snapshot();
    this.#memory.begin();
    const outcome = execute(cpu, this.#memory);
    const { missing } = this.#memory;
    if (outcome.kind === 'no-code') {
      restore();
      return this.#failEmulation(outcome.address);
    }
    if (missing !== undefined) {
      restore();
      this.run.setMmio(BigInt(missing.address), missing.size, undefined);
      this.#unfinished = { kind: 'memory-read', size: missing.size };
      return { result: 0 };
    }
    const write = this.#memory.commit();
    if (outcome.kind !== 'done') return this.#handle(outcome);
    this.#wasShadowed = events.isShadowed;
    events.isShadowed = outcome.holdsInterrupts === true;
    if (outcome.endsNmi === true) events.endNmi();
    if (write !== undefined) {
      this.run.setMmio(BigInt(write.address), write.size, BigInt(write.value));
      return { result: 0 };
    }
    const steps = guestDebug.enable | guestDebug.singleStep;
    if ((this.guestDebug & steps) !== steps) return undefined;
    this.run.setSingleStep(cpu.rip, this.#facts.emulatesRealMode ? undefined : 0x400n);
    return { result: 0 };
  }

  #handle(outcome: Exclude<Outcome, { kind: 'done' | 'no-code' }>): X86RunResult | undefined {
    const { run, events } = this;
    switch (outcome.kind) {
      case 'out': {
        const { port, size, value, length } = outcome;
        for (let index = 0; index < size; index++) run.portData(size)[index] = (value >>> (index * 8)) & 0xff;
        run.setPort({ isOut: true, port, size, count: 1 });
        if (this.#facts.emulatesRealMode) this.#skip(length);
        else this.#unfinished = { kind: 'skip', length };
        return { result: 0 };
      }
      case 'in': {
        const { input, length } = outcome;
        run.portData(input.size * input.count).fill(0);
        run.setPort({ isOut: false, ...input });
        this.#unfinished = { kind: 'input', input, length };
        return { result: 0 };
      }
      case 'hlt':
        this.#skip(1);
        return this.#leave(x86ExitReasons.HLT);
      case 'exception':
        events.queueException(outcome.vector);
        return undefined;
      case 'software-interrupt':
        // INT3 is one byte, INT n two; the return address is the next instruction's.
        this.#skip(outcome.vector === 3 ? 1 : 2);
        // The emulator enters the handler by itself; a processor's delivery passes through KVM's books.
        if (this.#facts.emulatesRealMode && !this.cpu.isProtected) return this.#enterRealModeHandler(outcome.vector);
        events.queueInterrupt(outcome.vector, true);
        return undefined;
      case 'msr':
        return this.#leaveForMsr(outcome.isWrite);
      case 'unknown':
        return { result: -errno.ENOSYS, note: outcome.note };
      default:
        return outcome satisfies never;
    }
  }

  #skip(length: number): void {
    this.cpu.rip = (this.cpu.rip + length) & 0xffff;
  }

  /** Delivers what waits. Answers how the run ends if that is impossible. */
  #deliver(): X86RunResult | undefined {
    const { cpu } = this;
    const event = this.events.takeNext();
    if (event === undefined) return undefined;
    if (event.payload !== undefined && event.vector === vectors.pageFault) cpu.cr2 = event.payload;
    const entrySize = cpu.isProtected ? 8 : 4;
    const isChecked = cpu.isProtected || !this.#facts.emulatesRealMode;
    // No entry for the exception, none for the fault that follows, none for the double fault.
    if (isChecked && event.vector * entrySize + entrySize - 1 > cpu.idt.limit) {
      return this.#facts.emulatesRealMode
        ? { result: -errno.ENOSYS, note: 'What kvm_pvm does with a fault in protected mode is not simulated' }
        : this.#shutDown();
    }
    if (cpu.isProtected) return { result: -errno.ENOSYS, note: 'Exceptions in protected mode are not simulated' };
    return this.#enterRealModeHandler(event.vector);
  }

  /** FLAGS, CS and IP go onto the stack, the handler's address comes out of the table (SDM volume 3, 21.1.4). */
  #enterRealModeHandler(vector: number): X86RunResult | undefined {
    const { cpu } = this;
    this.#memory.begin();
    const entry = cpu.idt.base + vector * 4;
    const offset = this.#memory.read(entry, 2);
    const selector = this.#memory.read(entry + 2, 2);
    if (this.#memory.missing !== undefined) {
      return { result: -errno.ENOSYS, note: "Interrupt tables outside the guest's memory are not simulated" };
    }
    const stack = cpu.segmentBase(segments.ss);
    let top = cpu.read(registers.sp, 2);
    for (const value of [cpu.flags & 0xffff, cpu.segments[segments.cs]?.selector ?? 0, cpu.rip]) {
      top = (top - 2) & 0xffff;
      this.#memory.write(stack + top, 2, value);
    }
    cpu.write(registers.sp, 2, top);
    this.#memory.commit();
    const cleared = flagBits.interrupt | flagBits.trap | flagBits.alignmentCheck | flagBits.resume;
    cpu.flags = (cpu.flags & ~cleared) >>> 0;
    cpu.setSegment(segments.cs, selector);
    cpu.rip = offset;
    return undefined;
  }

  /** A triple fault. AMD's processor leaves nothing defined, so KVM puts it through INIT. */
  #shutDown(): X86RunResult {
    if (this.#host.vendor === 'svm') {
      this.cpu.reset();
      this.events.reset();
      this.#hasShutDown = true;
    }
    return this.#leave(x86ExitReasons.SHUTDOWN);
  }

  /** Code outside every slot cannot be emulated: an internal error, and #UD if the guest is run again. */
  #failEmulation(address: number): X86RunResult {
    if (this.#facts.emulatesRealMode) {
      this.run.setEmulationFailure([0n, pvmExitReason, 0n, 0n, 0n, 0n]);
      return { result: 0 };
    }
    if (this.#host.vendor === 'vmx') {
      return { result: -errno.ENOSYS, note: 'How kvm-intel reports a failed emulation is not simulated' };
    }
    const { reason, fetchError } = nestedPageFault;
    this.run.setEmulationFailure([0n, reason, fetchError, BigInt(address), 0n, 0n]);
    this.events.queueException(vectors.invalidOpcode);
    return { result: 0 };
  }

  #leaveForMsr(isWrite: boolean): X86RunResult | undefined {
    const { cpu } = this;
    const index = cpu.read(registers.cx, 4);
    if (isPossiblyKnownMsr(index)) {
      return { result: -errno.ENOSYS, note: `The MSR 0x${index.toString(16)} is not simulated` };
    }
    const reasons = this.#machine.switches.get(x86MachineCapabilities.userSpaceMsr) ?? 0n;
    if ((reasons & BigInt(msrUnknown)) === 0n) {
      this.events.queueException(vectors.generalProtection);
      return undefined;
    }
    const data = (BigInt(cpu.read(registers.dx, 4)) << 32n) | BigInt(cpu.read(registers.ax, 4));
    this.run.setMsr(isWrite, msrUnknown, index, isWrite ? data : 0n);
    this.#unfinished = { kind: 'msr', isWrite };
    return { result: 0 };
  }

  #complete(): void {
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    switch (unfinished?.kind) {
      case undefined:
        break;
      case 'skip':
        this.#skip(unfinished.length);
        break;
      case 'input':
        this.#completeInput(unfinished.input, unfinished.length);
        break;
      case 'memory-read':
        this.#memory.answer(Number(this.run.mmioData(unfinished.size)));
        break;
      case 'msr':
        this.#completeMsr(unfinished.isWrite);
        break;
      default:
        unfinished satisfies never;
    }
  }

  #completeInput({ size, count, isString }: PortInput, length: number): void {
    const { cpu } = this;
    const data = this.run.portData(size * count);
    if (!isString) {
      let value = 0;
      for (const [index, byte] of data.entries()) value += byte * 2 ** (index * 8);
      cpu.write(registers.ax, size, value);
      this.#skip(length);
      return;
    }
    const isDown = (cpu.flags & flagBits.direction) !== 0;
    this.#memory.begin();
    for (let index = 0; index < count; index++) {
      const at = cpu.read(registers.di, 2);
      for (let byte = 0; byte < size; byte++) {
        this.#memory.write(cpu.segmentBase(segments.es) + at + byte, 1, data[index * size + byte] ?? 0);
      }
      cpu.write(registers.di, 2, at + (isDown ? -size : size));
      cpu.write(registers.cx, 2, cpu.read(registers.cx, 2) - 1);
    }
    this.#memory.commit();
    // With counts left the instruction starts again; without REP, or at the end, it is over.
    if (cpu.read(registers.cx, 2) === 0) this.#skip(length);
  }

  #completeMsr(isWrite: boolean): void {
    const { cpu, run } = this;
    if (run.msrError) {
      this.events.queueException(vectors.generalProtection);
      return;
    }
    if (!isWrite) {
      cpu.write(registers.ax, 4, Number(run.msrData & 0xffff_ffffn));
      cpu.write(registers.dx, 4, Number(run.msrData >> 32n));
    }
    this.#skip(2);
  }
}

/** Ranges in which KVM knows some MSRs: architectural, paravirtual, AMD's. */
function isPossiblyKnownMsr(index: number): boolean {
  const inRange = (first: number, last: number): boolean => index >= first && index <= last;
  return (
    inRange(0, 0x1fff) ||
    inRange(0x4000_0000, 0x4000_1fff) ||
    inRange(0x4b56_4d00, 0x4b56_4dff) ||
    inRange(0xc000_0080, 0xc000_0104) ||
    inRange(0xc001_0000, 0xc001_ffff)
  );
}
