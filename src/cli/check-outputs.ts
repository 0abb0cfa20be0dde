/**
 * Where the reports of a check go: `--format F` to standard output, `-o F=FILE` (as often as one likes) to files.
 *
 * Files are whole or not there: every report is made first, written beside its place under another name, and put there by a
 * rename once all are written. What is no ordinary file (`/dev/null`, a pipe from `>(…)`) is written to directly: a rename
 * would put a file in its place.
 */

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  appendFileSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { printable, UserError } from '../diagnostic.ts';
import { checkFormatNames, checkFormats, type CheckFormatName } from '../report/check-formats.ts';
import { githubSummary } from '../report/check-github.ts';
import type { CheckReport } from '../report/check-report.ts';
import { plainStyle } from '../report/style.ts';
import type { Io } from './io.ts';
import { oneOf } from './one-of.ts';

export interface OutputFile {
  readonly format: CheckFormatName;
  /** As the user wrote it, for messages. */
  readonly path: string;
  /** Absolute, with links followed. */
  readonly target: string;
  /** A device or a pipe: nothing that could be replaced. */
  readonly isSpecial: boolean;
}

/**
 * Takes `FORMAT=FILE` apart and looks whether the file could be written, before anything is compared.
 * @throws {UserError} for an unknown format, a file named twice, a place where nothing can be written.
 */
export function parseOutputs(given: readonly string[], cwd: string): OutputFile[] {
  const outputs = given.map((text) => parseOutput(text, cwd));
  const seen = new Set<string>();
  for (const { target, path, isSpecial } of outputs) {
    if (!isSpecial && seen.has(target))
      throw new UserError(`-o names ${path} twice; each report needs a file of its own.`);
    seen.add(target);
  }
  return outputs;
}

function parseOutput(text: string, cwd: string): OutputFile {
  const equals = text.indexOf('=');
  const path = text.slice(equals + 1);
  if (equals <= 0 || path === '') {
    throw new UserError(`"-o ${text}" is not FORMAT=FILE; write -o sarif=report.sarif, for example.`);
  }
  const format = oneOf(checkFormatNames, text.slice(0, equals), '-o');
  if (path === '-') throw new UserError(`-o writes files; for standard output use --format ${format}.`);
  const place = resolve(cwd, path);
  try {
    const stats = statSync(place, { throwIfNoEntry: false });
    const isFolder = stats?.isDirectory() === true || path.endsWith('/');
    if (!isFolder) {
      const target = stats === undefined ? join(realpathSync(dirname(place)), basename(place)) : realpathSync(place);
      const isSpecial = stats !== undefined && !stats.isFile();
      accessSync(isSpecial ? target : dirname(target), constants.W_OK);
      return { format, path, target, isSpecial };
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
  throw new UserError(`-o ${text}: ${path} is a directory.`);
}

/**
 * Writes all reports, or (where one cannot be written) none.
 * @throws {UserError} if a file cannot be written.
 */
export function writeOutputs(outputs: readonly OutputFile[], report: CheckReport): void {
  const plain: CheckReport = { ...report, style: plainStyle };
  const documents = outputs.map((output) => ({ ...output, text: checkFormats[output.format].render(plain) }));
  const waiting: { readonly from: string; readonly to: string; readonly path: string }[] = [];
  let current = '';
  try {
    for (const { target, path, isSpecial, text } of documents) {
      current = path;
      if (isSpecial) {
        writeFileSync(target, text);
        continue;
      }
      const from = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
      waiting.push({ from, to: target, path });
      writeFileSync(from, text, { flag: 'wx' });
    }
    for (const { from, to, path } of waiting) {
      current = path;
      renameSync(from, to);
    }
  } catch (error) {
    for (const { from } of waiting) rmSync(from, { force: true });
    throw cannotWrite(current, error);
  }
}

/**
 * Adds the Markdown report to the summary of a GitHub job, where there is one. A summary that cannot be written costs the
 * summary, not the verdict.
 */
export function writeGithubSummary(report: CheckReport, io: Io): void {
  const path = io.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  try {
    appendFileSync(resolve(io.cwd, path), githubSummary(report));
  } catch (error) {
    io.stderr(`uabi: ${printable(cannotWrite('GITHUB_STEP_SUMMARY', error).message)}\n`);
  }
}

function cannotWrite(path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const reason = reasons.get(code) ?? code;
  return new UserError(`${path} cannot be written: ${reason}.`);
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such directory'],
  ['ENOTDIR', 'part of the path is no directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'the operation is not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'its links lead in a circle'],
]);
