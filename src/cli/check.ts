/**
 * `uabi check OLD NEW`: is this an ABI break?
 *
 * Both sides are SOURCEs. They are compared for every target both can be read for, or for those that were asked for.
 */

import type { Command } from 'commander';
import { abiOfVariant, variantsOf } from '../abi/definition/layout-file.ts';
import { parseTargetList } from '../abi/target-list.ts';
import { type Target, type TargetName, targetNames as allNames } from '../abi/target.ts';
import type { AbiPair } from '../diff/changes.ts';
import { printable, UserError } from '../diagnostic.ts';
import { checkFormatNames, checkFormats } from '../report/check-formats.ts';
import { isFailing, makeReport } from '../report/check-report.ts';
import type { TextOf } from '../report/quotes.ts';
import { adviseOn } from '../verdict/advice.ts';
import { checkAbis, checkTargets, type CheckResult } from '../verdict/check.ts';
import { membersWords } from '../verdict/judgement.ts';
import { type Contract, contracts as allContracts } from '../verdict/contract.ts';
import type { ValuesOf } from '../verdict/fingerprint.ts';
import { type Alternative, standing } from '../verdict/finding.ts';
import { parseOutputs, writeGithubSummary, writeOutputs } from './check-outputs.ts';
import { styleFor } from './colours.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { withKnownSemantics } from './known-semantics.ts';
import { oneOf } from './one-of.ts';
import { type OpenedPair, openPair, type PairOptions } from './open-pair.ts';
import { pairOf } from './pair-of.ts';
import { openPolicy, placeOf, type Policy, type PolicyFlags, type PolicyPlaces } from './policy.ts';
import { openInCxx } from './open-in-cxx.ts';
import { isHeaders, isLayout, type OpenedSource, workshopFor } from './open-source.ts';
import { splitArguments } from './source-syntax.ts';
import { addSourceOptions, collect, type SourceFlags, sourceOptionsOf } from './source-options.ts';
import { version } from './version.ts';

interface Options extends SourceFlags, PolicyFlags {
  readonly target?: string;
  readonly contracts?: string;
  readonly format: string;
  readonly output: readonly string[];
  readonly failOn?: string;
  readonly show?: string;
  readonly patch: readonly string[];
  readonly onto?: string;
}

const thresholds = ['break', 'review', 'never'] as const;
const shows = ['all', 'findings'] as const;

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('[old]', 'the old side: a tree, a header, a revision, a layout file; or a range A..B')
    .argument('[new]', 'the new side, unless a range was given')
    .argument('[paths...]', 'after "--": only headers at or below these paths')
    .option(
      '--patch <file>',
      'judge a patch: a mail, a mailbox, a series, a diff; "-" is standard input (repeatable)',
      collect,
      [],
    )
    .option('--onto <rev>', 'the revision or tree the patch is for (default: found by the blob ids in it)')
    .option('--target <list>', 'targets to compare, or "all" (default: all that both sides know)')
    .option('--contracts <list>', `contracts to judge: ${allContracts.join(', ')} (default: all)`)
    .option('--format <format>', checkFormatNames.join(', '), 'text')
    .option('-o, --output <format=file>', 'write a report in FORMAT to FILE as well (repeatable)', collect, [])
    .option('--fail-on <verdict>', `exit with 1 from this verdict on: ${thresholds.join(', ')} (default: break)`)
    .option('--config <file>', 'configuration to use in place of uabi.config.json on the old side')
    .option('--waivers <file>', 'waivers to use in place of uabi.waivers.json on the old side')
    .option('--show <what>', '"all" lists what is compatible as well')
    .addHelpText(
      'after',
      `
A source is a directory, a header, a revision (v6.1), rev:path, :path (the index), a layout file or snapshot (x.json), or -.
A path starts where you stand, as in git, or at the top of the tree, or is a header's name (linux/fuse.h); it may hold "*".

Formats:
${formatList()}

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong call, 3 could not decide.

Examples:
  uabi check HEAD^..HEAD
  uabi check v6.1..v6.12 --target arm64 -- include/uapi/linux/kvm.h
  uabi check old/usr/include new/usr/include --header linux/fuse.h
  uabi check layouts/kvm_vcpu_events.arm64.json#v1 layouts/kvm_vcpu_events.arm64.json#ext_abt_esr
  uabi check old.json new.json --contracts old-binary --format json
  git format-patch --stdout v6.12.. | uabi check --patch -
  uabi check --patch series.mbox --onto v6.12`,
    );
}

