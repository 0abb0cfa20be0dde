/**
 * Captures at scale: ten million records into a table, an strace log through the reader and all the way to JSON, one record
 * read with all its notes.
 *
 * What the built program does runs in a process of its own, so that its memory can be told. Beside the one record stand the
 * Python libraries construct (Debian's python3-construct) and dissect.cstruct, where the system's Python has them. dissect.cstruct
 * is not in Debian, and no figures of it are published: its test suite has benchmarks (tests/test_benchmark.py), whose results
 * nobody has put anywhere; so it has a row only where it is installed. The throughputs go to standard error, since a row is
 * nanoseconds an operation, of processor time.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutOf } from '../src/abi/layout-engine.ts';
import { findTarget } from '../src/abi/target.ts';
import { LineSplitter } from '../src/capture/lines.ts';
import { readBuffer } from '../src/capture/reading.ts';
import { StraceReader } from '../src/capture/strace.ts';
import { findBuiltInRecord } from '../src/cli/built-in-layouts.ts';
import { describeRecord } from '../src/codec/descriptor.ts';
import { batch } from './events.ts';
import { compare, type Row } from './measure.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const tenMillion = 10_000_000;

/** Runs the built program inside a process that says how much memory it took. */
const child = `
const { main } = await import(process.argv[1]);
const io = { stdout: () => {}, stderr: () => {}, stdin: async () => new Uint8Array(), cwd: '.', env: {},
  isTerminal: { stdout: false, stderr: false }, columns: undefined };
const start = performance.now();
const code = await main(process.argv.slice(2), io);
const { user, system } = process.cpuUsage();
const ms = performance.now() - start;
console.log(JSON.stringify({ code, ms, cpuMs: (user + system) / 1000, kilobytes: process.resourceUsage().maxRSS }));
`;

