/**
 * When V8 optimises a function.
 *
 * By default that is after the function ran some sixty kilobytes of bytecode. A check of one header ends within half a second, and
 * most of what is optimised meanwhile, on another core and a third of all the work, is hardly used any more, or optimised for types
 * that are not the only ones for long. Waiting eight times as long makes short runs a fifth faster, and whole kernels slower; four
 * times as long costs those nothing (docs/speed.md). Newer engines have compilers between the two ends, and gain nothing from it.
 */

import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode. */
const budgets = { short: 500_000, any: 250_000 } as const;

/**
 * @param v8 the version of the engine. The bytecode that a build kept is good for usual flags only, and has to be loaded before.
 * @param run how long it will take, as far as is known. Functions that run already wait as they were told before.
 */
export function optimiseLater(v8: string, run: keyof typeof budgets): void {
  if (v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${budgets[run]}`);
}
