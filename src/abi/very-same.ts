/**
 * Whether two declarations are one, lines and all, though a header was worked through once for each.
 *
 * A piece of a header is read again for a target to which one of its names means something else, and the rest of it comes out as
 * before. Whoever remembers something about a declaration finds it again if that is one object then.
 */

import type { SourceLocation } from '../diagnostic.ts';
import type { Declared } from './portion.ts';
import type { Enumerator, EnumType } from './types.ts';

/** What declarations that say the very same have in common at first sight. */
export function likenessOf(declared: readonly Declared[]): string {
  const { name = '', location } = declared[0]?.declaration ?? {};
  return `${String(declared.length)} ${String(location?.line)} ${name}`;
}

/** Whether two lists of one length are one. */
export function sayTheSame(some: readonly Declared[], others: readonly Declared[]): boolean {
  for (let at = 0; at < some.length; at++) {
    const [one, other] = [some[at], others[at]];
    if (one !== other && (one === undefined || !isVerySame(one, other))) return false;
  }
  return true;
}

/** The same declarations, as far as possible by the objects of an earlier reading of the same lines. */
export function saidLikewise(
  declared: readonly Declared[],
  earlier: readonly Declared[] | undefined,
): readonly Declared[] {
  if (earlier === undefined) return declared;
  return declared.map((one, at) => {
    const other = earlier[at];
    return other !== undefined && isVerySame(other, one) ? other : one;
  });
}

/** Whether two declarations are one, place and all, though a header was worked through once for each. */
export function isVerySame(a: Declared, b: Declared | undefined): boolean {
  if (b === undefined) return false;
  const [one, other] = [a.declaration, b.declaration];
  if (one === other) return true;
  if (one.name !== other.name || one.header !== other.header || !isSamePlace(one.location, other.location))
    return false;
  switch (a.kind) {
    case 'record':
    case 'typedef':
      // Types are compared where they matter (`diff/alike.ts`).
      return false;
    case 'enum':
      return b.kind === a.kind && isSameEnum(a.declaration.type, b.declaration.type);
    case 'constant':
      return (
        b.kind === a.kind &&
        a.declaration.value === b.declaration.value &&
        a.declaration.text === b.declaration.text &&
        a.declaration.family === b.declaration.family
      );
    case 'request': {
      if (b.kind !== a.kind) return false;
      const [was, is] = [a.declaration, b.declaration];
      return (
        was.number === is.number &&
        was.direction === is.direction &&
        was.sizeBytes === is.sizeBytes &&
        was.type === is.type &&
        was.nr === is.nr &&
        was.argument === is.argument &&
        was.aliasOf === is.aliasOf &&
        was.descriptors === is.descriptors &&
        was.carries === is.carries
      );
    }
    case 'text':
      return (
        b.kind === a.kind &&
        a.declaration.body === b.declaration.body &&
        a.declaration.isFunction === b.declaration.isFunction &&
        a.declaration.parameters?.join() === b.declaration.parameters?.join()
      );
    default:
      return a satisfies never;
  }
}

function isSameEnum(one: EnumType, other: EnumType): boolean {
  return (
    one.tag === other.tag &&
    one.underlying === other.underlying &&
    one.alignBytes === other.alignBytes &&
    one.enumerators.length === other.enumerators.length &&
    one.enumerators.every((enumerator, index) => isSameEnumerator(enumerator, other.enumerators[index]))
  );
}

function isSameEnumerator(one: Enumerator, other: Enumerator | undefined): boolean {
  return (
    one.name === other?.name &&
    one.value === other.value &&
    one.sameAs === other.sameAs &&
    isSamePlace(one.location, other.location)
  );
}

function isSamePlace(one: SourceLocation | undefined, other: SourceLocation | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || (one.line === other.line && one.column === other.column && one.file === other.file);
}
