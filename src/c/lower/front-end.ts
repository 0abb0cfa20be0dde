/**
 * Everything that is shared between headers, trees and targets while they are read.
 *
 * A piece of text, a file with what it includes, a whole header, the values of macros: each is worked out once for the
 * surroundings it depends on, and found again by checking what it had read (`reads.ts`). All of that lives in a `FrontEnd`, for
 * as long as the caller keeps it.
 */

import { PortionIndex } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import { dataModelFact, Environment, Layer, requestFact, targetFact } from '../environment.ts';
import { measureOn } from '../expression.ts';
import { forgetDifferences } from '../layer-difference.ts';
import { type DynamicMacro, Macro, readDefinition } from '../macro.ts';
import { predefinedMacros } from '../predefined.ts';
import { readsOfMacros } from '../reads.ts';
import type { IncludeForm, Source, SourceFile } from '../source.ts';
import type { TokenFile } from '../token.ts';
import { type SpellingTable, tokenize } from '../tokenize.ts';
import type { FileContents, FileEffect, PieceEffect, Resolution } from './effects.ts';
import { PieceValues } from './piece-values.ts';
import { TypeTable } from './type-table.ts';
import type { Unit } from './unit.ts';
import { MacroValues } from './values.ts';

const dynamicMacros: readonly DynamicMacro[] = [
  ...(['__LINE__', '__FILE__', '__COUNTER__', '__DATE__', '__TIME__', '__INCLUDE_LEVEL__'] as const),
  ...(['__has_include', '__has_include_next', '__has_attribute', '__has_c_attribute', '__has_builtin'] as const),
];

/** Everything that reading headers has found out so far. Holds on to all of it. */
export class FrontEnd {
  readonly types = new TypeTable();
  readonly portions = new PortionIndex();
  readonly values = new PieceValues(new MacroValues(this.types));
  readonly pieces = new Map<TokenFile, Map<number, PieceEffect[]>>();
  readonly files = new Map<TokenFile, FileEffect[]>();
  /** The units of one target, the last one asked for: two trees share them, two targets do not. */
  readonly #units = new Map<TokenFile, Unit[]>();
  #target: Target | undefined;
  readonly #spellings: SpellingTable = new Map();
  readonly #tokenFiles = new Map<string, TokenFile>();
  readonly #tokensOf = new WeakMap<SourceFile, TokenFile>();
  readonly #sourceFiles = new WeakMap<Source, Map<TokenFile, SourceFile>>();
  readonly #shut = new WeakMap<Macro, FileEffect>();
  readonly #agreements = new WeakMap<Source, WeakMap<PieceEffect | FileContents, boolean>>();
  readonly #bases = new Map<Target, Environment>();
  readonly #predefined = new Map<string, Macro>();

  /** The units known for a file on a target. */
  unitsOf(file: TokenFile, target: Target): Unit[] {
    this.#turnTo(target);
    let units = this.#units.get(file);
    if (units === undefined) this.#units.set(file, (units = []));
    return units;
  }

  /** What files with all their includes come to is hardly ever the same for another target, and takes much room. */
  #turnTo(target: Target): void {
    if (target === this.#target) return;
    this.#target = target;
    this.#units.clear();
    this.files.clear();
    forgetDifferences();
  }

  /** What is defined before the first line of a header. */
  baseOf(target: Target): Environment {
    let base = this.#bases.get(target);
    if (base === undefined) {
      const layer = new Layer();
      for (const name of dynamicMacros) layer.macros.set(name, this.#dynamic(name));
      for (const line of predefinedMacros(target.name, target.language)) {
        const macro = this.#predefine(line);
        layer.macros.set(macro.name, macro);
      }
      // What depends on a size depends on the language: only C has records without bytes.
      const suffix = target.language === 'C' ? '' : ' in C++';
      layer.macros.set(dataModelFact, target.dataModel + suffix);
      layer.macros.set(targetFact, target.name + suffix);
      layer.macros.set(requestFact, JSON.stringify(target.request));
      base = new Environment(layer, { measure: measureOn(target) });
      this.#bases.set(target, base);
    }
    return base;
  }

  /** The tokens of a file, cut once for each content. */
  tokensOf(file: SourceFile, source: Source): TokenFile {
    let tokens = this.#tokensOf.get(file);
    if (tokens === undefined) {
      const key = `${file.contentKey}\0${file.path}\0${file.name}\0${file.isBuiltIn === true}`;
      tokens = this.#tokenFiles.get(key);
      if (tokens === undefined) {
        tokens = tokenize(file, this.#spellings);
        this.#tokenFiles.set(key, tokens);
      }
      this.#tokensOf.set(file, tokens);
    }
    let known = this.#sourceFiles.get(source);
    if (known === undefined) this.#sourceFiles.set(source, (known = new Map<TokenFile, SourceFile>()));
    if (!known.has(tokens)) known.set(tokens, file);
    return tokens;
  }

  resolve(source: Source, name: string, form: IncludeForm, from: TokenFile): TokenFile | undefined {
    const found = source.resolve(name, form, this.#sourceFiles.get(source)?.get(from));
    return found === undefined ? undefined : this.tokensOf(found, source);
  }

  /** Whether every include of a piece or a file, and below it, leads to the same text in `source`. */
  resolvesTheSame(source: Source, effect: PieceEffect | FileContents): boolean {
    const { resolutions } = effect;
    if (!('parts' in effect)) return resolutions.length === 0 || this.#isResolvedTheSame(source, resolutions);
    let known = this.#agreements.get(source);
    if (known === undefined) this.#agreements.set(source, (known = new WeakMap<PieceEffect | FileContents, boolean>()));
    let answer = known.get(effect);
    if (answer === undefined) {
      answer =
        this.#isResolvedTheSame(source, resolutions) &&
        effect.parts.every((part) => this.resolvesTheSame(source, part));
      known.set(effect, answer);
    }
    return answer;
  }

  #isResolvedTheSame(source: Source, resolutions: readonly Resolution[]): boolean {
    return resolutions.every(({ name, form, from, answer }) => this.resolve(source, name, form, from) === answer);
  }

  /** What including a file does whose include guard is set: nothing. */
  shut(file: TokenFile, name: string, guard: Macro): FileEffect {
    let effect = this.#shut.get(guard);
    if (effect?.file !== file) {
      const nothing = {
        layer: new Layer(),
        resolutions: [],
        parts: [],
        diagnostics: [],
        hasErrors: false,
        isShareable: true,
      };
      effect = { kind: 'file', file, reads: readsOfMacros([name, guard]), ...nothing };
      this.#shut.set(guard, effect);
    }
    return effect;
  }

  #predefine(line: string): Macro {
    const known = this.#predefined.get(line);
    if (known !== undefined) return known;
    const result = readDefinition(this.#builtIn(line), 0);
    if ('problem' in result) throw new Error(`predefined macro: ${line}`);
    this.#predefined.set(line, result.macro);
    return result.macro;
  }

  #builtIn(definition: string): TokenFile {
    const place = { name: '<predefined>', path: '<predefined>', isBuiltIn: true };
    return tokenize({ ...place, text: `#define ${definition}\n` }, this.#spellings);
  }

  #dynamic(name: DynamicMacro): Macro {
    const known = this.#predefined.get(name);
    if (known !== undefined) return known;
    const file = this.#builtIn(name);
    const macro = new Macro({ name, file, nameIndex: 2, bodyStart: 3, bodyEnd: 3, dynamic: name });
    this.#predefined.set(name, macro);
    return macro;
  }
}
