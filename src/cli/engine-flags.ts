/**
 * How V8 goes about a run, where its usual way is made for programs that run on.
 *
 * - *When to optimise*: by default once a function ran some sixty kilobytes of bytecode. A check of one header ends within half a
 *   second, and most of what is optimised meanwhile, on another core and a third of all the work, is hardly used any more, or
 *   optimised for types that are not the only ones for long. Waiting eight times as long makes short runs a fifth faster, and whole
 *   kernels slower; four times as long costs those nothing.
 * - *How much to inline*: a third of the default, for the same reason.
 * - *Who collects garbage*: of the young generation, one thread. What survives is many small objects that hang together, and
 *   threads that share such work wait for each other.
 * - *When to collect it*: what a short run keeps, it needs to its end, so looking through the old generation finds nothing; and
 *   the young one may grow at once.
 *
 * Figures are in docs/speed.md. Newer engines have compilers between the two ends, and gain nothing from the first.
 */

import { setFlagsFromString } from 'node:v8';

/** How long a run will take: of revisions, most often little is read, until it is known how much differs. */
export type RunLength = 'perhaps short' | 'short' | 'any';

const shortBudget = '--interrupt-budget=500000';
const oneCollector = '--no-parallel-scavenge';

const flags: Readonly<Record<RunLength, readonly string[]>> = {
  'perhaps short': [shortBudget, oneCollector],
  // Marking that was off, and is on again, is slower to the end: so this is never taken back.
  short: [
    shortBudget,
    oneCollector,
    '--max-inlined-bytecode-size-cumulative=300',
    '--semi-space-growth-factor=4',
    '--no-incremental-marking',
  ],
  any: ['--interrupt-budget=250000', oneCollector],
};

/**
 * @param v8 the version of the engine. The bytecode that a build kept is good for usual flags only, and has to be loaded before.
 * @param length as far as it is known. Functions that run already wait as they were told before.
 */
export function prepareEngine(v8: string, length: RunLength): void {
  if (!v8.startsWith('11.')) return;
  for (const flag of flags[length]) setFlagsFromString(flag);
}
