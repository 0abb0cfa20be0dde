/**
 * Which names of two ABIs can differ at all.
 *
 * Two trees mostly hold the same portions (`abi/portion.ts`), and a name that every header declares alike on both sides means
 * the same on both. So only the portions that one side alone has are looked into, those of one header side by side, and what
 * was found out about them holds for every target that has the same ones. It errs on the side of looking closer. Everything
 * that compares goes through the suspects only; what surrounds them is looked up where it matters.
 */

import type { Abi } from '../abi/abi.ts';
import { type DeclarationList, listOf, replacedIn } from '../abi/declaration-list.ts';
import { type Declared, type DeclaredKind, type Portion, wordOf } from '../abi/portion.ts';
import { unalias } from '../abi/types.ts';
import { areAlike, areTypesAlike, isSurelyLaidOut } from './alike.ts';
import type { AbiPair } from './changes.ts';

/** Names that may mean something else on the other side. */
export interface Suspects {
  readonly records: ReadonlySet<string>;
  readonly enums: ReadonlySet<string>;
  readonly typedefs: ReadonlySet<string>;
  /** Of macros, whatever they are worth, and of enumerators: one may become the other. */
  readonly numbers: ReadonlySet<string>;
  /** The first words of the numbers, as `wordOf` gives them. */
  readonly words: ReadonlySet<string>;
}

type NameSpace = Exclude<keyof Suspects, 'words'>;

type NamesByKind = Readonly<Record<NameSpace, Iterable<string>>> & {
  /** Of the numbers. */
  readonly words: Iterable<string>;
};

/** The maps of an ABI, in which declarations are looked for. */
export const declarationKinds = ['records', 'enums', 'typedefs', 'constants', 'requests', 'macros'] as const;
export type DeclarationKind = (typeof declarationKinds)[number];

/** Among which names those of a map are. */
export function spaceOf(kind: DeclarationKind): NameSpace {
  return kind === 'records' || kind === 'enums' || kind === 'typedefs' ? kind : 'numbers';
}

/** Suspects that are put together. */
export class SuspectNames implements Suspects {
  readonly records = new Set<string>();
  readonly enums = new Set<string>();
  readonly typedefs = new Set<string>();
  readonly numbers = new Set<string>();
  readonly words = new Set<string>();

  add({ records, enums, typedefs, numbers, words }: NamesByKind): void {
    for (const name of records) this.records.add(name);
    for (const name of enums) this.enums.add(name);
    for (const name of typedefs) this.typedefs.add(name);
    for (const name of numbers) this.numbers.add(name);
    for (const word of words) this.words.add(word);
  }

  addNumber(name: string): void {
    this.numbers.add(name);
    this.words.add(wordOf(name));
  }

  addEnumerators({ kind, declaration }: Declared): void {
    if (kind === 'enum') for (const { name } of declaration.type.enumerators) this.addNumber(name);
  }
}

/** Names that two readings of the same files do not declare alike, or `undefined` where that cannot be told. */
export function differingNames(one: Abi, other: Abi, files: ReadonlySet<string>): Suspects | undefined {
  const [left, right] = [listOf(one), listOf(other)];
  if (left === undefined || right?.index !== left.index) return undefined;
  const suspects = new SuspectNames();
  for (const names of differencesOf(left, right, files)) suspects.add(names);
  return suspects;
}

/** Everything that may differ between two sides, or `undefined` where that cannot be told from what they were made of. */
export function suspectsOf(pair: AbiPair): Suspects | undefined {
  if (!suspectsOfPairs.has(pair)) suspectsOfPairs.set(pair, findSuspects(pair));
  return suspectsOfPairs.get(pair);
}

const suspectsOfPairs = new WeakMap<AbiPair, Suspects | undefined>();

