/**
 * Evaluates one macro: an integer constant, an ioctl request, or just text.
 *
 * A request is recognised by passing through `_IO`, `_IOR`, … on the way: by the time there is a number it has lost the type it was
 * made of, so the call's arguments are watched during expansion.
 */

import type { RequestDeclaration } from '../../abi/abi.ts';
import type { Target } from '../../abi/target.ts';
import { spellType } from '../../abi/types.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { View } from '../environment.ts';
import { Scope } from '../scope.ts';
import { expanderOf, type ExpansionContext } from '../expand.ts';
import { LimitReached, limits } from '../limits.ts';
import type { Operand } from '../expression/operand.ts';
import { Macro } from '../macro.ts';
import type { Parser } from '../parse.ts';
import type { Expression } from '../syntax.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { locationOf, spellTokens, type Token, TokenKind } from '../token.ts';
import { integerBase } from '../expression/arithmetic.ts';
import { type Call, type CallForms, nameOfParameter, parameterOf } from './call-form.ts';
import { Lowering } from './lowering.ts';
import { argumentsOf, isWholeCall, mentions, placeOf, textOf } from './macro-text.ts';
import type { FormOfCall, KnownValue, MacroValue, ValueBudget } from './macro-value.ts';
import { parserIn } from './parser-in.ts';
import { requestMacros, requestOf } from './request-macros.ts';
import type { TypeTable } from './type-table.ts';

/** Evaluates one macro in its surroundings. */
export class MacroReader {
  readonly #view: View;
  readonly #scope: Scope;
  readonly #forms: CallForms;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #target: Target;
  readonly #lowering: Lowering;
  readonly #context: ExpansionContext;
  #call: Call | undefined;
  /** Of which call the value depends, whether it was found through it or was not. */
  #form: FormOfCall | undefined;
  readonly #budget: ValueBudget;

