/**
 * A comparison with something that is no tree, as a snapshot is, where headers of one side could not be read.
 *
 * Two trees are both read without what one of them cannot read (`withheld-headers.ts`). What a snapshot holds is read already, so
 * what such a header declared is left out of both sides afterwards, and so is what the headers declare that include it: without it they
 * say something else, or nothing. That it is not understood stays told, and decides the verdict.
 */

import type { Abi } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import { isUnder } from '../source/file-tree.ts';
import { includersAmong } from '../source/changes.ts';
import { unreadHeaderCode } from '../source/unread-header.ts';
import { declaredWithin } from './abi-within.ts';
import { isHeaders, type OpenedSource } from './open-source.ts';

/** Both sides, without what one of them may say differently only because it could not be read. */
export function withoutUnread<T extends OpenedSource>(sides: readonly [T, T]): readonly [T, T] {
  const known = new Map<Target, ReadonlySet<string>>();
  const doubtfulFor = (target: Target): ReadonlySet<string> => {
    let doubtful = known.get(target);
    if (doubtful === undefined) known.set(target, (doubtful = doubtfulAmong(sides, target)));
    return doubtful;
  };
  const without = (side: T): T => ({
    ...side,
    abiFor: (target) => {
      const abi = side.abiFor(target);
      const doubtful = doubtfulFor(target);
      return doubtful.size === 0 ? abi : declaredWithin(abi, (header) => !isUnder(header, [...doubtful]));
    },
  });
  return [without(sides[0]), without(sides[1])];
}

/** Names of the headers, and of folders of headers, that one side could not read, and of those that include one. */
function doubtfulAmong(sides: readonly OpenedSource[], target: Target): ReadonlySet<string> {
  const unread = new Set<string>();
  for (const side of sides) {
    if (!side.targets.includes(target)) continue;
    for (const name of unreadIn(side.abiFor(target))) unread.add(name);
    if (isHeaders(side)) for (const name of side.headersFor(target).allUnread?.().keys() ?? []) unread.add(name);
  }
  const doubtful = new Set(unread);
  for (const side of sides) {
    if (unread.size === 0 || !isHeaders(side) || !side.targets.includes(target)) continue;
    const headers = side.headersFor(target);
    for (const name of includersAmong(headers, headers.names, unread)) doubtful.add(name);
  }
  return doubtful;
}

/** What an ABI says of headers that could not be read, by their names: a snapshot has no more than that. */
function unreadIn(abi: Abi): readonly string[] {
  return abi.notUnderstood.flatMap(({ code, location }) => {
    if (code !== unreadHeaderCode || location === undefined) return [];
    const { file } = location;
    return abi.headers.find((name) => file === name || file.endsWith(`/${name}`)) ?? file;
  });
}
