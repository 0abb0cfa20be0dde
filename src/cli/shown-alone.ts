/**
 * Whether a header shows by itself what its text declares.
 *
 * What it says below another header may be something else, where conditions and macros make a difference. But each name means what it
 * means in the header by itself, and only a name that this does not show is taken from who includes it (`readAbi`).
 */

import type { Abi } from '../abi/abi.ts';
import { listOf } from '../abi/declaration-map.ts';
import { onceFor } from '../abi/once.ts';
import type { Portion } from '../abi/portion.ts';
import type { DeclaredSpaces } from '../c/unsettled/declared-spaces.ts';

/** Whether `header` was read by itself, and all these names are in what it says. */
export function isShownAlone(abi: Abi, header: string, { macros, tags, others }: DeclaredSpaces): boolean {
  const portions = listOf(abi)?.portions ?? [];
  const shown = portions.flatMap(({ portion, isOwn }) => (isOwn && portion.file === header ? shownBy(portion) : []));
  const areIn = (names: ReadonlySet<string>, space: keyof Shown): boolean =>
    [...names].every((name) => shown.some((one) => one[space](name)));
  return shown.length > 0 && areIn(macros, 'hasMacro') && areIn(tags, 'hasTag') && areIn(others, 'hasOther');
}

interface Shown {
  readonly hasMacro: (name: string) => boolean;
  readonly hasTag: (name: string) => boolean;
  readonly hasOther: (name: string) => boolean;
}

const shownBy = onceFor(findShown);

function findShown(portion: Portion): Shown {
  const { late } = portion;
  const [macros, tags, others] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { kind, declaration } of late === undefined ? portion.declared : []) {
    const { name } = declaration;
    if (kind === 'record') tags.add(name.replace(/^\w+ /, ''));
    else if (kind === 'typedef') others.add(name);
    else if (kind !== 'enum') macros.add(name);
    else {
      tags.add(name);
      for (const one of declaration.type.enumerators) others.add(one.name);
    }
  }
  return {
    hasMacro: (name) => (late === undefined ? macros.has(name) : late.indexOf(name) >= 0),
    hasTag: (name) => tags.has(name),
    hasOther: (name) => others.has(name),
  };
}
