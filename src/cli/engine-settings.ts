/**
 * What V8 is told because most runs are short: a check of one header ends within half a second.
 *
 * **When a function is optimised.** By default that is after the function ran some sixty kilobytes of bytecode. Most of what is
 * optimised within half a second, on another core and a third of all the work, is hardly used any more, or optimised for types
 * that are not the only ones for long. Waiting four times as long makes short runs a sixth faster and costs long ones nothing
 * (docs/speed.md). Newer engines have compilers between the two ends, and gain nothing from it.
 *
 * **How fast room for new objects grows.** V8 begins with one megabyte, and doubles it to sixteen as objects live on. Nearly all
 * that is read lives to the end, and is moved twice by each collection on the way; and each makes V8 expect less to come, until
 * it goes through everything. Taking all of the room at once leaves three collections of fifteen, for as much memory.
 */

import { setFlagsFromString } from 'node:v8';

const bytecodeBytes = 250_000;
const roomGrowth = 16;

/** `v8`: the version of the engine. The bytecode that a build kept is good for usual flags only, and has to be loaded before. */
export function prepareForShortRun(v8: string): void {
  if (!v8.startsWith('11.')) return;
  setFlagsFromString(`--interrupt-budget=${bytecodeBytes}`);
  setFlagsFromString(`--semi-space-growth-factor=${roomGrowth}`);
}
