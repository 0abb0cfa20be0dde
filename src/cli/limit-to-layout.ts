/**
 * A comparison of a layout file with headers, or with a snapshot of them.
 *
 * The file is about a record or a few and what belongs to them; headers are about everything. So of the other side counts what the
 * file speaks of: nothing else is new there, or gone from there. Names that the file knows from elsewhere than headers count on
 * neither side.
 */

import type { Abi, ConstantDeclaration } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import { declaredWithin } from './abi-within.ts';
import { isHeaders, isLayout, type OpenedSource } from './open-source.ts';

/** Both sides, with nothing but what the one that is a layout file speaks of. `isWhole`: whether they are read as they are. */
export function limitToLayout<T extends OpenedSource>(sides: readonly [T, T], isWhole: boolean): readonly [T, T] {
  const [old, next] = sides;
  if (isLayout(old) === isLayout(next)) return sides;
  const [layout, other] = isLayout(old) ? [old, next] : [next, old];
  const abiOf = (side: T, target: Target): Abi => {
    const spoken = ofHeaders(ofFile(layout.abiFor(target), other));
    const own = side === layout ? spoken : onlyNames(readFor(side, target, spoken, isWhole), spoken);
    // A file that was named is what the layout is about, whatever it is called and wherever it lies.
    return isHeaders(other) && other.isOneFile ? asOne(own, [...spoken.headers, ...other.namesFor(target)]) : own;
  };
  const limited = (side: T): T => {
    const known = new Map<Target, Abi>();
    return {
      ...side,
      abiFor: (target) => {
        const abi = known.get(target) ?? abiOf(side, target);
        known.set(target, abi);
        return abi;
      },
    };
  };
  return [limited(old), limited(next)];
}

/** Of a header that was named by its path, what the layout says of others is not asked. */
function ofFile(abi: Abi, other: OpenedSource): Abi {
  if (!isHeaders(other) || !other.isOneFile) return abi;
  const isNamed = (header: string): boolean => `/${other.label.replace(':', '/')}`.endsWith(`/${header}`);
  return abi.headers.some(isNamed) ? declaredWithin(abi, isNamed) : abi;
}

/** An ABI whose headers count as one: nothing moves from one of them to another. */
function asOne(abi: Abi, headers: readonly string[]): Abi {
  const all = new Set([...abi.headers, ...headers]);
  return { ...abi, headers: [...all], includes: new Map([...all].map((name) => [name, all])) };
}

/** A layout without what no header declares. */
function ofHeaders(abi: Abi): Abi {
  return { ...abi, constants: new Map([...abi.constants].filter(([, { family }]) => family?.isUndeclared !== true)) };
}

/** Where the rest does not count, less need be read. */
function readFor(side: OpenedSource, target: Target, spoken: Abi, isWhole: boolean): Abi {
  if (!isWhole || side.abiMentioning === undefined) return side.abiFor(target);
  const names = namesIn(spoken);
  return side.abiMentioning(
    target,
    [...names].map((name) => name.replace(/^.* /, '')),
    names,
  );
}

function onlyNames(abi: Abi, spoken: Abi): Abi {
  const names = namesIn(spoken);
  const among = <D>(map: ReadonlyMap<string, D>): ReadonlyMap<string, D> =>
    new Map([...names].flatMap((name) => (map.has(name) ? [[name, map.get(name) as D] as const] : [])));
  const headers = new Set(spoken.headers);
  return {
    ...abi,
    headers: abi.headers.filter((name) => headers.has(name)),
    records: among(abi.records),
    enums: among(abi.enums),
    typedefs: among(abi.typedefs),
    constants: new Map([...enumeratorsAmong(abi, names), ...among(abi.constants)]),
    requests: among(abi.requests),
    macros: among(abi.macros),
    notUnderstood: abi.notUnderstood.filter(
      ({ location }) => location === undefined || spoken.headers.some((name) => location.file.endsWith(name)),
    ),
  };
}

/** Enumerators of these names, as the constants that they are to a layout file: it does not say what enum they belong to. */
function enumeratorsAmong(abi: Abi, names: ReadonlySet<string>): ReadonlyMap<string, ConstantDeclaration> {
  const constants = new Map<string, ConstantDeclaration>();
  for (const [key, { type, header, location: place }] of abi.enums) {
    if (names.has(key)) continue;
    for (const { name, value, location = place } of type.enumerators) {
      if (names.has(name))
        constants.set(name, { name, header, value, ...(location === undefined ? {} : { location }) });
    }
  }
  return constants;
}

/** Everything that an ABI has a name for, records with their `struct`. */
function namesIn(abi: Abi): ReadonlySet<string> {
  const maps = [abi.records, abi.enums, abi.typedefs, abi.constants, abi.requests, abi.macros];
  const names = new Set(maps.flatMap((map) => [...map.keys()]));
  for (const { type } of abi.enums.values()) for (const { name } of type.enumerators) names.add(name);
  return names;
}
