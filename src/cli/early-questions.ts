/**
 * What a comparison will ask of git, asked before the program is loaded: git has another processor to work on meanwhile.
 *
 * For `uabi check A..B` the command line says enough. It is not understood here, only looked at: a guess that turns out wrong has
 * cost questions that nobody needed the answers to. This is all that has to be loaded for it, and what comes out are
 * answers as git gave them, because the program that reads them is another copy of the same modules (`compiled-program.ts`).
 */

import { resolve } from 'node:path';
import { UndecidedError } from '../diagnostic.ts';
import { maximumAnswerBytes, whatBothAre, whatHeadersInclude, whatKernelHolds } from '../source/first-questions.ts';
import {
  type BegunQuestions,
  type Environment,
  type GitCall,
  type GitPlace,
  type GitRun,
  placeOf,
  startGit,
} from '../source/run-git.ts';
import { statsAt } from '../source/stats.ts';
import { configFileName, waiverFileName } from '../verdict/policy/policy-files.ts';
import { isFromBase, isJsonSource, isRange, splitRange } from './source-syntax.ts';

/** Files at the top of a tree in which a project keeps its rules: they are listed with whatever is. */
export const listedAlongside: readonly string[] = [configFileName, waiverFileName];

/** Questions on which git works, or has worked. */
export class EarlyQuestions implements BegunQuestions {
  readonly #place: GitPlace;
  readonly #runs = new Map<string, GitRun>();

  constructor(place: GitPlace) {
    this.#place = place;
  }

  begin(call: GitCall): GitRun {
    const run = startGit(this.#place, call, maximumAnswerBytes);
    this.#runs.set(keyOf(this.#place, call), run);
    return run;
  }

  take(place: GitPlace, call: GitCall): GitRun | undefined {
    const key = keyOf(place, call);
    const run = this.#runs.get(key);
    this.#runs.delete(key);
    return run;
  }

  /** Ends what nobody wanted to know. */
  stop(): void {
    for (const run of this.#runs.values()) run.stop();
    this.#runs.clear();
  }
}

/** Asks what the command with these arguments will ask first; resolves once git works on it. Never rejected. */
export async function askEarly(
  argv: readonly string[],
  cwd: string,
  environment: Environment,
): Promise<EarlyQuestions | undefined> {
  const [command, ...others] = argv.filter((argument) => !argument.startsWith('-'));
  const range = others.find(isRange);
  if (command !== 'check' || range === undefined || isFromBase(range)) return undefined;
  const sides = splitRange(range);
  const first = whatBothAre(...sides);
  if (first === undefined || !areRevisions(sides, cwd)) return undefined;
  const directory = directoryIn(argv);
  const questions = new EarlyQuestions(placeOf(resolve(cwd, directory ?? '.'), environment, directory !== undefined));
  const answer = await questions.begin(first).answer;
  const names = answer === undefined || !first.statuses.includes(answer.status) ? [] : first.read(answer.stdout);
  const ids = names.flatMap((name) => (name === undefined || name.type === 'blob' ? [] : name.id));
  const [id] = ids;
  if (id === undefined || ids.length < names.length) return questions;
  for (const one of ids) questions.begin(whatKernelHolds(one, listedAlongside));
  // Last, though it takes longest: to start git takes longer where another git keeps the other processor busy.
  questions.begin(whatHeadersInclude(id));
  return questions;
}

/** Whether all of `sources` can only be revisions. */
export function areRevisions(sources: readonly string[], cwd: string): boolean {
  return sources.every(
    (source) =>
      source !== '-' && !source.includes(':') && !isJsonSource(source) && !mayStandOnDisk(resolve(cwd, source)),
  );
}

function mayStandOnDisk(path: string): boolean {
  try {
    return statsAt(path) !== undefined;
  } catch (error) {
    if (error instanceof UndecidedError) return true;
    throw error;
  }
}

/** The value of `-C DIR` or `--directory DIR`, in any of the ways to write it. */
function directoryIn(argv: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === '-C' || argument === '--directory') return argv[index + 1];
    const [, value] = /^(?:-C|--directory=)(.+)$/s.exec(argument) ?? [];
    if (value !== undefined) return value;
  }
  return undefined;
}

function keyOf({ directory, isExplicit }: GitPlace, { parameters, input }: GitCall): string {
  return JSON.stringify([directory, isExplicit, parameters, input]);
}
