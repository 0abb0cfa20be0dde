/**
 * Basic types that only some targets have, as GCC 12 has them (GCC manual, "128-bit Integers", "Additional Floating Types",
 * "Half-Precision").
 */

import type { Target, TargetName } from '../../abi/target.ts';

const withFloat16: ReadonlySet<TargetName> = new Set(['x86_64', 'x32', 'arm64'] as const);
const withoutQuad: ReadonlySet<TargetName> = new Set(['arm', 'ppc64', 'ppc', 'mips', 'm68k', 'parisc', 'sh'] as const);

const rareWords: ReadonlyMap<string, (target: Target) => boolean> = new Map([
  ['__int128', ({ hasInt128 }: Target) => hasInt128],
  ['__int128_t', ({ hasInt128 }: Target) => hasInt128],
  ['__uint128_t', ({ hasInt128 }: Target) => hasInt128],
  ['_Float16', ({ name }: Target) => withFloat16.has(name)],
  ['_Float128', ({ name }: Target) => !withoutQuad.has(name)],
  ['_Float64x', ({ name }: Target) => !withoutQuad.has(name)],
  ['__float128', ({ name, kernelArchitecture }: Target) => kernelArchitecture === 'x86' || name === 'ppc64le'],
]);

/** Whether a word stands for a type that not every target has. */
export function isRare(word: string): boolean {
  return rareWords.has(word);
}

export function hasType(word: string, target: Target): boolean {
  return rareWords.get(word)?.(target) !== false;
}
