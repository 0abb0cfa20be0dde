/**
 * The numbers of an ABI: constants and enumerators in one name space, because C lets a macro become an enumerator unnoticed.
 *
 * A tree has fifty thousand, and a comparison asks for those that changed and for some around them: the family of a name, its
 * enum, what else has its value in its header. Where an ABI is a list of portions they are looked up one by one; anything
 * else is put together first.
 */

import type { Abi, ConstantDeclaration, EnumDeclaration } from '../abi/abi.ts';
import { type DeclarationList, isSameMeaning, listOf, rankAt } from '../abi/declaration-list.ts';
import { type Declared, type Portion, type PortionIndex, wordOf } from '../abi/portion.ts';
import type { AbiPair, NamedNumber } from './changes.ts';
import { NumberFamily } from './families.ts';
import type { Suspects } from './suspects.ts';

export interface Numbers {
  readonly get: (name: string) => NamedNumber | undefined;
  /** In the order in which the ABI lists them, constants before enumerators: those under suspicion, or all. */
  readonly suspected: () => readonly NamedNumber[];
  /** Those of one first word, as `wordOf` gives it. */
  readonly familyOf: (word: string) => NumberFamily;
  /** Those of one header with one value, in order. */
  readonly inHeader: (header: string, value: bigint) => readonly NamedNumber[];
  /** Grows in the order in which the ABI lists them. */
  readonly rankOf: (number: NamedNumber) => number;
}

export interface NumberPair {
  readonly old: Numbers;
  readonly new: Numbers;
}

/** The numbers of both sides; one object where both sides have the very same declarations. */
export function numbersOfPair({ old, new: next }: AbiPair, suspects: Suspects | undefined): NumberPair {
  const [before, after] = [listOf(old), listOf(next)];
  if (suspects !== undefined && before !== undefined && after !== undefined) {
    return { old: new ListedNumbers(before, suspects), new: new ListedNumbers(after, suspects) };
  }
  const numbers = new GatheredNumbers(old, suspects);
  const isOne = old.constants === next.constants && old.enums === next.enums;
  return { old: numbers, new: isOne ? numbers : new GatheredNumbers(next, suspects) };
}

/** A macro that repeats its enumerator (`#define A A`) is that enumerator. */
class GatheredNumbers implements Numbers {
  readonly #numbers = new Map<string, NamedNumber>();
  #ranks: ReadonlyMap<NamedNumber, number> | undefined;
  #byWord: ReadonlyMap<string, readonly NamedNumber[]> | undefined;
  readonly #families = new Map<string, NumberFamily>();
  readonly #suspects: Suspects | undefined;
  #byHeader: ReadonlyMap<string, ReadonlyMap<bigint, readonly NamedNumber[]>> | undefined;

  constructor(abi: Abi, suspects: Suspects | undefined) {
    this.#suspects = suspects;
    for (const declaration of abi.constants.values()) this.#numbers.set(declaration.name, ofConstant(declaration));
    for (const [key, declaration] of abi.enums) {
      for (const [index, { name }] of declaration.type.enumerators.entries()) {
        const number = ofEnumerator(key, declaration, index);
        if (number !== undefined) this.#numbers.set(name, number);
      }
    }
  }

  get(name: string): NamedNumber | undefined {
    return this.#numbers.get(name);
  }

