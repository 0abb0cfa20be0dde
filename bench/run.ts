/**
 * `npm run bench [-- PART…]`: what uabi costs. Without a part: `codec` and `columns`.
 *
 *   codec         decoding and encoding against hand-written code, binary-parser and restructure, in one process
 *   columns       a batch into columns against a loop in C
 *   capture       records into tables, strace logs, one record with its notes
 *   kernel        the simulated kernel
 *   trees DIR …   reading a kernel tree, see `trees.ts`; must come last
 *
 * Only ratios mean anything across machines. The last line is the whole result as JSON.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { allocatedBytes, type Competitor, ratioOf, type Row } from './measure.ts';

/** How a measured ratio should be: `slower` takes at least (or at most) `factor` times as long as `faster`. */
const targets = [
  ['decode kvm_vcpu_events: literal with BigInt, lossless', 'decode kvm_vcpu_events: uabi decode', 2],
  ['decode kvm_vcpu_events: binary-parser', 'decode kvm_vcpu_events: uabi decode', 15],
  ['decode kvm_vcpu_events: restructure', 'decode kvm_vcpu_events: uabi decode', 100],
  ['encode kvm_vcpu_events: restructure', 'encode kvm_vcpu_events: uabi encodeInto, checked, of a plain object', 20],
  ['decode kvm_run: binary-parser', 'decode kvm_run: uabi decode', 12],
  ['decode kvm_run: restructure', 'decode kvm_run: uabi decode', 60],
  [
    'columns of kvm_vcpu_events: C loop, gcc -O2',
    'columns of kvm_vcpu_events: uabi decodeColumns, into the columns of an earlier batch',
    1 / 3,
  ],
] as const;

interface Allocation {
  readonly name: string;
  readonly unit: string;
  readonly bytesPerOp: number;
}

interface Result {
  readonly rows: readonly Row[];
  readonly allocations: readonly Allocation[];
}

/** Each runs in a process of its own: what one subject does to the compiler and the heap is no concern of the next. */
const subjects: Readonly<Record<string, () => Promise<Result>>> = {
  events: async () => {
    const { encoders, measureEvents, viewer } = await import('./events.ts');
    return { rows: measureEvents(), allocations: [viewer, ...encoders.slice(0, 2)].map(allocationOf) };
  },
  kaitai: async () => {
    const { measureKaitai } = await import('./kaitai.ts');
    return { rows: await measureKaitai(), allocations: [] };
  },
  'run-page': async () => {
    const { measureRunPage } = await import('./run-page.ts');
    return { rows: measureRunPage(), allocations: [] };
  },
  columns: async () => {
    const { columnDecoder, measureColumns } = await import('./columns.ts');
    return { rows: measureColumns(), allocations: [allocationOf(columnDecoder)] };
  },
  capture: async () => {
    const { measureCapture } = await import('./capture.ts');
    return { rows: measureCapture(), allocations: [] };
  },
};

const parts: Readonly<Record<string, (parameters: readonly string[]) => readonly Result[]>> = {
  codec: () => ['events', 'kaitai', 'run-page'].map(measureSubject),
  columns: () => [measureSubject('columns')],
  capture: () => [measureSubject('capture')],
  kernel: () => {
    const lines = runScript('./kernel.ts', []).trimEnd().split('\n');
    return [{ ...(JSON.parse(lines.at(-1) ?? '') as { rows: Row[] }), allocations: [] }];
  },
  trees: (parameters) => {
    process.stdout.write(runScript('./trees.ts', parameters));
    return [];
  },
};

function allocationOf(competitor: Competitor): Allocation {
  const unit = competitor.operations === undefined ? 'call' : 'record';
  return { name: competitor.name, unit, bytesPerOp: allocatedBytes(competitor) };
}

function measureSubject(name: string): Result {
  return JSON.parse(runScript('./run.ts', ['--subject', name])) as Result;
}

/** Runs a script in a process of its own and gives back what it printed. */
function runScript(name: string, parameters: readonly string[]): string {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return execFileSync(process.execPath, [...process.execArgv, script, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function printRows(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, nsPerOp, ratioToBest } of rows) {
    console.log(`${name.padEnd(width)}  ${nsPerOp.toFixed(1).padStart(9)} ns  ${ratioToBest.toFixed(2).padStart(8)} ×`);
  }
}

function judgeRatios(rows: readonly Row[]): object[] {
  return targets.flatMap(([slower, faster, factor]) => {
    const [slow, fast] = [slower, faster].map((name) => rows.find((row) => row.name === name));
    if (slow === undefined || fast === undefined) return [];
    const ratio = ratioOf(slow, fast);
    console.log(
      `${ratio >= factor ? 'reached' : 'missed '}  ${faster}: ${ratio.toFixed(2)} × of at least ${factor.toFixed(2)} × against ${slower.replace(/^.*: /, '')}`,
    );
    return [{ faster, slower, ratio, target: factor, isReached: ratio >= factor }];
  });
}

function printAllocations(allocations: readonly Allocation[]): void {
  for (const { name, unit, bytesPerOp } of allocations) {
    console.log(
      `${bytesPerOp < 0.5 ? 'reached' : 'missed '}  ${name}: ${bytesPerOp.toFixed(3)} bytes allocated a ${unit}`,
    );
  }
}

async function main(given: readonly string[]): Promise<void> {
  if (given[0] === '--subject') {
    process.stdout.write(JSON.stringify(await subjects[given[1] ?? '']?.()));
    return;
  }
  // What stands behind `trees` is meant for it.
  const end = given.includes('trees') ? given.indexOf('trees') + 1 : given.length;
  const chosen = given.length === 0 ? ['codec', 'columns'] : given.slice(0, end);
  const unknown = chosen.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    console.error(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const results = chosen.flatMap((name) => parts[name]?.(given.slice(end)) ?? []);
  const rows = results.flatMap((result) => result.rows);
  const allocations = results.flatMap((result) => result.allocations);
  printRows(rows);
  const judged = judgeRatios(rows);
  printAllocations(allocations);
  const published = rows.map(({ name, subject, nsPerOp, ratioToBest }) => ({ name, subject, nsPerOp, ratioToBest }));
  console.log(
    JSON.stringify({ schemaVersion: 1, node: process.version, rows: published, targets: judged, allocations }),
  );
}

await main(process.argv.slice(2));
