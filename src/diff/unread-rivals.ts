/**
 * Macros that nobody has read and that may have the number of another: whoever asks whether a new number is shared need read no
 * macro that surely has another one.
 *
 * A release brings a hundred numbers to a header of a thousand. So those that a number may meet are listed once for each prefix, with
 * what is known of their values.
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

  /** Those that `group` left unread, in the macros of its word that are read late. */
  constructor(group: NumberGroup, late: readonly LateMacros[]) {
    this.#group = group;
    this.#late = late;
  }

  /** Whether another macro of its header, whose name begins with `prefix`, may be worth what a number is. */
  mayShare({ name, value, declaration }: NamedNumber, prefix: string): boolean {
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
