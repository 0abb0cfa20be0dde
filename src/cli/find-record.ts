/**
 * From `--type`, `--request`, `--target` and `--in` to one record on one target.
 *
 * A name alone fits several: more than one target, more than one variant. The choice is then the newest merged variant on
 * the first fitting target, and it is said aloud in a note, because bytes read with the wrong layout look plausible.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { suggestionFor } from '../abi/suggest.ts';
import { findTarget, type Target, targets as allTargets } from '../abi/target.ts';
import { describeRecord } from '../codec/descriptor.ts';
import type { Note } from '../codec/inspection.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { printable, UserError } from '../diagnostic.ts';
import { findBuiltInRecord, findBuiltInRequests, targetsOfBuiltInRecord, unknownBuiltIn } from './built-in-layouts.ts';
import type { Io } from './io.ts';
import { openSource } from './open-source.ts';
import { isJsonSource } from './source-syntax.ts';
import { type SourceFlags, sourceOptionsOf } from './source-options.ts';

export interface RecordOptions extends SourceFlags {
  readonly type?: string;
  readonly request?: string;
  readonly target?: string;
  readonly in?: string;
}

export interface ChosenRecord {
  readonly descriptor: RecordDescriptor;
  readonly notes: readonly Note[];
}

interface Candidate {
  readonly declaration: RecordDeclaration;
  readonly abi: Abi;
  readonly target: Target;
}

/** Targets in the order in which they are tried when none is asked for: the ones most buffers come from first. */
const preferred = ['arm64', 'x86_64', 's390x', 'ppc64le', 'riscv64'];

/**
 * The name of the built-in record that `--type` or `--request` means, with the targets to try; `undefined` where `--in` names a
 * source of its own.
 *
 * @throws UserError if nothing has the name or number.
 */
export function namedRecord(
  options: RecordOptions,
): { readonly type: string; readonly targets: readonly Target[]; readonly notes: readonly Note[] } | undefined {
  if (options.in !== undefined || (options.type === undefined) === (options.request === undefined)) return undefined;
  const targets = targetsToTry(options);
  const notes: Note[] = [];
  const type = options.type ?? typeOfRequest(options.request ?? '', targets, notes);
  const known = targetsOfBuiltInRecord(type.split('#')[0]?.trim() ?? '').map(({ name }) => name);
  return { type, targets: targets.filter(({ name }) => known.includes(name)), notes };
}

/** Finds the record. @throws UserError if nothing, or nothing on that target, has the name or number. */
export async function findRecord(options: RecordOptions, io: Io): Promise<ChosenRecord> {
  if ((options.type === undefined) === (options.request === undefined)) {
    throw new UserError('say what the bytes are: either --type NAME or --request NUMBER');
  }
  const targets = targetsToTry(options);
  const notes: Note[] = [];
  const type = options.type ?? typeOfRequest(options.request ?? '', targets, notes);
  const candidates =
    options.in === undefined ? builtIn(type, targets) : await inSource(options.in, type, targets, options, io);
  const [chosen] = candidates;
  if (chosen === undefined) throw unknownType(type, targets, options.in);
  const variant = chosen.abi.variant?.name;
  if (options.target === undefined && candidates.length > 1) notes.push(targetNote(candidates));
  if (options.target === undefined && options.in !== undefined && !isJsonSource(options.in)) {
    notes.push(info('default-target', `Read for ${chosen.target.name}; --target says for which other one.`));
  }
  if (variant !== undefined && !type.includes('#') && !(options.in ?? '').includes('#')) {
    notes.push(
      info('default-variant', `Read as variant ${variant}, the newest that was merged; add #NAME for another.`),
    );
  }
  return { descriptor: describeRecord(layoutOf(chosen.declaration.record, chosen.target), variant), notes };
}

function info(rule: string, message: string): Note {
  return { severity: 'info', path: null, offsetBytes: 0, rule, message };
}

function inOrder(targets: readonly Target[]): Target[] {
  const rank = ({ name }: Target): number => (preferred.indexOf(name) + preferred.length + 1) % (preferred.length + 1);
  return targets.toSorted((a, b) => rank(a) - rank(b));
}