function formatList(): string {
  return Object.entries(checkFormats)
    .map(([name, { summary }]) => `  ${name.padEnd(8)}  ${summary}`)
    .join('\n');
}

export async function run(args: readonly string[], options: Options, io: Io, afterDashes = 0): Promise<ExitCode> {
  const format = oneOf(checkFormatNames, options.format, '--format');
  const outputs = parseOutputs(options.output, io.cwd);
  const wantedThreshold = options.failOn === undefined ? undefined : oneOf(thresholds, options.failOn, '--fail-on');
  const showAll = options.show !== undefined && oneOf(shows, options.show, '--show') === 'all';
  const wantedContracts = options.contracts === undefined ? undefined : parseContracts(options.contracts);
  const { whole, steps, places, isFromHunks } = await openComparison(args, afterDashes, options, io);
  const { old, new: next } = whole;
  const policy = await openPolicy(places, io, options);
  const failOn = wantedThreshold ?? policy.config?.failOn ?? 'break';
  const contracts = wantedContracts ?? policy.config?.contracts ?? allContracts;
  const known = new Map<string, string>();
  const said = (record: string, layout: string): void => void known.set(record, layout.replace(/#.*/, ''));
  const judgedSteps = steps.map(({ title, open }) => ({
    title,
    result: policy.judgeStep(comparePair(open(), options.target, contracts, policy, said)),
  }));
  const judged = policy.judge(
    comparePair(whole, options.target, contracts, policy, said),
    judgedSteps.map((step) => step.result),
  );
  const { withKernelAnswers } = await import('./kernel-answers.ts');
  const result = await withKernelAnswers(judged);
  const alternatives = alternativesFor(result);
  const report = makeReport(result, {
    showAll,
    isFromHunks,
    failOn,
    alternatives,
    siblings: siblingsOf(next, result, alternatives),
    steps: judgedSteps,
    style: styleFor(io),
    textOf: textOf(old, next),
    toolVersion: version,
  });
  for (const [record, layout] of known) {
    io.stderr(`uabi: ${record} is the one of uabi's layouts/${layout}: what that declares decides.\n`);
  }
  // Whoever chose targets knows that others see more.
  const isForAll = options.target === undefined && policy.config?.targets === undefined;
  const unseen = isForAll ? (whole.unseen?.() ?? []) : [];
  if (unseen.length > 0) io.stderr(`uabi: ${printable(unseenWords(unseen))}\n`);
  // Files first: where one cannot be written, nothing has been said yet.
  writeOutputs(outputs, report);
  if (format === 'github' || outputs.some((output) => output.format === 'github')) writeGithubSummary(report, io);
  io.stdout(checkFormats[format].render(report));
  return exitCodeFor(result, failOn);
}

/** What a verdict about programs leaves out, for all that it is a change. */
function unseenWords(paths: readonly string[]): string {
  const isOne = paths.length === 1;
  return `${membersWords(paths)} ${isOne ? 'differs' : 'differ'}, and no header of any target includes ${isOne ? 'it: it was' : 'them: they were'} not compared.`;
}

/** What is compared: two sources, or a patch, which may be a series of several steps. */
interface Comparison {
  readonly whole: OpenedPair;
  readonly steps: readonly { readonly title: string; readonly open: () => OpenedPair }[];
  /** Where the rules of the house are looked for. */
  readonly places: PolicyPlaces;
  readonly isFromHunks: boolean;
}

async function openComparison(
  args: readonly string[],
  afterDashes: number,
  options: Options,
  io: Io,
): Promise<Comparison> {
  const { patch, onto } = options;
  if (patch.length > 0 || onto !== undefined) {
    const { openPatches, checkPatchOptions } = await import('./open-patch.ts');
    // `--patch *.patch`: the shell has written the rest as arguments.
    const { sides: others, paths } = splitArguments(args, afterDashes);
    const files = patch.length > 0 ? [...patch, ...others] : [];
    checkPatchOptions(files, onto);
    const wanted = { ...sourceOptionsOf(options), files, onto, paths };
    const { whole, steps, notes, base } = await openPatches(io, wanted);
    for (const note of notes) io.stderr(`uabi: ${printable(note)}\n`);
    return {
      whole,
      steps: steps.map(({ patch: { title }, open }) => ({ title, open })),
      places: { old: base, new: undefined },
      isFromHunks: base === undefined,
    };
  }
  const { sides, paths } = splitArguments(args, afterDashes);
  const shared = { ...sourceOptionsOf(options), paths };
  const comparisonOf = async (chosen: readonly string[], known: PairOptions): Promise<Comparison> => {
    const { workshop, ...whole } = await openPair(chosen, io, known);
    const places = { old: placeOf(whole.old), new: placeOf(whole.new), workshop };
    return { whole, steps: [], places, isFromHunks: false };
  };
  if (sides.length > 0) return comparisonOf(sides, shared);
  const [{ chooseSides }, workshop] = await Promise.all([import('./choose-sides.ts'), workshopFor(io, shared)]);
  const chosen = chooseSides(workshop, io, options.directory !== undefined);
  io.stderr(`uabi: ${printable(chosen.why)}\n`);
  return comparisonOf(chosen.sides, { ...shared, workshop, prefersRevisions: true });
}

function comparePair(
  sides: OpenedPair,
  wanted: string | undefined,
  contracts: readonly Contract[],
  policy: Policy,
  said: (record: string, layout: string) => void,
): CheckResult {
  const targets = commonTargets(sides.old, sides.new, wanted, policy.config?.targets);
  const pairs = new Map<Target, AbiPair>();
  const pairFor = (target: Target): AbiPair => {
    let pair = pairs.get(target);
    if (pair === undefined) {
      const found = pairOf(sides, target);
      const [old, next] = [policy.declare(found.old), policy.declare(found.new)];
      // What was found out about a pair is remembered of that pair.
      const isSame = old === found.old && next === found.new;
      pair = withKnownSemantics(isSame ? found : { old, new: next }, said);
      pairs.set(target, pair);
    }
    return pair;
  };
  const { old, new: next } = sides;
  const others = old.targets.filter((target) => next.targets.includes(target) && !targets.includes(target));
  for (const side of [old, next]) for (const group of [targets, others]) side.expect?.(group);
  // What the house does not care about is nobody's to miss.
  const leftOut = others.flatMap(({ name }) => (policy.config?.targets?.includes(name) === false ? [] : [name]));
  return checkTargets(targets, pairFor, {
    ...{ contracts, leftOut, elsewhere: others.map((target) => valuesOn(target, sides)) },
    ...(isHeaders(old) && isHeaders(next)
      ? { openInCxx: (target, pair) => openInCxx({ old, new: next }, target, pair, policy.declare) }
      : {}),
  });
}

/** Reads no more than one header of each side, and that only when somebody asks. */
function valuesOn(target: Target, sides: OpenedPair): ValuesOf {
  const valueIn = (source: OpenedSource, name: string, header: string): bigint | undefined => {
    const abi = isHeaders(source) ? source.abiOf(target, [header], { macros: new Set([name]) }) : source.abiFor(target);
    const constant = abi.constants.get(name);
    if (constant !== undefined) return constant.value;
    for (const { type } of abi.enums.values()) {
      const found = type.enumerators.find((one) => one.name === name);
      if (found !== undefined) return found.value;
    }
    return undefined;
  };
  return (name, header) => [valueIn(sides.old, name, header), valueIn(sides.new, name, header)];
}

function parseContracts(text: string): Contract[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new UserError(`--contracts is empty; it takes ${allContracts.join(', ')}.`);
  return names.map((name) => oneOf(allContracts, name, '--contracts'));
}

function commonTargets(
  old: OpenedSource,
  next: OpenedSource,
  wanted: string | undefined,
  preferred: readonly TargetName[] = allNames,
): readonly Target[] {
  const names = new Set(next.targets.map((target) => target.name));
  const common = old.targets.filter((target) => names.has(target.name));
  // The configuration names those a project cares about; a comparison need not have all of them.
  const usual = common.filter((target) => preferred.includes(target.name));
  if (wanted === undefined && usual.length > 0) return usual;
  if (wanted === undefined || wanted === 'all') {
    if (common.length > 0) return common;
    const of = (source: OpenedSource): string => source.targets.map((target) => target.name).join(', ');
    throw new UserError(
      `The sides have no target in common: the old one is for ${of(old)}, the new one for ${of(next)}.`,
    );
  }
  const chosen = parseTargetList(wanted);
  const missing = chosen.filter((target) => !common.some((one) => one.name === target.name));
  if (missing.length > 0) {
    throw new UserError(
      `Not both sides can be read for ${missing.map((target) => target.name).join(', ')}; both can for ${common.map((target) => target.name).join(', ') || 'no target'}.`,
    );
  }
  return chosen;
}

function alternativesFor(result: CheckResult): Map<string, Alternative[]> {
  const broken = new Set(
    result.findings.flatMap((finding) =>
      finding.verdict === 'break'
        ? [...result.records.keys()].filter((name) => `${finding.subject}.`.startsWith(`${name}.`))
        : [],
    ),
  );
  const all = new Map<string, Alternative[]>();
  for (const name of broken) {
    const found = adviseOn(result, name);
    if (found.length > 0) all.set(name, found);
  }
  return all;
}

/** The other variants of the new side's file that hold every field the change added, each judged against the old side. */
function siblingsOf(
  next: OpenedSource,
  result: CheckResult,
  alternatives: ReadonlyMap<string, readonly Alternative[]>,
): { readonly name: string; readonly verdict: CheckResult['verdict'] }[] {
  const [first] = result.pairs;
  if (alternatives.size === 0 || first === undefined || !isLayout(next)) return [];
  const added = new Set(
    [...result.records.values()].flatMap(({ pair }) =>
      pair.new.nodes.filter((node) => node.isLeaf && !pair.reverse.has(node)).map((node) => node.name),
    ),
  );
  const { target } = first.old;
  return variantsOf(next.file, target).flatMap(({ name }) => {
    if (name === next.variant.name) return [];
    const { abi } = abiOfVariant(next.file, name, target, name);
    const sibling = checkAbis([{ old: first.old, new: abi }], { contracts: result.contracts });
    const names = new Set([...sibling.records.values()].flatMap(({ pair }) => pair.new.nodes.map((node) => node.name)));
    return [...added].every((field) => names.has(field)) ? [{ name, verdict: sibling.verdict }] : [];
  });
}

/** What a header says on either side, for quotations; layout files and snapshots have no text. */
function textOf(old: OpenedSource, next: OpenedSource): TextOf {
  return (side, { header, file }, targetName) => {
    const source = side === 'old' ? old : next;
    const target = source.targets.find((one) => one.name === targetName);
    if (target === undefined || !isHeaders(source)) return undefined;
    const document = file === undefined ? undefined : source.documents?.get(file);
    if (document !== undefined) return document;
    return source.headersFor(target).resolve(header, 'angle', undefined)?.text;
  };
}

function exitCodeFor(result: CheckResult, failOn: (typeof thresholds)[number]): ExitCode {
  if (standing(result.findings).some((one) => isFailing(one.verdict, failOn))) return exitCodes.findings;
  return result.notUnderstood.length > 0 ? exitCodes.undecided : exitCodes.done;
}
