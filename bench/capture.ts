/**
 * Captures at scale: ten million records into a table, an strace log through the reader, one record read with all its notes.
 *
 * The table is written by the built program in a process of its own, so that its memory can be told. Beside the one record
 * stands construct, the Python library, where Debian's python3-construct is installed; dissect.cstruct is not packaged there and
 * is not measured. The throughputs go to standard error, since a row is nanoseconds an operation.
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
console.log(JSON.stringify({ code, ms: performance.now() - start, kilobytes: process.resourceUsage().maxRSS }));
`;

interface Run {
  readonly code: number;
  readonly ms: number;
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
    const { ms, kilobytes } = runProgram(...args);
    rmSync(out);
    console.error(`${subject}, ${format}: ${(ms / 1000).toFixed(1)} s, ${(kilobytes / 1024).toFixed(0)} MB of memory`);
    return single(`uabi decode --columns, ${format}`, subject, (ms * 1e6) / tenMillion);
  });
  const best = Math.min(...rows.map(({ nsPerOp }) => nsPerOp));
  return rows.map((row) => ({ ...row, ratioToBest: row.nsPerOp / best }));
}

function measureStrace(): Row[] {
  const log = readFileSync(join(root, 'fixtures/captures/x86.strace'));
  const copies = Math.ceil((32 << 20) / log.length);
  const start = performance.now();
  const splitter = new LineSplitter(1 << 20);
  const reader = new StraceReader();
  let calls = 0;
  for (let i = 0; i < copies; i++) {
    for (const line of splitter.push(log)) if (reader.read(line)?.kind === 'call') calls += 1;
  }
  const ms = performance.now() - start;
  const megabytes = (copies * log.length) / 1e6;
  console.error(`strace: ${((megabytes / ms) * 60_000).toFixed(0)} MB a minute, ${String(calls)} calls`);
  return [single('uabi, a byte of the log', 'strace log', (ms * 1e6) / (copies * log.length))];
}

const construct = `
import time
from construct import Struct, Int8ul, Int64ul, Int32ul, Bytes, Array
events = Struct('exception' / Struct('pending' / Int8ul, 'has' / Int8ul, 'dabt' / Int8ul, 'pad' / Bytes(5), 'esr' / Int64ul),
                'reserved' / Array(12, Int32ul))
data = bytes([1, 1, 0] + [0] * 5 + [0xed, 0xd1, 1, 1] + [0] * 52)
best = None
for _ in range(7):
    start = time.perf_counter_ns()
    for _ in range(2000): events.parse(data)
    took = (time.perf_counter_ns() - start) / 2000
    best = took if best is None else min(best, took)
print(best)
`;

/** Nanoseconds of construct for one record; undefined where it is not installed. */
function nsOfConstruct(): number | undefined {
  try {
    // Debian's own Python, which is where its packages go.
    const output = execFileSync('/usr/bin/python3', ['-c', construct], { encoding: 'utf8', stdio: 'pipe' });
    return Number(output);
  } catch {
    // Not installed: the row is left out, the others stand.
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
  const peer = nsOfConstruct();
  if (peer === undefined) return [own];
  const best = Math.min(own.nsPerOp, peer);
  return [
    { ...own, ratioToBest: own.nsPerOp / best },
    { ...single('construct (Python), values only', subject, peer), ratioToBest: peer / best },
  ];
}

/** Everything about captures; needs the built program. */
export function measureCapture(): Row[] {
  const directory = mkdtempSync(join(tmpdir(), 'uabi-bench-'));
  try {
    return [...measureTables(directory), ...measureStrace(), ...measureReading()];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
