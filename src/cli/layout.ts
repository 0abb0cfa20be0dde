/**
 * `uabi layout NAME…`: where is every byte? pahole without a compiler, for every target.
 */

import type { Command } from 'commander';
import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { suggestionFor } from '../abi/suggest.ts';
import { parseTargetList } from '../abi/target-list.ts';
import { type Target, targets as allTargets } from '../abi/target.ts';
import { formatDiagnostic, type SourceLocation, UserError } from '../diagnostic.ts';
import { renderAssertions } from '../report/layout-assert.ts';
import { layoutDocument, type ListedAbi } from '../report/layout-json.ts';
import { listedLayout } from '../report/listed-layout.ts';
import { tabulateLayouts } from '../report/layout-rows.ts';
import { type LayoutHeading, renderLayoutText } from '../report/layout-text.ts';
import { findBuiltInRecord, targetsOfBuiltInRecord, unknownBuiltIn } from './built-in-layouts.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { areRevisions, searchedWords } from './early-questions.ts';
import { openSource, type OpenedSource, workshopFor } from './open-source.ts';
import { addSourceOptions, type SourceFlags, sourceOptionsOf } from './source-options.ts';

interface Options extends SourceFlags {
  readonly in?: string;
  readonly target?: string;
  readonly all?: boolean;
  readonly format: string;
}

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('[names...]', 'records: kvm_run, "struct kvm_run", kvm_run#6.12; with --all, everything')
    .option(
      '--in <source>',
      'where to read: a tree, a header, a revision, a layout file (default: the layouts that come with uabi)',
    )
    .option('--target <list>', 'targets, or "all" (default: all that the source is for)')
    .option('--all', 'list everything the source holds')
    .option('--format <format>', 'text, json or c-assert', 'text')
    .addHelpText(
      'after',
      '\nExamples:\n  uabi layout kvm_vcpu_events --target arm64\n  uabi layout fail_entry_record --in my.json --target i386,x86_64\n  uabi layout kvm_run --target arm64 --format c-assert | aarch64-linux-gnu-gcc -xc -fsyntax-only -',
    );
}

export async function run(names: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  if (!['text', 'json', 'c-assert'].includes(options.format)) {
    throw new UserError(`"${options.format}" is not a format; layout has text, json and c-assert.`);
  }
  if (names.length === 0 && options.all !== true) {
    throw new UserError('Name a record, or ask for --all.');
  }
  const wanted = options.target === undefined ? undefined : parseTargetList(options.target);
  const listed = options.in === undefined ? fromBuiltIns(names, wanted) : await fromSource(names, wanted, options, io);
  io.stdout(render(listed, options.format));
  const problems = new Set(listed.flatMap(({ notUnderstood }) => notUnderstood.map(formatDiagnostic)));
  if (options.format !== 'json') for (const problem of problems) io.stderr(`${problem}\n`);
  return problems.size === 0 ? exitCodes.done : exitCodes.undecided;
}

function fromBuiltIns(names: readonly string[], wanted: readonly Target[] | undefined): readonly ListedAbi[] {
  if (names.length === 0) throw new UserError('--all needs a source: --in SOURCE.');
  const perTarget = new Map<string, ListedAbi>();
  for (const name of names) {
    const known = targetsOfBuiltInRecord(name.split('#')[0] ?? name);
    if (known.length === 0) {
      throw unknownBuiltIn(name, wanted ?? allTargets);
    }
    const possible =
      wanted === undefined ? known : wanted.filter((target) => known.some((one) => one.name === target.name));
    if (possible.length === 0) {
      throw new UserError(`${name} is described for ${known.map((target) => target.name).join(', ')} only.`);
    }
    for (const target of possible) {
      const found = findBuiltInRecord(name, target);
      if (found === undefined) continue;
      const before = perTarget.get(target.name);
      perTarget.set(target.name, {
        ...nothing(found.abi),
        headers: [...new Set([...(before?.headers ?? []), found.declaration.header])],
        records: new Map([...(before?.records ?? []), [found.declaration.name, found.declaration]]),
      });
    }
  }
  return [...perTarget.values()];
}

function nothing(abi: Abi): ListedAbi {
  return { ...abi, records: new Map(), enums: new Map(), constants: new Map(), requests: new Map(), notUnderstood: [] };
}

async function fromSource(
  names: readonly string[],
  wanted: readonly Target[] | undefined,
  options: Options,
  io: Io,
): Promise<readonly ListedAbi[]> {
  // A name is a word of the header that declares it, unless a macro pastes it together: then everything is read.
  const words = names.map(bare);
  const source = await openAt(options.in ?? '', options.all === true ? undefined : searchedWords(names), options, io);
  const usable = (wanted ?? allTargets).filter((target) => source.targets.some(({ name }) => name === target.name));
  if (usable.length === 0) {
    const known = source.targets.map(({ name }) => name).join(', ');
    throw new UserError(
      `${source.label} is for ${known}, not for ${(wanted ?? []).map(({ name }) => name).join(', ')}.`,
    );
  }
  source.expect?.(usable);
  const mentioning = options.all === true ? undefined : source.abiMentioning;
  let abis = usable.map((target) => mentioning?.(target, words, new Set(words)) ?? source.abiFor(target));
  if (mentioning !== undefined && names.some((name) => !abis.some((abi) => holds(abi, name)))) {
    abis = usable.map((target) => source.abiFor(target));
  }
  const listed = abis.map((abi) => select(abi, names, options));
  for (const name of names) {
    if (!listed.some((abi) => holds(abi, name))) {
      const known = abis.flatMap((abi) => [...abi.records.keys(), ...abi.enums.keys(), ...abi.requests.keys()]);
      const { hint } = suggestionFor(
        name,
        known.flatMap((one) => [one, bare(one)]),
      );
      throw new UserError(`${source.label} declares no "${name}"${hint === undefined ? '.' : `; ${hint}`}`);
    }
  }
  return listed;
}

