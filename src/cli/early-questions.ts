/**
 * What will be asked of git, asked before the program is loaded: git has another processor to work on meanwhile.
 *
 * For `uabi check A..B` and `uabi layout NAME --in REVISION` the command line says enough. It is not understood here, only looked
 * at: a guess that turns out wrong has cost questions that nobody needed the answers to. This is all that has to be loaded for it,
 * and what comes out are answers as git gave them, because the program that reads them is another copy of the same modules
 * (`compiled-program.ts`).
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
import { isPlainWord } from '../source/git-questions.ts';
import { statsAt } from '../source/stats.ts';
import { configFileName, waiverFileName } from '../verdict/policy/policy-files.ts';
import { isFromBase, isJsonSource, isRange, splitRange } from './source-syntax.ts';

const maximumWords = 8;

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
  const wanted = wantedBy(argv);
  if (wanted === undefined || !areRevisions(wanted.revisions, cwd, wanted.isRange)) return undefined;
  const first = whatBothAre(...wanted.revisions);
  if (first === undefined) return undefined;
  const directory = valueOf(argv, /^(?:-C|--directory$|--directory=)(.+)?$/s);
  const questions = new EarlyQuestions(placeOf(resolve(cwd, directory ?? '.'), environment, directory !== undefined));
  const answer = await questions.begin(first).answer;
  const names = answer === undefined || !first.statuses.includes(answer.status) ? [] : first.read(answer.stdout);
  const ids = names.flatMap((name) => (name === undefined || name.type === 'blob' ? [] : name.id));
  const [id] = ids;
  if (id === undefined || ids.length < names.length) return questions;
  for (const one of ids) questions.begin(whatKernelHolds(one, listedAlongside));
  // Last, though it takes longest: to start git takes longer where another git keeps the other processor busy.
  questions.begin(whatHeadersInclude(id, wanted.words));
  return questions;
}

/** Revisions, and words that will be looked for in them. */
interface Wanted {
  readonly revisions: readonly [string, string];
  readonly isRange: boolean;
  readonly words: readonly string[];
}

function wantedBy(argv: readonly string[]): Wanted | undefined {
  const [command, ...others] = argv.filter((argument) => !argument.startsWith('-'));
  if (command === 'check') {
    const range = others.find(isRange);
    return range === undefined || isFromBase(range)
      ? undefined
      : { revisions: splitRange(range), isRange: true, words: [] };
  }
  const source = valueOf(argv, /^--in(?:=(.+))?$/s);
  if (command !== 'layout' || source === undefined) return undefined;
  // What stands behind an option is most likely its value.
  const names = argv.filter((argument, at) => !argument.startsWith('-') && !/^-[^=]*$/.test(argv[at - 1] ?? ''));
  const words = searchedWords(names.slice(1));
  return words === undefined ? undefined : { revisions: [source, source], isRange: false, words };
}

/** By which words headers can be found that declare some records; `undefined` unless these can be looked for with others. */
export function searchedWords(names: readonly string[]): readonly string[] | undefined {
  const words = names.map((name) => name.replace(/^(?:struct|union|enum) /, ''));
  return words.length > 0 && words.length <= maximumWords && words.every(isPlainWord) ? words : undefined;
}

/** Whether all of `sources` can only be revisions; or may be, if these are preferred to what stands on disk. */
export function areRevisions(sources: readonly string[], cwd: string, arePreferred = false): boolean {
  return sources.every(
    (source) =>
      source !== '-' &&
      !source.startsWith('/') &&
      !source.includes(':') &&
      !isJsonSource(source) &&
      (arePreferred || !mayStandOnDisk(resolve(cwd, source))),
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

/** The value of an option, behind it or in the next argument. */
function valueOf(argv: readonly string[], option: RegExp): string | undefined {
  for (const [index, argument] of argv.entries()) {
    const match = option.exec(argument);
    if (match !== null) return match[1] ?? argv[index + 1];
  }
  return undefined;
}

function keyOf({ directory, isExplicit }: GitPlace, { parameters, input }: GitCall): string {
  return JSON.stringify([directory, isExplicit, parameters, input]);
}
