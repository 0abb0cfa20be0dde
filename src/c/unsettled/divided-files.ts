/**
 * Files with their units, each cut into tokens and divided when somebody asks.
 */

import type { TokenFile } from '../token.ts';
import type { SearchedText } from './searched-text.ts';
import type { TextUnit } from './text-unit.ts';
import { TextUnits } from './text-units.ts';

/** To look for more words than this one after another takes longer than to look for all at once. */
const fewWords = 4;

export class DividedFiles {
  readonly #texts: readonly SearchedText[];
  readonly #units = new Map<TokenFile, TextUnits>();
  #naming: ReadonlyMap<string, readonly SearchedText[]> | undefined;
  #spellings: ReadonlySet<string> | undefined;

  constructor(texts: Iterable<SearchedText>) {
    this.#texts = [...texts];
  }

  unitsOf(file: TokenFile): TextUnits {
    let units = this.#units.get(file);
    if (units === undefined) this.#units.set(file, (units = new TextUnits(file)));
    return units;
  }

  /** Those of a name. */
  named(name: string): readonly TokenFile[] {
    return this.#texts.filter((text) => text.name === name).map((text) => text.tokens);
  }

  /** Those in which a word may stand. */
  mentioning(word: string): readonly TokenFile[] {
    return this.#texts.filter((text) => text.mentions(word)).map((text) => text.tokens);
  }

  /** Those in which any of some words may stand. */
  mentioningAny(words: readonly string[]): readonly TokenFile[] {
    if (words.length <= fewWords) return [...new Set(words.flatMap((word) => this.mentioning(word)))];
    const pattern = new RegExp(words.map((word) => word.replace(/\W/g, '\\$&')).join('|'));
    return this.#texts.filter((text) => text.isCut || text.mentionsAny(words, pattern)).map((text) => text.tokens);
  }

  /** Those that may define or forget a macro of a name. */
  naming(name: string): readonly TokenFile[] {
    this.#naming ??= this.#findNames();
    return this.#naming.get(name)?.map((text) => text.tokens) ?? [];
  }

  /** What of them `##` may stand in. */
  pasting(): readonly TokenFile[] {
    return this.#texts.flatMap((text) => text.pasting ?? []);
  }

  /** Whether a word stands in any of them. To know that, all have to be cut. */
  isSpelled(word: string): boolean {
    this.#spellings ??= new Set(this.#texts.flatMap((text) => text.tokens.texts));
    return this.#spellings.has(word);
  }

  /** Whether no declaration begins in one file and goes on in another. `isNothing`: whether a text declares nothing after all. */
  areWhole(isNothing: (units: TextUnits, text: TextUnit) => boolean): boolean {
    for (const text of this.#texts) {
      if (text.firstSight !== 'unclear' && text.firstSight.isWhole) continue;
      const units = this.unitsOf(text.tokens);
      if (units.hasStray || !units.unfinished.every((unfinished) => isNothing(units, unfinished))) return false;
    }
    return true;
  }

  /** Whether no macro opens a brace that it does not close: text would not be divided as one sees it. */
  areMacrosBalanced(): boolean {
    return this.#texts.every(
      (text) =>
        (text.firstSight !== 'unclear' && text.firstSight.areMacrosBalanced) ||
        this.unitsOf(text.tokens).areMacrosBalanced,
    );
  }

  #findNames(): ReadonlyMap<string, readonly SearchedText[]> {
    const naming = new Map<string, SearchedText[]>();
    for (const text of this.#texts) {
      for (const name of text.macroNames) {
        const others = naming.get(name);
        if (others === undefined) naming.set(name, [text]);
        else if (others.at(-1) !== text) others.push(text);
      }
    }
    return naming;
  }
}
