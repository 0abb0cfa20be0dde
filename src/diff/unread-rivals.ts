/**
 * Macros that nobody has read and that may have the number of another: whoever asks whether a new number is shared need read no
 * macro that surely has another one.
 *
 * A release brings a hundred numbers to a header of a thousand, for twenty targets. So those that a number may meet are listed once for
 * each prefix, and what was answered for one target holds for all that left the same macros unread.
 */

import type { KnownBits, LateMacros } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import type { NumberGroup } from './number-group.ts';

/** A macro that may be a number, and what is known of that. */
interface Rival extends KnownBits {
  readonly name: string;
}

export class UnreadRivals {
  readonly #group: NumberGroup;
  readonly #late: readonly LateMacros[];
  /** By prefix and header. */
  readonly #rivals = new Map<string, readonly Rival[]>();
  /** By prefix. */
  readonly #answers = new Map<string, Map<NamedNumber, boolean>>();

  constructor(group: NumberGroup, late: readonly LateMacros[]) {
    this.#group = group;
    this.#late = late;
  }

  /** Whether another macro of its header, whose name begins with `prefix`, may be worth what a number is. */
  mayShare(number: NamedNumber, prefix: string): boolean {
    let answers = this.#answers.get(prefix);
    if (answers === undefined) this.#answers.set(prefix, (answers = new Map<NamedNumber, boolean>()));
    let answer = answers.get(number);
    if (answer === undefined) answers.set(number, (answer = this.#find(number, prefix)));
    return answer;
  }

  #find({ name, value, declaration }: NamedNumber, prefix: string): boolean {
    const bits = Number(BigInt.asIntN(32, value));
    return this.#rivalsIn(prefix, declaration.header).some(
      (rival) => ((bits ^ rival.value) & rival.known) === 0 && rival.name !== name,
    );
  }

  #rivalsIn(prefix: string, header: string): readonly Rival[] {
    const key = `${prefix} ${header}`;
    let rivals = this.#rivals.get(key);
    if (rivals === undefined) this.#rivals.set(key, (rivals = this.#listRivals(prefix, header)));
    return rivals;
  }

  #listRivals(prefix: string, header: string): readonly Rival[] {
    const { unread } = this.#group;
    const rivals: Rival[] = [];
    for (const macros of this.#late) {
      macros.names.forEach((name, at) => {
        if (!name.startsWith(prefix) || unread.get(name)?.has(header) !== true) return;
        const bits = macros.lastBitsOf(at);
        if (bits !== undefined) rivals.push({ name, ...bits });
      });
    }
    return rivals;
  }
}

/** Targets fall into few classes; those of one that is long gone are not worth keeping. */
const classesPerGroup = 6;

const known = new WeakMap<NumberGroup, { readonly late: readonly LateMacros[]; readonly rivals: UnreadRivals }[]>();

/** Those that a group left unread, in the macros of its word that are read late. */
export function unreadRivals(group: NumberGroup, late: readonly LateMacros[]): UnreadRivals {
  let classes = known.get(group);
  if (classes === undefined) known.set(group, (classes = []));
  const same = classes.find(
    (one) => one.late.length === late.length && one.late.every((macros, index) => macros === late[index]),
  );
  if (same !== undefined) return same.rivals;
  const rivals = new UnreadRivals(group, late);
  classes.unshift({ late, rivals });
  if (classes.length > classesPerGroup) classes.pop();
  return rivals;
}
