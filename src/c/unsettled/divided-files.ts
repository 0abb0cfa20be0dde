/**
 * Files with their units, each divided when somebody asks.
 */

import type { TokenFile } from '../token.ts';
import { TextUnits } from './text-units.ts';

/** Braces, digraphs for them, or a comment that goes on, on a line that defines a macro. */
const mayHoldBraces = /define(?:[^\n\\]|\\[^])*?(?:[{}]|<%|%>|\/\*(?:(?!\*\/)[^\n])*\n)/;

export class DividedFiles {
  readonly #texts: ReadonlyMap<TokenFile, string>;
  readonly #units = new Map<TokenFile, TextUnits>();

  constructor(texts: ReadonlyMap<TokenFile, string>) {
    this.#texts = texts;
  }

  get files(): Iterable<TokenFile> {
    return this.#texts.keys();
  }

  unitsOf(file: TokenFile): TextUnits {
    let units = this.#units.get(file);
    if (units === undefined) this.#units.set(file, (units = new TextUnits(file)));
    return units;
  }

  all(): readonly TextUnits[] {
    return [...this.#texts.keys()].map((file) => this.unitsOf(file));
  }

  /** Whether no macro opens a brace that it does not close: text would not be divided as one sees it. */
  areMacrosBalanced(): boolean {
    for (const [file, text] of this.#texts) {
      if (mayHoldBraces.test(text) && !this.unitsOf(file).areMacrosBalanced) return false;
    }
    return true;
  }
}
