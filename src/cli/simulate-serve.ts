/**
 * `uabi simulate serve --socket PATH`: the simulated kernel for programs that were never written for it.
 *
 * The preloaded client (simulate-client.ts) sends each call with the memory it can touch; the answer says what to write back.
 * Every connection is a process with a kernel of its own, which goes when the connection does. Frames, little-endian:
 *
 * | | bytes |
 * |---|---|
 * | call | length u32, kind u32 (1 open, 2 ioctl, 3 close), fd i32, count u32, request u64, argument u64, count segments |
 * | segment | address u64, size wanted u64, size readable u64, that many bytes |
 * | answer | length u32, ret i32, errno i32, count u32, 0 u32, count × (address u64, size u64, bytes) |
 *
 * `length` is what follows it. What is no frame ends the connection; the server stays.
 */

import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { UserError } from '../diagnostic.ts';
import type { CpuModel } from '../kernel/cpu-models.ts';
import type { KernelVersion } from '../kernel/kernel-version.ts';
import { requests } from '../kernel/request-numbers.ts';
import { SimulatedKernel } from '../kernel/simulated-kernel.ts';
import type { CallResult } from '../kernel/system-call.ts';
import { pageSize, userAddressEnd } from '../kernel/user-memory.ts';

/** A frame can carry the guest's memory; more than this is no frame. */
const frameLimit = 256 * 2 ** 20;
const segmentLimit = 1024;
const headerSize = 32;
const segmentHeaderSize = 24;
const kinds = { open: 1, ioctl: 2, close: 3 } as const;

interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

interface Call {
  readonly kind: number;
  readonly fd: number;
  readonly request: bigint;
  readonly argument: bigint;
  readonly segments: readonly Segment[];
}

export interface ServeOptions {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
  /** Where the simulation stopped short of what a kernel does. */
  readonly onNote: (note: string) => void;
}

/**
 * Listens on a Unix socket. A socket left behind by a server that is gone is replaced.
 *
 * @throws UserError if the path cannot be listened on.
 */