  constructor(view: View, target: Target, types: TypeTable, forms: CallForms, budget: ValueBudget) {
    this.#view = view;
    this.#forms = forms;
    this.#budget = budget;
    this.#scope = new Scope(view);
    this.#target = target;
    this.#lowering = new Lowering(this.#scope, target, types, () => undefined);
    this.#context = {
      scope: this.#scope,
      // A macro that does not even expand is no constant; nobody used it yet, so nothing is wrong with the header.
      report: () => undefined,
      isForAnyPlace: true,
      tokensLeft: 0,
      nextCounter: () => 0,
      onCall: (macro, use, parameters) => {
        if (requestMacros.has(macro.name)) this.#call ??= { name: macro.name, use, parameters };
      },
    };
  }

  read(macro: Macro): KnownValue {
    const value = this.#valueOf(macro);
    const reads = this.#scope.reads();
    const isOfPlace = this.#diagnostics.length > 0 || reads.isOfPlace;
    return { value, reads, form: this.#form, diagnostics: this.#diagnostics, isOfPlace };
  }

  #valueOf(macro: Macro): MacroValue {
    const name = macro.file.token(macro.nameIndex);
    const called = this.#calledMacro(macro);
    const byForm = called === undefined ? undefined : this.#attempt(name, () => this.#computeCall(macro, called));
    if (byForm === 'none') return { kind: 'text', declaration: textOf(macro) };
    if (byForm !== undefined) return this.#describe(macro, byForm, called);
    this.#call = undefined;
    const value = this.#attempt(name, () => this.#compute([name], name));
    if (value === undefined) return { kind: 'text', declaration: textOf(macro) };
    return this.#describe(macro, value, undefined);
  }

  #describe(macro: Macro, value: bigint, called: Macro | undefined): MacroValue {
    const request = this.#request(macro, value, called);
    return request === undefined
      ? { kind: 'constant', declaration: { ...placeOf(macro), value, ...mentions(macro) } }
      : { kind: 'request', declaration: { ...placeOf(macro), ...request } };
  }

  /** The function-like macro that `macro` is one call of, and nothing else. */
  #calledMacro(macro: Macro): Macro | undefined {
    const [first] = macro.body;
    if (first?.kind !== TokenKind.identifier || !isWholeCall(macro, first.text)) return undefined;
    const called = this.#scope.binding(first.text);
    const takesArguments = called instanceof Macro && called.parameters !== undefined && !called.isVariadic;
    return takesArguments ? called : undefined;
  }

  /** The value of a call by its form, or `none` if it surely has no value; `undefined` where the long way has to be gone. */
  #computeCall(macro: Macro, called: Macro): bigint | 'none' | undefined {
    const name = macro.file.token(macro.nameIndex);
    const form = this.#forms.formOf(called, this.#view, this.#target, name);
    if (form === undefined) return undefined;
    const given = argumentsOf(macro, name);
    if (form.uses.length !== given.length) return undefined;
    this.#form = { name: called.name, form };
    for (const [index, use] of form.uses.entries()) {
      const tokens = given[index] ?? [];
      const parameter = nameOfParameter(index);
      if (use === 'type') {
        const type = this.#lowering.typeOf(this.#parser(tokens, name).parseWholeTypeName());
        this.#scope.bindOrdinary(parameter, { kind: 'object', type });
      } else if (use === 'value') {
        const { type, value } = this.#argumentValue(tokens, name);
        const base = integerBase(type);
        if (typeof value !== 'bigint' || base === undefined) return undefined;
        this.#scope.bindOrdinary(parameter, { kind: 'enumerator', name: parameter, value, base });
      }
    }
    const result = this.#operandOf(form.expression);
    // Most are requests with a record that another architecture has: the long way leads to the same incomplete type.
    if (result === undefined) return 'none';
    const { type, value } = result;
    if (typeof value !== 'bigint' || integerBase(type) === undefined) return undefined;
    if (form.call !== undefined) this.#call = { ...form.call, use: name, parameters: filledIn(form.call, given) };
    return value;
  }

  /** `undefined` where an expression has no value. */
  #operandOf(expression: Expression): Operand | undefined {
    try {
      return this.#lowering.evaluator.operand(expression);
    } catch (error) {
      if (error instanceof SyntaxProblem) return undefined;
      throw error;
    }
  }

  #argumentValue(tokens: readonly Token[], at: Token): Operand {
    const [only, ...others] = tokens;
    if (only !== undefined && others.length === 0) {
      const { kind } = only;
      if (kind === TokenKind.number) return this.#lowering.evaluator.operand({ kind: 'number', token: only, depth: 1 });
      if (kind === TokenKind.character) {
        return this.#lowering.evaluator.operand({ kind: 'character', token: only, depth: 1 });
      }
    }
    return this.#lowering.evaluator.operand(this.#parser(tokens, at).parseWholeExpression());
  }

  #attempt<T>(at: Token, compute: () => T): T | undefined {
    const allowed = Math.min(limits.expandedTokensPerValue, this.#budget.tokensLeft);
    this.#context.tokensLeft = allowed;
    try {
      return compute();
    } catch (error) {
      if (error instanceof LimitReached) {
        this.#diagnostics.push({ ...error.diagnostic, location: locationOf(at) });
      } else if (!(error instanceof SyntaxProblem)) throw error;
      // What is too much is no text like any other: it may well be a number.
      else if (error.code === 'limit-reached')
        this.#diagnostics.push({ ...error.diagnostic, location: locationOf(at) });
      return undefined;
    } finally {
      this.#budget.tokensLeft -= allowed - Math.max(0, this.#context.tokensLeft);
    }
  }

  /** A parser for what `tokens` expand to. It reads no further than it must: long lists are given up at their first comma. */
  #parser(tokens: readonly Token[], at: Token): Parser {
    const expander = expanderOf(this.#context, tokens, 0, at);
    return parserIn(this.#scope, new TokenStream(() => expander.next()));
  }

  #compute(tokens: readonly Token[], at: Token): bigint | undefined {
    const expression = this.#parser(tokens, at).parseWholeExpression();
    const { type, value } = this.#lowering.evaluator.operand(expression);
    return typeof value === 'bigint' && integerBase(type) !== undefined ? value : undefined;
  }

  /** The request that `value` is, if it came out of one of the `_IO` macros unchanged. */
  #request(
    macro: Macro,
    value: bigint,
    called: Macro | undefined,
  ): Omit<RequestDeclaration, 'name' | 'header' | 'location'> | undefined {
    const call = this.#call;
    if (call === undefined) return undefined;
    const isCall = isWholeCall(macro, call.name) || (called !== undefined && isWholeCall(called, call.name));
    if (!isCall) {
      const name = call.use.as(TokenKind.identifier, call.name).with(false, undefined, undefined);
      const tokens = [name, name.as(TokenKind.punctuator, '(')];
      for (const [index, parameter] of call.parameters.entries()) {
        if (index > 0) tokens.push(name.as(TokenKind.punctuator, ','));
        tokens.push(...parameter);
      }
      tokens.push(name.as(TokenKind.punctuator, ')'));
      if (this.#attempt(call.use, () => this.#compute(tokens, name)) !== value) return undefined;
    }
    const request = requestOf(value, this.#scope, this.#target);
    const argument = this.#attempt(call.use, () => this.#argument(call));
    const alias = macro.bodyEnd - macro.bodyStart === 1 ? { aliasOf: spellTokens(macro.body) } : {};
    return { ...request, ...(argument === undefined ? {} : { argument }), ...alias };
  }

  /** The name of the C type that a request carries. */
  #argument(call: Call): string | undefined {
    if (call.name === '_IO') return undefined;
    const tokens = call.parameters[call.name === '_IOC' ? 3 : 2] ?? [];
    if (call.name !== '_IOC') return spellType(this.#lowering.typeOf(this.#parser(tokens, call.use).parseTypeName()));
    const [word, open] = tokens;
    if (word?.text !== 'sizeof' || open?.text !== '(' || tokens.at(-1)?.text !== ')') return undefined;
    return spellType(this.#lowering.typeOf(this.#parser(tokens.slice(2, -1), call.use).parseTypeName()));
  }
}

/** The arguments of a call inside the form, where the call has these. */
function filledIn({ parameters }: Call, given: readonly (readonly Token[])[]): readonly (readonly Token[])[] {
  return parameters.map((tokens) =>
    tokens.flatMap((token) => {
      const index = parameterOf(token);
      return index < 0 ? [token] : (given[index] ?? []);
    }),
  );
}
