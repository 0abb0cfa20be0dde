/**
 * The one file that runs git, whether or not somebody waits for it.
 *
 * Only plumbing that reads is called, without a shell, with every revision and path behind `--end-of-options` or on standard
 * input. Nothing in the repository may change and nothing may be fetched behind the user's back: optional locks are off,
 * every transport is forbidden (that is what stops a partial clone from fetching lazily; `GIT_NO_LAZY_FETCH` is younger than
 * many git versions in use), and hooks and fsmonitor programs named by a repository's own config do not run.
 *
 * `GIT_DIR`, `GIT_INDEX_FILE` and the object directories are kept, because git sets them for hooks and a hook is a place to
 * run uabi in; with an explicit directory they would point elsewhere, so they are dropped then.
 */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';

const neutralConfig = [
  ...['-c', 'protocol.allow=never'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'log.showSignature=false'],
];

/** Variables that choose another repository than the one a directory belongs to. */
const placeVariables =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|PREFIX)$/;

/** Variables that make git write files, run programs or talk differently. */
const dangerousVariables =
  /^GIT_(TRACE.*|EXTERNAL_DIFF|DIFF_OPTS|PAGER|EDITOR|SEQUENCE_EDITOR|SSH|SSH_COMMAND|ASKPASS|PROXY_COMMAND|EXEC_PATH|TEMPLATE_DIR|NAMESPACE|(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|REDIRECT_.*)$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where git runs, and with which variables. */
export interface GitPlace {
  readonly directory: string;
  readonly isExplicit: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/** A command line behind `git`, and what it gets on standard input. */
export interface GitCall {
  readonly parameters: readonly string[];
  readonly input: string;
}

export interface GitAnswer {
  readonly status: number;
  readonly stdout: Buffer;
}

/** A git that works while nobody waits. */
export interface GitRun {
  /** `undefined` if git had anything to complain about, could not run, or was stopped. Never rejected. */
  readonly answer: Promise<GitAnswer | undefined>;
  readonly stop: () => void;
}

/** What git was asked before whoever wants to know it was loaded. */
export interface BegunQuestions {
  /** The one who asks first gets the answer. */
  readonly take: (place: GitPlace, call: GitCall) => GitRun | undefined;
}

/** @param isExplicit whether the user named the directory (`-C`), so that `GIT_DIR` from the environment does not count. */
export function placeOf(directory: string, environment: Environment, isExplicit: boolean): GitPlace {
  const kept: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!dangerousVariables.test(name) && !(isExplicit && placeVariables.test(name))) kept[name] = value;
  }
  Object.assign(kept, {
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_FLUSH: '0',
    LC_ALL: 'C',
  });
  return { directory, isExplicit, environment: kept };
}

/** Runs git to its end. */
export function runGit(
  { directory, environment }: GitPlace,
  { parameters, input }: GitCall,
  maxBuffer: number,
): SpawnSyncReturns<Buffer> {
  const options = { cwd: directory, env: environment, windowsHide: true } as const;
  return spawnSync('git', commandLineOf(parameters), { ...options, input, maxBuffer });
}

/** Starts git, and stops it if it answers with more than `maximumBytes`. */
export function startGit(place: GitPlace, { parameters, input }: GitCall, maximumBytes: number): GitRun {
  const child = spawned(place, parameters);
  if (child === undefined) return { answer: Promise.resolve(undefined), stop: () => undefined };
  const chunks: Buffer[] = [];
  const seen = { bytes: 0, complaints: 0 };
  const stop = (): void => {
    seen.complaints += 1;
    child.kill();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    seen.bytes += chunk.length;
    if (seen.bytes > maximumBytes) stop();
  });
  child.stderr.on('data', stop);
  // git may end before it has read everything; its exit status says what that means.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const answer = new Promise<GitAnswer | undefined>((resolve) => {
    child.on('error', () => {
      resolve(undefined);
    });
    child.on('close', (status) => {
      const isAnswer = status !== null && seen.complaints === 0;
      resolve(isAnswer ? { status, stdout: Buffer.concat(chunks) } : undefined);
    });
  });
  return { answer, stop };
}

/** `undefined` where git cannot be started at all: whoever waits for the answer to the same question learns why. */
function spawned(
  { directory, environment }: GitPlace,
  parameters: readonly string[],
): ChildProcessWithoutNullStreams | undefined {
  try {
    return spawn('git', commandLineOf(parameters), { cwd: directory, env: environment, windowsHide: true });
  } catch {
    return undefined;
  }
}

function commandLineOf(parameters: readonly string[]): string[] {
  return ['--no-pager', ...neutralConfig, ...parameters];
}
