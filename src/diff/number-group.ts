/**
 * The numbers of one first word (`KVM_`): whatever families there are lie within one.
 *
 * A group depends on what the portions of a list say of such names and on nothing else, so targets for which they say the same
 * share it. What is found out about two groups, an old one and a new one, holds for all of them.
 */

import type { ConstantDeclaration, EnumDeclaration } from '../abi/abi.ts';
import { type DeclarationList, isSameMeaning, type NumberPart } from '../abi/declaration-list.ts';
import { groupBy } from '../abi/group-by.ts';
import { type Declared, isOfWord } from '../abi/portion.ts';
import type { NumberScope } from '../abi/number-scope.ts';
import type { Counted, PerhapsRequest } from '../abi/number-slices.ts';
import type { PortionIndex } from '../abi/portion-index.ts';
import type { NamedNumber } from './changes.ts';
import { NumberFamily } from './families.ts';

/** A number with the place of its first declaration among those that the group was made of. */
export interface PlacedNumber {
  readonly number: NamedNumber;
  /** Which part of a list it stands in. */
  readonly part: number;
  /** Which declaration of that part it is. */
  readonly index: number;
  /** How far down its enum it stands, from 0 to 1; none for a constant. */
  readonly share: number | undefined;
}

export class NumberGroup {
  /** In the order in which an ABI lists them, constants before enumerators. */
  readonly members: readonly NamedNumber[];
  readonly #byName: ReadonlyMap<string, PlacedNumber>;
  /** Macros that may be numbers as well, and that nobody has read, with the headers that define them. */
  readonly unread: ReadonlyMap<string, ReadonlySet<string>>;
  #byValue: ReadonlyMap<bigint, readonly NamedNumber[]> | undefined;
  readonly #families = new Map<string, NumberFamily>();

  constructor(byName: ReadonlyMap<string, PlacedNumber>, unread: NumberGroup['unread'] = new Map()) {
    this.#byName = byName;
    this.unread = unread;
    this.members = [...byName.values()].map(({ number }) => number);
  }

  get(name: string): NamedNumber | undefined {
    return this.#byName.get(name)?.number;
  }

  placed(): readonly PlacedNumber[] {
    return [...this.#byName.values()];
  }

  /** The families among those that one header declares. */
  familyIn(header: string): NumberFamily {
    let family = this.#families.get(header);
    if (family === undefined) {
      family = new NumberFamily(this.members.filter(({ declaration }) => declaration.header === header));
      this.#families.set(header, family);
    }
    return family;
  }

  /** Those with one value, in order. */
  withValue(value: bigint): readonly NamedNumber[] {
    this.#byValue ??= groupBy(this.members, (one) => one.value);
    return this.#byValue.get(value) ?? [];
  }

  /** Those of one header with one value, in order. */
  inHeader(header: string, value: bigint): readonly NamedNumber[] {
    return this.withValue(value).filter(({ declaration }) => declaration.header === header);
  }
}

/** A group as a list has it. */
export interface ListedGroup {
  readonly group: NumberGroup;
  readonly parts: readonly NumberPart[];
}

/** By the scope, or by the index where there is none, and by the word. */
const groups = new WeakMap<PortionIndex, WeakMap<NumberScope | PortionIndex, Map<string, ListedGroup[]>>>();
/** Targets fall into few classes; those of one that is long gone are not worth keeping. */
const groupsPerWord = 6;

/** The numbers of a word that a list has, as far as `scope` goes. */
export function groupOf(word: string, list: DeclarationList, scope?: NumberScope): ListedGroup {
  const parts = list.numbersWith(word, scope);
  let byScope = groups.get(list.index);
  if (byScope === undefined) groups.set(list.index, (byScope = new WeakMap()));
  let byWord = byScope.get(scope ?? list.index);
  if (byWord === undefined) byScope.set(scope ?? list.index, (byWord = new Map<string, ListedGroup[]>()));
  let known = byWord.get(word);
  if (known === undefined) byWord.set(word, (known = []));
  const index = known.findIndex((one) => areSame(one.parts, parts));
  const same = known[index];
  if (same !== undefined) {
    if (index > 0) known.unshift(...known.splice(index, 1));
    return { group: same.group, parts };
  }
  const found = { group: groupMadeOf(parts, word), parts };
  known.unshift(found);
  if (known.length > groupsPerWord) known.pop();
  return found;
}

function areSame(some: readonly NumberPart[], others: readonly NumberPart[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ slice, isOwn }, index) => {
      const other = others[index];
      return other?.slice === slice && other.isOwn === isOwn;
    })
  );
}

function groupMadeOf(parts: readonly NumberPart[], word: string): NumberGroup {
  const counted = new CountedNumbers(word);
  for (const [part, { slice, isOwn }] of parts.entries()) {
    for (const [index, declared] of slice.entries()) counted.add(declared, part, index, isOwn);
  }
  return counted.group();
}

