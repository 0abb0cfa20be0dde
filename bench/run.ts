/**
 * `npm run bench`: uabi's codecs against hand-written code, binary-parser, restructure and C, in one process.
 *
 * Only ratios mean anything across machines. The last line is the whole result as JSON.
 */

import { measureColumns } from './columns.ts';
import { encoders, measureEvents, viewer } from './events.ts';
import { allocatedBytes, lastKept, type Row } from './measure.ts';
import { measureRunPage } from './run-page.ts';

/** How a measured ratio should be: `slower` takes at least (or at most) `factor` times as long as `faster`. */
const targets = [
  ['decode kvm_vcpu_events: literal with BigInt, lossless', 'decode kvm_vcpu_events: uabi decode', 2],
  ['decode kvm_vcpu_events: binary-parser', 'decode kvm_vcpu_events: uabi decode', 15],
  ['decode kvm_vcpu_events: restructure', 'decode kvm_vcpu_events: uabi decode', 100],
  ['encode kvm_vcpu_events: restructure', 'encode kvm_vcpu_events: uabi encodeInto, checked, of a plain object', 20],
  ['decode kvm_run: binary-parser', 'decode kvm_run: uabi decode', 12],
  ['decode kvm_run: restructure', 'decode kvm_run: uabi decode', 60],
  ['columns of kvm_vcpu_events: C loop, gcc -O2', 'columns of kvm_vcpu_events: uabi decodeColumns', 1 / 3],
] as const;

const rows: Row[] = [...measureEvents(), ...measureRunPage(), ...measureColumns()];
const width = Math.max(...rows.map(({ name }) => name.length));
for (const { name, nsPerOp, ratioToBest } of rows) {
  console.log(`${name.padEnd(width)}  ${nsPerOp.toFixed(1).padStart(9)} ns  ${ratioToBest.toFixed(2).padStart(8)} ×`);
}

console.log('\nTargets');
const reached = targets.map(([slower, faster, factor]) => {
  const ns = (name: string): number => rows.find((row) => row.name === name)?.nsPerOp ?? Number.NaN;
  const ratio = ns(slower) / ns(faster);
  console.log(
    `${ratio >= factor ? 'reached' : 'missed '}  ${faster}: ${ratio.toFixed(2)} × of at least ${factor.toFixed(2)} × against ${slower.replace(/^.*: /, '')}`,
  );
  return { faster, slower, ratio, target: factor, isReached: ratio >= factor };
});

const allocations = [viewer, ...encoders.slice(0, 2)].map((competitor) => {
  const bytes = allocatedBytes(competitor, 200_000);
  console.log(`${bytes < 0.5 ? 'reached' : 'missed '}  ${competitor.name}: ${bytes.toFixed(3)} bytes allocated a call`);
  return { name: competitor.name, bytesPerOp: bytes };
});

if (lastKept() === undefined) throw new Error('nothing was measured');
console.log(JSON.stringify({ schemaVersion: 1, node: process.version, rows, targets: reached, allocations }));
