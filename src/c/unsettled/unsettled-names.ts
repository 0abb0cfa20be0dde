/**
 * Which names may mean something else in one of two versions of some headers.
 *
 * A commit touches a few lines of headers that define thousands of macros, and to work out what these are worth on twenty targets is
 * the dearest part of reading them. But a name can only mean something else if its own text changed, or that of a name it is
 * made from. So the names that changed lines declare are *unsettled*, and so is whatever mentions an unsettled name, and so on. All
 * other macros are settled: whatever they are worth, they are worth it on both sides.
 *
 * Texts are looked at as they stand, without regard for conditions and targets, so that too many names are unsettled rather than too
 * few. Where text does not show what depends on what, nothing is said at all: directives that change or mention what
 * changes, declarations put together by macros, names that `##` may form, and headers whose braces are not those one sees.
 */

import { type TokenFile, TokenKind } from '../token.ts';
import { changedLines } from './changed-lines.ts';
import { declaredNames } from './declared-names.ts';
import { MacroBodies } from './macro-bodies.ts';
import { DividedFiles } from './divided-files.ts';
import { nameOf, type TextUnit, type TextUnits } from './text-units.ts';

export interface Unsettled {
  readonly names: ReadonlySet<string>;
  /** All that stands in the texts that declare the names. */
  readonly words: ReadonlySet<string>;
  /** The files that mention one of the names. */
  readonly files: ReadonlySet<TokenFile>;
  /** Whether what declares the names is there for all who include it, whatever they define before. */
  readonly isThereForAll: boolean;
}

/** Two versions of one file. */
export interface Versions {
  readonly old: TokenFile;
  readonly new: TokenFile;
}

/** More are as dear as all. */
const mostNames = 400;
/** What these stand for changes with every line above them. */
const namesOfPlaces = ['__LINE__', '__COUNTER__'];
/** Words that make names out of strings, or hide directives in them. */
const hidingWords = ['push_macro', 'pop_macro', '_Pragma'];

/**
 * The names, or `undefined` where that cannot be told. `files`: all that may be read on either side, the changed ones too, each with
 * its text. `isSpelled`: whether a word stands in any of them.
 */
export function unsettledNames(
  changed: readonly Versions[],
  files: ReadonlyMap<TokenFile, string>,
  isSpelled: (word: string) => boolean,
): Unsettled | undefined {
  if (hidingWords.some(isSpelled)) return undefined;
  const divided = new DividedFiles(files);
  if (!divided.areMacrosBalanced() || !divided.areWhole()) return undefined;
  const spread = new Spread(divided, isSpelled);
  for (const { old, new: next } of changed) {
    const [before, after] = [divided.unitsOf(old), divided.unitsOf(next)];
    for (const change of changedLines(before, after)) {
      const isUnderstood =
        spread.touch(before, change.old, change.oldEnd) && spread.touch(after, change.next, change.nextEnd);
      if (!isUnderstood) return undefined;
    }
  }
  return spread.toAll();
}

/** How a change spreads from name to name. */
class Spread {
  readonly #files: DividedFiles;
  readonly #isSpelled: (word: string) => boolean;
  readonly #macros: MacroBodies;
  readonly #names = new Set<string>();
  readonly #words = new Set<string>();
  readonly #mentioning = new Set<TokenFile>();
  #isThereForAll = true;
  readonly #seen = new Set<TextUnit>();
  #pending: string[] = [];

  constructor(files: DividedFiles, isSpelled: (word: string) => boolean) {
    this.#files = files;
    this.#isSpelled = isSpelled;
    this.#macros = new MacroBodies(files);
    this.#pending.push(...namesOfPlaces);
  }

  /** Lines of a file that the other version does not have. False where it cannot be told what they change. */
  touch(units: TextUnits, line: number, end: number): boolean {
    for (let at = line; at < end; at++) {
      const unit = units.unitOfLine(at);
      if (unit !== undefined && !this.#unsettle(units, unit)) return false;
    }
    // Where lines went, or came from, the text around them is another one.
    const [above, below] = [units.unitOfLine(line - 1), units.unitOfLine(end)];
    for (const unit of [above, below]) {
      if (unit?.kind === 'text' && isAcross(units, unit, line, end) && !this.#unsettle(units, unit)) return false;
    }
    return true;
  }

  /** All names that a change reaches. */
  toAll(): Unsettled | undefined {
    while (this.#pending.length > 0) {
      const names = this.#pending;
      this.#pending = [];
      if (this.#names.size > mostNames || names.some((name) => this.#mayBePasted(name))) return undefined;
      for (const file of this.#files.files) if (!this.#follow(file, names)) return undefined;
    }
    return {
      ...{ names: this.#names, words: this.#words },
      ...{ files: this.#mentioning, isThereForAll: this.#isThereForAll },
    };
  }

  /** Whatever mentions one of some names. */
  #follow(file: TokenFile, names: readonly string[]): boolean {
    const { texts, kinds } = file;
    for (const name of names) {
      for (let at = texts.indexOf(name); at >= 0; at = texts.indexOf(name, at + 1)) {
        if (kinds[at] !== TokenKind.identifier) continue;
        const units = this.#files.unitsOf(file);
        const unit = units.unitAt(at);
        if (unit === undefined) continue;
        const isNamed = (unit.kind === 'define' || unit.kind === 'undef') && at === unit.start + 2;
        if (!isNamed && !this.#unsettle(units, unit)) return false;
      }
    }
    return true;
  }

  /** What a unit declares may mean something else. */
  #unsettle(units: TextUnits, unit: TextUnit): boolean {
    if (this.#seen.has(unit)) return true;
    this.#seen.add(unit);
    this.#mentioning.add(units.file);
    if (unit.kind === 'directive' || !units.isRegular) return false;
    for (const word of units.conditionWords(unit)) if (this.#macros.has(word)) this.#isThereForAll = false;
    for (const at of units.tokensOf(unit)) {
      if (units.file.kinds[at] === TokenKind.identifier) this.#words.add(units.file.texts[at] ?? '');
    }
    if (unit.kind !== 'text') {
      const name = nameOf(units.file, unit);
      if (name !== undefined) this.#add(name);
      return name !== undefined;
    }
    const { names, words, isBalanced } = declaredNames(units, unit, (word) => this.#macros.isOnlyAttribute(word));
    if (!isBalanced || [...words].some((word) => this.#macros.mayDeclare(word))) return false;
    // What is declared under the name of a macro has another name.
    if ([...names].some((name) => this.#macros.isAnother(name))) return false;
    for (const name of names) this.#add(name);
    return true;
  }

  #add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#pending.push(name);
  }

  /** Whether a name is made of words that stand in the texts: then `##` may have made it, unseen. */
  #mayBePasted(name: string): boolean {
    /** For each length, whether the name begins with words that are together so long. */
    const begins = [true];
    for (let end = 1; end <= name.length; end++) {
      begins[end] = false;
      for (let start = end - 1; start >= 0 && begins[end] === false; start--) {
        const isWhole = start === 0 && end === name.length;
        begins[end] = !isWhole && begins[start] === true && this.#isSpelled(name.slice(start, end));
      }
    }
    return begins[name.length] === true;
  }
}

/** Whether a text begins above some lines and ends below them. */
function isAcross({ lineStarts }: TextUnits, { start, end }: TextUnit, line: number, behind: number): boolean {
  return start < (lineStarts[line] ?? 0) && end > (lineStarts[behind] ?? 0);
}
