/** What macros call the records that they declare. */

import type { Macro } from '../macro.ts';
import { TokenKind } from '../token.ts';
import { keywords } from './declared-names.ts';

/** Where in the body of a macro stand words, and what joins them, between `struct` or `union` and its brace. */
export function tagWordsIn({ body }: Macro): readonly number[] {
  const found: number[] = [];
  for (const [start, { text: keyword }] of body.entries()) {
    if (keyword !== 'struct' && keyword !== 'union') continue;
    const words: number[] = [];
    const attributes = new AttributeSkipper();
    let at = start + 1;
    for (; at < body.length; at++) {
      const { kind, text = '' } = body[at] ?? {};
      const isAttribute = attributes.isPartOfOne(text);
      const isWord = kind === TokenKind.identifier && !keywords.has(text);
      const isNeeded = isWord || isAttribute || text === ')' || text === '##';
      if (attributes.depth < 0 || (attributes.depth === 0 && !isNeeded)) break;
      if ((isWord && !isAttribute) || text === '##') words.push(at);
    }
    // Otherwise a record is mentioned.
    if (body[at]?.text === '{') found.push(...words);
  }
  return found;
}

/** Goes through tokens, one after the other, and tells those of attributes from all others. */
export class AttributeSkipper {
  /** Parentheses that are open behind the last token. */
  depth = 0;
  /** How many were open where an attribute began. */
  #outside: number | undefined;

  isPartOfOne(text: string): boolean {
    if (text === '(') this.depth++;
    else if (text === ')') this.depth--;
    if (text === '__attribute__' || text === '__attribute') this.#outside ??= this.depth;
    else if (text === ')' && this.depth === this.#outside) {
      this.#outside = undefined;
      return true;
    }
    return this.#outside !== undefined;
  }
}
