/**
 * The numbers of two sides that differ in a few names.
 *
 * Where macros are read late, only unsettled names can differ, and these have been read. What else a comparison asks about are the
 * families and the header of a number that came or left, so of other headers nothing is worked out that is not a number by its
 * text alone. Whoever asks for any other name gets what all headers say.
 */

import type { DeclarationList } from '../abi/declaration-list.ts';
import { type NumberScope, scopeOf } from '../abi/number-scope.ts';
import { wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { differencesAmong, ListedNumbers } from './listed-numbers.ts';
import type { NumberGroup } from './number-group.ts';
import type { GroupedNumbers, GroupPair, NumberPair, Numbers } from './number-pair.ts';
import { onceForPair } from '../abi/once.ts';
import { possibleFamilies } from './possible-families.ts';
import type { Suspects } from './suspect-names.ts';
import { UnreadRivals } from './unread-rivals.ts';

/** `undefined` where more may differ than what is unsettled. */
export function fewNumbersOf(
  before: DeclarationList,
  after: DeclarationList,
  suspects: Suspects,
): NumberPair | undefined {
  const unsettled = unsettledIn(before, after);
  if (unsettled === undefined) return undefined;
  for (const name of suspects.numbers) {
    if (!unsettled.has(name) && (mayBeLate(name, before) || mayBeLate(name, after))) return undefined;
  }
  const named = scopeOf(unsettled);
  const [old, next] = [new ListedNumbers(before, named), new ListedNumbers(after, named)];
  const { left, came } = differencesAmong(suspects, old, next);
  const headers = new Set([...left, ...came].map(({ declaration }) => declaration.header));
  const around = new NumbersAround(before, after, unsettled, headers);
  return {
    old: new FewNumbers(before, old, unsettled, around.all.old),
    new: new FewNumbers(after, next, unsettled, around.all.new),
    groupsAround: (word, numbers) => around.groupsOf(word, numbers),
    mayBeShared: (number) => around.mayBeShared(number),
    ...{ left, came },
  };
}

/** The names that all macros that are read late were read for. */
function unsettledIn(before: DeclarationList, after: DeclarationList): ReadonlySet<string> | undefined {
  const all = [...before.late, ...after.late];
  const unsettled = all[0]?.unsettled;
  return all.every((late) => late.isAlone && late.unsettled === unsettled) ? unsettled : undefined;
}

function mayBeLate(name: string, { late }: DeclarationList): boolean {
  return late.some((macros) => macros.indexOf(name) >= 0);
}

class FewNumbers implements Numbers {
  readonly #list: DeclarationList;
  readonly #named: Numbers;
  readonly #unsettled: ReadonlySet<string>;
  readonly #all: Numbers;

  /** `named`: the numbers with unsettled names, and those that are no macros. */
  constructor(list: DeclarationList, named: Numbers, unsettled: ReadonlySet<string>, all: Numbers) {
    this.#list = list;
    this.#named = named;
    this.#unsettled = unsettled;
    this.#all = all;
  }

  get(name: string): NamedNumber | undefined {
    const isKnown = this.#unsettled.has(name) || !mayBeLate(name, this.#list);
    return (isKnown ? this.#named : this.#all).get(name);
  }
}

interface BothSides {
  readonly old: GroupedNumbers;
  readonly new: GroupedNumbers;
}

/** What surrounds the numbers that differ. */
class NumbersAround {
  readonly all: BothSides;
  /** In the headers of what differs, all that is a number by its text alone. */
  readonly #plain: BothSides;
  /** Everything in these headers. */
  readonly #near: BothSides;
  readonly #headers: ReadonlySet<string>;
  readonly #after: DeclarationList;
  /** By word. */
  readonly #rivals = new Map<string, UnreadRivals>();
  /** Asked for each number that differs, of few groups. */
  readonly #areNamedTwice = onceForPair((old: NumberGroup, next: NumberGroup) => this.#findNamedTwice(old, next));

  constructor(
    before: DeclarationList,
    after: DeclarationList,
    unsettled: ReadonlySet<string>,
    headers: ReadonlySet<string>,
  ) {
    const within = (scope?: NumberScope): BothSides => ({
      old: new ListedNumbers(before, scope),
      new: new ListedNumbers(after, scope),
    });
    this.all = within();
    this.#plain = within(scopeOf(unsettled, 'plain', headers));
    this.#near = within(scopeOf(unsettled, 'all', headers));
    this.#headers = headers;
    this.#after = after;
  }

  mayBeShared(number: NamedNumber): boolean {
    const { name, value, declaration } = number;
    const word = wordOf(name);
    const plain = groupsIn(this.#plain, word);
    if (this.#areNamedTwice(plain.old, plain.new)) return true;
    const prefix = possibleFamilies(plain.old).shortestOf(number);
    if (prefix === undefined) return false;
    if (plain.new.inHeader(declaration.header, value).length > 1) return true;
    return this.#rivalsOf(word, plain.new).mayShare(number, prefix);
  }

  #rivalsOf(word: string, group: NumberGroup): UnreadRivals {
    let rivals = this.#rivals.get(word);
    if (rivals === undefined) {
      const late = this.#after.late.filter(({ words }) => words.has(word));
      this.#rivals.set(word, (rivals = new UnreadRivals(group, late)));
    }
    return rivals;
  }

  groupsOf(word: string, numbers: readonly NamedNumber[]): GroupPair | undefined {
    const plain = groupsIn(this.#plain, word);
    if (!this.#areNamedTwice(plain.old, plain.new)) {
      const prefixes = numbers.flatMap((number) => {
        const prefix = possibleFamilies(plain.old).shortestOf(number);
        return prefix === undefined ? [] : [{ prefix, header: number.declaration.header }];
      });
      if (prefixes.length === 0) return undefined;
      if (prefixes.every(({ prefix, header }) => !isUnreadAny(plain, prefix, header))) return plain;
    }
    const near = groupsIn(this.#near, word);
    return this.#areNamedTwice(near.old, near.new) ? groupsIn(this.all, word) : near;
  }

  /** Whether a number of one of the headers may have another meaning in what was left unread. */
  #findNamedTwice(old: NumberGroup, next: NumberGroup): boolean {
    const isTwice = ({ name, declaration }: NamedNumber): boolean =>
      this.#headers.has(declaration.header) && (old.unread.has(name) || next.unread.has(name));
    return old.unread.size + next.unread.size > 0 && (old.members.some(isTwice) || next.members.some(isTwice));
  }
}

function groupsIn(numbers: BothSides, word: string): GroupPair {
  return { old: numbers.old.groupOf(word), new: numbers.new.groupOf(word) };
}

/** Whether something that begins with a prefix was left unread in a header. */
function isUnreadAny({ old, new: next }: GroupPair, prefix: string, header: string): boolean {
  return [old, next].some(({ unread }) => {
    for (const [name, headers] of unread) if (name.startsWith(prefix) && headers.has(header)) return true;
    return false;
  });
}
