/**
 * Every portion that some list was made of, and where in them a name stands.
 *
 * One index serves all targets and trees of a run: a portion is entered once, and its names are found from every list that it is
 * part of; which of these places count is up to the list of an ABI (`declaration-list.ts`). To enter a portion costs nothing by
 * itself: names are looked for when somebody asks (`name-places.ts`), and so is what comparisons ask about besides: headers,
 * first words of numbers (`number-words.ts`), enumerators, and what requests carry.
 */

import { NamePlaces } from './name-places.ts';
import { NewPortions } from './new-portions.ts';
import type { NumberScope } from './number-scope.ts';
import type { PlacedSlice } from './number-slices.ts';
import { NumberWords } from './number-words.ts';
import { type Declared, type DeclaredKind, type LateMacros, Place, Portion } from './portion.ts';
import { likenessOf, saidLikewise, sayTheSame } from './very-same.ts';

export class PortionIndex {
  readonly #portions = new WeakMap<readonly Declared[], Portion>();
  /** By file and, for those that may say the same, by `likenessOf`. */
  readonly #alike = new Map<string, Portion[]>();
  /** By the id of a portion. */
  readonly #isEntered: boolean[] = [];
  readonly #entered: Portion[] = [];
  readonly #names = new NamePlaces(this.#entered);
  readonly #numbers = new NumberWords(this.#entered);
  readonly #numbersWithin = new WeakMap<NumberScope, NumberWords>();
  readonly #enumerators = new PlacesBy(this.#entered, 'enum', ({ kind, declaration }) =>
    kind === 'enum' ? declaration.type.enumerators.map(({ name }) => name) : [],
  );
  readonly #arguments = new PlacesBy(this.#entered, 'request', ({ kind, declaration }) =>
    kind === 'request' && declaration.argument !== undefined ? [declaration.argument] : [],
  );
  readonly #byHeader = new Map<string, Portion[]>();
  readonly #newInHeaders = new NewPortions(this.#entered);
  #count = 0;

  /** The portion that these declarations are: one for all lists that say the very same. */
  portionOf(declared: readonly Declared[], file: string): Portion {
    let portion = this.#portions.get(declared);
    if (portion === undefined) this.#portions.set(declared, (portion = this.#findOrMake(declared, file)));
    return portion;
  }

  #findOrMake(declared: readonly Declared[], file: string): Portion {
    const likeness = `${file} ${likenessOf(declared)}`;
    let alike = this.#alike.get(likeness);
    if (alike === undefined) this.#alike.set(likeness, (alike = []));
    // What was made last is the likeliest, and whatever is like it is the same object from here on.
    const likewise = saidLikewise(declared, alike.at(-1)?.declared);
    const same = alike.findLast((one) => sayTheSame(one.declared, likewise));
    if (same !== undefined) return same;
    const portion = new Portion(this.#count++, file, likewise);
    alike.push(portion);
    return portion;
  }

  /** The portion of macros that are read when somebody asks for them. */
  lateOf(macros: LateMacros, file: string): Portion {
    return new Portion(this.#count++, file, macros);
  }

  /** Makes a portion known. */
  enter(portion: Portion): void {
    if (this.#isEntered[portion.id] === true) return;
    this.#isEntered[portion.id] = true;
    this.#entered.push(portion);
  }

  /** Says which names will be asked for. */
  expect(names: ReadonlySet<string>): void {
    this.#names.expect(names);
  }

  /** Where any declaration of this name stands. */
  placesOf(name: string): Place | undefined {
    return this.#names.of(name);
  }

  /** Where enums with an enumerator of this name stand. */
  enumsWith(name: string): Place | undefined {
    return this.#enumerators.of(name);
  }

  /** Where requests stand that carry this. */
  requestsWith(argument: string): Place | undefined {
    return this.#arguments.of(argument);
  }

  /** Everything that decides about the constants and enumerators whose `wordOf` this is, as far as `scope` goes, by portion. */
  numbersWith(word: string, scope?: NumberScope): ReadonlyMap<Portion, PlacedSlice> {
    if (scope === undefined) return this.#numbers.of(word);
    let numbers = this.#numbersWithin.get(scope);
    if (numbers === undefined) this.#numbersWithin.set(scope, (numbers = new NumberWords(this.#entered, scope)));
    return numbers.of(word);
  }

  /** Portions that declare something in a header. */
  portionsIn(header: string): readonly Portion[] {
    for (const portion of this.#newInHeaders.take()) {
      let last = '';
      for (let at = 0; at < portion.count; at++) {
        const header = portion.headerAt(at);
        if (header === last) continue;
        last = header;
        const there = this.#byHeader.get(last);
        if (there === undefined) this.#byHeader.set(last, [portion]);
        else if (there.at(-1) !== portion) there.push(portion);
      }
    }
    return this.#byHeader.get(header) ?? [];
  }
}

/** Places by what is said in them. */
class PlacesBy {
  readonly #newcomers: NewPortions;
  readonly #kind: DeclaredKind;
  readonly #keysOf: (declared: Declared) => readonly string[];
  readonly #places = new Map<string, Place>();
  /** Those of macros that are read late, of which the settled ones are not listed; by what is unsettled, which is mostly one set. */
  readonly #settled = new Map<ReadonlySet<string>, Portion[]>();

  constructor(entered: readonly Portion[], kind: DeclaredKind, keysOf: (declared: Declared) => readonly string[]) {
    this.#newcomers = new NewPortions(entered);
    this.#kind = kind;
    this.#keysOf = keysOf;
  }

  of(key: string): Place | undefined {
    for (const portion of this.#newcomers.take()) {
      const { late } = portion;
      if (late === undefined) this.#listAll(portion);
      else if (this.#kind !== 'request') continue;
      else if (late.isAlone) {
        for (const at of late.unsettledAts) this.#list(portion, at);
        const others = this.#settled.get(late.unsettled);
        if (others === undefined) this.#settled.set(late.unsettled, [portion]);
        else others.push(portion);
      } else this.#listAll(portion);
    }
    // What mentions something that is not settled is not settled.
    const words = key.match(/\w+/g) ?? [];
    for (const [unsettled, portions] of this.#settled) {
      if (words.some((word) => unsettled.has(word))) continue;
      for (const portion of portions) {
        for (let at = 0; at < portion.count; at++) if (!unsettled.has(portion.nameAt(at))) this.#list(portion, at);
      }
      this.#settled.delete(unsettled);
    }
    return this.#places.get(key);
  }

  #listAll(portion: Portion): void {
    for (let at = 0; at < portion.count; at++) this.#list(portion, at);
  }

  #list(portion: Portion, at: number): void {
    const declared = portion.at(at);
    if (declared === undefined) return;
    for (const one of this.#keysOf(declared)) {
      const others = this.#places.get(one);
      // A broken header may say it twice.
      if (others?.portion === portion && others.at === at) continue;
      this.#places.set(one, new Place(portion, at, others));
    }
  }
}
