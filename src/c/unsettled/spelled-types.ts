/**
 * Lines that differ in nothing but how they spell a basic type: `unsigned` and `unsigned int`, `signed char` and `__signed__ char`.
 *
 * Kernel series write one for the other in many headers at once, of which some are included by all others. Which words come to the
 * same type is C17 §6.7.2p2; no finding tells them apart.
 */

import { basicWords, skippedWords } from '../words.ts';
import type { TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

/** Behind these another declaration begins, or another part of one. */
const beginnings: ReadonlySet<string> = new Set([';', '{', '}', '(', ',']);
const storageWords: ReadonlySet<string> = new Set(['typedef', 'static', 'extern']);

export class SpelledTypes {
  readonly #mayBeDefined: (name: string) => boolean;
  readonly #lines = new Map<TextUnits, Map<number, string | undefined>>();
  readonly #calling = new Map<TextUnit, boolean>();

  /** `mayBeDefined`: whether a name may be a macro. */
  constructor(mayBeDefined: (name: string) => boolean) {
    this.#mayBeDefined = mayBeDefined;
  }

  /** Whether two lines of text say the same, in whichever words for their types. */
  areAlike(old: TextUnits, one: number, next: TextUnits, other: number): boolean {
    const spelled = this.#spell(old, one);
    return spelled !== undefined && spelled === this.#spell(next, other);
  }

  /** A line with one spelling for each basic type; `undefined` where it has none, or where another spelling may say something else. */
  #spell(units: TextUnits, line: number): string | undefined {
    let lines = this.#lines.get(units);
    if (lines === undefined) this.#lines.set(units, (lines = new Map<number, string | undefined>()));
    if (!lines.has(line)) lines.set(line, this.#spelled(units, line));
    return lines.get(line);
  }

  #spelled(units: TextUnits, line: number): string | undefined {
    const unit = units.unitOfLine(line);
    if (unit?.kind !== 'text') return undefined;
    const { texts } = units.file;
    const [start, end] = [units.lineStarts[line] ?? 0, units.lineStarts[line + 1] ?? 0];
    const spelled: string[] = [];
    let hasType = false;
    for (let at = start; at < end; at++) {
      if (!isOfType(texts[at])) {
        spelled.push(texts[at] ?? '');
        continue;
      }
      const behind = behindType(texts, at);
      const words = texts.slice(at, behind);
      const isWhole = isFirst(texts, at, start, unit) && isLast(texts, behind, end);
      const type = isWhole ? typeOf(words) : undefined;
      if (type === undefined || words.some((word) => this.#mayBeDefined(word))) return undefined;
      spelled.push(type);
      hasType = true;
      at = behind - 1;
    }
    return hasType && !this.#mayCall(units, unit) ? spelled.join(' ') : undefined;
  }

  /** Whether a text may hand words to a macro, which sees how they are spelled. */
  #mayCall(units: TextUnits, unit: TextUnit): boolean {
    let known = this.#calling.get(unit);
    if (known === undefined) {
      const texts = [...units.tokensOf(unit)].map((at) => units.file.texts[at] ?? '');
      known = texts.some((text, at) => texts[at + 1] === '(' && this.#mayBeDefined(text));
      this.#calling.set(unit, known);
    }
    return known;
  }
}

function isOfType(text: string | undefined): boolean {
  return text !== undefined && basicWords.has(text);
}

/** Words that may stand between those for the type (C17 §6.7p6). */
function isBetween(text: string | undefined): boolean {
  return text !== undefined && (skippedWords.has(text) || storageWords.has(text));
}

function behindType(texts: readonly string[], start: number): number {
  let end = start;
  while (isOfType(texts[end])) end++;
  return end;
}

/** Whether no more words for the type stand behind it. */
function isLast(texts: readonly string[], behind: number, lineEnd: number): boolean {
  let at = behind;
  while (isBetween(texts[at])) at++;
  return at < lineEnd && !isOfType(texts[at]);
}

/** Whether no other words for the type stand before it, on its line or above. */
function isFirst(texts: readonly string[], start: number, lineStart: number, unit: TextUnit): boolean {
  let at = start;
  while (at > lineStart && isBetween(texts[at - 1])) at--;
  return at > lineStart ? !isOfType(texts[at - 1]) : at === unit.start || beginnings.has(texts[at - 1] ?? '');
}

/** The type that some words come to, in one spelling; `undefined` where they may come to none. */
function typeOf(words: readonly string[]): string | undefined {
  const [first, ...more] = words;
  if (more.length === 0 && first !== undefined && !isOfInteger(first)) return first;
  const counts = new Map<string, number>();
  for (const word of words) {
    const basic = basicWords.get(word) ?? '';
    counts.set(basic, (counts.get(basic) ?? 0) + 1);
  }
  const take = (word: string): number => {
    const count = counts.get(word) ?? 0;
    counts.delete(word);
    return count;
  };
  const [signed, unsigned, int] = [take('signed'), take('unsigned'), take('int')];
  const [char, short, long] = [take('char'), take('short'), take('long')];
  const isOfInt = char === 0 && int <= 1 && (short === 0 ? long <= 2 : short === 1 && long === 0);
  const isOfChar = char === 1 && int + short + long === 0;
  if (counts.size > 0 || signed + unsigned > 1 || !(isOfInt || isOfChar)) return undefined;
  // Whether plain char has a sign is another matter on each target (C17 §6.2.5p15).
  if (isOfChar) return unsigned > 0 ? 'unsigned char' : signed > 0 ? 'signed char' : 'char';
  const size = short > 0 ? 'short' : ['int', 'long', 'long long'][long];
  return `${unsigned > 0 ? 'unsigned ' : ''}${size}`;
}

const integerWords: ReadonlySet<string> = new Set(['char', 'short', 'int', 'long', 'signed', 'unsigned']);

function isOfInteger(word: string): boolean {
  return integerWords.has(basicWords.get(word) ?? '');
}
