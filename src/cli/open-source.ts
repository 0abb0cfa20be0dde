/**
 * SOURCE arguments: one way of writing where an ABI comes from, the same in every command.
 *
 * Here stands the part for layout files: `x.json` and `x.json#variant`. A file name that does not exist in the current
 * directory but is that of a built-in layout means the built-in one, so that `layouts/kvm_run.json#6.12` works anywhere.
 */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Abi, VariantInfo } from '../abi/abi.ts';
import type { LayoutFile } from '../abi/definition/document.ts';
import { abiOfVariant, checkLayoutFile, defaultVariant, targetsOf, variantsOf } from '../abi/definition/layout-file.ts';
import { readSnapshot } from '../abi/snapshot-read.ts';
import { suggestionFor } from '../abi/suggest.ts';
import type { Target } from '../abi/target.ts';
import { UndecidedError, UserError } from '../diagnostic.ts';
import { readRegularFile } from '../source/directory.ts';
import { builtInText } from './built-in-layouts.ts';
import type { HeaderSource } from './header-source.ts';
import type { HeaderOptions, HeaderWorkshop } from './header-workshop.ts';
import type { Io } from './io.ts';
import { isJsonSource } from './source-syntax.ts';

/** A SOURCE that was found and read; an ABI comes out of it once a target is chosen. */
export interface OpenedSource {
  /** What the user wrote, for reports. */
  readonly label: string;
  /** The targets it can be read for. */
  readonly targets: readonly Target[];
  readonly abiFor: (target: Target) => Abi;
  /** Says which targets will be asked for together: what they share is then read once. */
  readonly expect?: (targets: readonly Target[]) => void;
  /**
   * As `abiFor`, for a caller that looks for names: what cannot hold any of `words` need not be read, and of macros only
   * those in `macros`, where that is given.
   */
  readonly abiMentioning?: (target: Target, words: readonly string[], macros?: ReadonlySet<string>) => Abi;
}

export function isHeaders(source: OpenedSource): source is HeaderSource {
  return 'abiOf' in source;
}

export function isLayout(source: OpenedSource): source is OpenedLayout {
  return 'variant' in source;
}

export interface SourceOptions extends HeaderOptions {
  /** What several sources of one run share. */
  readonly workshop?: HeaderWorkshop;
  /** Whether what is a revision and stands on disk as well is the revision. */
  readonly prefersRevisions?: boolean;
}

export interface OpenedLayout extends OpenedSource {
  readonly file: LayoutFile;
  readonly variant: VariantInfo;
}

/** The workshop in which the headers of one run are read. Loaded only when headers are: the front end is large. */
export async function workshopFor(io: Io, options: SourceOptions): Promise<HeaderWorkshop> {
  if (options.workshop !== undefined) return options.workshop;
  const { HeaderWorkshop } = await import('./header-workshop.ts');
  return new HeaderWorkshop(io, options);
}

/**
 * Opens a SOURCE of any kind.
 *
 * @throws UndecidedError if it cannot be opened.
 */
export async function openSource(source: string, io: Io, options: SourceOptions = {}): Promise<OpenedSource> {
  if (source === '-') return openStandardInput(io, options);
  if (!isJsonSource(source)) return (await workshopFor(io, options)).open(source, options.prefersRevisions);
  const { path, variantName } = splitVariant(source);
  const text = await textInGit(path, io, options);
  if (text !== undefined) return openText(text, source, path, variantName);
  const file = readRegularFile(resolve(io.cwd, path), maximumSnapshotBytes);
  if (file.kind === 'text' && isSnapshot(file.text)) return openText(file.text, source, path, variantName);
  return openLayout(source, io.cwd);
}

/** All targets of a whole kernel are some 30 MB. */
const maximumSnapshotBytes = 512 * 1024 * 1024;

/** A header, unless it starts as a JSON document does: C has nothing that starts with a brace. */
async function openStandardInput(io: Io, options: SourceOptions): Promise<OpenedSource> {
  const text = new TextDecoder().decode(await io.stdin());
  if (/^\s*\{/.test(text)) return openText(text, '-', '<standard input>', undefined);
  return (await workshopFor(io, options)).openHeaderText(text);
}

/** The content of `rev:path.json` and `:path.json`, unless a file of that name stands in the directory. */
async function textInGit(path: string, io: Io, options: SourceOptions): Promise<string | undefined> {
  if (!path.includes(':') || existsSync(resolve(io.cwd, path))) return undefined;
  return (await workshopFor(io, options)).readFromGit(path);
}

/** A snapshot says so in its first hundred bytes. */
function isSnapshot(text: string): boolean {
  return /^\s*\{[^{[]{0,200}"kind"\s*:\s*"uabi-snapshot"/.test(text);
}

async function openText(
  text: string,
  source: string,
  path: string,
  variantName: string | undefined,
): Promise<OpenedSource> {
  if (!isSnapshot(text)) return layoutFromText(text, source, path, variantName);
  if (variantName !== undefined) throw new UserError(`${path} is a snapshot, which has no variants.`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UndecidedError(`${source} is a damaged snapshot: ${reason}`);
  }
  return readSnapshot(document, source);
}

/**
 * Opens `x.json` or `x.json#variant`.
 *
 * @throws UserError if it has no such variant; UndecidedError if there is no such file, or it has mistakes (all as diagnostics).
 */
export async function openLayout(source: string, cwd: string): Promise<OpenedLayout> {
  const { path, variantName } = splitVariant(source);
  return layoutFromText(await readText(path, cwd), source, path, variantName);
}

async function layoutFromText(
  text: string,
  source: string,
  path: string,
  variantName: string | undefined,
): Promise<OpenedLayout> {
  const { file, diagnostics } = await checkLayoutFile(text, path);
  if (file === undefined || diagnostics.length > 0) {
    const count = diagnostics.length === 1 ? 'a mistake' : `${String(diagnostics.length)} mistakes`;
    throw new UndecidedError(`${path} has ${count}.`, diagnostics);
  }
  const variant =
    variantName === undefined ? defaultVariant(file) : variantsOf(file).find(({ name }) => name === variantName);
  if (variant === undefined) {
    const names = variantsOf(file).map(({ name }) => name);
    const hint = suggestionFor(variantName ?? '', names).hint ?? `it has ${names.join(', ')}`;
    throw new UserError(`${path} has no variant "${variantName ?? ''}"; ${hint}`);
  }
  return {
    label: source,
    targets: targetsOf(file, variant),
    abiFor: (target) => abiOfVariant(file, variant.name, target, source).abi,
    file,
    variant,
  };
}

function splitVariant(source: string): { path: string; variantName?: string } {
  const at = source.lastIndexOf('#');
  return at === -1 ? { path: source } : { path: source.slice(0, at), variantName: source.slice(at + 1) };
}

async function readText(path: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code !== 'ENOENT') throw new UndecidedError(`${path} cannot be read${code === '' ? '' : ` (${code})`}.`);
    const isPlain = path === basename(path) || path === `layouts/${basename(path)}`;
    const text = isPlain ? builtInText(basename(path)) : undefined;
    if (text === undefined) throw new UndecidedError(`There is no file ${path}.`);
    return text;
  }
}
