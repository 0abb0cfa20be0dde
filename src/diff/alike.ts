/**
 * Whether two declarations of a record say the same, wherever they stand: then they are laid out alike on every target, and
 * there is nothing to compare.
 *
 * Most records of two kernels are alike and only moved a few lines. The answer depends on no target, so it is found once for
 * all of them. It errs on the side of looking closer: a typedef that was renamed is not alike, though its bytes may be.
 */

import type { Field, RecordType, Type } from '../abi/types.ts';
import { onceForPair } from '../abi/once.ts';

export function areAlike(old: RecordType, next: RecordType): boolean {
  return old === next || sayTheSame(old, next);
}

// A record holds no part of itself, so this is never asked again before it is answered.
const sayTheSame = onceForPair(
  (old: RecordType, next: RecordType): boolean =>
    haveSameAttributes(old, next) && haveSameFields(old.fields, next.fields),
);

const bounds = new WeakMap<RecordType, number>();

/** Whether the record has a layout on every target: it is complete, and far smaller than any address space. */
export function isSurelyLaidOut(record: RecordType): boolean {
  return boundOf(record) < 2 ** 40;
}

/** More bytes than the type can take on any target, its padding included; `Infinity` where there is no saying. */
function boundOf(type: Type): number {
  switch (type.kind) {
    case 'array':
      return boundOf(type.element) * (type.length ?? 0);
    case 'vector':
      return 2 * type.sizeBytes;
    case 'enum':
    case 'typedef':
      return (type.kind === 'enum' ? largestScalarBytes : boundOf(type.type)) + (type.alignBytes ?? 0);
    case 'record': {
      const known = bounds.get(type);
      if (known !== undefined) return known;
      let bound = type.isComplete ? 2 * (type.alignBytes ?? 0) : Infinity;
      bounds.set(type, Infinity);
      for (const field of type.fields)
        bound += 2 * (boundOf(field.type) + (field.alignBytes ?? 0)) + largestScalarBytes;
      bounds.set(type, bound);
      return bound;
    }
    case 'integer':
    case 'float':
    case 'pointer':
    case 'void':
    case 'function':
      return largestScalarBytes;
    default:
      return type satisfies never;
  }
}

/** Twice the largest, for the padding before it. */
const largestScalarBytes = 32;

function haveSameAttributes(old: RecordType, next: RecordType): boolean {
  return (
    old.recordKind === next.recordKind &&
    old.tag === next.tag &&
    old.isComplete === next.isComplete &&
    old.isPacked === next.isPacked &&
    old.alignBytes === next.alignBytes &&
    old.packBytes === next.packBytes &&
    old.semantics === next.semantics
  );
}

function haveSameFields(old: readonly Field[], next: readonly Field[]): boolean {
  if (old.length !== next.length) return false;
  return old.every((was, index) => {
    const is = next[index];
    return (
      was.name === is?.name &&
      was.bitWidth === is?.bitWidth &&
      was.alignBytes === is?.alignBytes &&
      was.isPacked === is?.isPacked &&
      was.semantics === is?.semantics &&
      is !== undefined &&
      areTypesAlike(was.type, is.type)
    );
  });
}

/** Whether two types are the same to bytes and to source code, on every target. */
export function areTypesAlike(old: Type, next: Type): boolean {
  if (old === next) return true;
  switch (old.kind) {
    case 'integer':
    case 'float':
      return next.kind === old.kind && old.base === next.base;
    case 'void':
    case 'function':
    case 'pointer':
      // What a pointer leads to is compared under its own name.
      return next.kind === old.kind;
    case 'array':
      return next.kind === 'array' && old.length === next.length && areTypesAlike(old.element, next.element);
    case 'vector':
      return next.kind === 'vector' && old.sizeBytes === next.sizeBytes && areTypesAlike(old.element, next.element);
    case 'enum':
      return next.kind === 'enum' && old.underlying === next.underlying && old.alignBytes === next.alignBytes;
    case 'typedef':
      return (
        next.kind === 'typedef' &&
        old.name === next.name &&
        old.alignBytes === next.alignBytes &&
        areTypesAlike(old.type, next.type)
      );
    case 'record':
      return next.kind === 'record' && areAlike(old, next);
    default:
      return old satisfies never;
  }
}
