/** The size and the alignment of types, as often as they are asked for. */

import { extentOf, layoutRulesOf } from '../../abi/layout-engine.ts';
import { LayoutError, type TypeExtent } from '../../abi/layout.ts';
import type { Target } from '../../abi/target.ts';
import type { Type } from '../../abi/types.ts';
import type { Measure } from '../environment.ts';

const measures: Measure[] = [];

/** What scopes ask about the sizes of types on a target: one function for all targets that lay types out alike. */
export function measureOn(target: Target): Measure {
  return (measures[layoutRulesOf(target)] ??= rememberingMeasure(target));
}

function rememberingMeasure(target: Target): Measure {
  // The sizes of a few types are asked for again and again, and an error is dear to make.
  const known = new WeakMap<Type, TypeExtent | string>();
  return (type, property) => {
    let extent = known.get(type);
    if (extent === undefined) known.set(type, (extent = extentOrWhyNone(type, target)));
    return typeof extent === 'string' ? extent : (property === 'size' ? extent.sizeBits : extent.alignBits) / 8;
  };
}

function extentOrWhyNone(type: Type, target: Target): TypeExtent | string {
  try {
    return extentOf(type, target);
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    return error.message;
  }
}