function findSuspects({ old, new: next }: AbiPair): Suspects | undefined {
  const [before, after] = [listOf(old), listOf(next)];
  if (before === undefined || after?.index !== before.index || !isSameOrder(before, after, true)) return undefined;
  const suspects = new SuspectNames();
  for (const names of differencesOf(before, after)) suspects.add(names);
  for (const name of [...suspects.enums]) {
    for (const entries of [before.entriesOf(name), after.entriesOf(name)]) {
      // Of several enums with one name, which counts as what depends on all of them.
      if (entries.length > 1) for (const { declared } of entries) suspects.addEnumerators(declared);
    }
  }
  const isIncludedAlike = isSameOrder(before, after, false);
  for (const [side, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const { portion, isOwn } of side.portions) {
      const isOwnThere = other.isOwn(portion);
      const isShown = isOwn ? isOwnThere !== false : isIncludedAlike && isOwnThere !== true;
      if (!isShown) suspects.add(namesOf(portion));
      for (const name of fragileIn(portion)) suspects.records.add(name);
    }
  }
  for (const abi of [old, next]) {
    for (const name of replacedIn(abi.records).keys()) suspects.records.add(name);
    for (const name of replacedIn(abi.enums).keys()) suspects.enums.add(name);
    for (const name of replacedIn(abi.typedefs).keys()) suspects.typedefs.add(name);
    for (const map of [abi.constants, abi.requests, abi.macros]) {
      for (const name of replacedIn<unknown>(map).keys()) suspects.addNumber(name);
    }
  }
  return suspects;
}

/**
 * Whether the headers of both sides (or what only their includers show of them) follow each other alike: where two declare
 * one name, the first counts.
 */
function isSameOrder(before: DeclarationList, after: DeclarationList, isOwn: boolean): boolean {
  const places = new Map<string, number>();
  for (const [place, { portion, isOwn: isOwnThere }] of before.portions.entries()) {
    if (isOwnThere === isOwn && !places.has(portion.file)) places.set(portion.file, place);
  }
  let last = -1;
  const seen = new Set<string>();
  for (const { portion, isOwn: isOwnHere } of after.portions) {
    if (isOwnHere !== isOwn || seen.has(portion.file)) continue;
    seen.add(portion.file);
    const place = places.get(portion.file);
    if (place === undefined) continue;
    if (place < last) return false;
    last = place;
  }
  return true;
}

interface FilePortions {
  readonly old: Portion[];
  readonly new: Portion[];
}

/** By the portions that were looked at, for all targets of a run. */
const known = new WeakMap<object, Map<string, NamesByKind>>();

/** `files`: look at those only. */
function differencesOf(before: DeclarationList, after: DeclarationList, files?: ReadonlySet<string>): NamesByKind[] {
  let differences = known.get(before.index);
  if (differences === undefined) known.set(before.index, (differences = new Map<string, NamesByKind>()));
  const byFile = new Map<string, FilePortions>();
  const add = (from: DeclarationList, other: DeclarationList, side: 'old' | 'new'): void => {
    const there = new Set(other.portions.map(({ portion }) => portion));
    for (const { portion } of from.portions) {
      if (there.has(portion) || files?.has(portion.file) === false) continue;
      let file = byFile.get(portion.file);
      if (file === undefined) byFile.set(portion.file, (file = { old: [], new: [] }));
      file[side].push(portion);
    }
  };
  add(before, after, 'old');
  add(after, before, 'new');
  const result: NamesByKind[] = [];
  for (const { old, new: next } of byFile.values()) {
    const key = `${old.map(({ id }) => id).join()}:${next.map(({ id }) => id).join()}`;
    let difference = differences.get(key);
    if (difference === undefined) differences.set(key, (difference = namesThatDiffer(old, next)));
    result.push(difference);
  }
  return result;
}

interface Enumerated {
  readonly declared: Declared;
  readonly value: bigint;
}

/** What is said of a name, by the name; `undefined` where more than one thing is. */
type Said<T> = Map<string, T | undefined>;

/** What portions say, each kind by itself. */
class Sayings {
  readonly #declared = new Map<DeclaredKind, Said<Declared>>();
  readonly enumerators: Said<Enumerated> = new Map<string, Enumerated | undefined>();

