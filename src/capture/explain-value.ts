/** Explains the field values that have a structure of their own: syndromes and register ids. */

import type { Explain } from '../codec/meaning.ts';
import { registerIdText } from './register-id.ts';
import { explainSyndrome } from './syndrome.ts';

export const explainValue: Explain = (meaning, value) => {
  if (meaning.kind === 'register-id') return registerIdText(value);
  if (meaning.kind !== 'syndrome') return undefined;
  if (value === 0n) return 'zero: no syndrome, or an uncategorized error';
  return explainSyndrome(meaning.register, value).summary;
};
