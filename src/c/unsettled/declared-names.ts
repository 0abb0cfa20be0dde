/**
 * The names that a stretch of text may declare: tags, enumerators, types and whatever else C finds by its name.
 *
 * Nothing is expanded or parsed for that, so it says too many rather than too few. Fields are no names of this kind: nobody reaches
 * one without naming its record.
 */

import { TokenKind } from '../token.ts';
import { recordKeywords, type TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

export const keywords: ReadonlySet<string> = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Alignas _Alignof ' +
    '_Bool _Complex _Static_assert __attribute__ __attribute __extension__ __inline __inline__ __signed__ __const ' +
    '__const__ __volatile__ __restrict __typeof__ typeof __asm__ asm __int128 __alignof__'
  ).split(' '),
);

/** With one of these, no other word is needed for a type. */
const ofType = new Set(
  'struct union enum char double float int long short signed unsigned void _Bool __signed__ __int128 typeof __typeof__'.split(
    ' ',
  ),
);

/** The names, and all words of the text that may be macros: those inside the braces of records, and all others. */
export interface DeclaredNames {
  readonly names: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  readonly fieldWords: ReadonlySet<string>;
  /** Whether all parentheses are closed. Where they are not, names may be anywhere. */
  readonly isBalanced: boolean;
}

/** `isOnlyAttribute`: whether a word is a macro that declares nothing where it stands behind a name. */
export function declaredNames(
  units: TextUnits,
  unit: TextUnit,
  isOnlyAttribute: (word: string) => boolean,
): DeclaredNames {
  const reader = new NameReader(units, unit, isOnlyAttribute);
  const { words, fieldWords, parentheses } = reader;
  return { names: reader.read(), words, fieldWords, isBalanced: parentheses === 0 };
}

class NameReader {
  readonly words = new Set<string>();
  readonly fieldWords = new Set<string>();
  /** How many are left open. */
  readonly parentheses: number;
  readonly #names = new Set<string>();
  readonly #texts: readonly string[];
  readonly #isWord: readonly boolean[];
  readonly #isOnlyAttribute: (word: string) => boolean;

  constructor(units: TextUnits, unit: TextUnit, isOnlyAttribute: (word: string) => boolean) {
    const { texts, kinds } = units.file;
    const [spelled, areWords]: [string[], boolean[]] = [[], []];
    let parentheses = 0;
    /** For each brace that is open, whether it is that of a record. */
    const braces: boolean[] = [];
    let keyword = '';
    for (const at of units.tokensOf(unit)) {
      const text = texts[at] ?? '';
      if (recordKeywords.has(text)) keyword = text;
      else if (text === ';' || text === '=') keyword = '';
      else if (text === '{') {
        braces.push(keyword === 'struct' || keyword === 'union');
        keyword = '';
      } else if (text === '}') braces.pop();
      const isName = kinds[at] === TokenKind.identifier && !keywords.has(text);
      spelled.push(text);
      if (text === '(') parentheses++;
      else if (text === ')') parentheses--;
      areWords.push(isName);
      if (isName) (braces.at(-1) === true ? this.fieldWords : this.words).add(text);
    }
    this.parentheses = parentheses;
    this.#texts = spelled;
    this.#isWord = areWords;
    this.#isOnlyAttribute = isOnlyAttribute;
  }

  read(): ReadonlySet<string> {
    this.#readTags();
    this.#readEnumerators();
    this.#readDeclarators();
    return this.#names;
  }

  /** Words between `struct` and its brace, and all of a text like `struct kvm_run;`: between braces, that would be a field. */
  #readTags(): void {
    let braces = 0;
    for (let at = 0; at < this.#texts.length; at++) {
      if (this.#texts[at] === '{') braces++;
      else if (this.#texts[at] === '}') braces--;
      if (!recordKeywords.has(this.#texts[at] ?? '')) continue;
      const before: string[] = [];
      let next = at + 1;
      for (; this.#isWord[next] === true || this.#texts[next] === '__attribute__' || this.#texts[next] === '(';) {
        if (this.#isWord[next] === true) before.push(this.#texts[next] ?? '');
        next = this.#texts[next] === '(' ? this.#behindParentheses(next) : next + 1;
      }
      const end = this.#texts[next];
      const isTag = end === '{' || end === ':' || (end === ';' && braces <= 0);
      if (isTag) for (const name of before) this.#names.add(name);
    }
  }

  /** First words behind `{` and `,` in the braces of an `enum`. */
  #readEnumerators(): void {
    /** For each brace that is open, whether it is that of an enum. */
    const braces: boolean[] = [];
    let parentheses = 0;
    let isEnum = false;
    for (const [at, text] of this.#texts.entries()) {
      if (text === 'enum') isEnum = true;
      else if (text === 'struct' || text === 'union' || text === ';') isEnum = false;
      else if (text === '(') parentheses++;
      else if (text === ')') parentheses--;
      else if (text === '}') braces.pop();
      const opens = text === '{';
      if (opens) {
        braces.push(isEnum);
        isEnum = false;
      }
      if (braces.at(-1) !== true || !(opens || (text === ',' && parentheses <= 0))) continue;
      if (this.#isWord[at + 1] === true) this.#names.add(this.#texts[at + 1] ?? '');
    }
  }

  /** Words outside of braces, but for types that can only be mentioned. */
  #readDeclarators(): void {
    let words: string[] = [];
    let hasType = false;
    let depth = 0;
    for (let at = 0; at < this.#texts.length; at++) {
      const text = this.#texts[at] ?? '';
      if (text === '{') {
        depth++;
      } else if (text === '}') depth = Math.max(0, depth - 1);
      else if (depth > 0) continue;
      else if (text === '__attribute__' || text === '__attribute') at = this.#behindParentheses(at + 1) - 1;
      // Parameters of a function whose body follows are nobody else's names.
      else if (text === '(' && this.#texts[this.#behindParentheses(at)] === '{') at = this.#behindParentheses(at) - 1;
      else if (text === ';') {
        this.#addDeclarators(words, hasType);
        words = [];
        hasType = false;
      } else if (ofType.has(text)) hasType = true;
      else if (this.#isWord[at] === true && !recordKeywords.has(this.#texts[at - 1] ?? '')) words.push(text);
    }
    this.#addDeclarators(words, hasType);
  }

  /** `words`: of one declaration, in order. */
  #addDeclarators(words: readonly string[], hasType: boolean): void {
    const candidates = words.filter((word) => !this.#isOnlyAttribute(word));
    // Where nothing else is one, the first word is the type.
    const isType = !hasType && candidates.length > 1 && words[0] === candidates[0];
    const declared = isType ? candidates.slice(1) : candidates;
    for (const name of declared) this.#names.add(name);
  }

  /** Behind the parentheses that open at a place; behind that place if none do. */
  #behindParentheses(at: number): number {
    let depth = 0;
    for (let next = at; next < this.#texts.length; next++) {
      if (this.#texts[next] === '(') depth++;
      else if (this.#texts[next] === ')') depth--;
      if (depth === 0) return next + 1;
    }
    return this.#texts.length;
  }
}
