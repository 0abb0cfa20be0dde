/**
 * One list under two prefixes: `FS_ENCRYPTION_MODE_AES_256_XTS` is defined as `FSCRYPT_MODE_AES_256_XTS`, and so are others.
 *
 * A header that renames a family keeps the old names as aliases. A number of the old prefix that is dropped and then given
 * to a new name of the new prefix is reused, although the names have next to nothing in common. Two aliases with the same
 * tail make two prefixes one; a single one may be an accident.
 */

import type { Abi, ConstantDeclaration } from '../abi/abi.ts';
import { listOf } from '../abi/declaration-map.ts';
import type { Declared, Portion } from '../abi/portion.ts';
import type { AbiPair, NamedNumber } from './changes.ts';

const enough = 2;

export class TwinFamilies {
  readonly #pair: AbiPair;
  readonly #byHeader = new Map<string, ReadonlyMap<string, number>>();

  constructor(pair: AbiPair) {
    this.#pair = pair;
  }

  /** Whether `gone` and `come` are members of one list that has two prefixes. */
  areOfOne(gone: NamedNumber, come: NamedNumber): boolean {
    const { header } = gone.declaration;
    if (come.declaration.header !== header) return false;
    const counts = this.#countsIn(header);
    if (counts.size === 0) return false;
    for (const [one, start] of cuts(gone.name)) {
      for (const [other, otherStart] of cuts(come.name)) {
        if (start === otherStart && (counts.get(keyOf(one, other, start)) ?? 0) >= enough) return true;
      }
    }
    return false;
  }

  /** How many aliases join two prefixes, in what a header says on either side. */
  #countsIn(header: string): ReadonlyMap<string, number> {
    const known = this.#byHeader.get(header);
    if (known !== undefined) return known;
    const counts = new Map<string, number>();
    const seen = new Set<string>();
    for (const side of [this.#pair.old, this.#pair.new]) {
      for (const { name, prefixes } of aliasesIn(header, side)) {
        if (seen.has(name)) continue;
        seen.add(name);
        counts.set(prefixes, (counts.get(prefixes) ?? 0) + 1);
      }
    }
    this.#byHeader.set(header, counts);
    return counts;
  }
}

/** A constant that is defined as another one with the same tail. */
interface Alias {
  readonly name: string;
  /** What is before the tail in both, as `keyOf` puts it. */
  readonly prefixes: string;
}

function aliasesIn(header: string, abi: Abi): readonly Alias[] {
  const list = listOf(abi);
  if (list === undefined) return aliasesAmong([...abi.constants.values()].filter((one) => one.header === header));
  return list.portionsIn(header).flatMap(aliasesOf);
}

const aliases = new WeakMap<Portion, readonly Alias[]>();

function aliasesOf(portion: Portion): readonly Alias[] {
  let found = aliases.get(portion);
  if (found === undefined) {
    const declared = aliasedIn(portion).flatMap((one) => (one.kind === 'constant' ? [one.declaration] : []));
    aliases.set(portion, (found = aliasesAmong(declared)));
  }
  return found;
}

/** All that may be aliases. Of macros that nobody has read, no others are worked out. */
function aliasedIn(portion: Portion): readonly Declared[] {
  const { late } = portion;
  if (late === undefined) return portion.declared;
  return [...late.names.keys()].flatMap((at) => (late.isAlias(at) ? [late.read(at)] : []));
}

function aliasesAmong(constants: readonly ConstantDeclaration[]): readonly Alias[] {
  return constants.flatMap(({ name, text }) => {
    const other = text?.replace(/[()\s]/g, '') ?? '';
    if (!/^[A-Za-z_]\w*$/.test(other)) return [];
    const tail = commonTail(name, other);
    if (tail === undefined) return [];
    return [{ name, prefixes: keyOf(name.slice(0, -tail.length), other.slice(0, -tail.length), firstWord(tail)) }];
  });
}

function keyOf(one: string, other: string, start: string): string {
  return `${one} ${other} ${start}`;
}

/** What both names end in, from a word on: `MODE_AES_256_XTS`. */
function commonTail(a: string, b: string): string | undefined {
  let shared = 0;
  while (shared < Math.min(a.length, b.length) && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  const tail = a.slice(a.length - shared);
  const start = a.length === shared || b.length === shared ? -1 : tail.indexOf('_');
  // The cut is behind an underscore that both have.
  return start < 0 || start === tail.length - 1 ? undefined : tail.slice(start + 1);
}

function firstWord(tail: string): string {
  return tail.split('_', 1)[0] ?? tail;
}

/** Every way of cutting a name into a prefix and a tail, with the first word of the tail. */
function* cuts(name: string): Generator<readonly [string, string]> {
  for (let end = name.indexOf('_') + 1; end > 0; end = name.indexOf('_', end) + 1) {
    if (end < name.length) yield [name.slice(0, end), firstWord(name.slice(end))];
  }
}
