/**
 * What tells two layers apart.
 *
 * `linux/types.h` writes three hundred names, and for two targets or two trees all but a few of them are the same. Whoever
 * knows that some text means something below the one layer need only ask again for those few to know whether it means the
 * same below the other.
 */

import { JoinedLayer, Layer } from './environment.ts';

/** The names for which two layers give different answers. */
export interface LayerDifference {
  readonly macros: readonly string[];
  readonly ordinary: readonly string[];
  readonly tags: readonly string[];
  readonly count: number;
}

const same: LayerDifference = { macros: [], ordinary: [], tags: [], count: 0 };
let differences = new WeakMap<Layer, WeakMap<Layer, LayerDifference>>();
const nothing = new Layer();

/**
 * What tells `a` from `b`, or all that it writes; worked out once. `undefined` where that is likely more than `limit` names
 * and not worth finding out: the two do not come from the same file.
 */
export function differenceOf(a: Layer, b: Layer = nothing, limit = Infinity): LayerDifference | undefined {
  if (a === b) return same;
  let ofA = differences.get(a);
  const known = ofA?.get(b);
  if (known !== undefined) return known;
  if (!areAligned(a, b) && a.size + b.size > 2 * limit) return undefined;
  if (ofA === undefined) differences.set(a, (ofA = new WeakMap<Layer, LayerDifference>()));
  const difference = compare(a, b);
  ofA.set(b, difference);
  return difference;
}

/** Frees what was remembered: hardly anything of it is asked for again once another target is read. */
export function forgetDifferences(): void {
  differences = new WeakMap<Layer, WeakMap<Layer, LayerDifference>>();
}

/** Whether both are made of the pieces of one file and of what it includes, one by one. */
function areAligned(a: Layer, b: Layer): boolean {
  return a instanceof JoinedLayer && b instanceof JoinedLayer && a.parts.length === b.parts.length;
}

function compare(a: Layer, b: Layer): LayerDifference {
  const [macros, ordinary, tags] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const some of candidatesOf(a, b)) {
    for (const name of some.macros) if (a.macros.get(name) !== b.macros.get(name)) macros.add(name);
    for (const name of some.ordinary) if (a.ordinary.get(name) !== b.ordinary.get(name)) ordinary.add(name);
    for (const name of some.tags) if (a.tags.get(name) !== b.tags.get(name)) tags.add(name);
  }
  const count = macros.size + ordinary.size + tags.size;
  return count === 0 ? same : { macros: [...macros], ordinary: [...ordinary], tags: [...tags], count };
}

interface Names {
  readonly macros: Iterable<string>;
  readonly ordinary: Iterable<string>;
  readonly tags: Iterable<string>;
}

/** Names outside of which both certainly say the same. */
function candidatesOf(a: Layer, b: Layer): readonly Names[] {
  if (a instanceof JoinedLayer && b instanceof JoinedLayer && areAligned(a, b)) {
    // The same file twice: its pieces and includes stand side by side, and each name is decided by the last that has it.
    return a.parts.flatMap((part, place) => {
      const other = b.parts[place];
      return other === undefined ? [] : (differenceOf(part, other) ?? []);
    });
  }
  return [namesIn(a), namesIn(b)];
}

function namesIn({ macros, ordinary, tags }: Layer): Names {
  return { macros: macros.keys(), ordinary: ordinary.keys(), tags: tags.keys() };
}
