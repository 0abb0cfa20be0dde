/**
 * What was not understood on one side, and may be something else on the other.
 *
 * A header that no compiler takes hides what it declares on both sides of a comparison. Where all that it depends on reads the same on
 * both, it hides the same, and need not leave a comparison of all else undecided.
 */

import type { Abi, NotUnderstood } from '../abi/abi.ts';
import type { AbiPair } from './changes.ts';

export function notKnownAlike({ old, new: next }: AbiPair): readonly NotUnderstood[] {
  const isAlike = (header: string): boolean => {
    const digest = old.digests?.get(header);
    return digest !== undefined && digest === next.digests?.get(header);
  };
  const among = ({ notUnderstood }: Abi): readonly NotUnderstood[] =>
    notUnderstood.filter(({ readIn = [] }) => readIn.length === 0 || !readIn.every(isAlike));
  return [...among(old), ...among(next)];
}
