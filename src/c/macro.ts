/**
 * Macro definitions (C17 §6.10.3), with GCC's named variadic parameters (`args...`).
 *
 * A definition is made once per `#define` line of a `TokenFile`, so "is this the same definition?" is a comparison of
 * objects, whatever unit or target processed the line. Two definitions that say the same are as good as one, though: nothing
 * shows where a macro was defined. The replacement list stays in the file's arrays until it is needed.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { locationOf, type Token, type TokenFile, TokenKind } from './token.ts';

/** Names that the preprocessor itself gives a meaning. */
export type DynamicMacro =
  '__LINE__' | '__FILE__' | '__COUNTER__' | '__DATE__' | '__TIME__' | '__INCLUDE_LEVEL__' | HasTest;
export type HasTest =
  '__has_include' | '__has_include_next' | '__has_attribute' | '__has_c_attribute' | '__has_builtin';

export class Macro {
  readonly name: string;
  readonly file: TokenFile;
  /** Index of the name's token in `file`. */
  readonly nameIndex: number;
  readonly parameters: readonly string[] | undefined;
  /** Whether the last parameter takes all remaining arguments. */
  readonly isVariadic: boolean;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly dynamic: DynamicMacro | undefined;
  #body: readonly Token[] | undefined;
  #bodyParameters: readonly number[] | undefined;
  #hasOperators: boolean | undefined;

  constructor(parts: {
    name: string;
    file: TokenFile;
    nameIndex: number;
    parameters?: readonly string[] | undefined;
    isVariadic?: boolean;
    bodyStart: number;
    bodyEnd: number;
    dynamic?: DynamicMacro;
  }) {
    this.name = parts.name;
    this.file = parts.file;
    this.nameIndex = parts.nameIndex;
    this.parameters = parts.parameters;
    this.isVariadic = parts.isVariadic ?? false;
    this.bodyStart = parts.bodyStart;
    this.bodyEnd = parts.bodyEnd;
    this.dynamic = parts.dynamic;
  }

  get body(): readonly Token[] {
    if (this.#body === undefined) {
      const body: Token[] = [];
      for (let index = this.bodyStart; index < this.bodyEnd; index++) body.push(this.file.token(index));
      this.#body = body;
    }
    return this.#body;
  }

  /** For each token of the body: the index of the parameter it names, or -1. */
  get bodyParameters(): readonly number[] {
    this.#bodyParameters ??= this.body.map((token) =>
      token.kind === TokenKind.identifier ? (this.parameters?.indexOf(token.text) ?? -1) : -1,
    );
    return this.#bodyParameters;
  }

  /** Whether the body does more than naming parameters: `#`, `##`, `__VA_OPT__`. */
  get hasOperators(): boolean {
    this.#hasOperators ??= this.body.some(
      ({ kind, text }) =>
        text === '__VA_OPT__' ||
        (kind === TokenKind.punctuator && (text === '##' || (text === '#' && this.parameters !== undefined))),
    );
    return this.#hasOperators;
  }

  /** Whether what it comes to depends on where it is used. */
  get isOfPlace(): boolean {
    return this.dynamic !== undefined || this.#looksForHeaders();
  }

  /** Redefinition with the same parameters and replacement list is allowed (C17 §6.10.3p2), and changes nothing. */
  isSameAs(other: Macro): boolean {
    if (this === other) return true;
    const length = this.bodyEnd - this.bodyStart;
    if (this.isVariadic !== other.isVariadic || other.bodyEnd - other.bodyStart !== length) return false;
    if (this.dynamic !== other.dynamic || this.parameters?.join() !== other.parameters?.join()) return false;
    for (let index = 0; index < length; index++) {
      const [at, there] = [this.bodyStart + index, other.bodyStart + index];
      if (this.file.texts[at] !== other.file.texts[there]) return false;
      if (index > 0 && this.file.hasSpaceBefore(at) !== other.file.hasSpaceBefore(there)) return false;
    }
    return true;
  }

  /**
   * Whether it makes no difference which of the two is in force: what comes out of a macro stands where the macro is used. Only
   * a header that `__has_include` looks for is searched from where the macro was defined.
   */
  isAsGoodAs(other: Macro): boolean {
    return this === other || (this.isSameAs(other) && (this.file === other.file || !this.#looksForHeaders()));
  }

  #looksForHeaders(): boolean {
    for (let at = this.bodyStart; at < this.bodyEnd; at++) {
      if (this.file.texts[at]?.startsWith('__has_include') === true) return true;
    }
    return false;
  }
}

/** The macros that the `#define` lines of a file make, by index of the `#`. */
const definitions = new WeakMap<TokenFile, Map<number, Macro>>();

export type MacroResult = { readonly macro: Macro } | { readonly problem: Diagnostic };

/** Reads the `#define` whose `#` is at `hash`. */
export function readDefinition(file: TokenFile, hash: number): MacroResult {
  let inFile = definitions.get(file);
  if (inFile === undefined) definitions.set(file, (inFile = new Map<number, Macro>()));
  const known = inFile.get(hash);
  if (known !== undefined) return { macro: known };
  const end = file.lineEnd(hash);
  const nameIndex = hash + 2;
  const name = file.texts[nameIndex] ?? '';
  const problem = (index: number, message: string): MacroResult => ({
    problem: {
      severity: 'error',
      code: 'bad-macro-definition',
      message,
      location: locationOf(file.token(Math.min(index, end - 1))),
    },
  });
  if (nameIndex >= end || file.kinds[nameIndex] !== TokenKind.identifier) {
    return problem(nameIndex, 'A macro needs a name.');
  }
  if (name === 'defined' || name === '__VA_ARGS__' || name === '__VA_OPT__') {
    return problem(nameIndex, `${name} cannot be the name of a macro.`);
  }
  let at = nameIndex + 1;
  let parameters: string[] | undefined;
  let isVariadic = false;
  if (at < end && file.texts[at] === '(' && !file.token(at).hasSpaceBefore) {
    parameters = [];
    at++;
    while (file.texts[at] !== ')' || at >= end) {
      if (at >= end || isVariadic) return problem(at, 'The parameters of this macro are not closed with ).');
      if (file.texts[at] === '...') {
        parameters.push('__VA_ARGS__');
        isVariadic = true;
      } else if (file.kinds[at] === TokenKind.identifier) {
        parameters.push(file.texts[at] ?? '');
        if (file.texts[at + 1] === '...' && at + 1 < end) {
          isVariadic = true;
          at++;
        }
      } else {
        return problem(at, 'A macro parameter is a name.');
      }
      at++;
      if (at < end && file.texts[at] === ',') {
        at++;
        if (file.texts[at] === ')') return problem(at, 'A macro parameter is a name.');
      } else if (at >= end || file.texts[at] !== ')') {
        return problem(at, 'Macro parameters are separated by commas.');
      }
    }
    if (new Set(parameters).size !== parameters.length) return problem(at, 'Two macro parameters have the same name.');
    at++;
  }
  if (file.texts[at] === '##' && at < end) return problem(at, 'A replacement list cannot begin with ##.');
  if (end > at && file.texts[end - 1] === '##') return problem(end - 1, 'A replacement list cannot end with ##.');
  const macro = new Macro({ name, file, nameIndex, parameters, isVariadic, bodyStart: at, bodyEnd: end });
  inFile.set(hash, macro);
  return { macro };
}

/** What `#pragma push_macro` put aside for one name, the latest last; `undefined` where the name was no macro then. */
export interface SavedMacros {
  readonly kind: 'saved';
  readonly macros: readonly (Macro | undefined)[];
}