  constructor(portions: readonly Portion[]) {
    for (const { declared: list } of portions) {
      for (const declared of list) {
        const { kind, declaration } = declared;
        put(this.of(kind), declaration.name, declared);
        if (kind !== 'enum') continue;
        for (const { name, value } of declaration.type.enumerators) put(this.enumerators, name, { declared, value });
      }
    }
  }

  of(kind: DeclaredKind): Said<Declared> {
    let said = this.#declared.get(kind);
    if (said === undefined) this.#declared.set(kind, (said = new Map<string, Declared | undefined>()));
    return said;
  }
}

function put<T>(said: Said<T>, name: string, what: T): void {
  said.set(name, said.has(name) ? undefined : what);
}

const kinds: readonly DeclaredKind[] = ['record', 'enum', 'typedef', 'constant', 'request', 'text'];

function namesThatDiffer(old: readonly Portion[], next: readonly Portion[]): NamesByKind {
  const [before, after] = [new Sayings(old), new Sayings(next)];
  const names: Record<NameSpace, string[]> = { records: [], enums: [], typedefs: [], numbers: [] };
  for (const kind of kinds) addDiffering(before.of(kind), after.of(kind), isAlike, names[setOf(kind)]);
  addDiffering(before.enumerators, after.enumerators, isEnumeratedAlike, names.numbers);
  return { ...names, words: new Set(names.numbers.map(wordOf)) };
}

function addDiffering<T>(before: Said<T>, after: Said<T>, isSame: (was: T, is: T) => boolean, names: string[]): void {
  for (const [name, was] of before) {
    const is = after.get(name);
    // Several meanings of one name depend on each other.
    if (was === undefined || is === undefined || !isSame(was, is)) names.push(name);
  }
  for (const name of after.keys()) if (!before.has(name)) names.push(name);
}

function isEnumeratedAlike(was: Enumerated, is: Enumerated): boolean {
  return was.value === is.value && was.declared.declaration.header === is.declared.declaration.header;
}

/** Whether both declare the same in the same header, on every target; of enums the enumerators are looked at by themselves. */
function isAlike(a: Declared, b: Declared): boolean {
  if (a === b) return true;
  if (a.declaration.header !== b.declaration.header) return false;
  switch (a.kind) {
    case 'record':
      return b.kind === a.kind && areAlike(a.declaration.record, b.declaration.record);
    case 'enum':
      return b.kind === a.kind;
    case 'typedef': {
      if (b.kind !== a.kind) return false;
      const [was, is] = [a.declaration.type, b.declaration.type];
      // A typedef of a record changes when the record does.
      return areTypesAlike(was, is) || (unalias(was).kind === 'record' && unalias(is).kind === 'record');
    }
    case 'constant':
      return b.kind === a.kind && a.declaration.value === b.declaration.value;
    case 'request':
      return b.kind === a.kind && a.declaration.number === b.declaration.number;
    case 'text':
      return (
        b.kind === a.kind &&
        a.declaration.body === b.declaration.body &&
        a.declaration.parameters?.join() === b.declaration.parameters?.join()
      );
    default:
      return a satisfies never;
  }
}

function setOf(kind: DeclaredKind): NameSpace {
  switch (kind) {
    case 'record':
      return 'records';
    case 'enum':
      return 'enums';
    case 'typedef':
      return 'typedefs';
    case 'constant':
    case 'request':
    case 'text':
      return 'numbers';
    default:
      return kind satisfies never;
  }
}

/** Records that may have no layout: the comparison has to say so. */
const fragile = new WeakMap<Portion, readonly string[]>();

function fragileIn(portion: Portion): readonly string[] {
  let names = fragile.get(portion);
  if (names === undefined) {
    names = portion.declared.flatMap(({ kind, declaration }) =>
      kind === 'record' && declaration.record.isComplete && !isSurelyLaidOut(declaration.record)
        ? [declaration.name]
        : [],
    );
    fragile.set(portion, names);
  }
  return names;
}

/** What only an includer shows of a header has no fixed place among the others, so nothing in it is sure. */
function namesOf(portion: Portion): NamesByKind {
  return namesThatDiffer([portion], []);
}
