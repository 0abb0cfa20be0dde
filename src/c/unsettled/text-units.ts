/**
 * A header as a list of units, as far as they can be told without macros: directives, and stretches of text that end behind a
 * semicolon outside of braces.
 *
 * A unit may hold several declarations, but no declaration is in two of them. That takes some faith in the header: where macros
 * open braces that others close, or the branches of a condition leave different braces open, it is not `isRegular`, and nothing may
 * be concluded from its units.
 */

import { type TokenFile, TokenKind } from '../token.ts';
import { divide } from './divide.ts';
import { includedBy, isDirective, nameOf, type TextUnit } from './text-unit.ts';

export class TextUnits {
  readonly file: TokenFile;
  /** Where the conditionals around each line stand; nothing for an include guard. */
  readonly #conditionsOfLine: readonly (readonly number[])[];
  /** What these say. */
  readonly #spelledConditions = new Map<readonly number[], string>();
  /** Where lines begin, and at the end the number of tokens. */
  readonly lineStarts: readonly number[];
  /** Whether all branches of each condition leave the same open. */
  readonly isRegular: boolean;
  /** What goes on in another file: texts that are open where something is included, or at the end. */
  readonly unfinished: readonly TextUnit[];
  /** Whether a brace is closed that was opened in another file. */
  readonly hasStray: boolean;
  /** Whether every macro closes the braces that it opens. */
  readonly areMacrosBalanced: boolean;
  readonly #unitOfLine: readonly TextUnit[];
  /** Where the conditional of the include guard stands. */
  readonly #guard: number | undefined;
  #naming: ReadonlyMap<string, readonly TextUnit[]> | undefined;

  constructor(file: TokenFile) {
    const divided = divide(file);
    this.file = file;
    this.lineStarts = divided.lineStarts;
    this.isRegular = divided.isRegular;
    this.unfinished = divided.unfinished;
    this.hasStray = divided.hasStray;
    this.areMacrosBalanced = divided.areMacrosBalanced;
    this.#unitOfLine = divided.unitOfLine;
    // Nothing but comments stands before it.
    this.#guard = file.guard === undefined ? undefined : 0;
    this.#conditionsOfLine = divided.conditionsOfLine;
  }

  /** The number of lines with tokens. */
  get lines(): number {
    return this.#unitOfLine.length;
  }

  /** Each of them once. */
  get distinct(): readonly TextUnit[] {
    return [...new Set(this.#unitOfLine)];
  }

  unitOfLine(line: number): TextUnit | undefined {
    return this.#unitOfLine[line];
  }

  /** The unit in which a token stands. */
  unitAt(index: number): TextUnit | undefined {
    return this.#unitOfLine[this.#lineAt(index)];
  }

  #lineAt(index: number): number {
    const { lineStarts } = this;
    let [low, high] = [0, this.lines - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The words on which it depends whether a unit is there: those of the conditions around it, but for an include guard. */
  conditionWords(unit: TextUnit): ReadonlySet<string> {
    const { file, lineStarts } = this;
    const words = new Set<string>();
    for (let line = this.#lineAt(unit.start); (lineStarts[line] ?? unit.end) < unit.end; line++) {
      for (const directive of this.#conditionsOfLine[line] ?? []) {
        const end = file.lineEnd(directive);
        for (let at = directive + 2; at < end; at++) {
          if (file.kinds[at] === TokenKind.identifier) words.add(file.texts[at] ?? '');
        }
      }
    }
    words.delete('defined');
    return words;
  }

  /** All conditions on which it depends whether a line is there, as they are written. */
  conditionsOf(line: number): string {
    const directives = this.conditionsOfLine(line);
    let spelled = this.#spelledConditions.get(directives);
    if (spelled === undefined) {
      const { file } = this;
      const spell = (at: number): string => file.texts.slice(at, file.lineEnd(at)).join(' ');
      this.#spelledConditions.set(directives, (spelled = directives.map(spell).join('\n')));
    }
    return spelled;
  }

  /** The directives on which it depends whether a line is there, but for an include guard. */
  conditionsOfLine(line: number): readonly number[] {
    return this.#conditionsOfLine[line] ?? [];
  }

  /** The units of which a conditional decides whether they are there; `undefined` for that of an include guard. */
  decidedBy({ start }: TextUnit): ReadonlySet<TextUnit> | undefined {
    if (start === this.#guard) return undefined;
    const units = new Set<TextUnit>();
    for (const [line, unit] of this.#unitOfLine.entries()) {
      if (this.#conditionsOfLine[line]?.includes(start) === true) units.add(unit);
    }
    return units;
  }

  /** The `#define` and `#undef` lines of a name. */
  linesNaming(name: string): readonly TextUnit[] {
    this.#naming ??= namesIn(this.file, this.#unitOfLine);
    return this.#naming.get(name) ?? [];
  }

  /** The `#define` lines of a name. */
  definitionsOf(name: string): readonly TextUnit[] {
    return this.linesNaming(name).filter(({ kind }) => kind === 'define');
  }

  /** What is included above a unit, `<like/this.h>`, whatever macros there are. */
  includesAbove({ start }: TextUnit): ReadonlySet<string> {
    const names = new Set<string>();
    for (const [line, unit] of this.#unitOfLine.entries()) {
      if (unit.start >= start) break;
      const name = this.#conditionsOfLine[line]?.length === 0 ? includedBy(this.file, unit) : undefined;
      if (name !== undefined) names.add(name);
    }
    return names;
  }

  /** Whether a line is there for the include guard: it asks for the name of that, or defines it. */
  isOfGuard(line: number): boolean {
    const unit = this.#unitOfLine[line];
    if (unit === undefined || this.#guard === undefined) return false;
    return unit.start === this.#guard || (unit.kind === 'define' && nameOf(this.file, unit) === this.file.guard);
  }

  /** The names in a unit, without directives in between. */
  wordsOf(unit: TextUnit): readonly string[] {
    const { kinds, texts } = this.file;
    return [...this.tokensOf(unit)].flatMap((at) => (kinds[at] === TokenKind.identifier ? (texts[at] ?? '') : []));
  }

  /** The tokens of a unit, without directives in between. */
  *tokensOf(unit: TextUnit): Generator<number> {
    const { file } = this;
    for (let line = unit.start; line < unit.end; line = file.lineEnd(line)) {
      if (unit.kind === 'text' && isDirective(file, line)) continue;
      const end = file.lineEnd(line);
      for (let at = line; at < end; at++) yield at;
    }
  }
}

function namesIn(file: TokenFile, unitOfLine: readonly TextUnit[]): ReadonlyMap<string, readonly TextUnit[]> {
  const found = new Map<string, TextUnit[]>();
  for (const unit of unitOfLine) {
    const name = unit.kind === 'define' || unit.kind === 'undef' ? nameOf(file, unit) : undefined;
    if (name === undefined) continue;
    const others = found.get(name);
    if (others === undefined) found.set(name, [unit]);
    else others.push(unit);
  }
  return found;
}
