/**
 * `npm run bench [-- PART…]`: what uabi costs. Without a part: `codec` and `columns`.
 *
 *   codec         decoding and encoding against hand-written code, binary-parser and restructure, in one process
 *   columns       a batch into columns against a loop in C
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

interface Result {
  readonly rows: readonly Row[];
  /** Work that must leave nothing behind for the garbage collector. */
  readonly frugal?: readonly Competitor[];
}

const parts: Readonly<Record<string, (parameters: readonly string[]) => Promise<Result>>> = {
  codec: async () => {
    const { encoders, measureEvents, viewer } = await import('./events.ts');
    const { measureRunPage } = await import('./run-page.ts');
    return { rows: [...measureEvents(), ...measureRunPage()], frugal: [viewer, ...encoders.slice(0, 2)] };
  },
  columns: async () => {
    const { columnDecoder, measureColumns } = await import('./columns.ts');
    return { rows: measureColumns(), frugal: [columnDecoder] };
  },
  kernel: () => {
    const lines = runScript('./kernel.ts', []).trimEnd().split('\n');
    const { rows } = JSON.parse(lines.at(-1) ?? '') as { rows: Row[] };
    return Promise.resolve({ rows });
  },
  trees: (parameters) => {
    process.stdout.write(runScript('./trees.ts', parameters));
    return Promise.resolve({ rows: [] });
  },
};

/** Runs a script of its own, which may want a process to itself, and gives back what it printed. */
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

function judgeAllocations(frugal: readonly Competitor[]): object[] {
  return frugal.map((competitor) => {
    const bytes = allocatedBytes(competitor);
    const verdict = bytes < 0.5 ? 'reached' : 'missed ';
    const unit = competitor.operations === undefined ? 'call' : 'record';
    console.log(`${verdict}  ${competitor.name}: ${bytes.toFixed(3)} bytes allocated a ${unit}`);
    return { name: competitor.name, bytesPerOp: bytes };
  });
}

const given = process.argv.slice(2);
const atTrees = given.indexOf('trees');
const [wanted, parameters] = atTrees === -1 ? [given, []] : [given.slice(0, atTrees + 1), given.slice(atTrees + 1)];
const chosen = wanted.length === 0 ? ['codec', 'columns'] : wanted;
const unknown = chosen.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exitCode = 2;
} else {
  const rows: Row[] = [];
  const frugal: Competitor[] = [];
  for (const name of chosen) {
    const result = await parts[name]?.(parameters);
    rows.push(...(result?.rows ?? []));
    frugal.push(...(result?.frugal ?? []));
  }
  printRows(rows);
  const judged = judgeRatios(rows);
  const allocations = judgeAllocations(frugal);
  const published = rows.map(({ name, subject, nsPerOp, ratioToBest }) => ({ name, subject, nsPerOp, ratioToBest }));
  console.log(
    JSON.stringify({ schemaVersion: 1, node: process.version, rows: published, targets: judged, allocations }),
  );
}
