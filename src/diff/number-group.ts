/**
 * The numbers of one first word (`KVM_`): whatever families there are lie within one.
 *
 * A group depends on the portions that declare such names and on nothing else, so targets with the same ones share it. What is
 * found out about two groups, an old one and a new one, holds for all of them.
 */

import type { ConstantDeclaration, EnumDeclaration } from '../abi/abi.ts';
import { type DeclarationList, isSameMeaning, type NumberPart } from '../abi/declaration-list.ts';
import { groupBy } from '../abi/group-by.ts';
import { type Declared, type Portion, type PortionIndex, wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { NumberFamily } from './families.ts';

export class NumberGroup {
  /** In the order in which an ABI lists them, constants before enumerators. */
  readonly members: readonly NamedNumber[];
  readonly family: NumberFamily;
  readonly #byName: ReadonlyMap<string, NamedNumber>;
  #byPlace: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  constructor(byName: ReadonlyMap<string, NamedNumber>) {
    this.#byName = byName;
    this.members = [...byName.values()];
    this.family = new NumberFamily(this.members, (name) => byName.get(name));
  }

  get(name: string): NamedNumber | undefined {
    return this.#byName.get(name);
  }

  /** Those of one header with one value, in order. */
  inHeader(header: string, value: bigint): readonly NamedNumber[] {
    const keyOf = (place: string, number: bigint): string => `${String(number)} ${place}`;
    this.#byPlace ??= groupBy(this.members, (one) => keyOf(one.declaration.header, one.value));
    return this.#byPlace.get(keyOf(header, value)) ?? [];
  }
}

/** A number with the place of its first declaration. */
export interface PlacedNumber {
  readonly number: NamedNumber;
  readonly portion: Portion;
  readonly at: number;
  /** How far down its enum it stands, from 0 to 1; none for a constant. */
  readonly share: number | undefined;
}

/** A group whose members know their places. */
export class PlacedGroup extends NumberGroup {
  readonly #placed: ReadonlyMap<string, PlacedNumber>;

  constructor(placed: ReadonlyMap<string, PlacedNumber>) {
    super(new Map([...placed].map(([name, { number }]) => [name, number])));
    this.#placed = placed;
  }

  placeOf(name: string): PlacedNumber | undefined {
    return this.#placed.get(name);
  }
}

interface KnownGroup {
  readonly parts: readonly NumberPart[];
  readonly group: PlacedGroup;
}

const groups = new WeakMap<PortionIndex, Map<string, KnownGroup[]>>();
/** Targets fall into few classes; those of one that is long gone are not worth keeping. */
const groupsPerWord = 6;

export function groupOf(word: string, list: DeclarationList): PlacedGroup {
  const parts = list.numbersWith(word);
  let byWord = groups.get(list.index);
  if (byWord === undefined) groups.set(list.index, (byWord = new Map<string, KnownGroup[]>()));
  let known = byWord.get(word);
  if (known === undefined) byWord.set(word, (known = []));
  const index = known.findIndex((one) => areSame(one.parts, parts));
  let found = known[index];
  if (found === undefined) {
    const counted = new CountedNumbers(word);
    for (const { portion, place, ats } of parts) {
      for (const at of [...ats].sort((a, b) => a - b)) counted.add(portion, at, place.isOwn);
    }
    known.unshift((found = { parts, group: counted.group() }));
    if (known.length > groupsPerWord) known.pop();
  } else if (index > 0) known.unshift(...known.splice(index, 1));
  return found.group;
}

function areSame(some: readonly NumberPart[], others: readonly NumberPart[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ portion, place }, index) => {
      const other = others[index];
      return other?.portion === portion && other.place.isOwn === place.isOwn;
    })
  );
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
      this.#put(this.#constants, { number: ofConstant(declared.declaration), portion, at, share: undefined });
    } else if (declared.kind === 'enum') {
      const numbers = enumeratorsOf(key, declared.declaration);
      for (const [index, number] of numbers.entries()) {
        if (wordOf(number.name) !== this.#word) continue;
        this.#put(this.#enumerators, { number, portion, at, share: index / numbers.length });
      }
    }
  }

  group(): PlacedGroup {
    const numbers = new Map(this.#constants);
    for (const [name, placed] of this.#enumerators) {
      const constant = this.#constants.get(name);
      numbers.set(name, constant === undefined ? placed : { ...constant, number: placed.number });
    }
    return new PlacedGroup(numbers);
  }

  #put(numbers: Map<string, PlacedNumber>, placed: PlacedNumber): void {
    const { number } = placed;
    const first = numbers.get(number.name);
    numbers.set(number.name, first === undefined ? placed : { ...first, number });
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