export async function serve(path: string, options: ServeOptions): Promise<Server> {
  const server = createServer((socket) => {
    new Connection(socket, options).start();
  });
  try {
    await listen(server, path);
  } catch (error) {
    if (!isCode(error, 'EADDRINUSE') || (await answers(path))) {
      throw new UserError(`${path} cannot be listened on: ${error instanceof Error ? error.message : String(error)}`);
    }
    await rm(path);
    await listen(server, path);
  }
  return server;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

class Connection {
  readonly #socket: Socket;
  readonly #options: ServeOptions;
  readonly #kernel: SimulatedKernel;
  readonly #runPages = new Map<number, number>();
  #chunks: Buffer[] = [];
  #received = 0;
  #needed = 4;

  constructor(socket: Socket, options: ServeOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#kernel = new SimulatedKernel(options);
  }

  start(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#received += chunk.length;
      if (this.#received >= this.#needed) this.#takeFrames();
    });
    // A client that dies takes its connection with it, and nothing else.
    this.#socket.on('error', () => {
      this.#socket.destroy();
    });
  }

  #takeFrames(): void {
    let data = Buffer.concat(this.#chunks);
    for (;;) {
      this.#needed = 4;
      if (data.length < 4) break;
      const length = data.readUInt32LE(0);
      if (length > frameLimit || length < headerSize - 4) {
        this.#socket.destroy();
        return;
      }
      this.#needed = length + 4;
      if (data.length < this.#needed) break;
      const call = parseCall(data.subarray(4, length + 4));
      if (call === undefined) {
        this.#socket.destroy();
        return;
      }
      this.#socket.write(this.#answer(call));
      data = data.subarray(length + 4);
    }
    this.#chunks = [data];
    this.#received = data.length;
  }

  #answer(call: Call): Buffer {
    switch (call.kind) {
      case kinds.open:
        return frame(this.#kernel.open('/dev/kvm'), []);
      case kinds.close:
        this.#runPages.delete(call.fd);
        return frame(this.#kernel.close(call.fd), []);
      default:
        return this.#ioctl(call);
    }
  }

  #ioctl({ fd, request, argument, segments }: Call): Buffer {
    const { memory } = this.#kernel;
    const isRun = Number(BigInt.asUintN(32, request)) === requests.RUN;
    // The first segment of KVM_RUN is the shared page, as the program left it.
    const shared = isRun ? segments[0] : undefined;
    const runPage = isRun ? this.#runPage(fd) : undefined;
    if (shared !== undefined && runPage !== undefined) memory.write(runPage, shared.bytes);
    const rest = shared === undefined ? segments : segments.slice(1);
    const mapped = this.#map(rest);
    const result = this.#kernel.ioctl(fd, request, argument, { signalArmed: true });
    if (result.note !== undefined) this.#options.onNote(result.note);
    const changes = rest.flatMap((segment) => this.#changesOf(segment, segment.address));
    if (shared !== undefined && runPage !== undefined) changes.push(...this.#changesOf(shared, runPage));
    for (const [start, length] of mapped) memory.unmap(start, length);
    return frame(result, changes);
  }

  #runPage(fd: number): number | undefined {
    const known = this.#runPages.get(fd);
    if (known !== undefined) return known;
    const address = this.#kernel.mmap(fd);
    if (address < 0) return undefined;
    this.#runPages.set(fd, address);
    return address;
  }

  /** Maps the pages the segments lie in, at the addresses they have in the program. */
  #map(segments: readonly Segment[]): ReadonlyMap<number, number> {
    const mapped = new Map<number, number>();
    const pages = new Map<number, Uint8Array>();
    for (const { address, bytes } of segments) {
      if (bytes.length === 0) continue;
      if (address % pageSize === 0 && bytes.length % pageSize === 0) {
        // Not `slice`: that of a Buffer shares its memory.
        this.#kernel.memory.map(bytes.length, { bytes: new Uint8Array(bytes) }, address);
        mapped.set(address, bytes.length);
        continue;
      }
      for (let at = 0; at < bytes.length;) {
        const offset = (address + at) % pageSize;
        const start = address + at - offset;
        const page = pages.get(start) ?? new Uint8Array(pageSize);
        const part = bytes.subarray(at, at + pageSize - offset);
        page.set(part, offset);
        pages.set(start, page);
        at += part.length;
      }
    }
    for (const [start, bytes] of pages) {
      this.#kernel.memory.map(pageSize, { bytes }, start);
      mapped.set(start, pageSize);
    }
    return mapped;
  }

  /** The pages of a segment that are no longer as they came; `place` is where they stand here. */
  #changesOf({ address, bytes }: Segment, place: number): Segment[] {
    const changes: Segment[] = [];
    for (let at = 0; at < bytes.length; at += pageSize) {
      const before = bytes.subarray(at, at + pageSize);
      const after = this.#kernel.memory.read(place + at, before.length);
      if (Buffer.compare(before, after) !== 0) changes.push({ address: address + at, bytes: after });
    }
    return changes;
  }
}

/** A call, or `undefined` for bytes that are none. */
function parseCall(data: Buffer): Call | undefined {
  const kind = data.readUInt32LE(0);
  const count = data.readUInt32LE(8);
  if (kind < kinds.open || kind > kinds.close || count > segmentLimit) return undefined;
  const segments: Segment[] = [];
  let at = headerSize - 4;
  for (let index = 0; index < count; index++) {
    if (at + segmentHeaderSize > data.length) return undefined;
    const address = data.readBigUInt64LE(at);
    const length = data.readBigUInt64LE(at + 16);
    at += segmentHeaderSize;
    if (length > BigInt(data.length - at)) return undefined;
    const bytes = data.subarray(at, at + Number(length));
    at += bytes.length;
    if (bytes.length > 0 && address + length > BigInt(userAddressEnd)) return undefined;
    segments.push({ address: Number(address), bytes });
  }
  if (at !== data.length) return undefined;
  return {
    kind,
    fd: data.readInt32LE(4),
    request: data.readBigUInt64LE(12),
    argument: data.readBigUInt64LE(20),
    segments,
  };
}

function frame({ ret, errno }: CallResult, segments: readonly Segment[]): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(ret, 4);
  head.writeInt32LE(errno, 8);
  head.writeUInt32LE(segments.length, 12);
  const parts: Uint8Array[] = [head];
  for (const { address, bytes } of segments) {
    const place = Buffer.alloc(16);
    place.writeBigUInt64LE(BigInt(address), 0);
    place.writeBigUInt64LE(BigInt(bytes.length), 8);
    parts.push(place, bytes);
  }
  const whole = Buffer.concat(parts);
  whole.writeUInt32LE(whole.length - 4, 0);
  return whole;
}
