/**
 * Files with their units, each divided when somebody asks.
 */

import { type TokenFile, TokenKind } from '../token.ts';
import { isDirective, isInclude, type TextUnit, TextUnits } from './text-units.ts';

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

  /** Whether no declaration begins in one file and goes on in another. `isNothing`: whether a text declares nothing after all. */
  areWhole(isNothing: (units: TextUnits, text: TextUnit) => boolean): boolean {
    for (const file of this.#texts.keys()) {
      if (isPlainlyWhole(file)) continue;
      const units = this.unitsOf(file);
      if (units.hasStray || !units.unfinished.every((text) => isNothing(units, text))) return false;
    }
    return true;
  }

  /** Whether no macro opens a brace that it does not close: text would not be divided as one sees it. */
  areMacrosBalanced(): boolean {
    for (const [file, text] of this.#texts) {
      if (mayHoldBraces.test(text) && !this.unitsOf(file).areMacrosBalanced) return false;
    }
    return true;
  }
}

/** Whether that shows at first sight: all braces are closed, and includes stand behind semicolons. */
function isPlainlyWhole(file: TokenFile): boolean {
  const { texts, kinds, count } = file;
  let braces = 0;
  let last = ';';
  for (let line = 0; line < count;) {
    const end = file.lineEnd(line);
    if (isDirective(file, line)) {
      if (isInclude(texts[line + 1] ?? '') && (braces !== 0 || last !== ';')) return false;
    } else {
      for (let at = line; at < end; at++) {
        if (kinds[at] !== TokenKind.punctuator) continue;
        if (texts[at] === '{') braces++;
        else if (texts[at] === '}' && --braces < 0) return false;
      }
      last = texts[end - 1] ?? '';
    }
    line = end;
  }
  return braces === 0 && last === ';';
}
