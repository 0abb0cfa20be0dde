/**
 * `uabi lint [SOURCE | A..B]`: what would be hard to keep compatible.
 *
 * A range shows only what the change brings: what is released is past mending.
 */

import type { Command } from 'commander';
import type { Abi } from '../abi/abi.ts';
import { parseTargetList } from '../abi/target-list.ts';
import type { Target } from '../abi/target.ts';
import { type Diagnostic, UserError } from '../diagnostic.ts';
import { lintGithub, lintJson, lintText } from '../report/lint-report.ts';
import { lintAbis, type LintFinding, newFindings } from '../verdict/lint/lint.ts';
import { type LintSeverity, lintSeverities } from '../verdict/lint/rules.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { oneOf } from './one-of.ts';
import { openPair } from './open-pair.ts';
import { isRange, splitArguments } from './source-syntax.ts';
import { type OpenedSource, openSource, workshopFor } from './open-source.ts';
import { openConfig, placeOf, type PolicyFlags } from './policy.ts';
import { addSourceOptions, type SourceFlags, sourceOptionsOf } from './source-options.ts';

interface Options extends SourceFlags, PolicyFlags {
  readonly target?: string;
  readonly format: string;
  readonly failOn: string;
}

const formats = ['text', 'json', 'github'] as const;
const thresholds = [...lintSeverities, 'never'] as const;

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('[source]', 'a tree, a header, a revision; or a range A..B: only what B brings', '.')
    .argument('[paths...]', 'after "--", with a range: only headers at or below these paths')
    .option('--target <list>', 'targets to look from, or "all" (default: all that the source knows)')
    .option('--format <format>', formats.join(', '), 'text')
    .option('--fail-on <severity>', `exit with 1 from this severity on: ${thresholds.join(', ')}`, 'warning')
    .option('--config <file>', 'configuration to use in place of uabi.config.json')
    .addHelpText(
      'after',
      `
uabi rules lists the rules, uabi explain RULE says why one exists and what to write instead.

Examples:
  uabi lint include/uapi/linux/mine.h
  uabi lint HEAD^..HEAD --format github
  uabi lint v6.12 --header linux/kvm.h --target arm64,arm`,
    );
}

export async function run(args: readonly string[], options: Options, io: Io, afterDashes = 0): Promise<ExitCode> {
  const format = oneOf(formats, options.format, '--format');
  const failOn = oneOf(thresholds, options.failOn, '--fail-on');
  const { sides, paths } = splitArguments(args, afterDashes);
  const [source = '.', extra] = sides;
  if (extra !== undefined) {
    throw new UserError(`One source is looked at: "${extra}" is one too many. With a range, paths stand behind "--".`);
  }
  const { findings, targets, notUnderstood } = isRange(source)
    ? await lintRange(source, paths, options, io)
    : await lintSource(source, paths, options, io);
  const report = { source, targets: targets.map((target) => target.name), findings, notUnderstood };
  switch (format) {
    case 'text':
      io.stdout(lintText(report));
      break;
    case 'json':
      io.stdout(lintJson(report));
      break;
    case 'github':
      io.stdout(lintGithub(report));
      break;
    default:
      format satisfies never;
  }
  const worst = failOn === 'never' ? -1 : lintSeverities.indexOf(failOn);
  const isFailing = (severity: LintSeverity): boolean => lintSeverities.indexOf(severity) <= worst;
  if (findings.some((finding) => isFailing(finding.severity))) return exitCodes.findings;
  return notUnderstood.length > 0 ? exitCodes.undecided : exitCodes.done;
}

interface Linted {
  readonly findings: readonly LintFinding[];
  readonly targets: readonly Target[];
  readonly notUnderstood: readonly Diagnostic[];
}

async function lintSource(source: string, paths: readonly string[], options: Options, io: Io): Promise<Linted> {
  if (paths.length > 0)
    throw new UserError('Paths follow a range; name one header or directory as the source, or use --header.');
  const workshop = await workshopFor(io, sourceOptionsOf(options));
  const opened = await openSource(source, io, { ...sourceOptionsOf(options), workshop });
  const config = await openConfig(source, workshop, io, options);
  const targets = targetsOf(opened, options.target, config?.targets);
  opened.expect?.(targets);
  const abis = targets.map((target) => opened.abiFor(target));
  return { findings: lintAbis(abis, config?.lintOff), targets, notUnderstood: problemsOf(abis) };
}

async function lintRange(range: string, paths: readonly string[], options: Options, io: Io): Promise<Linted> {
  const { old, new: next, workshop } = await openPair([range], io, { ...sourceOptionsOf(options), paths });
  const config = await openConfig(placeOf(old), workshop, io, options);
  const targets = targetsOf(next, options.target, config?.targets);
  const known = new Set(old.targets);
  for (const side of [old, next]) side.expect?.(targets);
  const before = targets.filter((target) => known.has(target)).map((target) => old.abiFor(target));
  const after = targets.map((target) => next.abiFor(target));
  const findings = newFindings(lintAbis(before, config?.lintOff), lintAbis(after, config?.lintOff));
  return { findings, targets, notUnderstood: problemsOf(after) };
}

function targetsOf(
  source: OpenedSource,
  wanted: string | undefined,
  preferred: readonly string[] = [],
): readonly Target[] {
  if (wanted !== undefined && wanted !== 'all') {
    const chosen = parseTargetList(wanted);
    const missing = chosen.filter((target) => !source.targets.includes(target)).map((target) => target.name);
    if (missing.length === 0) return chosen;
    throw new UserError(`${source.label} cannot be read for ${missing.join(', ')}.`);
  }
  const usual = source.targets.filter((target) => preferred.includes(target.name));
  return wanted === undefined && usual.length > 0 ? usual : source.targets;
}

function problemsOf(abis: readonly Abi[]): Diagnostic[] {
  const problems = new Map<string, Diagnostic>();
  for (const one of abis.flatMap((abi) => abi.notUnderstood)) {
    problems.set(JSON.stringify([one.location, one.message]), one);
  }
  return [...problems.values()];
}