  suspected(): readonly NamedNumber[] {
    const all = [...this.#numbers.values()];
    const names = this.#suspects?.numbers;
    return names === undefined ? all : all.filter(({ name }) => names.has(name));
  }

  familyOf(word: string): NumberFamily {
    let family = this.#families.get(word);
    if (family === undefined) {
      this.#byWord ??= groupBy(this.#numbers.values(), ({ name }) => wordOf(name));
      family = new NumberFamily(this.#byWord.get(word) ?? [], (name) => this.get(name));
      this.#families.set(word, family);
    }
    return family;
  }

  inHeader(header: string, value: bigint): readonly NamedNumber[] {
    if (this.#byHeader === undefined) {
      const byHeader = new Map<string, ReadonlyMap<bigint, readonly NamedNumber[]>>();
      for (const [name, numbers] of groupBy(this.#numbers.values(), ({ declaration }) => declaration.header)) {
        byHeader.set(
          name,
          groupBy(numbers, (number) => number.value),
        );
      }
      this.#byHeader = byHeader;
    }
    return this.#byHeader.get(header)?.get(value) ?? [];
  }

  rankOf(number: NamedNumber): number {
    this.#ranks ??= new Map([...this.#numbers.values()].map((one, index) => [one, index]));
    return this.#ranks.get(number) ?? -1;
  }
}

/** Further than any constant. */
const firstEnumerator = 2 ** 38;

class ListedNumbers implements Numbers {
  readonly #list: DeclarationList;
  readonly #suspects: Suspects;
  readonly #groups = new Map<string, NumberGroup>();
  #suspected: readonly NamedNumber[] | undefined;

  constructor(list: DeclarationList, suspects: Suspects) {
    this.#list = list;
    this.#suspects = suspects;
  }

  get(name: string): NamedNumber | undefined {
    return this.#placed(name)?.number;
  }

  suspected(): readonly NamedNumber[] {
    this.#suspected ??= this.#ordered([...this.#suspects.numbers]);
    return this.#suspected;
  }

  familyOf(word: string): NumberFamily {
    return this.#group(word).family;
  }

  inHeader(header: string, value: bigint): readonly NamedNumber[] {
    const names = new Set<string>();
    for (const portion of this.#list.portionsIn(header)) {
      for (const name of portion.byHeader.get(header)?.byValue.get(value) ?? []) names.add(name);
    }
    return this.#ordered([...names]).filter((one) => one.value === value && one.declaration.header === header);
  }

  rankOf({ name }: NamedNumber): number {
    const placed = this.#placed(name);
    return placed === undefined ? -1 : this.#rankOf(placed);
  }

  #placed(name: string): PlacedNumber | undefined {
    return this.#group(wordOf(name)).numbers.get(name);
  }

  #rankOf({ portion, at, share }: PlacedNumber): number {
    const rank = rankAt(this.#list.placeOf(portion)?.position ?? 0, at);
    return share === undefined ? rank : firstEnumerator + rank + share;
  }

  #ordered(names: readonly string[]): NamedNumber[] {
    const found: PlacedNumber[] = [];
    for (const name of names) {
      const placed = this.#placed(name);
      if (placed !== undefined) found.push(placed);
    }
    if (found.length > 1) {
      const ranks = new Map(found.map((placed) => [placed, this.#rankOf(placed)]));
      found.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
    }
    return found.map(numberIn);
  }

  #group(word: string): NumberGroup {
    let group = this.#groups.get(word);
    if (group === undefined) this.#groups.set(word, (group = groupOf(word, this.#list)));
    return group;
  }
}

interface PlacedNumber {
  readonly number: NamedNumber;
  /** Its first declaration. */
  readonly portion: Portion;
  readonly at: number;
  /** How far down its enum it stands, from 0 to 1; none for a constant. */
  readonly share: number | undefined;
}

function numberIn({ number }: PlacedNumber): NamedNumber {
  return number;
}

/** All numbers of one first word. */
interface NumberGroup {
  readonly numbers: ReadonlyMap<string, PlacedNumber>;
  readonly family: NumberFamily;
}

/** By what was put together: most first words mean the same to all targets. */
const groups = new WeakMap<PortionIndex, Map<string, NumberGroup>>();

function groupOf(word: string, list: DeclarationList): NumberGroup {
  const { index } = list;
  const parts = list.numbersWith(word);
  let known = groups.get(index);
  if (known === undefined) groups.set(index, (known = new Map<string, NumberGroup>()));
  let key = word;
  for (const { portion, place } of parts) key += ` ${portion.id}${place.isOwn ? '' : 'i'}`;
  let group = known.get(key);
  if (group === undefined) {
    const counted = new CountedNumbers(word);
    for (const { portion, place, ats } of parts) {
      for (const at of [...ats].sort((a, b) => a - b)) counted.add(portion, at, place.isOwn);
    }
    group = counted.group();
    known.set(key, group);
  }
  return group;
}

/** Puts the numbers of one first word together; the last meaning counts, and stands where the first one does. */
class CountedNumbers {
  readonly #word: string;
  readonly #constants = new Map<string, PlacedNumber>();
  readonly #enumerators = new Map<string, PlacedNumber>();
  /** By kind and key, as a `DeclarationList` has them. */
  readonly #taken = new Map<string, Declared>();

  constructor(word: string) {
    this.#word = word;
  }

  add(portion: Portion, at: number, isOwn: boolean): void {
    const declared = portion.declared[at];
    if (declared === undefined) return;
    const key = this.#take(declared, isOwn);
    if (key === undefined) return;
    if (declared.kind === 'constant') {
      this.#put(this.#constants, ofConstant(declared.declaration), { portion, at, share: undefined });
    } else if (declared.kind === 'enum') {
      const { enumerators } = declared.declaration.type;
      for (const [index, { name }] of enumerators.entries()) {
        if (wordOf(name) !== this.#word) continue;
        const number = ofEnumerator(key, declared.declaration, index);
        if (number !== undefined)
          this.#put(this.#enumerators, number, { portion, at, share: index / enumerators.length });
      }
    }
  }

  group(): NumberGroup {
    const numbers = new Map(this.#constants);
    for (const [name, placed] of this.#enumerators) {
      const constant = this.#constants.get(name);
      numbers.set(name, constant === undefined ? placed : { ...constant, number: placed.number });
    }
    const members = [...numbers.values()].map(({ number }) => number);
    return { numbers, family: new NumberFamily(members, (name) => numbers.get(name)?.number) };
  }

  #put(numbers: Map<string, PlacedNumber>, number: NamedNumber, place: Omit<PlacedNumber, 'number'>): void {
    const first = numbers.get(number.name);
    numbers.set(number.name, first === undefined ? { ...place, number } : { ...first, number });
  }

  /** The key under which an ABI holds it; none where it does not count. */
  #take(declared: Declared, isOwn: boolean): string | undefined {
    const { kind, declaration } = declared;
    const { name, header } = declaration;
    const first = this.#taken.get(`${kind} ${name}`);
    let key = name;
    if (first === undefined) {
      if (kind === 'constant' && this.#taken.has(`request ${name}`)) return undefined;
    } else {
      key = `${name}@${header}`;
      if (!isOwn || isSameMeaning(first, declared) || this.#taken.has(`${kind} ${key}`)) return undefined;
    }
    this.#taken.set(`${kind} ${key}`, declared);
    return key;
  }
}

function ofConstant(declaration: ConstantDeclaration): NamedNumber {
  const { name, value } = declaration;
  return { name, value, declaration, enum: undefined, enumerator: undefined };
}

function ofEnumerator(key: string, declaration: EnumDeclaration, index: number): NamedNumber | undefined {
  const enumerator = declaration.type.enumerators[index];
  if (enumerator === undefined) return undefined;
  return { name: enumerator.name, value: enumerator.value, declaration, enum: key, enumerator };
}

/** The members of an enum that go by its name and no other meaning. */
export function membersOf(key: string, abi: Abi, numbers: Numbers): NamedNumber[] {
  return (abi.enums.get(key)?.type.enumerators ?? []).flatMap(({ name }) => {
    const number = numbers.get(name);
    return number?.enum === key ? [number] : [];
  });
}

export function groupBy<Key, Value>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key | undefined,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
