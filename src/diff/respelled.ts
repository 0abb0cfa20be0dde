/**
 * Whether one name is another one's new spelling, as far as names can tell.
 *
 * `RTM_NEWNVLAN` was a slip for `RTM_NEWVLAN`, `…_VALID_BIT` became `…_VALID_BIT_DEPTH`, `COMMAND_ID_SCAN_MEDIA` became
 * `DEPRECATED_ID_SCAN_MEDIA`. What a name ends in is what it says of the thing: `KVM_EXIT_FOO` and `KVM_EXIT_BAR` are two things.
 * A hint for words and for nothing else: whether the number means the same is for people to say.
 */

import { editDistance } from '../abi/suggest.ts';

const smallSlip = 2;
const leastForSlip = 4;
/** The end of a name that has to be the same where something before it is not. */
const tellingWords = 2;

export function isRespelled(old: string, next: string): boolean {
  const [a, b] = [wordsOf(old), wordsOf(next)];
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length !== long.length) {
    return short.length >= tellingWords && long.length - short.length <= 2 && isPartOf(short, long);
  }
  const differing = a.flatMap((word, index) => (word === b[index] ? [] : [index]));
  const [place] = differing;
  if (place === undefined) return true;
  if (differing.length > 1) return false;
  return isSlip(a[place] ?? '', b[place] ?? '') || (a.length > tellingWords + 1 && place < a.length - tellingWords);
}

function wordsOf(name: string): readonly string[] {
  return name.split('_').filter((word) => word !== '');
}

/** Whether all words of one name stand in the other, in their order. */
function isPartOf(short: readonly string[], long: readonly string[]): boolean {
  let at = 0;
  for (const word of long) if (word === short[at]) at++;
  return at === short.length;
}

/** A letter too many, too few, or two that changed places; another digit is another thing. */
function isSlip(a: string, b: string): boolean {
  const letters = (word: string): string => word.replace(/\d/g, '');
  const digits = (word: string): string => word.replace(/\D/g, '');
  return (
    Math.min(a.length, b.length) >= leastForSlip &&
    digits(a) === digits(b) &&
    editDistance(letters(a), letters(b)) <= smallSlip
  );
}
