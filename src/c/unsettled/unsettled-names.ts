/**
 * Which names may mean something else in one of two versions of some headers.
 *
 * A commit touches a few lines of headers that define thousands of macros, and to work out what these are worth on twenty targets is
 * the dearest part of reading them. But a name can only mean something else if its own text changed, or that of a name it is
 * made from. So the names that changed lines declare are *unsettled*, and so is whatever mentions an unsettled name, and so on. All
 * other macros are settled: whatever they are worth, they are worth it on both sides.
 *
 * Texts are looked at as they stand, without regard for conditions and targets, so that too many names are unsettled rather than too
 * few. A condition that changes, or mentions what changes, changes all that it decides about; an include that comes or goes, all that it
 * includes. Where text does not show what depends on what, nothing is said at all: includes that macros name, declarations put together
 * by macros, names that `##` may form, and headers whose braces are not those one sees.
 */

import { isPredefinedAnywhere } from '../predefined.ts';
import { type TokenFile, TokenKind } from '../token.ts';
import { changedLines } from './changed-lines.ts';
import { declaredNames } from './declared-names.ts';
import { DecidedConditions } from './decided-conditions.ts';
import { type DeclaredSpaces, declaredSpaces } from './declared-spaces.ts';
import { MacroBodies } from './macro-bodies.ts';
import { MacroTags } from './macro-tags.ts';
import { Deciders } from './deciders.ts';
import { DividedFiles } from './divided-files.ts';
import { Pasting } from './pasting.ts';
import type { SearchedText } from './searched-text.ts';
import { SpelledTypes } from './spelled-types.ts';
import { includedBy, nameOf, type TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

export interface Unsettled {
  readonly names: ReadonlySet<string>;
  /** The files in which a text mentions one of the names, or is new, or went. */
  readonly files: ReadonlySet<TokenFile>;
  /** Who decides what these texts of a file say. */
  readonly decidersOf: (file: TokenFile) => Deciders;
  /** The files that define one of the names as a macro, whether that is new or not. */
  readonly definers: () => ReadonlySet<TokenFile>;
  /** What these texts of a file declare, if that is all they do. */
  readonly declaredBy: (file: TokenFile) => DeclaredSpaces | undefined;
  /**
   * Some names, and all that mean something else where these do, or any that were asked about before; `undefined` where that cannot
   * be told.
   */
  readonly reachOf: (names: Iterable<string>) => ReadonlySet<string> | undefined;
  /**
   * As `reachOf`, where these are records of another size. `undefined` also where a text may measure one of those that it reaches: then
   * more may differ than where fields lie.
   */
  readonly reachOfSizes: (records: Iterable<string>) => ReadonlySet<string> | undefined;
}

/** Two versions of one file. */
export interface Versions {
  readonly old: TokenFile;
  readonly new: TokenFile;
}

/** More need not be looked at, where somebody asks what some names reach. */
const mostReached = 400;
/** What these stand for changes with every line above them. */
const namesOfPlaces = ['__LINE__', '__COUNTER__'];
/** Words that make names out of strings, or hide directives in them. */
const hidingWords = ['push_macro', 'pop_macro', '_Pragma'];

export interface SpreadLimits {
  /** Where more headers differ in what they say, most names are no longer settled. */
  readonly mostHeaders: number;
  /** Where more names are reached, nobody is told which. */
  readonly mostNames: number;
}

/**
 * The names, or `undefined` where that cannot be told. `texts`: all that may be read on either side, the changed ones too. `isOfLibc`:
 * whether a C library may define a macro.
 */
export function unsettledNames(
  changed: readonly Versions[],
  texts: Iterable<SearchedText>,
  { mostHeaders, mostNames }: SpreadLimits,
  isOfLibc: (name: string) => boolean,
): Unsettled | undefined {
  const divided = new DividedFiles(texts);
  const isThere = (word: string): boolean => divided.mentioning(word).some((file) => file.texts.includes(word));
  if (hidingWords.some(isThere)) return undefined;
  const macros = new MacroBodies(divided);
  if (!divided.areMacrosBalanced()) return undefined;
  if (!divided.areWhole((units, text) => macros.comesToNothing(units, text))) return undefined;
  const isDefined = (name: string): boolean => divided.naming(name).length > 0;
  const alike = {
    conditions: new DecidedConditions((name) => isDefined(name) || isOfLibc(name)),
    types: new SpelledTypes((name) => isDefined(name) || isPredefinedAnywhere(name)),
  };
  const pasting = new Pasting(divided, macros);
  const spread = new Spread(divided, macros, mostNames, pasting);
  let headers = 0;
  for (const { old, new: next } of changed) {
    // A comment without an end is no token.
    if (old.diagnostics.length > 0 || next.diagnostics.length > 0) return undefined;
    const [before, after] = [divided.unitsOf(old), divided.unitsOf(next)];
    if (old.guard !== next.guard && !isGuardRenamed({ old, new: next }, divided, pasting, isOfLibc)) return undefined;
    const changes = changedLines(before, after, alike);
    // A condition that one version leaves open goes on behind all that is the same in both.
    if (changes.length > 0 && !(before.isRegular && after.isRegular)) return undefined;
    const effective = changes.filter(
      ({ old: line, oldEnd, next: nextLine, nextEnd }) =>
        !(alike.conditions.areDecided(before, line, oldEnd) && alike.conditions.areDecided(after, nextLine, nextEnd)),
    );
    if (effective.length > 0 && ++headers > mostHeaders) return undefined;
    for (const change of effective) {
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
  readonly #tags: MacroTags;
  readonly #mostNames: number;
  readonly #pasting: Pasting;
  readonly #names = new Set<string>();
  readonly #mentioning = new Set<TokenFile>();
  readonly #seen = new Map<TextUnit, TextUnits>();
  readonly #searched = new Set<TextUnit>();
  /** Texts that declare tags which they do not show. */
  readonly #declaringByMacros = new Set<TextUnit>();
  /** Whether one of the texts searched so far may measure something. */
  #measures = false;
  #pending: string[] = [];
  #isUnclear = false;

  constructor(files: DividedFiles, macros: MacroBodies, mostNames: number, pasting: Pasting) {
    this.#files = files;
    this.#macros = macros;
    this.#mostNames = mostNames;
    this.#pasting = pasting;
    this.#tags = new MacroTags(macros);
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
    const names = this.#reached();
    if (names === undefined) return undefined;
    const [other, ofSizes] = [this.#another(), this.#another()];
    return {
      ...{ names, files: this.#mentioning },
      decidersOf: (file) => this.#decidersOf(file),
      definers: () => new Set([...names].flatMap((name) => this.#files.naming(name))),
      declaredBy: (file) => this.#declaredBy(file),
      reachOf: (more) => other.#from(more),
      reachOfSizes: (records) => {
        const reached = ofSizes.#from(records);
        return ofSizes.#mayMeasure() ? undefined : reached;
      },
    };
  }

  #another(): Spread {
    return new Spread(this.#files, this.#macros, mostReached, this.#pasting);
  }

  #from(names: Iterable<string>): ReadonlySet<string> | undefined {
    for (const name of names) this.#add(name);
    return this.#reached();
  }

  #reached(): ReadonlySet<string> | undefined {
    while (this.#pending.length > 0 && !this.#isUnclear) {
      const names = this.#pending;
      this.#pending = [];
      this.#isUnclear =
        this.#names.size > this.#mostNames ||
        names.some((name) => this.#pasting.mayMake(name)) ||
        !this.#files.mentioningAny(names).every((file) => this.#follow(file, names));
    }
    return this.#isUnclear ? undefined : this.#names;
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
    this.#seen.set(unit, units);
    this.#mentioning.add(units.file);
    if (!units.isRegular) return false;
    if (unit.kind === 'directive') return this.#unsettleIncluded(units, unit);
    if (unit.kind === 'conditional') return this.#unsettleDecided(units, unit);
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
    for (const word of [...words, ...fieldWords]) {
      const tags = this.#tags.declaredBy(word, units, unit);
      if (tags === undefined) return false;
      if (tags.size > 0) this.#declaringByMacros.add(unit);
      for (const tag of tags) this.#add(tag);
    }
    for (const name of names) this.#add(name);
    return true;
  }

  /** What an include brings is there on one side only, but for what is included above it in any case. */
  #unsettleIncluded(units: TextUnits, include: TextUnit): boolean {
    const reached = new Set(units.includesAbove(include));
    const hasAll = (file: TokenFile): boolean => {
      const included = this.#files.unitsOf(file);
      // What may be included again says something each time.
      if (!included.isRegular || file.guard === undefined) return false;
      return included.distinct.every((unit) => {
        if (unit.kind === 'directive') return reach(includedBy(file, unit));
        return unit.kind === 'conditional' || nameOf(file, unit) === file.guard || this.#unsettle(included, unit);
      });
    };
    const reach = (name: string | undefined): boolean => {
      if (name === undefined) return false;
      const files = this.#files.named(name);
      if (reached.has(name)) return files.every(({ guard }) => guard !== undefined);
      reached.add(name);
      // What is not there brings nothing, and where it is missed the header is not understood.
      return files.every(hasAll);
    };
    return reach(includedBy(units.file, include));
  }

  /** Whether one of the texts seen may ask how large something is. Asked for each target, of texts that are mostly the same. */
  #mayMeasure(): boolean {
    for (const [unit, units] of this.#seen) {
      if (this.#measures) return true;
      if (this.#searched.has(unit)) continue;
      this.#searched.add(unit);
      this.#measures = unit.kind === 'text' && units.wordsOf(unit).some((word) => this.#macros.mayMeasure(word));
    }
    return this.#measures;
  }

  #decidersOf(file: TokenFile): Deciders {
    const deciders = new Deciders(this.#files);
    const units = this.#files.unitsOf(file);
    for (const unit of units.distinct) if (this.#seen.has(unit)) deciders.addFor(units, unit);
    return deciders;
  }

  #declaredBy(file: TokenFile): DeclaredSpaces | undefined {
    const units = this.#files.unitsOf(file);
    const seen = units.distinct.filter((unit) => this.#seen.has(unit));
    if (seen.some((unit) => this.#declaringByMacros.has(unit))) return undefined;
    return declaredSpaces(units, seen, (word) => this.#macros.isOnlyAttribute(word));
  }

  /** All that a condition decides about may be there on one side only. */
  #unsettleDecided(units: TextUnits, condition: TextUnit): boolean {
    const decided = units.decidedBy(condition);
    if (decided === undefined) return false;
    for (const unit of decided) if (!this.#unsettle(units, unit)) return false;
    return true;
  }

  #add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.#pending.push(name);
  }
}

/**
 * Whether an include guard, which makes a file mean something once only, has another name and nothing else that was there: nobody else
 * asks for one of the names, or defines it, nor does a compiler or a C library.
 */
function isGuardRenamed(
  { old, new: next }: Versions,
  files: DividedFiles,
  pasting: Pasting,
  isOfLibc: (name: string) => boolean,
): boolean {
  return [old.guard, next.guard].every((guard) => {
    if (guard === undefined || pasting.mayMake(guard) || isPredefinedAnywhere(guard) || isOfLibc(guard)) return false;
    const others = files.mentioning(guard).filter((file) => file !== old && file !== next);
    return !others.some(({ texts }) => texts.includes(guard));
  });
}

/** Whether a text begins above some lines and ends below them. */
function isAcross({ lineStarts }: TextUnits, { start, end }: TextUnit, line: number, behind: number): boolean {
  return start < (lineStarts[line] ?? 0) && end > (lineStarts[behind] ?? 0);
}