/** The target that is asked for, or all of them, the likeliest first. */
export function targetsToTry({ target }: Pick<RecordOptions, 'target'>): readonly Target[] {
  return target === undefined ? inOrder(allTargets) : [targetNamed(target)];
}

/** @throws UserError for a name that is no target. */
export function targetNamed(name: string): Target {
  const target = findTarget(name);
  if (target !== undefined) return target;
  const { hint } = suggestionFor(
    name,
    allTargets.map((one) => one.name),
  );
  throw new UserError(`"${printable(name)}" is no target${hint === undefined ? '' : `; ${hint}`}`);
}

function builtIn(type: string, targets: readonly Target[]): Candidate[] {
  const known = targetsOfBuiltInRecord(type.split('#')[0]?.trim() ?? '').map(({ name }) => name);
  const candidates: Candidate[] = [];
  let refusal: UserError | undefined;
  for (const target of targets.filter(({ name }) => known.includes(name))) {
    try {
      const found = findBuiltInRecord(type, target);
      if (found !== undefined) candidates.push({ declaration: found.declaration, abi: found.abi, target });
    } catch (error) {
      // A variant may exist on one target only; it is a mistake if it exists on none.
      if (!(error instanceof UserError)) throw error;
      refusal ??= error;
    }
  }
  if (candidates.length === 0 && refusal !== undefined) throw refusal;
  if (candidates.length === 0 && known.length > 0) {
    throw new UserError(
      `${printable(type)} is known on ${known.join(', ')}, not on ${targets.map(({ name }) => name).join(', ')}`,
    );
  }
  return candidates;
}

async function inSource(
  source: string,
  type: string,
  targets: readonly Target[],
  flags: SourceFlags,
  io: Io,
): Promise<Candidate[]> {
  const [name = '', variant] = type.split('#');
  if (variant !== undefined && (!isJsonSource(source) || source.includes('#'))) {
    throw new UserError(`${printable(source)} has no variants; write the record as ${printable(name)}`);
  }
  const opened = await openSource(variant === undefined ? source : `${source}#${variant}`, io, sourceOptionsOf(flags));
  const candidates: Candidate[] = [];
  const usable = targets.filter((one) => opened.targets.some((other) => other.name === one.name));
  opened.expect?.(usable);
  for (const target of usable) {
    const bare = name.trim();
    const abi = opened.abiMentioning?.(target, [bare.replace(/^(?:struct|union) /, '')]) ?? opened.abiFor(target);
    const declaration = [bare, `struct ${bare}`, `union ${bare}`]
      .map((key) => abi.records.get(key))
      .find((one) => one !== undefined);
    if (declaration?.record.isComplete !== true) continue;
    candidates.push({ declaration, abi, target });
    // Headers are read once for every target; one reading is enough, but for saying that there are others.
    if (!isJsonSource(source)) break;
  }
  return candidates;
}

function typeOfRequest(text: string, targets: readonly Target[], notes: Note[]): string {
  const isNumber = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text);
  const found = targets.flatMap((target) => findBuiltInRequests(isNumber ? Number(text) : text, target));
  const names = new Map<string, string>();
  for (const { declaration } of found) {
    if (declaration.argument !== undefined) names.set(declaration.name, declaration.argument);
  }
  const [first] = names;
  if (first === undefined) {
    const what =
      found.length > 0
        ? `${found[0]?.declaration.name ?? text} carries no record`
        : `no request ${printable(text)} is known`;
    throw new UserError(`${what}; name the record with --type`);
  }
  if (new Set(names.values()).size > 1) {
    const all = [...names].map(([request, argument]) => `${request} (${argument})`).join(', ');
    notes.push(info('several-requests', `The number belongs to ${all}; read as ${first[1]}.`));
  }
  return first[1];
}

function targetNote(candidates: readonly Candidate[]): Note {
  const [chosen, ...others] = candidates.map(({ target }) => target.name);
  return info('default-target', `Read for ${chosen ?? ''}; --target can also be ${others.join(', ')}.`);
}

function unknownType(type: string, targets: readonly Target[], source: string | undefined): UserError {
  const name = type.split('#')[0]?.trim() ?? '';
  return source === undefined
    ? unknownBuiltIn(name, targets)
    : new UserError(`there is no record "${printable(name)}" in ${printable(source)}`);
}