interface Run {
  readonly code: number;
  /** Of the clock on the wall, and of processors. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly kilobytes: number;
}

function runProgram(...argv: readonly string[]): Run {
  const main = join(root, 'dist/cli/main.js');
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', child, main, ...argv], {
    encoding: 'utf8',
    cwd: root,
  });
  const run = JSON.parse(output) as Run;
  if (run.code !== 0) throw new Error(`uabi ${argv.join(' ')} ended with ${String(run.code)}`);
  return run;
}

function costOf({ ms, cpuMs, kilobytes }: Run): string {
  const [wall, cpu] = [ms, cpuMs].map((time) => (time / 1000).toFixed(1));
  return `${wall ?? ''} s, ${cpu ?? ''} s of processor time, ${(kilobytes / 1024).toFixed(0)} MB of memory`;
}

function single(name: string, subject: string, nsPerOp: number): Row {
  return { name: `${subject}: ${name}`, subject, nsPerOp, ratioToBest: 1 };
}

function measureTables(directory: string): Row[] {
  const input = join(directory, 'events.bin');
  const file = openSync(input, 'w');
  const records = batch.length / 64;
  for (let written = 0; written < tenMillion; written += records) {
    writeSync(file, batch.subarray(0, Math.min(records, tenMillion - written) * 64));
  }
  closeSync(file);
  const subject = 'ten million records into a table';
  const rows = ['arrow', 'csv', 'parquet'].map((format) => {
    const out = join(directory, `events.${format}`);
    const args = ['decode', '--columns', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64', '--out', out, input];
    const run = runProgram(...args);
    rmSync(out);
    console.error(`${subject}, ${format}: ${costOf(run)}`);
    return single(`uabi decode --columns, ${format}`, subject, (run.cpuMs * 1e6) / tenMillion);
  });
  const best = Math.min(...rows.map(({ nsPerOp }) => nsPerOp));
  return rows.map((row) => ({ ...row, ratioToBest: row.nsPerOp / best }));
}

function measureStrace(directory: string): Row[] {
  const subject = 'strace log, a byte';
  const log = readFileSync(join(root, 'fixtures/captures/x86.strace'));
  const copies = Math.ceil((32 << 20) / log.length);
  const bytes = copies * log.length;
  const started = process.cpuUsage();
  const splitter = new LineSplitter(1 << 20);
  const reader = new StraceReader();
  let calls = 0;
  for (let i = 0; i < copies; i++) {
    for (const line of splitter.push(log)) if (reader.read(line)?.kind === 'call') calls += 1;
  }
  const { user, system } = process.cpuUsage(started);
  const file = join(directory, 'log.strace');
  const handle = openSync(file, 'w');
  for (let i = 0; i < copies; i++) writeSync(handle, log);
  closeSync(handle);
  const run = runProgram('decode', '--input', 'strace', '--format', 'json', file);
  rmSync(file);
  const perMinute = (ms: number): string => `${((bytes / 1e6 / ms) * 60_000).toFixed(0)} MB a minute of processor time`;
  console.error(`strace, read: ${perMinute((user + system) / 1000)}, ${String(calls)} calls`);
  console.error(`strace, to JSON: ${perMinute(run.cpuMs)}, ${costOf(run)}`);
  const reading = ((user + system) * 1000) / bytes;
  const whole = (run.cpuMs * 1e6) / bytes;
  return [
    single('uabi, calls and descriptors', subject, reading),
    { ...single('uabi decode --format json', subject, whole), ratioToBest: whole / reading },
  ];
}

const constructEvents = `
from construct import Struct, Int8ul, Int64ul, Int32ul, Bytes, Array
events = Struct('exception' / Struct('pending' / Int8ul, 'has' / Int8ul, 'dabt' / Int8ul, 'pad' / Bytes(5), 'esr' / Int64ul),
                'reserved' / Array(12, Int32ul))`;

/** The same record through a Python library: what defines `read`, and what is measured. */
const peers = {
  'construct (Python), values only': `${constructEvents}
read = events.parse
`,
  'construct (Python), compiled, values only': `${constructEvents}
read = events.compile().parse
`,
  'dissect.cstruct (Python), values only': `
from dissect.cstruct import cstruct
library = cstruct()
library.load("""
struct inner { uint8 pending; uint8 has; uint8 dabt; uint8 pad[5]; uint64 esr; };
struct events { struct inner exception; uint32 reserved[12]; };
""")
read = library.events
`,
} as const;

const timing = `
import time
data = bytes([1, 1, 0] + [0] * 5 + [0xed, 0xd1, 1, 1] + [0] * 52)
best = None
for _ in range(7):
    start = time.process_time_ns()
    for _ in range(2000): read(data)
    took = (time.process_time_ns() - start) / 2000
    best = took if best is None else min(best, took)
print(best)
`;

/** Nanoseconds of a peer for one record; undefined where it is not installed, which is said. */
function nsOfPeer(name: keyof typeof peers): number | undefined {
  try {
    // Debian's own Python, which is where its packages go.
    const output = execFileSync('/usr/bin/python3', ['-c', peers[name] + timing], { encoding: 'utf8', stdio: 'pipe' });
    return Number(output);
  } catch {
    console.error(`no row for ${name}: the system's Python does not have it`);
    return undefined;
  }
}

function measureReading(): Row[] {
  const subject = 'one kvm_vcpu_events without generated code';
  const target = findTarget('arm64');
  const found = target === undefined ? undefined : findBuiltInRecord('kvm_vcpu_events#v1', target);
  if (target === undefined || found === undefined) throw new Error('kvm_vcpu_events is not known');
  const descriptor = describeRecord(layoutOf(found.declaration.record, target), 'v1');
  const record = batch.slice(64, 128);
  const [own] = compare(subject, [
    {
      name: 'uabi, with meanings and notes',
      run: (times) => {
        for (let i = 0; i < times; i++) readBuffer(descriptor, record);
        return descriptor;
      },
    },
  ]);
  if (own === undefined) return [];
  const rows = (Object.keys(peers) as (keyof typeof peers)[]).flatMap((name) => {
    const ns = nsOfPeer(name);
    return ns === undefined ? [] : [single(name, subject, ns)];
  });
  const all = [own, ...rows];
  const best = Math.min(...all.map(({ nsPerOp }) => nsPerOp));
  return all.map((row) => ({ ...row, ratioToBest: row.nsPerOp / best }));
}

/** Everything about captures; needs the built program. */
export function measureCapture(): Row[] {
  const directory = mkdtempSync(join(tmpdir(), 'uabi-bench-'));
  try {
    return [...measureTables(directory), ...measureStrace(directory), ...measureReading()];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
