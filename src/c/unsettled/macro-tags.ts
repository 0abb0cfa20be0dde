/**
 * Tags that a text declares by macros: `__struct_group(TAG, NAME, ATTRS, MEMBERS...)` of linux/stddef.h puts `struct TAG { MEMBERS }`
 * among the fields of a record.
 */

import { TokenKind } from '../token.ts';
import { keywords } from './declared-names.ts';
import type { MacroBodies } from './macro-bodies.ts';
import { AttributeSkipper, tagWordsIn } from './tag-words.ts';
import type { TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

export class MacroTags {
  readonly #macros: MacroBodies;

  constructor(macros: MacroBodies) {
    this.#macros = macros;
  }

  /** The names that a macro, used in a text, may give to records; `undefined` where that cannot be told. */
  declaredBy(word: string, units: TextUnits, text: TextUnit): ReadonlySet<string> | undefined {
    const names = new Set<string>();
    for (const macro of this.#macros.definitionsOf(word)) {
      for (const at of tagWordsIn(macro)) {
        const { text: tag = '' } = macro.body[at] ?? {};
        if (tag === '##') return undefined;
        if (this.#macros.isOnlyAttribute(tag)) continue;
        const parameter = macro.bodyParameters[at] ?? -1;
        const words = parameter < 0 ? [tag] : argumentWords(word, parameter, units, text);
        const isCall = parameter < 0 && macro.body[at + 1]?.text === '(';
        if (!words.every((one) => this.#addTo(names, one, isCall))) return undefined;
      }
    }
    return names;
  }

  /** Adds a word, unless it is called, and what it is if it is a macro. False where macros join words to others. */
  #addTo(names: Set<string>, word: string, isCall: boolean): boolean {
    const reached = new Set([word]);
    for (const one of reached) {
      if (!isCall || one !== word) names.add(one);
      for (const macro of this.#macros.definitionsOf(one)) {
        if (macro.hasOperators) return false;
        for (const [at, { kind, text }] of macro.body.entries()) {
          const isName = kind === TokenKind.identifier && !keywords.has(text);
          if (isName && macro.bodyParameters[at] === -1) reached.add(text);
        }
      }
    }
    return true;
  }
}

/** The words that a text gives a macro for one of its parameters, wherever it calls it. */
function argumentWords(macro: string, parameter: number, units: TextUnits, text: TextUnit): readonly string[] {
  const { texts, kinds } = units.file;
  const tokens = [...units.tokensOf(text)];
  const words: string[] = [];
  for (const [start, token] of tokens.entries()) {
    if (texts[token] !== macro || texts[tokens[start + 1] ?? -1] !== '(') continue;
    const attributes = new AttributeSkipper();
    let argument = 0;
    for (const at of tokens.slice(start + 1)) {
      const one = texts[at] ?? '';
      const isAttribute = attributes.isPartOfOne(one);
      if (attributes.depth === 0) break;
      if (one === ',' && attributes.depth === 1) argument++;
      const isWord = kinds[at] === TokenKind.identifier && !keywords.has(one);
      if (argument === parameter && isWord && !isAttribute) words.push(one);
    }
  }
  return words;
}
