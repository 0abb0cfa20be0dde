/**
 * A comparison as C++ programs see it: the headers that they read differently, in place of what C programs read.
 *
 * Only those are read a second time, and only where they are read at all: they changed, or include something that did.
 */

import type { Abi } from '../abi/abi.ts';
import { cxxOf, type Target } from '../abi/target.ts';
import type { AbiPair } from '../diff/changes.ts';
import type { Suspects } from '../diff/suspects.ts';
import { headersOfCxx } from '../source/cxx-headers.ts';
import type { CxxView } from '../verdict/cxx.ts';
import type { HeaderSource } from './header-source.ts';

interface Sides {
  readonly old: HeaderSource;
  readonly new: HeaderSource;
}

/** `inC`: the same two sides as C programs see them. `declare` adds what the configuration says about records. */
export function openInCxx(sides: Sides, target: Target, inC: AbiPair, declare: (abi: Abi) => Abi): CxxView | undefined {
  const concerned = (source: HeaderSource): readonly string[] =>
    headersOfCxx(source.headersFor(target), source.namesFor(target));
  const headers = new Set([...concerned(sides.old), ...concerned(sides.new)]);
  if (headers.size === 0) return undefined;
  const suspects = new Names();
  const view = (source: HeaderSource, abi: Abi): Abi => {
    const names = source.namesFor(target).filter((name) => headers.has(name));
    const read = declare(source.abiOf(cxxOf(target), names));
    suspects.add(read, headers);
    suspects.add(abi, headers);
    return inPlaceOf(abi, read, headers);
  };
  return { pair: { old: view(sides.old, inC.old), new: view(sides.new, inC.new) }, suspects };
}

const kinds = ['records', 'enums', 'typedefs', 'constants', 'requests', 'macros'] as const;

/** `abi` with what `headers` declare as `read` has it. */
function inPlaceOf(abi: Abi, read: Abi, headers: ReadonlySet<string>): Abi {
  const merged = <T extends { readonly header: string }>(
    own: ReadonlyMap<string, T>,
    other: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, T> =>
    new Map([
      ...[...own].filter(([, { header }]) => !headers.has(header)),
      ...[...other].filter(([, { header }]) => headers.has(header)),
    ]);
  const known = new Set(abi.notUnderstood.map(({ location, message }) => JSON.stringify([location, message])));
  return {
    ...abi,
    target: read.target,
    records: merged(abi.records, read.records),
    enums: merged(abi.enums, read.enums),
    typedefs: merged(abi.typedefs, read.typedefs),
    constants: merged(abi.constants, read.constants),
    requests: merged(abi.requests, read.requests),
    macros: merged(abi.macros, read.macros),
    notUnderstood: read.notUnderstood.flatMap((diagnostic) => {
      const { location, message } = diagnostic;
      const isKnown = known.has(JSON.stringify([location, message]));
      return isKnown ? [] : [{ ...diagnostic, message: `As C++: ${message}` }];
    }),
  };
}

/** Everything that some headers declare. */
class Names implements Suspects {
  readonly records = new Set<string>();
  readonly enums = new Set<string>();
  readonly typedefs = new Set<string>();
  readonly numbers = new Set<string>();

  add(abi: Abi, headers: ReadonlySet<string>): void {
    for (const kind of kinds) {
      const names = kind === 'records' || kind === 'enums' || kind === 'typedefs' ? this[kind] : this.numbers;
      for (const [key, { header }] of abi[kind]) if (headers.has(header)) names.add(key);
    }
    for (const { header, type } of abi.enums.values()) {
      if (headers.has(header)) for (const { name } of type.enumerators) this.numbers.add(name);
    }
  }
}