/** Puts the numbers of one first word together; the last meaning counts, and stands where the first one does. */
class CountedNumbers {
  readonly #word: string;
  readonly #constants = new Map<string, PlacedNumber>();
  readonly #enumerators = new Map<string, PlacedNumber>();
  readonly #requests = new Set<string>();
  readonly #perhaps = new Map<string, PerhapsRequest>();
  readonly #unread = new Map<string, Set<string>>();
  readonly #enums = new Map<string, Declared>();
  /** What constants that have several meanings were worth first. */
  readonly #firstValues = new Map<string, bigint>();
  /** Other meanings, by kind and key. */
  readonly #seconds = new Set<string>();

  constructor(word: string) {
    this.#word = word;
  }

  add(declared: Counted, part: number, index: number, isOwn: boolean): void {
    if (declared.kind === 'perhaps-request') this.#perhaps.set(declared.name, declared);
    else if (declared.kind === 'unread') this.#addUnread(declared.name, declared.header);
    else if (declared.kind === 'request') this.#requests.add(declared.declaration.name);
    else if (declared.kind === 'constant') this.#addConstant(declared, part, index, isOwn);
    else if (declared.kind === 'enum') this.#addEnum(declared, part, index, isOwn);
  }

  #addUnread(name: string, header: string): void {
    const headers = this.#unread.get(name);
    if (headers === undefined) this.#unread.set(name, new Set([header]));
    else headers.add(header);
  }

  group(): NumberGroup {
    const numbers = new Map(this.#constants);
    for (const [name, placed] of this.#enumerators) {
      const constant = this.#constants.get(name);
      numbers.set(name, constant === undefined ? placed : { ...constant, number: placed.number });
    }
    // An enumerator is that, whatever a macro of its name is worth.
    const unread = [...this.#unread].filter(([name]) => !this.#enumerators.has(name));
    return new NumberGroup(numbers, new Map(unread));
  }

  #addConstant(declared: Declared & { kind: 'constant' }, part: number, index: number, isOwn: boolean): void {
    const { declaration } = declared;
    const { name } = declaration;
    const there = this.#constants.get(name);
    if (there === undefined) {
      if (this.#requests.has(name) || this.#perhaps.get(name)?.isRequest() === true) return;
      this.#constants.set(name, { number: ofConstant(declaration), part, index, share: undefined });
      return;
    }
    const first = this.#firstValues.get(name) ?? there.number.value;
    if (!isOwn || declaration.value === first || !this.#isNewSecond(declared)) return;
    this.#firstValues.set(name, first);
    this.#constants.set(name, { ...there, number: ofConstant(declaration) });
  }

  #addEnum(declared: Declared & { kind: 'enum' }, part: number, index: number, isOwn: boolean): void {
    const { declaration } = declared;
    const { name, header } = declaration;
    const first = this.#enums.get(name);
    if (first === undefined) this.#enums.set(name, declared);
    else if (!isOwn || isSameMeaning(first, declared) || !this.#isNewSecond(declared)) return;
    const key = first === undefined ? name : `${name}@${header}`;
    const numbers = enumeratorsOf(key, declaration);
    for (const [place, number] of numbers.entries()) {
      if (!isOfWord(number.name, this.#word)) continue;
      const there = this.#enumerators.get(number.name);
      const placed = { number, part, index, share: place / numbers.length };
      this.#enumerators.set(number.name, there === undefined ? placed : { ...there, number });
    }
  }

  /** Of the meanings that one header has for a name besides the first of all, an ABI holds one. */
  #isNewSecond({ kind, declaration: { name, header } }: Declared): boolean {
    const key = `${kind} ${name}@${header}`;
    if (this.#seconds.has(key)) return false;
    this.#seconds.add(key);
    return true;
  }
}

const constants = new WeakMap<ConstantDeclaration, NamedNumber>();
const enumerators = new WeakMap<EnumDeclaration, Map<string, readonly NamedNumber[]>>();

/** One object for each declaration, whoever asks. */
export function ofConstant(declaration: ConstantDeclaration): NamedNumber {
  let number = constants.get(declaration);
  if (number === undefined) {
    const { name, value } = declaration;
    number = { name, value, declaration, enum: undefined, enumerator: undefined };
    constants.set(declaration, number);
  }
  return number;
}

/** Those of an enum that an ABI holds under `key`, in order. */
export function enumeratorsOf(key: string, declaration: EnumDeclaration): readonly NamedNumber[] {
  let byKey = enumerators.get(declaration);
  if (byKey === undefined) enumerators.set(declaration, (byKey = new Map<string, readonly NamedNumber[]>()));
  let numbers = byKey.get(key);
  if (numbers === undefined) {
    numbers = declaration.type.enumerators.map((enumerator) => {
      const { name, value } = enumerator;
      return { name, value, declaration, enum: key, enumerator };
    });
    byKey.set(key, numbers);
  }
  return numbers;
}
