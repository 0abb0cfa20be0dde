/**
 * A comparison with a snapshot, limited to some headers: those that were asked for with `--header` or as paths, or those that the
 * snapshot is about.
 *
 * A snapshot cannot be read less of, so declarations of other headers are left out of both sides: a header that one side
 * has only because another includes it says too little there.
 */

import type { Abi } from '../abi/abi.ts';
import type { Snapshot } from '../abi/snapshot-read.ts';
import type { Target } from '../abi/target.ts';
import { type SourceLocation, UserError } from '../diagnostic.ts';
import { declarationKinds } from '../diff/suspect-names.ts';
import { declaredWithin } from './abi-within.ts';
import { isHeaders, type OpenedSource } from './open-source.ts';
import { type Bases, isWithin, limitsAmong, limitsFor } from './path-limits.ts';

export interface HeaderLimits {
  /** Names of headers; all, where there are none. */
  readonly headers: readonly string[];
  /** As they were written. */
  readonly paths: readonly string[];
  readonly bases: Bases;
}

/** Both sides, with nothing but what the limits and the snapshots among them are about. */
export function limitToHeaders<T extends OpenedSource>(sides: readonly [T, T], limits: HeaderLimits): readonly [T, T] {
  for (const side of sides) if (limits.headers.length > 0 && isSnapshot(side)) checkThatHas(side, limits.headers);
  const names = [limits.headers, ...sides.map((side) => (isSnapshot(side) ? (side.only ?? []) : []))].filter(
    (some) => some.length > 0,
  );
  if (names.length === 0 && limits.paths.length === 0) return sides;
  const paths = pathsIn(sides, limits);
  const isAsked = (header: string, path = header): boolean =>
    names.every((some) => some.includes(header)) && isWithin([path, header], paths);
  const [old, next] = sides;
  return [limited(old, isAsked), limited(next, isAsked)];
}

/** What paths mean: places that a snapshot tells of, or headers of the other side. */
function pathsIn(sides: readonly OpenedSource[], { paths, bases }: HeaderLimits): readonly string[] {
  if (paths.length === 0) return [];
  const places = sides.filter((side) => !isHeaders(side)).flatMap(placesToldBy);
  return paths.flatMap((path) => limitsAmong(path, places) ?? limitsFor([path], bases, sides.filter(isHeaders)));
}

/** Paths and names of all headers that a side says it has. */
function placesToldBy(side: OpenedSource): readonly string[] {
  const places = new Set<string>();
  for (const target of side.targets) {
    const abi = side.abiFor(target);
    for (const header of abi.headers) places.add(header);
    for (const kind of declarationKinds) {
      for (const { location } of abi[kind].values()) if (location !== undefined) places.add(location.file);
    }
  }
  return [...places];
}

type IsAsked = (header: string, path?: string) => boolean;

function limited<T extends OpenedSource>(source: T, isAsked: IsAsked): T {
  return { ...source, abiFor: (target) => within(readFor(source, target, isAsked), isAsked) };
}

/** Of headers, no others need be read. */
function readFor(source: OpenedSource, target: Target, isAsked: IsAsked): Abi {
  if (!isHeaders(source)) return source.abiFor(target);
  const headers = source.headersFor(target);
  const names = source
    .namesFor(target)
    .filter((name) => isAsked(name, headers.resolve(name, 'angle', undefined)?.path));
  return source.abiOf(target, names, source.optionsFor(target));
}

function within(abi: Abi, isAsked: IsAsked): Abi {
  return {
    ...declaredWithin(abi, isAsked),
    notUnderstood: abi.notUnderstood.filter(
      ({ location }) => location === undefined || isOfAsked(location, abi, isAsked),
    ),
  };
}

/** A diagnostic has the path of a file, not the name that includes it. */
function isOfAsked({ file }: SourceLocation, abi: Abi, isAsked: IsAsked): boolean {
  const header = abi.headers.find((name) => file === name || file.endsWith(`/${name}`)) ?? file;
  return isAsked(header, file);
}

/** @throws {UserError} if a snapshot does not know a header that was asked for. */
function checkThatHas(snapshot: Snapshot, headers: readonly string[]): void {
  const known = new Set(snapshot.only ?? snapshot.targets.flatMap((target) => snapshot.abiFor(target).headers));
  for (const name of headers) if (!known.has(name)) throw new UserError(`${snapshot.label} has no header "${name}".`);
}

function isSnapshot(source: OpenedSource): source is OpenedSource & Snapshot {
  return 'only' in source;
}
