/** A word that has to be one of a few: found, or refused with the nearest one named. */

import { nearestWord } from '../abi/suggest.ts';
import { UserError } from '../diagnostic.ts';

/** @throws {UserError} naming what the option takes. */
export function oneOf<T extends string>(known: readonly T[], given: string, option: string): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const nearest = nearestWord(given, known);
  throw new UserError(
    `"${given}" is nothing for ${option}; it takes ${known.join(', ')}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}.`,
  );
}
