/**
 * Directives (C17 §6.10): from the tokens of a file to the tokens a parser sees.
 *
 * A `Preprocessor` works through one *piece* of a file: from a given token up to the next `#include` that stands between
 * declarations, or to the end of the file. Such an include is not followed here; the piece ends, so that what an included
 * file does can be shared between all that include it (`lower/read-file.ts`). An include in the middle of a declaration is rare and is
 * read in place.
 *
 * Conditions need no stack at run time: which `#` closes which branch is known since tokenizing, so an untrue branch is one
 * jump, and an `#else` that is reached from above jumps behind its `#endif`.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { BranchConditions } from './branch-conditions.ts';
import { Expander, type ExpansionContext } from './expand.ts';
import { headerNameIn } from './header-name.ts';
import { LimitReached, limits } from './limits.ts';
import { missingInclude } from './missing-include.ts';
import { Macro, readDefinition } from './macro.ts';
import { nameOnLine } from './passed-over.ts';
import { applyPragma } from './pragma.ts';
import type { PreprocessorHost } from './preprocessor-host.ts';
import type { Scope } from './scope.ts';
import type { IncludeForm } from './source.ts';
import { locationOf, spellTokens, type Token, type TokenFile, TokenKind } from './token.ts';

/** Where `#pragma once` keeps its memory, among the names that no macro can have. */
const onceNote = ' once ';

export type PieceEnd =
  | { readonly kind: 'file-end' }
  | { readonly kind: 'seam'; readonly resume: number }
  | {
      readonly kind: 'include';
      readonly name: string;
      readonly form: IncludeForm;
      readonly directive: Token;
      /** Where the file goes on. */
      readonly resume: number;
    };

interface OpenFile {
  readonly file: TokenFile;
  at: number;
}

export class Preprocessor {
  readonly #host: PreprocessorHost;
  readonly #scope: Scope;
  readonly #context: ExpansionContext;
  readonly #expander: Expander;
  readonly #conditions: BranchConditions;
  readonly #files: OpenFile[];
  #top: OpenFile;
  #end: PieceEnd | undefined;
  #isBetweenDeclarations = false;
  readonly #start: number;

  constructor(host: PreprocessorHost, file: TokenFile, start: number) {
    this.#host = host;
    this.#start = start;
    this.#scope = host.scope;
    this.#context = { ...host, tokensLeft: limits.expandedTokensPerUnit };
    this.#expander = new Expander(this.#context, () => this.#raw());
    this.#conditions = new BranchConditions(host, this.#context);
    this.#top = { file, at: start };
    this.#files = [this.#top];
    if (start === 0) this.#enter(this.#top);
  }

  /** How the piece ended; asked after an end token. */
  get end(): PieceEnd {
    return this.#end ?? { kind: 'file-end' };
  }

  /** The next token after expansion. `isBetweenDeclarations`: an include here may end the piece. */
  next(isBetweenDeclarations: boolean): Token {
    for (;;) {
      this.#isBetweenDeclarations = isBetweenDeclarations && this.#files.length === 1;
      const token = this.#expander.next();
      if (token.text !== '_Pragma' || token.kind !== TokenKind.identifier) return token;
      this.#pragmaOperator(token);
    }
  }

