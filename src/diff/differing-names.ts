/**
 * Which names two lists of portions do not declare alike: what one header says on two sides.
 *
 * Mostly a few lines came or went, and what stands above and below them is as before. So the declarations at both ends are passed
 * over as long as they are alike, in their order; a name that is declared there only means what it did, however often it is.
 * What is between is held against each other by name.
 */

import { type Declared, type DeclaredKind, type Portion, wordOf } from '../abi/portion.ts';
import { type EnumType, unalias } from '../abi/types.ts';
import { areAlike, areTypesAlike } from './alike.ts';

/** Among which names that of a declaration is. Macros, whatever they are worth, and enumerators are `numbers`. */
export type NameSpace = 'records' | 'enums' | 'typedefs' | 'numbers';

export type NamesByKind = Readonly<Record<NameSpace, Iterable<string>>> & {
  /** The first words of the numbers. */
  readonly words: Iterable<string>;
  /** Whether all requests carry, and all constants are made of, what they were, so that their sizes differ with those of types only. */
  readonly areSpelledAlike: boolean;
};

export function namesThatDiffer(old: readonly Portion[], next: readonly Portion[]): NamesByKind {
  const [left, right] = withoutCommonEnds(declaredIn(old), declaredIn(next));
  const [before, after] = [new Sayings(left), new Sayings(right)];
  const names: Record<NameSpace, string[]> = { records: [], enums: [], typedefs: [], numbers: [] };
  for (const kind of kinds) addDiffering(before.of(kind), after.of(kind), isAlike, names[spaceOfKind(kind)]);
  addDiffering(before.enumerators, after.enumerators, isEnumeratedAlike, names.numbers);
  return { ...names, words: new Set(names.numbers.map(wordOf)), areSpelledAlike: areSpelledAlike(before, after) };
}

function declaredIn(portions: readonly Portion[]): readonly Declared[] {
  const [first] = portions;
  return portions.length === 1 && first !== undefined ? first.declared : portions.flatMap(({ declared }) => declared);
}

function withoutCommonEnds(
  old: readonly Declared[],
  next: readonly Declared[],
): readonly [readonly Declared[], readonly Declared[]] {
  let start = 0;
  while (areOne(old[start], next[start])) start++;
  let [oldEnd, nextEnd] = [old.length, next.length];
  while (Math.min(oldEnd, nextEnd) > start && areOne(old[oldEnd - 1], next[nextEnd - 1])) {
    oldEnd--;
    nextEnd--;
  }
  return [old.slice(start, oldEnd), next.slice(start, nextEnd)];
}

/** Whether two declarations say the same of one name, down to the enumerators. */
export function areOne(was: Declared | undefined, is: Declared | undefined): boolean {
  if (was === undefined || is === undefined) return false;
  if (was === is) return true;
  if (was.kind !== is.kind || was.declaration.name !== is.declaration.name || !isAlike(was, is)) return false;
  if (spellingOf(was) !== spellingOf(is)) return false;
  return was.kind !== 'enum' || is.kind !== 'enum' || areEnumeratedAlike(was.declaration.type, is.declaration.type);
}

function areEnumeratedAlike({ enumerators: old }: EnumType, { enumerators: next }: EnumType): boolean {
  if (old === next) return true;
  return (
    old.length === next.length &&
    old.every(({ name, value }, index) => next[index]?.name === name && next[index].value === value)
  );
}

interface Enumerated {
  readonly declared: Declared;
  readonly value: bigint;
}

/** What is said of a name, by the name; `undefined` where more than one thing is. */
type Said<T> = Map<string, T | undefined>;

/** What portions say, each kind by itself. */
class Sayings {
  readonly #declared = new Map<DeclaredKind, Said<Declared>>();
  readonly enumerators: Said<Enumerated> = new Map<string, Enumerated | undefined>();

  constructor(list: readonly Declared[]) {
    for (const declared of list) {
      const { kind, declaration } = declared;
      put(this.of(kind), declaration.name, declared);
      if (kind !== 'enum') continue;
      for (const { name, value } of declaration.type.enumerators) put(this.enumerators, name, { declared, value });
    }
  }

  of(kind: DeclaredKind): Said<Declared> {
    let said = this.#declared.get(kind);
    if (said === undefined) this.#declared.set(kind, (said = new Map<string, Declared | undefined>()));
    return said;
  }
}

function put<T>(said: Said<T>, name: string, what: T): void {
  said.set(name, said.has(name) ? undefined : what);
}

const kinds: readonly DeclaredKind[] = ['record', 'enum', 'typedef', 'constant', 'request', 'text'];

/** Of what has a name on both sides, as a number. */
function areSpelledAlike(before: Sayings, after: Sayings): boolean {
  const [constants, requests] = [before.of('constant'), before.of('request')];
  for (const kind of ['constant', 'request'] as const) {
    for (const [name, is] of after.of(kind)) {
      if (!constants.has(name) && !requests.has(name)) continue;
      const was = constants.get(name) ?? requests.get(name);
      if (was === undefined || is === undefined || spellingOf(was) !== spellingOf(is)) return false;
    }
  }
  return true;
}

/** Where a type may stand whose size counts. */
function spellingOf({ kind, declaration }: Declared): string | undefined {
  if (kind === 'request') return declaration.argument ?? '';
  return kind === 'constant' ? declaration.text : undefined;
}

function addDiffering<T>(before: Said<T>, after: Said<T>, isSame: (was: T, is: T) => boolean, names: string[]): void {
  for (const [name, was] of before) {
    const is = after.get(name);
    // Several meanings of one name depend on each other.
    if (was === undefined || is === undefined || !isSame(was, is)) names.push(name);
  }
  for (const name of after.keys()) if (!before.has(name)) names.push(name);
}

function isEnumeratedAlike(was: Enumerated, is: Enumerated): boolean {
  return was.value === is.value && was.declared.declaration.header === is.declared.declaration.header;
}

/** Whether both declare the same in the same header, on every target; of enums the enumerators are looked at by themselves. */
function isAlike(a: Declared, b: Declared): boolean {
  if (a === b) return true;
  if (a.declaration.header !== b.declaration.header) return false;
  switch (a.kind) {
    case 'record':
      return b.kind === a.kind && areAlike(a.declaration.record, b.declaration.record);
    case 'enum':
      return b.kind === a.kind;
    case 'typedef': {
      if (b.kind !== a.kind) return false;
      const [was, is] = [a.declaration.type, b.declaration.type];
      // A typedef of a record changes when the record does.
      return areTypesAlike(was, is) || (unalias(was).kind === 'record' && unalias(is).kind === 'record');
    }
    case 'constant':
      return b.kind === a.kind && a.declaration.value === b.declaration.value;
    case 'request':
      return b.kind === a.kind && a.declaration.number === b.declaration.number;
    case 'text':
      return (
        b.kind === a.kind &&
        a.declaration.body === b.declaration.body &&
        a.declaration.parameters?.join() === b.declaration.parameters?.join()
      );
    default:
      return a satisfies never;
  }
}

function spaceOfKind(kind: DeclaredKind): NameSpace {
  switch (kind) {
    case 'record':
      return 'records';
    case 'enum':
      return 'enums';
    case 'typedef':
      return 'typedefs';
    case 'constant':
    case 'request':
    case 'text':
      return 'numbers';
    default:
      return kind satisfies never;
  }
}
