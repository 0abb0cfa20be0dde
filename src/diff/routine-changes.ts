/**
 * Numbers that change because others did: nobody's promise was broken there, and what was is told elsewhere.
 *
 * `FOO_MAX` moves whenever its list grows; a mask of all known flags gains the bit of a new flag; a reserve loses it; a
 * version counts. Names only suggest which of these a number may be. What it did has to agree: the end of a list still
 * stands at its end, the bits a mask gained have names, a count grew by as many as its list did.
 */

import type { AbiPair, NamedNumber, Routine } from './changes.ts';
import { EnumList } from './enum-list.ts';
import { firstWord, isMaskName, isMemberName, isSentinel, isVersion } from './families.ts';
import type { NumberPair, Numbers } from './number-pair.ts';

const countName = /(?:^|_)(?:SIZE|CNT|NR|NUM|MAX|LAST|COUNT)(?:$|_)|^N[A-Z]|(?:MAX|NUM|COUNT|LAST|SIZE)$/;
const reserveName = /(?:^|_)(?:RESERVED|RSVD|UNUSED|UNKNOWN)(?:$|_)/;

/** Judges changed numbers against all others of both sides. */
export class RoutineChanges {
  readonly #old: Numbers;
  readonly #next: Numbers;
  readonly #came: readonly NamedNumber[];
  readonly #pair: AbiPair;
  readonly #addedByHeader: ReadonlyMap<string, readonly NamedNumber[]>;
  /** By the keys of the enums: of a list that moved, each name is asked about. */
  readonly #lists = { old: new Map<string, EnumList>(), new: new Map<string, EnumList>() };

  /** `newInHeader`: what the headers of the new side did not declare before. */
  constructor(
    pair: AbiPair,
    { old, new: next, came }: NumberPair,
    newInHeader: ReadonlyMap<string, readonly NamedNumber[]>,
  ) {
    this.#pair = pair;
    this.#old = old;
    this.#next = next;
    this.#came = came;
    this.#addedByHeader = newInHeader;
  }

