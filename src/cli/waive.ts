/**
 * `uabi waive FINGERPRINT --reason … --expires …`: accept one finding, on the record.
 *
 * The entry is written into `uabi.waivers.json` of the current directory; everything else in the file stays as it was. The new
 * text replaces the file in one step, so that nobody ever reads half of it.
 */

import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { suggestionFor } from '../abi/suggest.ts';
import { UserError } from '../diagnostic.ts';
import { readRegularFile } from '../source/directory.ts';
import { withWaiver } from '../verdict/policy/edit-waivers.ts';
import { waiverFileName } from '../verdict/policy/policy-files.ts';
import { isCalendarDay, readWaivers } from '../verdict/policy/waiver-file.ts';
import { readInput } from './decode.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { wrongFile } from './policy.ts';

interface Options {
  readonly reason: string;
  readonly expires: string;
  readonly report?: string;
  readonly rule?: string;
  readonly subject?: string;
  readonly file: string;
}

export function configure(command: Command): void {
  command
    .argument('<fingerprint>', 'the 12 hex digits that reports show with the finding')
    .requiredOption('--reason <text>', 'why it is accepted')
    .requiredOption('--expires <date>', 'the last day on which it holds, YYYY-MM-DD')
    .option('--report <file>', 'JSON report of the check: takes rule and subject from it ("-": standard input)')
    .option('--rule <rule>', 'the rule of the finding')
    .option('--subject <subject>', 'what the finding is about')
    .option('--file <file>', 'the waiver file', waiverFileName)
    .addHelpText(
      'after',
      `
A waiver counts once it is on the old side of a check: land it before the change, in a commit of its own.

Example:
  uabi check HEAD^..HEAD --format json > report.json
  uabi waive 5c1a09d2e7b4 --reason "only the driver's own tool uses it" --expires 2031-01-31 --report report.json`,
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  const fingerprint = (args[0] ?? '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(fingerprint)) {
    throw new UserError(`"${args[0] ?? ''}" is no fingerprint; reports show one of 12 hex digits with each finding.`);
  }
  const { reason, expires } = options;
  if (reason.trim() === '') throw new UserError('--reason is empty: say why the finding is accepted.');
  if (!isCalendarDay(expires)) throw new UserError(`"${expires}" is no day; --expires takes one as YYYY-MM-DD.`);
  if (expires < new Date().toISOString().slice(0, 10)) {
    throw new UserError(`${expires} is past: such a waiver would waive nothing.`);
  }
  const said = options.report === undefined ? {} : await findingIn(options.report, fingerprint, io);
  const { rule, subject } = { ...said, ...options };
  const path = resolve(io.cwd, options.file);
  const old = readRegularFile(path);
  if (old.kind === 'refused') throw new UserError(`${options.file} is not read: ${old.reason}.`);
  const content = old.kind === 'text' ? old.text : undefined;
  const { waivers, diagnostics } = await readWaivers(content ?? '{ "waivers": [] }', options.file);
  if (diagnostics.length > 0) throw wrongFile(options.file, diagnostics);
  const entry = {
    fingerprint,
    reason,
    expires,
    ...(rule === undefined ? {} : { rule }),
    ...(subject === undefined ? {} : { subject }),
  };
  replaceFile(path, withWaiver(content, waivers, entry));
  const isRenewed = waivers.some((waiver) => waiver.fingerprint === fingerprint);
  const what = subject === undefined ? fingerprint : `${fingerprint} (${subject})`;
  io.stderr(
    `uabi: ${what} is waived until ${expires} in ${options.file}${isRenewed ? ', in place of the earlier waiver' : ''}.\n` +
      '      Waivers are read from the old side: it counts for changes made after it is committed.\n',
  );
  return exitCodes.done;
}

async function findingIn(
  file: string,
  fingerprint: string,
  io: Io,
): Promise<{ readonly rule?: string; readonly subject?: string }> {
  const text = new TextDecoder().decode(await readInput(file, io));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is no JSON report: ${error instanceof Error ? error.message : String(error)}`);
  }
  const findings = isObject(document) && Array.isArray(document['findings']) ? document['findings'] : undefined;
  if (findings === undefined) throw new UserError(`${file} is no report of uabi check --format json.`);
  const known: string[] = [];
  for (const finding of findings as readonly unknown[]) {
    if (!isObject(finding) || typeof finding['fingerprint'] !== 'string') continue;
    const { rule, subject } = finding;
    if (finding['fingerprint'] === fingerprint && typeof rule === 'string' && typeof subject === 'string') {
      if (subject.startsWith('waiver '))
        throw new UserError(`What is wrong with a waiver cannot be waived: mend the file.`);
      return { rule, subject };
    }
    known.push(finding['fingerprint']);
  }
  const { hint } = suggestionFor(fingerprint, known);
  throw new UserError(`${file} has no finding ${fingerprint}${hint === undefined ? '' : `; ${hint}`}.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
