/** The conditions of `#if` and its relatives (C17 §6.10.1), with GNU's questions about features. */

import { evaluateCondition } from './condition.ts';
import { expandTokens, type ExpansionContext } from './expand.ts';
import { hasFeature } from './features.ts';
import { headerNameIn } from './header-name.ts';
import { type HasTest, Macro } from './macro.ts';
import { declaredInBranch } from './passed-over.ts';
import type { PreprocessorHost } from './preprocessor-host.ts';
import type { Scope } from './scope.ts';
import { locationOf, spellTokens, type Token, type TokenFile, TokenKind } from './token.ts';

export class BranchConditions {
  readonly #host: Pick<PreprocessorHost, 'report' | 'resolve'>;
  readonly #scope: Scope;
  readonly #context: ExpansionContext;

  constructor(host: PreprocessorHost, context: ExpansionContext) {
    this.#host = host;
    this.#scope = host.scope;
    this.#context = context;
  }

  /** Whether the branch that a directive opens is taken, if none above it was. */
  holds(file: TokenFile, hash: number): boolean {
    const word = file.texts[hash + 1] ?? '';
    const end = file.lineEnd(hash);
    switch (word) {
      case 'else':
        return true;
      case 'ifdef':
      case 'ifndef':
      case 'elifdef':
      case 'elifndef': {
        const name = file.texts[hash + 2];
        if (name === undefined || hash + 2 >= end) {
          this.#host.report({
            severity: 'error',
            code: 'bad-condition',
            message: `#${word} needs a name.`,
            location: locationOf(file.token(hash + 1)),
            passedOver: declaredInBranch(file, hash),
          });
          return false;
        }
        return this.#isDefined(name) !== word.endsWith('ndef');
      }
      default:
        return this.#evaluate(file.tokensBetween(hash + 2, end), file, hash);
    }
  }

  #isDefined(name: string): boolean {
    return this.#scope.binding(name) instanceof Macro;
  }

  #evaluate(line: readonly Token[], file: TokenFile, at: number): boolean {
    const hash = file.token(at);
    const answered = this.#answerTests(line);
    this.#context.isCondition = true;
    const expanded = expandTokens(this.#context, answered, 0, hash);
    this.#context.isCondition = false;
    // GCC also answers a `defined` that comes out of a macro.
    const result = evaluateCondition(this.#answerTests(expanded), {
      isCharSigned: () => !this.#isDefined('__CHAR_UNSIGNED__'),
      isWideSigned: () => {
        const type = this.#scope.binding('__WCHAR_TYPE__');
        return !(type instanceof Macro && type.body.some(({ text }) => text === 'unsigned'));
      },
    });
    if (result.kind === 'value') return result.isTrue;
    this.#host.report({
      severity: 'error',
      code: 'bad-condition',
      message: result.message,
      location: locationOf(result.token ?? hash),
      passedOver: declaredInBranch(file, at),
    });
    return false;
  }

  /** Replaces `defined X` and `__has_…(…)` by 1 or 0. */
  #answerTests(line: readonly Token[]): readonly Token[] {
    if (!line.some(({ text }) => text === 'defined' || text.startsWith('__has_'))) return line;
    const answered: Token[] = [];
    for (let at = 0; at < line.length; at++) {
      const token = line[at];
      if (token === undefined) break;
      if (token.kind !== TokenKind.identifier) {
        answered.push(token);
      } else if (token.text === 'defined') {
        const isOpen = line[at + 1]?.text === '(';
        const name = line[at + (isOpen ? 2 : 1)];
        if (name?.kind !== TokenKind.identifier || (isOpen && line[at + 3]?.text !== ')')) {
          answered.push(token);
          continue;
        }
        answered.push(answer(token, this.#isDefined(name.text)));
        at += isOpen ? 3 : 1;
      } else if (this.#isTest(token.text) && line[at + 1]?.text === '(') {
        let close = at + 2;
        for (let depth = 0; close < line.length && (depth > 0 || line[close]?.text !== ')'); close++) {
          if (line[close]?.text === '(') depth++;
          if (line[close]?.text === ')') depth--;
        }
        const inside = line.slice(at + 2, close);
        answered.push(answer(token, this.#hasTest(token.text as HasTest, inside, token.file)));
        at = close;
      } else {
        answered.push(token);
      }
    }
    return answered;
  }

  #isTest(name: string): boolean {
    const binding = name.startsWith('__has_') ? this.#scope.binding(name) : undefined;
    return binding instanceof Macro && binding.dynamic !== undefined;
  }

  #hasTest(test: HasTest, inside: readonly Token[], from: TokenFile): boolean {
    if (test !== '__has_include' && test !== '__has_include_next') {
      return hasFeature(test, spellTokens(inside), (name) => this.#isDefined(name));
    }
    const wanted = headerNameIn(inside, this.#context);
    return wanted !== undefined && this.#host.resolve(wanted.name, wanted.form, from) !== undefined;
  }
}

function answer(token: Token, isTrue: boolean): Token {
  return token.as(TokenKind.number, isTrue ? '1' : '0');
}
