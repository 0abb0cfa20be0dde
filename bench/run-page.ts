/**
 * A 2352-byte `struct kvm_run` that stopped for an MMIO access.
 *
 * `decode` reads the small numbers and keeps the page; the 64-bit numbers, the arm of the union and the registers wait until
 * somebody asks. The libraries read everything at once (all of them leave the synchronised registers as bytes). So there is a
 * row in which everything they read is asked for as well.
 */

import { Parser } from 'binary-parser';
import * as r from 'restructure';
import { KvmRun } from './compiled.ts';
import { compare, type Row } from './measure.ts';

const bytes = new Uint8Array(2352);
bytes.set([6], 8);
bytes.set([0, 0, 0, 0x0a, 0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 4, 0, 0, 0, 1], 32);
const nodeBuffer = Buffer.from(bytes);
const view = new DataView(bytes.buffer);

const parser = new Parser()
  .uint8('request_interrupt_window')
  .uint8('immediate_exit')
  .buffer('padding1', { length: 6 })
  .uint32le('exit_reason')
  .uint8('ready_for_interrupt_injection')
  .uint8('if_flag')
  .uint16le('flags')
  .uint64le('cr8')
  .uint64le('apic_base')
  .choice('union', {
    tag: 'exit_reason',
    choices: {
      6: new Parser()
        .uint64le('phys_addr')
        .buffer('data', { length: 8 })
        .uint32le('len')
        .uint8('is_write')
        .buffer('rest', { length: 235 }),
    },
    defaultChoice: new Parser().buffer('raw', { length: 256 }),
  })
  .uint64le('kvm_valid_regs')
  .uint64le('kvm_dirty_regs')
  .buffer('s', { length: 2048 });

const peers = r as unknown as Readonly<Record<'uint16le' | 'uint32le', r.Type>>;
const struct = new r.Struct({
  request_interrupt_window: r.uint8,
  immediate_exit: r.uint8,
  padding1: new r.Buffer(6),
  exit_reason: peers.uint32le,
  ready_for_interrupt_injection: r.uint8,
  if_flag: r.uint8,
  flags: peers.uint16le,
  cr8: new r.Buffer(8),
  apic_base: new r.Buffer(8),
  mmio: new r.Struct({ phys_addr: new r.Buffer(8), data: new r.Buffer(8), len: peers.uint32le, is_write: r.uint8 }),
  rest: new r.Buffer(235),
  kvm_valid_regs: new r.Buffer(8),
  kvm_dirty_regs: new r.Buffer(8),
  s: new r.Buffer(2048),
});

function literal(): unknown {
  return {
    request_interrupt_window: view.getUint8(0),
    immediate_exit: view.getUint8(1),
    exit_reason: view.getUint32(8, true),
    ready_for_interrupt_injection: view.getUint8(12),
    if_flag: view.getUint8(13),
    flags: view.getUint16(14, true),
    cr8: view.getBigUint64(16, true),
    apic_base: view.getBigUint64(24, true),
    mmio: {
      phys_addr: view.getBigUint64(32, true),
      data: bytes.subarray(40, 48),
      len: view.getUint32(48, true),
      is_write: view.getUint8(52),
    },
    kvm_valid_regs: view.getBigUint64(288, true),
    kvm_dirty_regs: view.getBigUint64(296, true),
  };
}

/** Decodes, and asks for all that the parsers below have read. */
function decodeAndRead(): unknown {
  const run = KvmRun.decode(bytes);
  const { union, cr8, apic_base, kvm_valid_regs, kvm_dirty_regs } = run;
  const data = union.arm === 'mmio' ? union.value.data : undefined;
  return { run, data, cr8, apic_base, kvm_valid_regs, kvm_dirty_regs };
}

function repeat(work: () => unknown): (count: number) => unknown {
  return (count) => {
    let last: unknown;
    for (let i = 0; i < count; i++) last = work();
    return last;
  };
}

export function measureRunPage(): Row[] {
  return compare('decode kvm_run', [
    { name: 'uabi decode', run: repeat(() => KvmRun.decode(bytes)) },
    { name: 'uabi decode, and everything the others read', run: repeat(decodeAndRead) },
    { name: 'literal with BigInt', run: repeat(literal) },
    { name: 'binary-parser', run: repeat(() => parser.parse(nodeBuffer)) },
    { name: 'restructure', run: repeat(() => struct.fromBuffer(bytes)) },
  ]);
}