  /** `_Pragma("pack(1)")` (C17 §6.10.9). */
  #pragmaOperator(operator: Token): void {
    const [open, text, close] = [this.#expander.next(), this.#expander.next(), this.#expander.next()];
    if (open.text !== '(' || text.kind !== TokenKind.string || close.text !== ')') {
      const message = '_Pragma takes one string in parentheses.';
      this.#host.report({ severity: 'error', code: 'bad-pragma', message, location: locationOf(operator) });
      return;
    }
    const line = text.text.replace(/^\w*"|"$/g, '').replace(/\\(["\\])/g, '$1');
    const words = line.match(/[A-Za-z_]\w*|\d+|\S/g) ?? [];
    applyPragma(
      words.map((word) => text.as(TokenKind.identifier, word)),
      this.#scope,
      this.#host.report,
    );
  }

  #enter(open: OpenFile): void {
    const { file } = open;
    for (const diagnostic of file.diagnostics) this.#host.report(diagnostic);
    if (!file.isOnce) return;
    const note = onceNote + file.path;
    if (this.#scope.binding(note) !== undefined) open.at = file.count;
    else this.#scope.bind(note, 'seen');
  }

  #raw(): Token {
    const isBoundary = this.#isBetweenDeclarations && this.#expander.isIdle;
    this.#isBetweenDeclarations = false;
    for (;;) {
      const open = this.#top;
      const { file } = open;
      if (this.#end !== undefined) return endToken(file, open.at);
      if (open.at >= file.count) {
        if (this.#files.length === 1) {
          this.#end = { kind: 'file-end' };
          return endToken(file, open.at);
        }
        this.#files.pop();
        this.#top = this.#files.at(-1) ?? open;
        continue;
      }
      const index = open.at;
      if (isBoundary && index !== this.#start && file.seams.has(index) && this.#files.length === 1) {
        this.#end = { kind: 'seam', resume: index };
        return endToken(file, index);
      }
      if (!file.startsLine(index) || file.texts[index] !== '#' || file.kinds[index] !== TokenKind.punctuator) {
        open.at++;
        return file.token(index);
      }
      open.at = file.lineEnd(index);
      this.#directive(file, index, open, isBoundary);
    }
  }

  #directive(file: TokenFile, hash: number, open: OpenFile, isBoundary: boolean): void {
    const end = open.at;
    if (hash + 1 >= end) return;
    const word = file.texts[hash + 1] ?? '';
    switch (word) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.#chooseBranch(file, hash, open);
        return;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else': {
        // Reached from the branch above: everything up to the #endif is skipped.
        let at = hash;
        for (let next = file.branchEnds.get(at); next !== undefined; next = file.branchEnds.get(at)) at = next;
        if (at !== hash) open.at = at >= file.count ? file.count : file.lineEnd(at);
        return;
      }
      case 'endif':
        return;
      case 'define': {
        const result = readDefinition(file, hash);
        if ('problem' in result) this.#host.report({ ...result.problem, passedOver: nameOnLine(file, hash) });
        else this.#define(result.macro);
        return;
      }
      case 'undef': {
        const name = file.texts[hash + 2];
        if (name !== undefined && hash + 2 < end && this.#scope.binding(name) !== undefined) {
          this.#scope.bind(name, undefined);
        }
        return;
      }
      case 'include':
      case 'include_next':
      case 'import':
        this.#include(file, hash, open, isBoundary);
        return;
      case 'error':
      case 'warning': {
        const message = spellTokens(file.tokensBetween(hash + 2, end)).slice(0, 300);
        const severity = word === 'error' ? 'error' : 'warning';
        this.#report(file, hash, severity, `${word}-directive`, `The header says #${word}: ${message}`);
        return;
      }
      case 'pragma':
        applyPragma(file.tokensBetween(hash + 2, end), this.#scope, this.#host.report);
        return;
      case 'line':
      case 'ident':
      case 'sccs':
      case 'assert':
      case 'unassert':
        return;
      default:
        // `# 1 "file"`, as preprocessed files have it, says nothing about the ABI.
        if (file.kinds[hash + 1] === TokenKind.number) return;
        this.#report(
          file,
          hash + 1,
          'error',
          'unknown-directive',
          `There is no directive #${word}.`,
          nameOnLine(file, hash),
        );
    }
  }

  #define(macro: Macro): void {
    // The read makes the effect depend on what the name was before, which decides whether this is a redefinition.
    const previous = this.#scope.binding(macro.name);
    if (previous instanceof Macro && previous !== macro) {
      if (previous.dynamic !== undefined) return;
      if (!previous.isSameAs(macro)) {
        const message = `${macro.name} is defined again, and differently.`;
        this.#report(macro.file, macro.nameIndex, 'warning', 'macro-redefined', message);
      }
    }
    this.#scope.bind(macro.name, macro);
  }

  #chooseBranch(file: TokenFile, hash: number, open: OpenFile): void {
    for (let at = hash; ;) {
      if (this.#conditions.holds(file, at)) {
        open.at = file.lineEnd(at);
        return;
      }
      const next = file.branchEnds.get(at) ?? file.count;
      open.at = next >= file.count ? file.count : file.lineEnd(next);
      if (next >= file.count || file.texts[next + 1] === 'endif') return;
      at = next;
    }
  }

  #include(file: TokenFile, hash: number, open: OpenFile, isBoundary: boolean): void {
    const wanted = headerNameIn(file.tokensBetween(hash + 2, open.at), this.#context);
    if (wanted === undefined) {
      this.#report(file, hash, 'error', 'bad-include', 'This #include names no header.');
      return;
    }
    if (isBoundary && this.#files.length === 1) {
      this.#end = { kind: 'include', ...wanted, directive: file.token(hash), resume: open.at };
      return;
    }
    const included = this.#host.resolve(wanted.name, wanted.form, file);
    if (included === undefined) {
      this.#host.report(missingInclude(wanted.name, file.token(hash)));
      return;
    }
    if (this.#files.length + this.#host.depth >= limits.includeDepth) {
      throw new LimitReached('Headers include each other too deeply.', locationOf(file.token(hash)));
    }
    const inner = { file: included, at: 0 };
    this.#enter(inner);
    this.#files.push(inner);
    this.#top = inner;
  }

  #report(
    file: TokenFile,
    index: number,
    severity: Diagnostic['severity'],
    code: string,
    message: string,
    passedOver?: readonly string[],
  ): void {
    const lost = passedOver === undefined ? {} : { passedOver };
    this.#host.report({ severity, code, message, location: locationOf(file.token(index)), ...lost });
  }
}

function endToken(file: TokenFile, index: number): Token {
  return file.token(index).as(TokenKind.end, '');
}