  of(was: NamedNumber, is: NamedNumber): Routine | undefined {
    // In the middle of a list a number is the meaning of its name, whatever that sounds like.
    if (this.#isInside(was, 'old') && this.#isInside(is, 'new')) return undefined;
    if (this.#isVersion(was, is)) return 'version';
    if (this.#isEnd(was, is) || this.#countsItsList(was, is)) return 'end';
    return this.#maskChange(was, is);
  }

  /** Versions rise; a part of one may fall when a part before it rises (6.1.192 to 6.12.117). */
  #isVersion(was: NamedNumber, is: NamedNumber): boolean {
    if (!isVersion(was)) return false;
    if (is.value > was.value) return true;
    const { header } = is.declaration;
    for (const other of this.#came) {
      if (other.declaration.header !== header || !isVersion(other)) continue;
      const before = this.#old.get(other.name);
      if (before !== undefined && before.value < other.value) return true;
    }
    return false;
  }

  #isEnd(was: NamedNumber, is: NamedNumber): boolean {
    if (was.enum === undefined || is.enum === undefined) {
      if (this.#marksAStart(was, is)) return true;
      if (!isSentinel(was)) return false;
      if (this.#marksAnEnd(is)) return true;
      if (is.value <= was.value) return false;
      // A maximum or an end may be raised by itself. What else a constant counts has to show: `REG_TIMER_CNT` is a counter's address.
      const mayBeRaised = /(?:^|_)(?:MAX|END|LAST)(?:$|_)|MAX$|_MAXLEN$|^__NR_syscalls$/.test(was.name);
      return mayBeRaised || this.#hasNewSibling(is) || this.#movesWithAnEnd(was, is);
    }
    // A name with two underscores belongs to the header itself (C17 7.1.3 and its habit `RXRPC__SUPPORTED`); programs use the FOO_MAX made of it.
    const isPrivate = was.name.includes('__');
    const [oldEnum, newEnum] = [this.#enumOf(was, 'old'), this.#enumOf(is, 'new')];
    const isNamedSo = oldEnum.isSentinel(was.name) || was.name.endsWith('_SIZE');
    if (!isNamedSo && !isPrivate) return false;
    const [before, after] = [oldEnum.endsWith(was), newEnum.endsWith(is)];
    if (isPrivate && before && after) return true;
    if (!isNamedSo) return false;
    return (before || oldEnum.isCountedBy(was)) && (after || newEnum.isCountedBy(is));
  }

  /** `#define FOO_MAX (__FOO_MAX - 1)` is the last of the enum with `__FOO_MAX`, or how many there are, whatever it was before. */
  #marksAnEnd(number: NamedNumber): boolean {
    if (!isSentinel(number)) return false;
    const { value } = number;
    const end = wordsIn(number)
      .map((word) => this.#next.get(word))
      .find((one) => one?.enum !== undefined);
    if (end === undefined) return false;
    const last = this.#enumOf(end, 'new').highest();
    return value === last || value === last + 1n;
  }

  /** `#define FF_EFFECT_MIN FF_HAPTIC`, where `FF_HAPTIC` came below all others. */
  #marksAStart(was: NamedNumber, is: NamedNumber): boolean {
    if (!is.name.endsWith('_MIN') || is.value >= was.value) return false;
    const words = new Set(wordsIn(is));
    const added = this.#addedByHeader.get(is.declaration.header) ?? [];
    return added.some(({ name, value }) => value === is.value && words.has(name));
  }

  #isInside(number: NamedNumber, side: 'old' | 'new'): boolean {
    return number.enum !== undefined && this.#enumOf(number, side).isInside(number);
  }

  #enumOf({ enum: key = '' }: NamedNumber, side: 'old' | 'new'): EnumList {
    const lists = this.#lists[side];
    let list = lists.get(key);
    if (list === undefined) {
      list = new EnumList(key, this.#pair[side], side === 'old' ? this.#old : this.#next);
      lists.set(key, list);
    }
    return list;
  }

  #hasNewSibling({ name, declaration }: NamedNumber): boolean {
    const added = this.#addedByHeader.get(declaration.header) ?? [];
    return added.some((other) => firstWord(other.name) === firstWord(name) && isMemberName(other.name));
  }

  /** `#define KEY_CNT (KEY_MAX + 1)`, where `KEY_MAX` was raised by as much. */
  #movesWithAnEnd(was: NamedNumber, is: NamedNumber): boolean {
    const [word, ...others] = wordsIn(is).filter((one) => this.#next.get(one) !== undefined);
    const [before, after] = [this.#old.get(word ?? ''), this.#next.get(word ?? '')];
    if (before === undefined || after === undefined || others.length > 0 || after.name === is.name) return false;
    return after.value - before.value === is.value - was.value && this.#isEnd(before, after);
  }

  /** `NSIGSEGV` is the number of the last `SEGV_…`; `AT_VECTOR_SIZE_ARCH` says how many `AT_…` there are. */
  #countsItsList(was: NamedNumber, is: NamedNumber): boolean {
    // What enumerators count stands in their enum.
    if (is.value <= was.value || is.enum !== undefined || !countName.test(was.name)) return false;
    const added = this.#addedByHeader.get(is.declaration.header) ?? [];
    const first = firstWord(was.name);
    const siblings = added.filter(({ name }) => firstWord(name) === first);
    if (siblings.length > 0 && is.value - was.value === BigInt(siblings.length)) return true;
    return added.some(({ name, value }) => value === is.value && was.name.endsWith(firstWord(name)));
  }

  #maskChange(was: NamedNumber, is: NamedNumber): Routine | undefined {
    const [gained, lost] = [is.value & ~was.value, was.value & ~is.value];
    if (reserveName.test(was.name)) return gained === 0n && this.#areNamed(lost, is) ? 'reserve' : undefined;
    const isList = isOfNames(was, this.#old) && isOfNames(is, this.#next);
    if (!isList && !isMaskName(was.name)) return undefined;
    if (lost === 0n && (isList || this.#areNamed(gained, is) || this.#followsAMask(was, is))) return 'mask-grew';
    return gained === 0n && isList ? 'mask-shrank' : undefined;
  }

  /** `#define SECURE_ALL_LOCKS (SECURE_ALL_BITS << 1)` on both sides, where `SECURE_ALL_BITS` is a list and gained bits. */
  #followsAMask(was: NamedNumber, is: NamedNumber): boolean {
    if (textOf(was) !== textOf(is)) return false;
    const [word, ...others] = wordsIn(is).filter((one) => this.#next.get(one) !== undefined);
    const [before, after] = [this.#old.get(word ?? ''), this.#next.get(word ?? '')];
    if (before === undefined || after === undefined || others.length > 0) return false;
    const isList = isOfNames(before, this.#old) && isOfNames(after, this.#next);
    return isList && (before.value & ~after.value) === 0n;
  }

  /** Whether names that are new in the same header and share its first word stand for all of these bits. */
  #areNamed(bits: bigint, mask: NamedNumber): boolean {
    let left = bits;
    const first = firstWord(mask.name);
    for (const { name, value } of this.#addedByHeader.get(mask.declaration.header) ?? []) {
      if (value > 0n && firstWord(name) === first) left &= ~value;
    }
    return left === 0n;
  }
}

/** Whether a constant is written as `A | B`, with names of numbers for its parts. */
function isOfNames(number: NamedNumber, all: Numbers): boolean {
  if (!textOf(number).includes('|')) return false;
  return wordsIn(number).some((word) => all.get(word) !== undefined);
}

/** The names in what a constant is written as. */
function wordsIn(number: NamedNumber): readonly string[] {
  return textOf(number).match(/[A-Za-z_]\w*/g) ?? [];
}

/** What a constant is written as; nothing for an enumerator. */
function textOf({ declaration }: NamedNumber): string {
  return 'text' in declaration ? declaration.text : '';
}
