/**
 * What portions say of the numbers of one first word (`wordOf`).
 *
 * A portion is another one for a target as soon as one of its declarations is. Its constants are mostly the same all the same, and
 * whoever puts the numbers of a word together need not do so again for them. Of requests only the names count here.
 */

import type { NumberScope } from './number-scope.ts';
import type { Declared, LateMacros, Portion } from './portion.ts';

/** A macro that is a request or no number at all. Which of both counts only where a constant has its name. */
export interface PerhapsRequest {
  readonly kind: 'perhaps-request';
  readonly name: string;
  readonly isRequest: () => boolean;
}

/** A macro that is left unread: it may be a number, and stands in a header of which nobody asked for the numbers. */
export interface UnreadMacro {
  readonly kind: 'unread';
  readonly name: string;
  readonly header: string;
}

export type Counted = Declared | PerhapsRequest | UnreadMacro;

/** Portions that say the same have one of these. */
export type NumberSlice = readonly Counted[];

export interface PlacedSlice {
  readonly slice: NumberSlice;
  /** Which of the portion's declarations these are, rising. */
  readonly ats: readonly number[];
}

/** What macros of one word that are read late were worth. */
interface LateReadings {
  /** Those that have to be read to know. */
  readonly open: readonly number[];
  readonly readings: { readonly read: readonly Declared[]; readonly placed: PlacedSlice }[];
}

/** The slices of one word. */
export class WordSlices {
  readonly #scope: NumberScope | undefined;
  readonly #byPortion = new Map<Portion, PlacedSlice>();
  /** What was added since somebody asked. */
  #added: { readonly portion: Portion; readonly ats: number[] }[] = [];
  #addedLate: { readonly portion: Portion; readonly late: LateMacros; readonly ats: readonly number[] }[] = [];
  /** Of macros that are read late, by their names. */
  readonly #byNames = new WeakMap<readonly string[], LateReadings>();
  /** By the name that comes first. */
  readonly #slices = new Map<string, NumberSlice[]>();

  /** `scope`: of macros that are read late; all, where there is none. */
  constructor(scope?: NumberScope) {
    this.#scope = scope;
  }

  /** Which of a portion's declarations is of the word. */
  add(portion: Portion, at: number): void {
    const last = this.#added.at(-1);
    if (last?.portion === portion) last.ats.push(at);
    else this.#added.push({ portion, ats: [at] });
  }

  /** All macros of a portion that are of the word, where they are read late; `ats`: rising. */
  addLate(portion: Portion, late: LateMacros, ats: readonly number[]): void {
    this.#addedLate.push({ portion, late, ats });
  }

  byPortion(): ReadonlyMap<Portion, PlacedSlice> {
    const added = this.#added;
    if (added.length > 0) this.#added = [];
    for (const { portion, ats } of added) {
      const all = rising([...(this.#byPortion.get(portion)?.ats ?? []), ...ats]);
      this.#byPortion.set(portion, this.#placed(portion, all));
    }
    const addedLate = this.#addedLate;
    if (addedLate.length > 0) this.#addedLate = [];
    for (const { portion, late, ats } of addedLate) this.#byPortion.set(portion, this.#late(portion, late, ats));
    return this.#byPortion;
  }

  /** Macros that nobody has read yet: only those are read whose text does not say what they are worth. */
  #late(portion: Portion, late: LateMacros, ats: readonly number[]): PlacedSlice {
    let known = this.#byNames.get(late.names);
    if (known === undefined) {
      const isOpen = (at: number): boolean =>
        !this.#isLeftUnread(late, at) && !late.isOfTextAlone(at) && !late.isNoConstant(at);
      known = { open: ats.filter(isOpen), readings: [] };
      this.#byNames.set(late.names, known);
    }
    const read = late.readAll(known.open);
    const same = known.readings.find((one) => areSame(one.read, read));
    if (same !== undefined) return same.placed;
    const placed = this.#placed(portion, ats);
    known.readings.push({ read, placed });
    return placed;
  }

  #placed(portion: Portion, ats: readonly number[]): PlacedSlice {
    const [slice, places]: [Counted[], number[]] = [[], []];
    for (const at of ats) {
      const counted = this.#countedAt(portion, at);
      if (counted === undefined) continue;
      slice.push(counted);
      places.push(at);
    }
    return { slice: this.#known(slice), ats: places };
  }

  #isLeftUnread(late: LateMacros, at: number): boolean {
    const scope = this.#scope;
    if (scope === undefined || scope.names.has(late.names[at] ?? '')) return false;
    return !scope.headers.has(late.headerAt(at)) || (scope.others === 'plain' && !late.isOfTextAlone(at));
  }

  /** What counts of a declaration: nothing of a macro that is no number. */
  #countedAt(portion: Portion, at: number): Counted | undefined {
    const { late } = portion;
    if (late?.isNoConstant(at) === true) {
      return { kind: 'perhaps-request', name: portion.nameAt(at), isRequest: () => late.read(at).kind === 'request' };
    }
    if (late !== undefined && this.#isLeftUnread(late, at)) {
      return { kind: 'unread', name: portion.nameAt(at), header: portion.headerAt(at) };
    }
    const declared = portion.at(at);
    return declared?.kind === 'text' ? undefined : declared;
  }

  /** The slice that portions before have, if they say the same. */
  #known(slice: NumberSlice): NumberSlice {
    const first = slice[0] === undefined ? '' : nameOf(slice[0]);
    let known = this.#slices.get(first);
    if (known === undefined) this.#slices.set(first, (known = []));
    const same = known.find(
      (other) => other.length === slice.length && other.every((one, index) => isOneToNumbers(one, slice[index])),
    );
    if (same === undefined) known.push(slice);
    return same ?? slice;
  }
}

function areSame(some: readonly Declared[], others: readonly Declared[]): boolean {
  return some === others || some.every((declared, index) => declared === others[index]);
}

function nameOf(counted: Counted): string {
  return 'name' in counted ? counted.name : counted.declaration.name;
}

/** Each once. Enums may come late; all else comes in order. */
function rising(ats: readonly number[]): readonly number[] {
  if (ats.every((at, index) => index === 0 || at > (ats[index - 1] ?? 0))) return ats;
  return [...new Set(ats)].sort((a, b) => a - b);
}

/** A request keeps constants of its name from counting, whatever its number is. */
function isOneToNumbers(one: Counted, other: Counted | undefined): boolean {
  if (one === other) return true;
  if (one.kind === 'unread') return other?.kind === one.kind && other.name === one.name && other.header === one.header;
  const areRequests = one.kind === 'request' || one.kind === 'perhaps-request' ? one.kind === other?.kind : false;
  return areRequests && other !== undefined && nameOf(one) === nameOf(other);
}
