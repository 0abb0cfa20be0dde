/**
 * Which names may mean something else in one of two versions of some headers.
 *
 * A commit touches a few lines of headers that define thousands of macros, and to work out what these are worth on twenty targets is
 * the dearest part of reading them. But a name can only mean something else if its own text changed, or that of a name it is
 * made from. So the names that changed lines declare are *unsettled*, and so is whatever mentions an unsettled name, and so on. All
 * other macros are settled: whatever they are worth, they are worth it on both sides.
 *
 * Texts are looked at as they stand, without regard for conditions and targets, so that too many names are unsettled rather than too
 * few. A condition that changes, or mentions what changes, changes all that it decides about. Where text does not show what depends
 * on what, nothing is said at all: includes that change or depend on what changes, declarations put together by macros,
 * names that `##` may form, and headers whose braces are not those one sees.
 */

import { type TokenFile, TokenKind } from '../token.ts';
import { changedLines } from './changed-lines.ts';
import { declaredNames } from './declared-names.ts';
import { MacroBodies } from './macro-bodies.ts';
import { DividedFiles } from './divided-files.ts';
import { Pasting } from './pasting.ts';
import { nameOf, type TextUnit, type TextUnits } from './text-units.ts';

export interface Unsettled {
  readonly names: ReadonlySet<string>;
  /** All that stands in the texts that declare the names, and in conditions that are new or mean something else. */
  readonly words: ReadonlySet<string>;
  /** The files that mention one of the names. */
  readonly files: ReadonlySet<TokenFile>;
  /** The files in which macros of other files may decide whether what declares the names is there. */
  readonly conditional: ReadonlySet<TokenFile>;
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
  const macros = new MacroBodies(divided);
  if (!divided.areMacrosBalanced()) return undefined;
  if (!divided.areWhole((units, text) => macros.comesToNothing(units, text))) return undefined;
  const spread = new Spread(divided, macros, isSpelled);
  for (const { old, new: next } of changed) {
    const [before, after] = [divided.unitsOf(old), divided.unitsOf(next)];
    // An include guard is what makes a file mean something once only.
    if (old.guard !== next.guard) return undefined;
    const changes = changedLines(before, after);
    // A condition that one version leaves open goes on behind all that is the same in both.
    if (changes.length > 0 && !(before.isRegular && after.isRegular)) return undefined;
    for (const change of changes) {
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
  readonly #macros: MacroBodies;
  readonly #pasting: Pasting;
  readonly #names = new Set<string>();
  readonly #words = new Set<string>();
  readonly #mentioning = new Set<TokenFile>();
  readonly #conditional = new Set<TokenFile>();
  readonly #seen = new Set<TextUnit>();
  #pending: string[] = [];

  constructor(files: DividedFiles, macros: MacroBodies, isSpelled: (word: string) => boolean) {
    this.#files = files;
    this.#macros = macros;
    this.#pasting = new Pasting(files, macros, isSpelled);
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
      if (this.#names.size > mostNames || names.some((name) => this.#pasting.mayMake(name))) return undefined;
      for (const file of this.#files.files) if (!this.#follow(file, names)) return undefined;
    }
    return { names: this.#names, words: this.#words, files: this.#mentioning, conditional: this.#conditional };
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
    for (const at of units.tokensOf(unit)) {
      if (units.file.kinds[at] === TokenKind.identifier) this.#words.add(units.file.texts[at] ?? '');
    }
    if (unit.kind === 'conditional') return this.#unsettleDecided(units, unit);
    if (this.#isDecidedElsewhere(units, unit)) this.#conditional.add(units.file);
    if (unit.kind !== 'text') {
      const name = nameOf(units.file, unit);
      if (name !== undefined) this.#add(name);
      return name !== undefined;
    }
    const { names, words, fieldWords, isBalanced } = declaredNames(units, unit, (word) =>
      this.#macros.isOnlyAttribute(word),
    );
    if (!isBalanced || [...words].some((word) => this.#macros.mayDeclare(word, false))) return false;
    if ([...fieldWords].some((word) => this.#macros.mayDeclare(word, true))) return false;
    // What is declared under the name of a macro has another name.
    if ([...names].some((name) => this.#macros.isAnother(name))) return false;
    for (const name of names) this.#add(name);
    return true;
  }

  /** All that a condition decides about may be there on one side only. */
  #unsettleDecided(units: TextUnits, condition: TextUnit): boolean {
    const decided = units.decidedBy(condition);
    if (decided === undefined) return false;
    for (const unit of decided) if (!this.#unsettle(units, unit)) return false;
    return true;
  }

  /** Whether a macro of another file has a say in the conditions around a unit: one of theirs, or one that these are made from. */
  #isDecidedElsewhere(units: TextUnits, unit: TextUnit): boolean {
    const words = new Set(units.conditionWords(unit));
    for (const word of words) {
      if (this.#macros.isDefinedBeside(units.file, word)) return true;
      for (const definition of units.definitionsOf(word)) {
        for (const at of units.tokensOf(definition)) {
          if (units.file.kinds[at] === TokenKind.identifier) words.add(units.file.texts[at] ?? '');
        }
        for (const other of units.conditionWords(definition)) words.add(other);
      }
    }
    return false;
  }

  #add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#pending.push(name);
  }
}

/** Whether a text begins above some lines and ends below them. */
function isAcross({ lineStarts }: TextUnits, { start, end }: TextUnit, line: number, behind: number): boolean {
  return start < (lineStarts[line] ?? 0) && end > (lineStarts[behind] ?? 0);
}
