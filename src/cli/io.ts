import type { BegunQuestions } from '../source/run-git.ts';

/** The world as a command sees it: no command touches `process`, so every command can be run inside a test. */
export interface Io {
  /** The report, and nothing but the report. */
  readonly stdout: (data: string | Uint8Array) => void;
  /** Resolves once a slow reader of standard output has caught up, so that what is printed need not be held in memory. */
  readonly drained?: () => Promise<void>;
  /** Everything else: progress, problems, hints. */
  readonly stderr: (text: string) => void;
  readonly stdin: () => Promise<Uint8Array>;
  /** Standard input in pieces, for commands that need not hold all of it. */
  readonly stdinChunks?: () => AsyncIterable<Uint8Array>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal, where stdout is one. */
  readonly columns: number | undefined;
  /** What git was asked before the command was loaded. */
  readonly begun?: BegunQuestions | undefined;
  /** Told as soon as it is known how much will be read. */
  readonly expectRun?: (length: 'short' | 'any') => void;
}

/** Exit codes: the contract of the command line with scripts and CI. */
export const exitCodes = {
  done: 0,
  findings: 1,
  wrongCall: 2,
  undecided: 3,
  bug: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
