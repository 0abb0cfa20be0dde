/**
 * What a call of a function-like macro comes to, worked out once with its arguments left open.
 *
 * `_IOWR(type, nr, size)` expands through a dozen macros, and a kernel has four thousand calls of it and its like. Where each
 * parameter ends up between parentheses, the expression that all calls share is expanded, parsed and worked out as far as it
 * goes without them; a call then only
 * has to say what its arguments are worth. C17 §6.10.3.1 makes that exact: an argument is expanded by itself before it is put
 * in, and parentheses on both sides keep it together afterwards. Macros that use `#` or `##` on the way are left alone.
 */

import type { Target } from '../../abi/target.ts';
import { expanderOf, type ExpansionContext } from '../expand.ts';
import { LimitReached, limits } from '../limits.ts';
import type { Macro } from '../macro.ts';
import type { Reads } from '../reads.ts';
import { Scope } from '../scope.ts';
import type { View } from '../environment.ts';
import type { Expression } from '../syntax.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { spellTokens, type Token, TokenKind } from '../token.ts';
import { foldConstants } from './fold-constants.ts';
import { Lowering } from './lowering.ts';
import { parserIn } from './parser-in.ts';
import { remember, toFront } from './remember.ts';
import type { TypeTable } from './type-table.ts';

/** A macro that was called on the way, with its arguments as they were written. */
export interface Call {
  readonly name: string;
  readonly use: Token;
  readonly parameters: readonly (readonly Token[])[];
}

/** How the expression uses a parameter. */
export type ParameterUse = 'unused' | 'value' | 'type';

export interface CallForm {
  /** In it, `nameOfParameter` stands for an argument. */
  readonly expression: Expression;
  readonly uses: readonly ParameterUse[];
  /** The first of the macros that were watched for. */
  readonly call: Call | undefined;
  /** What made it. */
  readonly reads: Reads;
}

/** A name that no token of a header can have. */
export function nameOfParameter(index: number): string {
  return ` ${index}`;
}

/** Which parameter a token stands for, or -1. */
export function parameterOf({ kind, text }: Token): number {
  return kind === TokenKind.identifier && text.startsWith(' ') ? Number(text) : -1;
}

/** Forms of calls, for the surroundings they hold in. */
export class CallForms {
  readonly #watched: ReadonlySet<string>;
  readonly #types: TypeTable;
  /** One list for all macros that say the same. */
  readonly #known = new Map<string, (CallForm | Formless)[]>();
  readonly #byView = new WeakMap<View, Map<Macro, CallForm | Formless>>();

  /** `watched`: macros whose calls are worth knowing of. */
  constructor(watched: ReadonlySet<string>, types: TypeTable) {
    this.#watched = watched;
    this.#types = types;
  }

  /** The form of calls of `macro` in a view, if they have one. `at`: a token to make others of. */
  formOf(macro: Macro, view: View, target: Target, at: Token): CallForm | undefined {
    let inView = this.#byView.get(view);
    if (inView === undefined) this.#byView.set(view, (inView = new Map<Macro, CallForm | Formless>()));
    let form = inView.get(macro);
    if (form === undefined) inView.set(macro, (form = this.#findOrMake(macro, view, target, at)));
    return 'expression' in form ? form : undefined;
  }

  #findOrMake(macro: Macro, view: View, target: Target, at: Token): CallForm | Formless {
    const text = `${macro.name}(${macro.parameters?.join() ?? ''}) ${spellTokens(macro.body)}`;
    let known = this.#known.get(text);
    if (known === undefined) this.#known.set(text, (known = []));
    const index = known.findIndex(({ reads }) => reads.holdFor(view, Object.is));
    let form = known[index];
    if (form === undefined) remember(known, (form = this.#make(macro, view, target, at)));
    else toFront(known, index);
    return form;
  }

  #make(macro: Macro, view: View, target: Target, at: Token): CallForm | Formless {
    const scope = new Scope(view);
    let call: Call | undefined;
    const trouble: string[] = [];
    const context: ExpansionContext = {
      scope,
      report: ({ code }) => trouble.push(code),
      isForAnyPlace: true,
      tokensLeft: limits.expandedTokensPerValue,
      nextCounter: () => 0,
      onCall: ({ name, hasOperators, isVariadic }, use, parameters) => {
        if (hasOperators || isVariadic) trouble.push(name);
        if (call === undefined && this.#watched.has(name)) call = { name, use, parameters };
      },
    };
    const count = macro.parameters?.length ?? 0;
    try {
      const tokens = expanderOf(context, openCall(macro, count, at), 0, at).rest();
      // What depends on where it is used is another thing in every call.
      const isOfPlace = macro.isOfPlace || scope.reads().isOfPlace;
      const uses = trouble.length === 0 && !isOfPlace ? usesOf(tokens, count) : undefined;
      if (uses === undefined) return { reads: scope.reads() };
      let index = 0;
      const end = at.as(TokenKind.end, '');
      const parser = parserIn(scope, new TokenStream(() => tokens[index++] ?? end));
      const { evaluator } = new Lowering(scope, target, this.#types, () => undefined);
      const isOpen = (name: string): boolean => name.startsWith(' ');
      const expression = foldConstants(parser.parseWholeExpression(), evaluator, isOpen);
      return { expression, uses, call, reads: scope.reads() };
    } catch (error) {
      if (error instanceof SyntaxProblem || error instanceof LimitReached) return { reads: scope.reads() };
      throw error;
    }
  }
}

interface Formless {
  readonly reads: Reads;
}

function openCall(macro: Macro, count: number, at: Token): readonly Token[] {
  const tokens = [at.as(TokenKind.identifier, macro.name), at.as(TokenKind.punctuator, '(')];
  for (let index = 0; index < count; index++) {
    if (index > 0) tokens.push(at.as(TokenKind.punctuator, ','));
    tokens.push(at.as(TokenKind.identifier, nameOfParameter(index)));
  }
  tokens.push(at.as(TokenKind.punctuator, ')'));
  return tokens;
}

/** What each parameter is used for; `undefined` if one is not between parentheses, or is both a type and a value. */
function usesOf(tokens: readonly Token[], count: number): readonly ParameterUse[] | undefined {
  const uses: ParameterUse[] = Array.from({ length: count }, () => 'unused');
  for (const [at, token] of tokens.entries()) {
    const index = parameterOf(token);
    if (index < 0) continue;
    if (tokens[at - 1]?.text !== '(' || tokens[at + 1]?.text !== ')') return undefined;
    const before = tokens[at - 2];
    const use = before?.text === 'sizeof' ? 'type' : 'value';
    // A name before the parenthesis makes it a call.
    if (use === 'value' && before?.kind === TokenKind.identifier) return undefined;
    if (uses[index] !== 'unused' && uses[index] !== use) return undefined;
    uses[index] = use;
  }
  return uses;
}
