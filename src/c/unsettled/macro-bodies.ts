/**
 * What macros may do to a text in which they are used, as far as their own text shows it.
 */

import { TokenKind } from '../token.ts';
import type { DividedFiles } from './divided-files.ts';
import { type TextUnit, type TextUnits, nameOf } from './text-units.ts';

interface Definition {
  readonly units: TextUnits;
  readonly unit: TextUnit;
}

/** The macros of several files, whichever of their definitions is in force. */
export class MacroBodies {
  readonly #files: DividedFiles;
  readonly #mayDeclare = new Map<string, boolean>();

  constructor(files: DividedFiles) {
    this.#files = files;
  }

  /** Whether a word is a macro of nothing but attributes: it is no name that a text declares. */
  isOnlyAttribute(word: string): boolean {
    const definitions = this.#definitionsOf(word);
    return definitions.length > 0 && definitions.every((one) => isAttribute(bodyOf(one)));
  }

  /** Whether a word may stand for something other than itself. */
  isAnother(word: string): boolean {
    return this.#definitionsOf(word).some((one) => {
      const body = bodyOf(one);
      return !(body.texts.length === 1 && body.texts[0] === word) && !isAttribute(body);
    });
  }

  /** Whether a text that uses a word may declare more than it shows, because the word is a macro. */
  mayDeclare(word: string): boolean {
    const known = this.#mayDeclare.get(word);
    if (known !== undefined) return known;
    // A macro is not expanded inside of itself.
    this.#mayDeclare.set(word, false);
    const answer = this.#definitionsOf(word).some((one) => {
      const body = bodyOf(one);
      return (
        declaresOutright(body.texts) ||
        body.texts.some((text, at) => body.kinds[at] === TokenKind.identifier && this.mayDeclare(text))
      );
    });
    this.#mayDeclare.set(word, answer);
    return answer;
  }

  /** Whether a word is a macro anywhere. */
  has(word: string): boolean {
    return this.#definitionsOf(word).length > 0;
  }

  #definitionsOf(word: string): readonly Definition[] {
    return this.#files.all().flatMap((units) => units.definitionsOf(word).map((unit) => ({ units, unit })));
  }
}

interface Body {
  readonly texts: readonly string[];
  readonly kinds: readonly number[];
}

/** What stands behind the name and the parameters. */
function bodyOf({ units: { file }, unit }: Definition): Body {
  let start = unit.start + (nameOf(file, unit) === undefined ? 2 : 3);
  if (start < unit.end && file.texts[start] === '(' && !file.hasSpaceBefore(start)) {
    while (start < unit.end && file.texts[start] !== ')') start++;
    start++;
  }
  return { texts: file.texts.slice(start, unit.end), kinds: [...file.kinds.slice(start, unit.end)] };
}

function isAttribute({ texts }: Body): boolean {
  let depth = 0;
  for (const text of texts) {
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (depth === 0 && text !== '__attribute__') return false;
  }
  return true;
}

/** Whether a body declares types, enumerators or anything outside of braces; what records without tags hold are only fields. */
function declaresOutright(texts: readonly string[]): boolean {
  let [braces, parentheses] = [0, 0];
  for (const [at, text] of texts.entries()) {
    if (text === '{') braces++;
    else if (text === '}') braces--;
    else if (text === '(') parentheses++;
    else if (text === ')') {
      if (--parentheses < 0) return true;
    } else if (text === 'typedef' || text === 'enum' || text === '_Pragma') return true;
    else if ((text === 'struct' || text === 'union') && texts[at + 1] !== '{') {
      // To mention a record is not to declare one.
      if (texts.includes('{')) return true;
    } else if (braces === 0 && parentheses === 0 && /^(?:;|,|=|##)$/.test(text)) return true;
  }
  return parentheses !== 0;
}
