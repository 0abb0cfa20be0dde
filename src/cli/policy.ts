/**
 * The rules of the house: `uabi.config.json` and `uabi.waivers.json`, found beside the OLD side.
 *
 * A change must not be able to excuse itself, so nothing of the new side decides; its waivers are read only to say which of
 * them are ignored. Beside means: at the top of the tree a revision or the index is of; in the directory that was named, or of
 * the file that was named, and in those around it up to the directory one stands in. `--config` and `--waivers`
 * name other files; then whoever calls vouches for them.
 */

import { dirname, relative, resolve } from 'node:path';
import type { Abi } from '../abi/abi.ts';
import { type Diagnostic, formatDiagnostic, UserError } from '../diagnostic.ts';
import { readRegularFile } from '../source/directory.ts';
import type { FileTree, ReadResult } from '../source/file-tree.ts';
import { statsAt } from '../source/stats.ts';
import type { CheckResult } from '../verdict/check.ts';
import { withoutIgnored } from '../verdict/policy/apply-ignore.ts';
import { applyWaivers, withoutBookkeeping, withoutNeededBy } from '../verdict/policy/apply-waivers.ts';
import { type Config, readConfig } from '../verdict/policy/config.ts';
import { Declarations } from '../verdict/policy/declare-semantics.ts';
import { configFileName, waiverFileName } from '../verdict/policy/policy-files.ts';
import { readWaivers, type Waiver } from '../verdict/policy/waiver-file.ts';
import type { HeaderWorkshop } from './header-workshop.ts';
import type { Io } from './io.ts';
import { isHeaders, type OpenedSource } from './open-source.ts';

export interface PolicyFlags {
  readonly config?: string;
  readonly waivers?: string;
}

export interface Policy {
  readonly config: Config | undefined;
  /** The ABI with what the configuration says about its records. */
  readonly declare: (abi: Abi) => Abi;
  /**
   * The result as the house sees it: without ignored headers, waived where waived.
   * @throws {UserError} for entries of the configuration that fit nothing.
   */
  readonly judge: (result: CheckResult, steps?: readonly CheckResult[]) => CheckResult;
  /** As `judge`, for one patch of a series: what is wrong with waivers is told once, with the whole. */
  readonly judgeStep: (result: CheckResult) => CheckResult;
}

interface Found {
  readonly text: string;
  readonly file: string;
}

/** Where the files of the two sides are looked for: a source as it was written, or the tree that a patch is for. */
export interface PolicyPlaces {
  readonly old: string | FileTree | undefined;
  readonly new: string | FileTree | undefined;
  readonly workshop?: HeaderWorkshop;
}

/**
 * Reads the policy for a comparison.
 * @throws {UserError} if the configuration or the waivers have mistakes (all of them as diagnostics).
 */
export async function openPolicy(places: PolicyPlaces, io: Io, flags: PolicyFlags = {}): Promise<Policy> {
  const { workshop } = places;
  const at = (place: string | FileTree | undefined, name: string): Found | undefined => {
    if (typeof place === 'object') return inTree(place, name);
    return place === undefined || workshop === undefined ? undefined : beside(place, name, workshop, io);
  };
  const config = await configOf(flags.config === undefined ? at(places.old, configFileName) : named(flags.config, io));
  const oldWaivers = flags.waivers === undefined ? at(places.old, waiverFileName) : named(flags.waivers, io);
  const newWaivers = flags.waivers === undefined ? at(places.new, waiverFileName) : undefined;
  const old = await waiversOf(oldWaivers);
  const isChange = newWaivers !== undefined && newWaivers.file !== oldWaivers?.file;
  const next = isChange ? await waiversOnNewSide(newWaivers, io) : undefined;
  const declarations = config === undefined ? undefined : new Declarations(config);
  const apply = (result: CheckResult, isStep: boolean): CheckResult => {
    const mistakes = declarations?.mistakes() ?? [];
    if (mistakes.length > 0) throw wrongFile(config?.file ?? configFileName, mistakes);
    const { result: kept, left } = withoutIgnored(result, config?.ignore ?? []);
    if (left > 0 && !isStep) {
      io.stderr(`uabi: ${String(left)} ${left === 1 ? 'finding' : 'findings'} in ignored headers left out.\n`);
    }
    return applyWaivers(kept, { old, new: next, today: new Date().toISOString().slice(0, 10) });
  };
  return {
    config,
    declare: (abi) => declarations?.declare(abi) ?? abi,
    judge: (result, steps = []) => withoutNeededBy(steps, apply(result, false)),
    judgeStep: (result) => withoutBookkeeping(apply(result, true)),
  };
}

