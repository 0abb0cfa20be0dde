/** The layout cases of `fixtures/layout` and what compilers said about them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TargetName } from '../../src/abi/target.ts';

/** One compiler's layout of `struct probe`. */
export interface Answer {
  readonly sizeBytes: number;
  readonly alignBytes: number;
  /** Offset and size of every named field, in bits. */
  readonly fields: Readonly<Record<string, readonly [number, number]>>;
}

interface Group {
  readonly targets: readonly string[];
  readonly answer: Answer | 'refused';
}

export interface Recorded {
  readonly compilers: { readonly clang: string; readonly gcc: Readonly<Record<string, string>> };
  readonly cases: Record<string, { readonly gcc: readonly Group[]; readonly clang: readonly Group[] }>;
}

export const layoutCases = fileURLToPath(new URL('../../fixtures/layout/', import.meta.url));

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(`${layoutCases}recorded.json`, 'utf8')) as Recorded;
}

/**
 * What the ABI is: gcc's word. Where no gcc was asked, it is what gcc says for a target of which clang says the same: so
 * clang tells what the target shares with others, and never how gcc goes its own way (0051–0053).
 */
export function expectedAnswer(recorded: Recorded, file: string, target: TargetName): Answer | 'refused' | undefined {
  const answers = recorded.cases[file];
  const from = (groups: readonly Group[] | undefined, name: string): Group | undefined =>
    groups?.find(({ targets }) => targets.includes(name));
  const own = from(answers?.gcc, target);
  if (own !== undefined) return own.answer;
  const alike = from(answers?.clang, target);
  const sibling = alike?.targets.find((name) => from(answers?.gcc, name) !== undefined);
  return (sibling === undefined ? alike : from(answers?.gcc, sibling))?.answer;
}