/** `words`: what is looked for, where that is known before. */
async function openAt(
  text: string,
  words: readonly string[] | undefined,
  options: Options,
  io: Io,
): Promise<OpenedSource> {
  const sourceOptions = sourceOptionsOf(options);
  if (words === undefined || !areRevisions([text], io.cwd)) return openSource(text, io, sourceOptions);
  const workshop = await workshopFor(io, sourceOptions);
  const outlook = await workshop.lookAhead(text, text, { words });
  await outlook?.fetched;
  await outlook?.included;
  return openSource(text, io, { ...sourceOptions, workshop });
}

function bare(name: string): string {
  return name.replace(/^(?:struct|union|enum) /, '');
}

function holds(abi: ListedAbi, name: string): boolean {
  return [abi.records, abi.enums, abi.constants, abi.requests].some((map) =>
    [...map.keys()].some((key) => key === name || bare(key) === name),
  );
}

/** The part of an ABI that was asked for. */
function select(abi: Abi, names: readonly string[], { header: headers }: Options): ListedAbi {
  const isWanted = (declaration: { readonly name: string; readonly header: string }): boolean =>
    (headers === undefined || headers.length === 0 || headers.includes(declaration.header)) &&
    (names.length === 0 || names.some((name) => name === declaration.name || name === bare(declaration.name)));
  const pick = <T extends { readonly name: string; readonly header: string }>(
    map: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, T> => new Map([...map].filter(([, declaration]) => isWanted(declaration)));
  return {
    ...abi,
    records: pick(abi.records),
    enums: pick(abi.enums),
    constants: pick(abi.constants),
    requests: pick(abi.requests),
  };
}

function render(listed: readonly ListedAbi[], format: string): string {
  switch (format) {
    case 'json': {
      const indent = listed.length === 1 ? 2 : undefined;
      return listed
        .map(
          (abi) => `${JSON.stringify(layoutDocument(abi), undefined, indent)}
`,
        )
        .join('');
    }
    case 'c-assert': {
      const [abi, ...others] = listed;
      if (abi === undefined || others.length > 0) {
        throw new UserError('A C file asserts the layouts of one target: choose it with --target.');
      }
      return renderAssertions(abi);
    }
    default:
      return renderText(listed);
  }
}

function renderText(listed: readonly ListedAbi[]): string {
  const byName = new Map<string, { abi: ListedAbi; declaration: RecordDeclaration }[]>();
  for (const abi of listed) {
    for (const [name, declaration] of abi.records) {
      if (!declaration.record.isComplete) continue;
      byName.set(name, [...(byName.get(name) ?? []), { abi, declaration }]);
    }
  }
  const records = [...byName].map(([name, places]) => {
    const first = places[0]?.declaration;
    const heading = { name, ...headingPlace(first) };
    const table = tabulateLayouts(places.map(({ abi, declaration }) => listedLayout(declaration, abi)));
    return renderLayoutText(heading, table);
  });
  return [...records, ...renderNames(listed)].join('\n');
}

/** Enumerators, constants and requests, one a line; targets are told apart only where they differ. */
function renderNames(listed: readonly ListedAbi[]): string[] {
  const values = new Map<string, Map<string, string[]>>();
  const add = (name: string, value: string, target: Target): void => {
    const known = values.get(name) ?? new Map<string, string[]>();
    known.set(value, [...(known.get(value) ?? []), target.name]);
    values.set(name, known);
  };
  for (const abi of listed) {
    for (const { name, type } of abi.enums.values()) {
      for (const enumerator of type.enumerators)
        add(`${name}.${enumerator.name}`, String(enumerator.value), abi.target);
    }
    for (const { name, value } of abi.constants.values()) add(name, String(value), abi.target);
    for (const { name, number } of abi.requests.values()) {
      add(name, `0x${number.toString(16).padStart(8, '0')}`, abi.target);
    }
  }
  const lines = [...values].map(([name, byValue]) => {
    const texts = [...byValue].map(([value, on]) => (byValue.size === 1 ? value : `${value} (${on.join(', ')})`));
    return `${name} = ${texts.join(', ')}\n`;
  });
  return lines.length === 0 ? [] : [lines.join('')];
}

/** A line is one of the file that was read: of a layout file, or of a header behind another name, that is not the header. */
function headingPlace(
  declaration: { readonly header: string; readonly location?: SourceLocation } | undefined,
): Omit<LayoutHeading, 'name'> {
  const { header = '', location } = declaration ?? {};
  const isHeader = location === undefined || `/${location.file}`.endsWith(`/${header}`);
  return { header: isHeader ? header : location.file, line: location?.line };
}
