/**
 * What macros may do to a text in which they are used, as far as their own text shows it.
 */

import { type Macro, readDefinition } from '../macro.ts';
import { type TokenFile, TokenKind } from '../token.ts';
import type { DividedFiles } from './divided-files.ts';
import { tagWordsIn } from './tag-words.ts';
import type { TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

/** What C, C++ and their compilers call the operators that tell sizes and places, and what chooses between types. */
const measuringWords: ReadonlySet<string> = new Set(
  'sizeof _Alignof alignof __alignof __alignof__ offsetof _Generic decltype'.split(' '),
);

/** The macros of several files, whichever of their definitions is in force. */
export class MacroBodies {
  readonly #files: DividedFiles;
  readonly #definitions = new Map<string, readonly Macro[]>();
  readonly #measuring = new Map<string, boolean>();

  constructor(files: DividedFiles) {
    this.#files = files;
  }

  /** Whether a word is a macro of nothing but attributes: it is no name that a text declares. */
  isOnlyAttribute(word: string): boolean {
    const definitions = this.definitionsOf(word);
    return definitions.length > 0 && definitions.every((one) => isAttribute(textsOf(one)));
  }

  /** Whether a word may stand for something other than itself. */
  isAnother(word: string): boolean {
    return this.definitionsOf(word).some((one) => {
      const texts = textsOf(one);
      return !(texts.length === 1 && texts[0] === word) && !isAttribute(texts);
    });
  }

  /**
   * Whether a text that uses a word may declare more than it shows, because the word is a macro; but for the tags that `MacroTags` finds.
   * `isField`: used between the braces of a record, where most of what a macro can declare is fields.
   */
  mayDeclare(word: string, isField: boolean): boolean {
    for (const one of this.#wordsWithin(word)) {
      const isOther = one !== word;
      for (const macro of this.definitionsOf(one)) {
        if (declaresOutright(textsOf(macro), isField) || (isOther && tagWordsIn(macro).length > 0)) return true;
      }
    }
    return false;
  }

  /** Whether a text that uses a word may ask how large something is, or where it lies. */
  mayMeasure(word: string): boolean {
    let known = this.#measuring.get(word);
    if (known === undefined) this.#measuring.set(word, (known = this.#leadsToMeasuring(word)));
    return known;
  }

  #leadsToMeasuring(word: string): boolean {
    for (const one of this.#wordsWithin(word)) {
      if (measuringWords.has(one) || one.startsWith('__builtin_')) return true;
    }
    return false;
  }

  /** A word, and all that it is made of if it is a macro. */
  *#wordsWithin(word: string): Generator<string> {
    const reached = new Set([word]);
    for (const one of reached) {
      yield one;
      for (const inside of this.wordsBehind(one)) reached.add(inside);
    }
  }

  /** The macro in whose definition a token stands. */
  definitionAround(file: TokenFile, at: number): Macro | undefined {
    const unit = this.#files.unitsOf(file).unitAt(at);
    const result = unit?.kind === 'define' ? readDefinition(file, unit.start) : undefined;
    return result !== undefined && 'macro' in result ? result.macro : undefined;
  }

  /** The words of which a macro is made, if a word is one. */
  wordsBehind(word: string): readonly string[] {
    return this.definitionsOf(word).flatMap(({ body }) =>
      body.flatMap(({ kind, text }) => (kind === TokenKind.identifier || kind === TokenKind.number ? text : [])),
    );
  }

  /** Whether a text is nothing but calls of macros that come to nothing, as `__SYSCALL(…)` does for programs. */
  comesToNothing(units: TextUnits, text: TextUnit): boolean {
    const { texts } = units.file;
    return this.#areNothing(
      [...units.tokensOf(text)].map((at) => texts[at] ?? ''),
      new Set(),
    );
  }

  /** `around`: the macros whose bodies led here. */
  #areNothing(texts: readonly string[], around: ReadonlySet<string>): boolean {
    let depth = 0;
    for (const [at, text] of texts.entries()) {
      if (text === '(') depth++;
      else if (text === ')') depth--;
      else if (depth === 0 && !(texts[at + 1] === '(' && this.#isNothing(text, around))) return false;
    }
    return depth === 0;
  }

  #isNothing(word: string, around: ReadonlySet<string>): boolean {
    const definitions = around.has(word) ? [] : this.definitionsOf(word);
    const inside = new Set([...around, word]);
    return definitions.length > 0 && definitions.every((one) => this.#areNothing(textsOf(one), inside));
  }

  /** All of its definitions, if a word is a macro. */
  definitionsOf(word: string): readonly Macro[] {
    let found = this.#definitions.get(word);
    if (found === undefined) this.#definitions.set(word, (found = this.#findDefinitions(word)));
    return found;
  }

  #findDefinitions(word: string): readonly Macro[] {
    const found: Macro[] = [];
    for (const file of this.#files.naming(word)) {
      for (const { start } of this.#files.unitsOf(file).definitionsOf(word)) {
        const result = readDefinition(file, start);
        if ('macro' in result) found.push(result.macro);
      }
    }
    return found;
  }
}

/** What stands behind the name and the parameters. */
function textsOf({ file, bodyStart, bodyEnd }: Macro): readonly string[] {
  return file.texts.slice(bodyStart, bodyEnd);
}

function isAttribute(texts: readonly string[]): boolean {
  let depth = 0;
  for (const text of texts) {
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (depth === 0 && text !== '__attribute__') return false;
  }
  return true;
}

/** Whether a body declares types, enumerators or anything outside of braces; what records hold are only fields. */
function declaresOutright(texts: readonly string[], isField: boolean): boolean {
  let [braces, parentheses] = [0, 0];
  for (const text of texts) {
    if (text === '{') braces++;
    else if (text === '}') braces--;
    else if (text === '(') parentheses++;
    else if (text === ')') {
      if (--parentheses < 0) return true;
    } else if (text === 'typedef' || text === 'enum' || text === '_Pragma') return true;
    else if (!isField && braces === 0 && parentheses === 0 && /^(?:;|,|=|##)$/.test(text)) return true;
  }
  return parentheses !== 0;
}