/** Where the rules that lie beside a source are looked for. */
export function placeOf(source: OpenedSource): string | FileTree {
  return (isHeaders(source) ? source.revision : undefined) ?? source.label;
}

/** The configuration beside one source, for commands that compare nothing. */
export async function openConfig(
  source: string | FileTree,
  workshop: HeaderWorkshop,
  io: Io,
  flags: PolicyFlags = {},
): Promise<Config | undefined> {
  if (flags.config !== undefined) return configOf(named(flags.config, io));
  const isTree = typeof source === 'object';
  return configOf(isTree ? inTree(source, configFileName) : beside(source, configFileName, workshop, io));
}

async function configOf(found: Found | undefined): Promise<Config | undefined> {
  if (found === undefined) return undefined;
  const { config, diagnostics } = await readConfig(found.text, found.file);
  if (config === undefined) throw wrongFile(found.file, diagnostics);
  return config;
}

async function waiversOf(found: Found | undefined): Promise<readonly Waiver[]> {
  if (found === undefined) return [];
  const { waivers, diagnostics } = await readWaivers(found.text, found.file);
  if (diagnostics.length > 0) throw wrongFile(found.file, diagnostics);
  return waivers;
}

/** What the change makes of the file decides nothing, so its mistakes are told and no more. */
async function waiversOnNewSide(found: Found, io: Io): Promise<readonly Waiver[]> {
  const { waivers, diagnostics } = await readWaivers(found.text, found.file);
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic({ ...diagnostic, severity: 'warning' })}\n`);
  return waivers;
}

export function wrongFile(file: string, diagnostics: readonly Diagnostic[]): UserError {
  const count = diagnostics.length === 1 ? 'a mistake' : `${String(diagnostics.length)} mistakes`;
  return new UserError(`${file} has ${count}.`, diagnostics);
}

function named(path: string, io: Io): Found {
  const read = readRegularFile(resolve(io.cwd, path));
  if (read.kind === 'text') return { text: read.text, file: path };
  throw new UserError(read.kind === 'absent' ? `There is no file ${path}.` : `${path} is not read: ${read.reason}.`);
}

function inTree(tree: FileTree, name: string): Found | undefined {
  tree.fetch?.([name]);
  return found(tree.read(name), `${tree.label}:${name}`);
}

function beside(source: string, name: string, workshop: HeaderWorkshop, io: Io): Found | undefined {
  if (source === '-' || source === '') return undefined;
  const path = resolve(io.cwd, source.replace(/(\.json)#[^/]*$/, '$1'));
  const stats = statsAt(path, source);
  if (stats !== undefined) return besideOnDisk(stats.isDirectory() ? path : dirname(path), name, io);
  // A layout file that is not there is one of uabi's own; a project's words lie with the project.
  if (/\.json(#[^/]*)?$/.test(source) && !source.includes(':')) return undefined;
  const label = source.includes(':') ? source.slice(0, source.indexOf(':')) : source;
  return found(workshop.besideInGit(source, name), `${label}:${name}`);
}

function besideOnDisk(directory: string, name: string, io: Io): Found | undefined {
  for (let current = directory; ; current = dirname(current)) {
    const path = resolve(current, name);
    const one = found(readRegularFile(path), relative(io.cwd, path));
    if (one !== undefined) return one;
    const isBelowCwd = current.startsWith(`${io.cwd}/`);
    if (!isBelowCwd) return undefined;
  }
}

function found(read: ReadResult, file: string): Found | undefined {
  switch (read.kind) {
    case 'text':
      return { text: read.text, file };
    case 'absent':
      return undefined;
    case 'refused':
      throw new UserError(`${file} is not read: ${read.reason}.`);
    default:
      return read satisfies never;
  }
}
