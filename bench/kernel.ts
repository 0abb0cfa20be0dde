/**
 * How fast the simulated kernel is: a SET and a GET of the vCPU events, a guest instruction, a whole replay.
 *
 * Run with `npx tsx bench/kernel.ts`. The last line is JSON in the shape of `npm run bench`; there is no peer to compare with,
 * so every row's ratio is to its own budget (5 µs a SET+GET pair, 100 ns an instruction, 1 s a replay of 2 900 steps).
 */

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseCpuModel } from '../src/kernel/cpu-models.ts';
import { parseKernelVersion } from '../src/kernel/kernel-version.ts';
import { guestLayout } from '../src/kernel/replay/recording-program.ts';
import { replayTranscript } from '../src/kernel/replay/replay.ts';
import { parseTranscript } from '../src/kernel/replay/transcript.ts';
import { World } from '../src/kernel/replay/world.ts';
import { requests } from '../src/kernel/request-numbers.ts';
import { SimulatedKernel } from '../src/kernel/simulated-kernel.ts';
import { pageSize } from '../src/kernel/user-memory.ts';

interface Row {
  readonly name: string;
  readonly nsPerOp: number;
  readonly ratioToBest: number;
}

/** The best of several rounds: what the code costs without the noise of others. */
function measure(name: string, budgetNs: number, operations: number, round: () => void): Row {
  let best = Infinity;
  for (let index = 0; index < 7; index++) {
    const start = performance.now();
    round();
    best = Math.min(best, ((performance.now() - start) * 1e6) / operations);
  }
  return { name, nsPerOp: Math.round(best * 10) / 10, ratioToBest: Math.round((best / budgetNs) * 1000) / 1000 };
}

const machine = { version: '6.12', cpu: 'max' };

function setAndGet(): Row {
  const kernel = new SimulatedKernel(machine);
  const world = new World(kernel);
  world.initialise(0);
  const buffer = kernel.memory.map(pageSize);
  const pairs = 50_000;
  return measure('kernel: KVM_SET_VCPU_EVENTS and GET', 5000, pairs, () => {
    for (let index = 0; index < pairs; index++) {
      kernel.ioctl(world.vcpu, requests.SET_VCPU_EVENTS, buffer);
      kernel.ioctl(world.vcpu, requests.GET_VCPU_EVENTS, buffer);
      kernel.memory.write(buffer, zeroes);
    }
  });
}

const zeroes = new Uint8Array(64);

/** A loop of adds, loads, stores and a branch, 90 000 instructions a run. */
function guestInstructions(): Row {
  const words = [
    0xd280_0000, // mov x0, #0
    0xd288_0001, // mov x1, #0x4000
    0xf2a8_0001, // movk x1, #0x4000, lsl #16
    0xd2ab_b802, // mov x2, #0x5dc0, lsl #16 (never reaches zero)
    0x8b02_0000, // loop: add x0, x0, x2
    0xf900_0020, // str x0, [x1]
    0xf940_0023, // ldr x3, [x1]
    0xf100_0442, // subs x2, x2, #1
    0x54ff_ff81, // b.ne loop
  ];
  const code = new Uint8Array(words.length * 4);
  for (const [index, word] of words.entries()) new DataView(code.buffer).setUint32(index * 4, word, true);
  const world = new World(new SimulatedKernel(machine));
  world.prepareGuest(code, { features: 0, enablesNisv: false, hasReadOnlySlot: false });
  world.act({ registers: { pc: BigInt(guestLayout.ram) } });
  // A run executes the interpreter's whole budget and is then interrupted by the armed signal.
  const budget = 100_000;
  return measure('kernel: one guest instruction', 100, budget, () => {
    world.kernel.ioctl(world.vcpu, requests.RUN, 0, { signalArmed: true });
  });
}

/** All transcripts of the repository, per 2 900 steps. */
function replay(): Row {
  const directory = new URL('../fixtures/captures/kernel/', import.meta.url);
  const name = readdirSync(directory).find((one) => one.startsWith('6.12.117-deb-max.')) ?? '';
  const text = gunzipSync(readFileSync(new URL(name, directory))).toString('utf8');
  let steps = 1;
  const row = measure('kernel: replay of 2 900 steps', 1e9, 1, () => {
    const { records } = parseTranscript(text, name);
    steps = replayTranscript(records, parseKernelVersion('6.12'), parseCpuModel('max')).steps;
  });
  const scale = 2900 / steps;
  return {
    ...row,
    nsPerOp: Math.round(row.nsPerOp * scale),
    ratioToBest: Math.round(row.ratioToBest * scale * 1000) / 1000,
  };
}

const rows = [setAndGet(), guestInstructions(), replay()];
for (const { name, nsPerOp } of rows) console.log(`${name.padEnd(40)} ${nsPerOp.toLocaleString('en')} ns`);
console.log(JSON.stringify({ schemaVersion: 1, rows }));
