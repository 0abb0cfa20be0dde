/**
 * Layout files: declarative descriptions of kernel records with their semantics, in one or many variants.
 *
 * This is the door to the room. `checkLayoutFile` reads a file of the user's: JSON with places, schema, then every variant
 * on every target, and reports all that is wrong. `loadLayoutFile` reads one of uabi's own, which its tests have checked;
 * it skips the schema and the places, so that a command that only looks a request up starts quickly.
 */

import type { Abi, VariantInfo } from '../abi.ts';
import { type Diagnostic, UserError } from '../../diagnostic.ts';
import { suggestionFor } from '../suggest.ts';
import { findTarget, type Target } from '../target.ts';
import type { LayoutDocument, LayoutFile, VariantEntry } from './document.ts';
import { infoOf, readVariant, type VariantReading } from './read-variant.ts';
import { validateAgainstSchema } from './validate.ts';

const MAX_DIAGNOSTICS = 100;

export interface CheckedLayoutFile {
  /** Missing where the text is not a layout file at all. */
  readonly file?: LayoutFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a layout file and everything in it; never throws for what the text holds. */
export async function checkLayoutFile(text: string, fileName: string): Promise<CheckedLayoutFile> {
  // Loaded only for files of the user's: the commands that look up built-in layouts must start quickly.
  const { readLocatedJson } = await import('./located-json.ts');
  const { located, diagnostics } = readLocatedJson(text, fileName);
  if (located === undefined) return { diagnostics };
  diagnostics.push(...(await validateAgainstSchema(located)));
  if (diagnostics.length > 0) return { diagnostics: diagnostics.slice(0, MAX_DIAGNOSTICS) };
  const document = located.value as LayoutDocument;
  const file: LayoutFile = { fileName, document, locate: located.locate };
  const all = new Map<string, Diagnostic>();
  for (const diagnostic of checkVariantNames(file)) all.set(JSON.stringify(diagnostic), diagnostic);
  for (const variant of document.variants) {
    for (const target of targetsOf(file, infoOf(variant))) {
      for (const one of readVariant(file, variant, target, fileName).diagnostics) {
        // The same mistake is met again in each variant and on each target; the first telling stays.
        const key = `${one.code} ${JSON.stringify(one.location)}`;
        if (!all.has(key)) all.set(key, one);
        if (all.size >= MAX_DIAGNOSTICS) return { file, diagnostics: [...all.values()] };
      }
    }
  }
  return { file, diagnostics: [...all.values()] };
}

/** Reads a layout file that is known to be right. Throws what `JSON.parse` throws for text that is no JSON. */
export function loadLayoutFile(text: string, fileName: string): LayoutFile {
  return { fileName, document: JSON.parse(text) as LayoutDocument, locate: () => undefined };
}

/** The variants in file order, releases and proposals, oldest first: all of them, or those that exist on a target. */
export function variantsOf(file: LayoutFile, target?: Target): readonly VariantInfo[] {
  const all = file.document.variants.map(infoOf);
  return target === undefined ? all : all.filter(({ targets }) => targets?.includes(target.name) ?? true);
}

/** The targets the file is written for, or those on which one of its variants exists. */
export function targetsOf(file: LayoutFile, variant?: VariantInfo): readonly Target[] {
  const names = file.document.targets.filter((name) => variant?.targets?.includes(name) ?? true);
  return names.flatMap((name) => findTarget(name) ?? []);
}

/**
 * The newest variant that was merged, or the last one where none was: what a file name without `#variant` means. On a target, of
 * those that exist there.
 */
export function defaultVariant(file: LayoutFile, target?: Target): VariantInfo | undefined {
  const variants = variantsOf(file, target);
  return variants.findLast(({ status }) => status === 'merged') ?? variants.at(-1);
}

/**
 * One variant on one target. `label` is what the user called this source.
 *
 * @throws UserError if the file has no such variant.
 */
export function abiOfVariant(file: LayoutFile, variantName: string, target: Target, label: string): VariantReading {
  return readVariant(file, findVariant(file, variantName), target, label);
}

/** The `Abi` of a variant of a file that is known to be right. Throws if reading its declarations meets any problem. */
export function abiOfSoundVariant(file: LayoutFile, variantName: string, target: Target, label: string): Abi {
  const { abi, diagnostics } = readVariant(file, findVariant(file, variantName), target, label, 'sound');
  const [first] = diagnostics;
  if (first !== undefined) throw new Error(`${file.fileName}: ${first.message}`);
  return abi;
}

function findVariant(file: LayoutFile, name: string): VariantEntry {
  const { variants } = file.document;
  const variant = variants.find((one) => one.name === name);
  if (variant !== undefined) return variant;
  const names = variants.map((one) => one.name);
  const { hint } = suggestionFor(name, names);
  throw new UserError(`${file.fileName} has no variant "${name}"; ${hint ?? `it has ${names.join(', ')}`}`);
}

function checkVariantNames({ document, locate }: LayoutFile): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  document.variants.forEach((variant, index) => {
    const path = ['variants', index];
    const add = (key: string, code: string, message: string, hint: { readonly hint?: string } = {}): void => {
      const location = locate([...path, key]);
      diagnostics.push({ severity: 'error', code, message, ...hint, ...(location === undefined ? {} : { location }) });
    };
    if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(variant.name)) {
      add('name', 'bad-name', `"${variant.name}" cannot be the name of a variant.`, {
        hint: 'letters, digits and "._+-", so that it can follow a # on a command line',
      });
    }
    if (seen.has(variant.name)) add('name', 'duplicate-name', `Two variants are called "${variant.name}".`);
    seen.add(variant.name);
    if (variant.supersedes !== undefined && !document.variants.some(({ name }) => name === variant.supersedes)) {
      const names = document.variants.map(({ name }) => name);
      add(
        'supersedes',
        'unknown-variant',
        `"${variant.supersedes}" is not a variant of this file.`,
        suggestionFor(variant.supersedes, names),
      );
    }
  });
  return diagnostics;
}
