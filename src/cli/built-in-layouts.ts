/**
 * The layouts that come with uabi, and how a name finds one: `struct kvm_vcpu_events`, `kvm_run#6.12`, `KVM_RUN`,
 * `0x4040aea0`, `KVM_CAP_ARM_EL2`.
 *
 * A record may stand in several files (x86's kvm_vcpu_events is also a part of its kvm_run). The file that is about the
 * record wins, because there its variants are those of the record.
 */

import { readdirSync, readFileSync } from 'node:fs';
import type { Abi, ConstantDeclaration, RecordDeclaration, RequestDeclaration, VariantInfo } from '../abi/abi.ts';
import type { LayoutFile } from '../abi/definition/document.ts';
import {
  abiOfSoundVariant,
  defaultVariant,
  loadLayoutFile,
  targetsOf,
  variantsOf,
} from '../abi/definition/layout-file.ts';
import { onceFor } from '../abi/once.ts';
import { suggestionFor } from '../abi/suggest.ts';
import type { Target } from '../abi/target.ts';
import { printable, UserError } from '../diagnostic.ts';
import { packageRoot } from './package-root.ts';
import { searchHeaders } from './source-syntax.ts';

const directory = new URL('layouts/', packageRoot);
const files = new Map<string, LayoutFile>();
const contents = new Map<string, string>();
/** By file name, whether its text holds some text: asked for each target. */
const searches = new Map<string, Map<string, boolean>>();

/** How a layout file that declares requests is known by its text. */
const requestKey = '"request"';

let allFileNames: readonly string[] | undefined;

/** File names of the built-in layouts, sorted. */
export function builtInNames(): readonly string[] {
  allFileNames ??= readdirSync(directory)
    .filter((name) => name.endsWith('.json') && name !== 'layout.schema.json')
    .sort();
  return allFileNames;
}

/** Text of a built-in layout file, or `undefined` where there is none of that name. */
export function builtInText(fileName: string): string | undefined {
  return builtInNames().includes(fileName) ? readFileSync(new URL(fileName, directory), 'utf8') : undefined;
}

/**
 * The built-in layout files whose text holds `text`, read one after the other as they are asked for.
 *
 * Parsing them all costs more than starting Node; a file that does not even mention a name cannot declare it.
 */
function* filesHolding(text: string, fileNames = builtInNames()): Generator<LayoutFile> {
  for (const fileName of fileNames) {
    if (isHeldBy(fileName, text)) yield builtInFile(fileName);
  }
}

function isHeldBy(fileName: string, text: string): boolean {
  let searched = searches.get(fileName);
  if (searched === undefined) searches.set(fileName, (searched = new Map<string, boolean>()));
  let isHeld = searched.get(text);
  if (isHeld === undefined) searched.set(text, (isHeld = contentOf(fileName).includes(text)));
  return isHeld;
}

function contentOf(fileName: string): string {
  let content = contents.get(fileName);
  if (content === undefined) {
    content = readFileSync(new URL(fileName, directory), 'utf8');
    contents.set(fileName, content);
  }
  return content;
}

/** A built-in layout file, by one of `builtInNames`. */
export function builtInFile(fileName: string): LayoutFile {
  let file = files.get(fileName);
  if (file === undefined) files.set(fileName, (file = loadLayoutFile(contentOf(fileName), fileName)));
  return file;
}

export interface FoundRecord {
  readonly declaration: RecordDeclaration;
  readonly abi: Abi;
  /** `kvm_run.json#6.12`. */
  readonly label: string;
}

export interface Found<T> {
  readonly declaration: T;
  readonly abi: Abi;
}

/** Built-in files that hold `text` and are written for a target, those whose name starts with `name` first. */
function* filesFor(target: Target, text: string, name = ''): Generator<LayoutFile> {
  const isAbout = (fileName: string): number => (name !== '' && fileName.startsWith(name) ? 0 : 1);
  const fileNames = [...builtInNames()].sort((a, b) => isAbout(a) - isAbout(b));
  for (const file of filesHolding(text, fileNames)) {
    if (targetsOf(file).some((one) => one.name === target.name)) yield file;
  }
}

export function bareName(name: string): string {
  return name.replace(/^(?:struct|union)\s+/, '');
}

/** Reading a variant lays out all its records: once is enough for a log that asks a thousand times. */
const abis = new Map<string, Abi>();

function abiOf(file: LayoutFile, variant: string, target: Target): Abi {
  const label = labelOf(file, variant);
  const key = `${label} ${target.name}`;
  let abi = abis.get(key);
  if (abi === undefined) {
    abi = abiOfSoundVariant(file, variant, target, label);
    abis.set(key, abi);
  }
  return abi;
}

export function labelOf({ fileName }: LayoutFile, variant: string): string {
  return `${fileName}#${variant}`;
}

/**
 * The built-in record of a name, with or without `struct`, in the variant after a `#` or else in the newest merged one.
 *
 * @throws UserError if the record is known but not on that target, or not in that variant.
 */
