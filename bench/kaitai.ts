/**
 * kaitai's code for `struct kvm_vcpu_events`, compiled from its own description language when the benchmark starts.
 *
 * A process of its own, because the compiler is large enough to change what the garbage collector costs the others. Kaitai's
 * runtime reads a `u8` (64 bits) as a JavaScript number, which loses the low bits of large values; it cannot encode.
 */

import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { batch, decoders } from './events.ts';
import { compare, type Row } from './measure.ts';

const require = createRequire(import.meta.url);

interface Compiler {
  readonly compile: (language: 'javascript', description: object) => Promise<Readonly<Record<string, string>>>;
}

const description = {
  meta: { id: 'kvm_vcpu_events', endian: 'le' },
  seq: [
    { id: 'exception', type: 'exception' },
    { id: 'reserved', type: 'u4', repeat: 'expr', 'repeat-expr': 12 },
  ],
  types: {
    exception: {
      seq: [
        { id: 'serror_pending', type: 'u1' },
        { id: 'serror_has_esr', type: 'u1' },
        { id: 'ext_dabt_pending', type: 'u1' },
        { id: 'pad', size: 5 },
        { id: 'serror_esr', type: 'u8' },
      ],
    },
  },
};

type Stream = new (buffer: ArrayBufferLike, byteOffset: number) => object;
type RecordClass = new (stream: object) => object;

/** A decoder of the record at an offset of a buffer. */
async function kaitaiDecoder(): Promise<(buffer: ArrayBufferLike, offset: number) => unknown> {
  const compiler = require('kaitai-struct-compiler') as Compiler;
  const [source = ''] = Object.values(await compiler.compile('javascript', description));
  const exports: { KvmVcpuEvents?: RecordClass } = {};
  const run = runInThisContext(`(function (exports, require) {${source}\n})`) as (
    exports: object,
    require: NodeJS.Require,
  ) => void;
  run(exports, require);
  const { KvmVcpuEvents } = exports;
  if (KvmVcpuEvents === undefined) throw new Error('kaitai wrote no class KvmVcpuEvents');
  const KaitaiStream = require('kaitai-struct/KaitaiStream') as Stream;
  return (buffer, offset) => new KvmVcpuEvents(new KaitaiStream(buffer, offset));
}

export async function measureKaitai(): Promise<Row[]> {
  const decode = await kaitaiDecoder();
  const kaitai = {
    name: 'kaitai',
    run: (count: number): unknown => {
      let last: unknown;
      for (let i = 0; i < count; i++) last = decode(batch.buffer, (i * 64) % batch.length);
      return last;
    },
  };
  return compare('decode kvm_vcpu_events, with kaitai', [...decoders.slice(0, 1), kaitai]);
}
