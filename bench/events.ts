/** One 64-byte `struct kvm_vcpu_events`: decoding and encoding, against what one would write or install instead. */

import { Parser } from 'binary-parser';
import * as r from 'restructure';
import { KvmVcpuEvents, KvmVcpuEventsView } from './compiled.ts';
import { compare, type Competitor, type Row } from './measure.ts';

const recordCount = 1024;

/** Records with their values in different bytes, so that nothing is constant. */
export const batch = Uint8Array.from({ length: recordCount * 64 }, (_, i) => {
  const at = i % 64;
  return at < 3 ? (i >> 6) & 1 : at >= 8 && at < 11 ? (i * 7) & 0xff : 0;
});
const records = Array.from({ length: recordCount }, (_, i) => batch.slice(i * 64, (i + 1) * 64));
const nodeBuffers = records.map((bytes) => Buffer.from(bytes));

function record(index: number): Uint8Array {
  return records[index & (recordCount - 1)] ?? batch;
}

const view = new DataView(batch.buffer);

/** What a careful person writes by hand: everything decoded, 64-bit values as BigInt, through one DataView. */
function literal(offset: number): unknown {
  return {
    exception: {
      serror_pending: view.getUint8(offset),
      serror_has_esr: view.getUint8(offset + 1),
      ext_dabt_pending: view.getUint8(offset + 2),
      pad: batch.subarray(offset + 3, offset + 8),
      serror_esr: view.getBigUint64(offset + 8, true),
    },
    reserved: batch.subarray(offset + 16, offset + 64),
  };
}

/** The same without padding and reserved words: less than a lossless decoder owes, and the target to beat. */
function bareLiteral(offset: number): unknown {
  return {
    serror_pending: view.getUint8(offset),
    serror_has_esr: view.getUint8(offset + 1),
    ext_dabt_pending: view.getUint8(offset + 2),
    serror_esr: view.getBigUint64(offset + 8, true),
  };
}

const parser = new Parser()
  .nest('exception', {
    type: new Parser()
      .uint8('serror_pending')
      .uint8('serror_has_esr')
      .uint8('ext_dabt_pending')
      .buffer('pad', { length: 5 })
      .uint64le('serror_esr'),
  })
  .array('reserved', { type: 'uint32le', length: 12 });

const struct = new r.Struct({
  exception: new r.Struct({
    serror_pending: r.uint8,
    serror_has_esr: r.uint8,
    ext_dabt_pending: r.uint8,
    pad: new r.Buffer(5),
    serror_esr: new r.Buffer(8),
  }),
  reserved: new r.Array((r as unknown as { uint32le: r.Type }).uint32le, 12),
});

function repeat(work: (index: number) => unknown): (count: number) => unknown {
  return (count) => {
    let last: unknown;
    for (let i = 0; i < count; i++) last = work(i);
    return last;
  };
}

export const decoders: readonly Competitor[] = [
  { name: 'uabi decode', run: repeat((i) => KvmVcpuEvents.decode(record(i))) },
  { name: 'literal with BigInt, lossless', run: repeat((i) => literal((i & (recordCount - 1)) * 64)) },
  { name: 'literal with BigInt, fields only', run: repeat((i) => bareLiteral((i & (recordCount - 1)) * 64)) },
  { name: 'binary-parser', run: repeat((i) => parser.parse(nodeBuffers[i & (recordCount - 1)] ?? batch)) },
  { name: 'restructure', run: repeat((i) => struct.fromBuffer(record(i))) },
];

const out = new Uint8Array(64);
const decoded = records.map((bytes) => KvmVcpuEvents.decode(bytes));
const plain = {
  exception: { serror_pending: 1, serror_has_esr: 1, serror_esr: 0x123456n },
  reserved: new Array<number>(12).fill(0),
};
const restructured = struct.fromBuffer(records[1] ?? batch);

export const encoders: readonly Competitor[] = [
  {
    name: 'uabi encodeInto, checked, of a decoded record',
    run: repeat((i) => KvmVcpuEvents.encodeInto(decoded[i & (recordCount - 1)] ?? {}, out)),
  },
  { name: 'uabi encodeInto, checked, of a plain object', run: repeat(() => KvmVcpuEvents.encodeInto(plain, out)) },
  { name: 'restructure', run: repeat(() => struct.toBuffer(restructured)) },
];

const moving = new KvmVcpuEventsView();

export const viewer: Competitor = {
  name: 'uabi view',
  run: (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const { exception } = moving.reset(batch, (i & (recordCount - 1)) * 64);
      sum += exception.serror_pending + exception.serror_esr_lo;
    }
    return sum;
  },
};

export function measureEvents(): Row[] {
  return [...compare('decode kvm_vcpu_events', [...decoders, viewer]), ...compare('encode kvm_vcpu_events', encoders)];
}
