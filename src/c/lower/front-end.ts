/**
 * Everything that is shared between headers, trees and targets while they are read.
 *
 * A piece of text, the values of its macros: each is worked out once for the surroundings it depends on, and found again by
 * checking what it had read (`reads.ts`). All of that lives in a `FrontEnd`, for as long as the caller keeps it. What whole
 * files come to is known to those who read them (`audience.ts`).
 */

import { PortionIndex } from '../../abi/portion-index.ts';
import type { Target } from '../../abi/target.ts';
import { NameTable } from '../names.ts';
import { type DynamicMacro, Macro, readDefinition } from '../macro.ts';
import { predefinedMacros } from '../predefined.ts';
import type { IncludeForm, Source, SourceFile } from '../source.ts';
import type { TokenFile } from '../token.ts';
import { type SpellingTable, tokenize } from '../tokenize.ts';
import type { PieceEffect } from './effects.ts';
import { PieceValues } from './piece-values.ts';
import { TypeTable } from './type-table.ts';
import { MacroValues } from './macro-values.ts';

const dynamicMacros: readonly DynamicMacro[] = [
  ...(['__LINE__', '__FILE__', '__COUNTER__', '__DATE__', '__TIME__', '__INCLUDE_LEVEL__'] as const),
  ...(['__has_include', '__has_include_next', '__has_attribute', '__has_c_attribute', '__has_builtin'] as const),
];

/** Everything that reading headers has found out so far. Holds on to all of it. */
export class FrontEnd {
  readonly types = new TypeTable();
  readonly portions = new PortionIndex();
  readonly names = new NameTable();
  readonly values = new PieceValues(new MacroValues(this.types));
  readonly #pieces = new Map<TokenFile, Map<number, PieceEffect[]>>();
  readonly #spellings: SpellingTable = new Map();
  readonly #tokenFiles = new Map<string, TokenFile>();
  readonly #tokensOf = new WeakMap<SourceFile, TokenFile>();
  readonly #sourceFiles = new WeakMap<object, Map<TokenFile, SourceFile>>();
  readonly #predefined = new Map<string, Macro>();

  /** What is known of the piece of a file that begins with a token. */
  piecesAt(file: TokenFile, start: number): PieceEffect[] {
    let byStart = this.#pieces.get(file);
    if (byStart === undefined) this.#pieces.set(file, (byStart = new Map<number, PieceEffect[]>()));
    let known = byStart.get(start);
    if (known === undefined) byStart.set(start, (known = []));
    return known;
  }

  /** What is defined for a target before the first line of a header. */
  predefinedMacros({ name, language }: Target): Macro[] {
    const lines = predefinedMacros(name, language);
    this.#predefine(lines.filter((line) => !this.#predefined.has(line)));
    const dynamic = dynamicMacros.map((one) => this.#dynamic(one));
    return [...dynamic, ...lines.flatMap((line) => this.#predefined.get(line) ?? [])];
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
    const key = source.shared ?? source;
    let known = this.#sourceFiles.get(key);
    if (known === undefined) this.#sourceFiles.set(key, (known = new Map<TokenFile, SourceFile>()));
    if (!known.has(tokens)) known.set(tokens, file);
    return tokens;
  }

  /** The file that an include in `from` leads to. */
  resolve(source: Source, name: string, form: IncludeForm, from: TokenFile | undefined): TokenFile | undefined {
    const file = from === undefined ? undefined : this.#sourceFiles.get(source.shared ?? source)?.get(from);
    const found = source.resolve(name, form, file);
    return found === undefined ? undefined : this.tokensOf(found, source);
  }

  #predefine(lines: readonly string[]): void {
    const file = this.#builtIn(lines);
    let start = 0;
    for (const line of lines) {
      const result = readDefinition(file, start);
      if ('problem' in result) throw new Error(`predefined macro: ${line}`);
      this.#predefined.set(line, result.macro);
      start = file.lineEnd(start);
    }
  }

  /** One file for many: to make a file costs more than a few tokens do. */
  #builtIn(definitions: readonly string[]): TokenFile {
    const place = { name: '<predefined>', path: '<predefined>', isBuiltIn: true };
    return tokenize({ ...place, text: definitions.map((one) => `#define ${one}\n`).join('') }, this.#spellings);
  }

  #dynamic(name: DynamicMacro): Macro {
    const known = this.#predefined.get(name);
    if (known !== undefined) return known;
    const file = this.#builtIn([name]);
    const macro = new Macro({ name, file, nameIndex: 2, bodyStart: 3, bodyEnd: 3, dynamic: name });
    this.#predefined.set(name, macro);
    return macro;
  }
}