export function findBuiltInRecord(nameAndVariant: string, target: Target): FoundRecord | undefined {
  const [name = '', variant] = nameAndVariant.split('#');
  const bare = bareName(name.trim());
  const candidates: FoundRecord[] = [];
  const variantNames = new Set<string>();
  for (const file of filesAbout(bare, target)) {
    const names = variantsOf(file, target).map((one) => one.name);
    // Another file may hold the record as a part of its own; the variants there are its own, not the record's.
    if (variantNames.size === 0) for (const one of names) variantNames.add(one);
    const chosen = variant ?? defaultVariant(file, target)?.name;
    if (chosen === undefined || !names.includes(chosen)) continue;
    const abi = abiOf(file, chosen, target);
    const declaration = recordIn(abi, bare);
    if (declaration === undefined) continue;
    const found = { declaration, abi, label: abi.label };
    if (bareName(abi.mainRecord ?? '') === bare) return found;
    candidates.push(found);
  }
  const [first] = candidates;
  if (first !== undefined || variantNames.size === 0) return first;
  if (variant === undefined) return undefined;
  if (variantNames.has(variant)) throw new UserError(`${bare} is not in variant "${variant}" on ${target.name}`);
  const hint = suggestionFor(variant, variantNames).hint ?? `known: ${[...variantNames].join(', ')}`;
  throw new UserError(`${bare} has no variant "${variant}" on ${target.name}; ${hint}`);
}

function recordIn({ records }: Abi, bare: string): RecordDeclaration | undefined {
  return records.get(`struct ${bare}`) ?? records.get(`union ${bare}`);
}

/** Asked for each target. */
const tagsIn = onceFor(({ document: { record = '', records = [] } }: LayoutFile): ReadonlySet<string> => {
  return new Set([record, ...records.map((entry) => entry.record)].map(bareName));
});

function mentionsRecord(file: LayoutFile, bare: string): boolean {
  return tagsIn(file).has(bare);
}

/** The variants of a built-in record on a target, oldest first, from the file that is about the record. */
export function variantsOfBuiltInRecord(name: string, target: Target): readonly VariantInfo[] {
  const bare = bareName(name.split('#')[0]?.trim() ?? '');
  for (const file of filesAbout(bare, target)) {
    // A file of many records has variants from before some of them.
    return variantsOf(file, target).filter(
      (variant) => recordIn(abiOf(file, variant.name, target), bare) !== undefined,
    );
  }
  return [];
}

/** The built-in files that declare a record on a target, its own file first. */
export function* filesAbout(bare: string, target: Target): Generator<LayoutFile> {
  for (const file of filesFor(target, bare, bare)) if (mentionsRecord(file, bare)) yield file;
}

/** Every target on which some built-in file knows the record. */
export function targetsOfBuiltInRecord(name: string): readonly Target[] {
  const bare = bareName(name);
  const found = new Map<string, Target>();
  for (const file of filesHolding(bare)) {
    if (mentionsRecord(file, bare)) for (const target of targetsOf(file)) found.set(target.name, target);
  }
  return [...found.values()];
}

/**
 * Built-in requests of that name or number on a target, as of the newest merged variant. A number can have several: KVM
 * tells 0x4010aeab on a machine from the same number on a processor by the descriptor alone.
 */
export function findBuiltInRequests(
  nameOrNumber: string | number,
  target: Target,
): readonly Found<RequestDeclaration>[] {
  const found = new Map<string, Found<RequestDeclaration>>();
  for (const abi of newestAbis(target, requestKey)) {
    for (const declaration of abi.requests.values()) {
      const isWanted =
        typeof nameOrNumber === 'number' ? declaration.number === nameOrNumber : declaration.name === nameOrNumber;
      if (isWanted && !found.has(declaration.name)) found.set(declaration.name, { declaration, abi });
    }
  }
  return [...found.values()];
}

/** All built-in requests of a target, as of the newest merged variant. */
export function builtInRequests(target: Target): readonly RequestDeclaration[] {
  return [...newestAbis(target, requestKey)].flatMap(({ requests }) => [...requests.values()]);
}

/** The built-in constant of that name on a target. */
export function findBuiltInConstant(name: string, target: Target): Found<ConstantDeclaration> | undefined {
  for (const abi of newestAbis(target, name)) {
    const declaration = abi.constants.get(name);
    if (declaration !== undefined) return { declaration, abi };
  }
  return undefined;
}

/** Value → name of the built-in constants with a prefix; the first name wins where two share a value. */
export function builtInConstantNames(prefix: string, target: Target): ReadonlyMap<bigint, string> {
  const names = new Map<bigint, string>();
  for (const { constants } of newestAbis(target)) {
    for (const { name, value } of constants.values()) {
      if (name.startsWith(prefix) && !names.has(value)) names.set(value, name);
    }
  }
  return names;
}

/** The names of all built-in records, requests and constants on a target: for listings and suggestions. */
export function builtInDeclarationNames(target: Target): readonly string[] {
  const names = new Set<string>();
  for (const abi of newestAbis(target)) {
    for (const some of [abi.records, abi.requests, abi.constants]) for (const name of some.keys()) names.add(name);
  }
  return [...names];
}

/** The newest merged variant of each file for a target whose text holds `text`. */
function* newestAbis(target: Target, text = ''): Generator<Abi> {
  for (const file of filesFor(target, text)) {
    const variant = defaultVariant(file, target);
    if (variant !== undefined) yield abiOf(file, variant.name, target);
  }
}

/** What to say of a record that no layout file declares. */
export function unknownBuiltIn(name: string, targets: readonly Target[]): UserError {
  const known = new Set(targets.flatMap((target) => [...builtInDeclarationNames(target)]));
  const records = [...known].filter((one) => /^(struct|union) /.test(one)).map((one) => one.replace(/^\w+ /, ''));
  const { hint = searchHeaders } = suggestionFor(name, records);
  return new UserError(`no layout that comes with uabi describes "${printable(name)}"; ${hint}`);
}
