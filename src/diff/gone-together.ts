/**
 * Numbers that went as one: a whole enum, a whole family of constants.
 *
 * A retired driver interface takes thirty constants along. That is one removal, and the reader wants it told once, with the
 * names at hand. Only what went *entirely* is told so: as long as one member of the enum or one name with the prefix is
 * left, each lost name is a loss of its own.
 */

import type { Abi } from '../abi/abi.ts';
import type { DeclarationList } from '../abi/declaration-list.ts';
import { listOf } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import { type Entry, isOfWord, wordOf } from '../abi/portion.ts';
import type { AbiPair, Change, NamedNumber } from './changes.ts';

type Removed = Extract<Change, { kind: 'number-removed' }>;

const minimumEnum = 3;
const minimumFamily = 4;

export function gatherGone(changes: readonly Change[], pair: AbiPair): Change[] {
  const removed = changes.filter(
    (change): change is Removed => change.kind === 'number-removed' && change.heirs.length === 0,
  );
  if (removed.length < minimumEnum) return [...changes];
  const gone = new Map(removed.map((change) => [change.number.name, change]));
  const groups = new Map<string, Removed[]>();
  const groupOf = new Map<string, string>();
  const put = (key: string, change: Removed): void => {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
    groupOf.set(change.number.name, key);
  };
  for (const change of removed) {
    const { number } = change;
    if (number.enum !== undefined && isWholeEnumGone(number.enum, pair.old, gone)) put(number.enum, change);
  }
  // `FOO_MAX`, made of an enumerator of such an enum, goes with it.
  for (const change of removed) {
    if (groupOf.has(change.number.name)) continue;
    const key = wordsOf(change.number).flatMap((word) => groupOf.get(word) ?? [])[0];
    if (key !== undefined && gone.get(change.number.name)?.number.enum === undefined) put(key, change);
  }
  const survivors = new Survivors(pair.new);
  const lostIn = groupBy(removed, ({ number }) => number.declaration.header);
  for (const change of removed) {
    if (groupOf.has(change.number.name)) continue;
    const { header } = change.number.declaration;
    const prefix = goneFamily(change.number, lostIn.get(header) ?? [], survivors);
    if (prefix !== undefined) put(`${header} ${prefix}`, change);
  }
  const result: Change[] = [];
  const told = new Set<string>();
  for (const change of changes) {
    const key = change.kind === 'number-removed' ? groupOf.get(change.number.name) : undefined;
    const group = key === undefined ? undefined : groups.get(key);
    const isEnum = group?.[0]?.number.enum !== undefined;
    if (key === undefined || group === undefined || group.length < (isEnum ? minimumEnum : minimumFamily)) {
      result.push(change);
      continue;
    }
    if (told.has(key)) continue;
    told.add(key);
    const [first] = group;
    if (first !== undefined) {
      const members = group.map(({ number }) => number);
      const name = isEnum ? key : `${commonPrefix(members.map((one) => one.name))}*`;
      result.push({ ...first, family: { name, members } });
    }
  }
  return result;
}

function isWholeEnumGone(key: string, old: Abi, gone: ReadonlyMap<string, unknown>): boolean {
  return old.enums.get(key)?.type.enumerators.every(({ name }) => gone.has(name)) === true;
}

function wordsOf({ declaration }: NamedNumber): readonly string[] {
  return 'text' in declaration ? (declaration.text.match(/[A-Za-z_]\w*/g) ?? []) : [];
}

/** What headers still declare: numbers, requests and macros. */
class Survivors {
  readonly #list: DeclarationList | undefined;
  /** Where there is no list. */
  readonly #byHeader: ReadonlyMap<string, readonly string[]>;
  /** By first word, with which every prefix of a name begins, and header. */
  readonly #named = new Map<string, readonly string[]>();
  readonly #known = new Map<string, boolean>();

  constructor(abi: Abi) {
    this.#list = listOf(abi);
    this.#byHeader = this.#list === undefined ? namesByHeader(abi) : new Map<string, readonly string[]>();
  }

  /** Whether a header declares anything with a prefix; `word` is the first word of that. */
  has(header: string, word: string, prefix: string): boolean {
    const key = `${prefix} ${header}`;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = this.#find(header, word, prefix)));
    return known;
  }

  #find(header: string, word: string, prefix: string): boolean {
    const list = this.#list;
    if (list === undefined) return this.#byHeader.get(header)?.some((name) => name.startsWith(prefix)) === true;
    return this.#namesIn(header, word, list).some((name) => name.startsWith(prefix) && isDeclared(name, header, list));
  }

  #namesIn(header: string, word: string, list: DeclarationList): readonly string[] {
    const key = `${word} ${header}`;
    let names = this.#named.get(key);
    if (names === undefined) {
      const found = new Set<string>();
      for (const portion of list.portionsIn(header)) {
        for (const name of portion.byHeader.get(header) ?? []) if (isOfWord(name, word)) found.add(name);
      }
      this.#named.set(key, (names = [...found]));
    }
    return names;
  }
}

/** Where a name has another meaning elsewhere, only that counts. */
function isDeclared(name: string, header: string, list: DeclarationList): boolean {
  const isHere = ({ kind, declared }: Entry): boolean =>
    (kind === 'constant' || kind === 'text' || kind === 'request' || kind === 'enum') &&
    declared.declaration.header === header;
  return list.entriesOf(name).some(isHere) || list.enumsWith(name).some(isHere);
}

function namesByHeader(abi: Abi): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, string[]>();
  const add = (header: string, name: string): void => {
    const names = result.get(header);
    if (names === undefined) result.set(header, [name]);
    else names.push(name);
  };
  for (const { name, header } of [...abi.constants.values(), ...abi.macros.values(), ...abi.requests.values()]) {
    add(header, name);
  }
  for (const { header, type } of abi.enums.values()) for (const { name } of type.enumerators) add(header, name);
  return result;
}

/** The shortest prefix under which nothing is left in the header and enough was lost. */
function goneFamily(
  { name, declaration: { header } }: NamedNumber,
  lost: readonly Removed[],
  survivors: Survivors,
): string | undefined {
  const word = wordOf(name);
  // `__` alone is no family.
  for (let end = name.indexOf('_', /^_*/.exec(name)?.[0].length) + 1; end > 0; end = name.indexOf('_', end) + 1) {
    const prefix = name.slice(0, end);
    if (survivors.has(header, word, prefix)) continue;
    const size = lost.filter((change) => change.number.name.startsWith(prefix)).length;
    return size >= minimumFamily ? prefix : undefined;
  }
  return undefined;
}

/** What all names begin with, up to an underscore. */
function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let end = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, end))) end--;
  return first.slice(0, first.lastIndexOf('_', end - 1) + 1);
}
