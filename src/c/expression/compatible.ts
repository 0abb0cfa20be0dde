/**
 * Whether two types are compatible (C17 §6.2.7), as `__builtin_types_compatible_p` asks: qualifiers of the types themselves do not
 * count (GCC manual, "Other Builtins").
 */

import { type Type, unalias } from '../../abi/types.ts';
import { integerBase } from './arithmetic.ts';

/** `undefined` where it turns on what types here do not hold: qualifiers behind a pointer, parameters of functions. */
export function areCompatible(one: Type, other: Type): boolean | undefined {
  const [a, b] = [unalias(one), unalias(other)];
  if (a.kind === 'function' && b.kind === 'function') return undefined;
  if ((a.kind === 'enum' || b.kind === 'enum') && a !== b) {
    return a.kind !== b.kind && integerBase(a) !== undefined && integerBase(a) === integerBase(b);
  }
  if (a.kind === 'pointer' && b.kind === 'pointer') {
    return areCompatible(a.pointee, b.pointee) === false ? false : undefined;
  }
  if (a.kind === 'array' && b.kind === 'array') {
    if (a.length !== undefined && b.length !== undefined && a.length !== b.length) return false;
    return areCompatible(a.element, b.element);
  }
  if (a.kind === 'vector' && b.kind === 'vector') {
    return a.sizeBytes === b.sizeBytes ? areCompatible(a.element, b.element) : false;
  }
  return a === b;
}
