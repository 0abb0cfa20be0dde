/**
 * What macros are worth: integer constants, ioctl requests, or just text.
 *
 * A macro means what it expands to where it is used, so it is evaluated in the surroundings at the end of the unit, as a
 * program that includes the header would. A request is recognised by passing through `_IO`, `_IOR`, … on the way: by then
 * the number has lost the type it was made of, so the call's arguments are watched during expansion.
 */

import type { ConstantDeclaration, MacroDeclaration, RequestDeclaration } from '../../abi/abi.ts';
import { decodeRequest } from '../../abi/request.ts';
import type { Target } from '../../abi/target.ts';
import { spellType } from '../../abi/types.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { type Environment, type Reads, Scope, targetFact } from '../environment.ts';
import { expandTokens, type ExpansionContext, LimitReached } from '../expand.ts';
import { limits } from '../limits.ts';
import { parseInteger } from '../literal.ts';
import type { Macro } from '../macro.ts';
import { Parser } from '../parse.ts';
import { SyntaxProblem, TokenStream } from '../token-stream.ts';
import { locationOf, spellTokens, type Token, TokenKind } from '../token.ts';
import { integerBase } from '../expression.ts';
import { Lowering } from './lowering.ts';
import type { TypeTable } from './type-table.ts';

export type MacroValue =
  | { readonly kind: 'constant'; readonly declaration: ConstantDeclaration }
  | { readonly kind: 'request'; readonly declaration: RequestDeclaration }
  | { readonly kind: 'text'; readonly declaration: MacroDeclaration };

/** The values of a piece's macros, wherever `reads` hold. */
export interface PieceValues {
  readonly reads: Reads;
  readonly values: readonly MacroValue[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Call {
  readonly name: string;
  readonly use: Token;
  readonly parameters: readonly (readonly Token[])[];
}

const requestMacros = new Set(['_IO', '_IOR', '_IOW', '_IOWR', '_IOR_BAD', '_IOW_BAD', '_IOWR_BAD', '_IOC']);

/** What a macro that is one number is worth everywhere. */
const literals = new WeakMap<Macro, MacroValue>();

/** Evaluates `macros` in `environment`; those that are not in force there are left out. */
export function evaluateMacros(
  macros: readonly Macro[],
  environment: Environment,
  target: Target,
  types: TypeTable,
): PieceValues {
  const reader = new MacroReader(environment, target, types);
  const values: MacroValue[] = [];
  for (const macro of macros) {
    const value = reader.read(macro);
    if (value !== undefined) values.push(value);
  }
  return { values, reads: reader.scope.reads(), diagnostics: reader.diagnostics };
}

class MacroReader {
  readonly scope: Scope;
  readonly diagnostics: Diagnostic[] = [];
  readonly #target: Target;
  readonly #lowering: Lowering;
  readonly #context: ExpansionContext;
  #calls: Call[] = [];

  constructor(environment: Environment, target: Target, types: TypeTable) {
    this.scope = new Scope(environment);
    this.#target = target;
    this.#lowering = new Lowering(this.scope, target, types, () => undefined);
    this.#context = {
      scope: this.scope,
      // A macro that does not even expand is no constant; nobody used it yet, so nothing is wrong with the header.
      report: () => undefined,
      tokensLeft: 0,
      nextCounter: () => 0,
      onCall: (macro, use, parameters) => {
        if (requestMacros.has(macro.name)) this.#calls.push({ name: macro.name, use, parameters });
      },
    };
  }

  read(macro: Macro): MacroValue | undefined {
    if (this.scope.binding(macro.name) !== macro) return undefined;
    // A guard without a value says nothing to anybody but the preprocessor.
    if (macro.name === macro.file.guard && macro.bodyStart === macro.bodyEnd) return undefined;
    const known = literals.get(macro);
    if (known !== undefined) return known;
    const place = {
      name: macro.name,
      header: macro.file.name,
      location: macro.file.locate(macro.file.offsets[macro.nameIndex] ?? 0),
    };
    if (macro.parameters === undefined && mayBeExpression(macro)) {
      const literal = literalValue(macro);
      if (literal !== undefined) {
        const value: MacroValue = { kind: 'constant', declaration: { ...place, value: literal } };
        literals.set(macro, value);
        return value;
      }
      const value = this.#evaluate(macro);
      if (value !== undefined) {
        const request = this.#request(macro, value);
        return request === undefined
          ? { kind: 'constant', declaration: { ...place, value } }
          : { kind: 'request', declaration: { ...place, ...request } };
      }
    }
    const body = spellTokens(macro.body);
    const parameters = macro.parameters === undefined ? {} : { parameters: spellParameters(macro) };
    return { kind: 'text', declaration: { ...place, ...parameters, body } };
  }

  #evaluate(macro: Macro): bigint | undefined {
    this.#calls = [];
    const name = macro.file.token(macro.nameIndex);
    return this.#attempt(name, () => this.#valueOf([name]));
  }

  #attempt<T>(at: Token, compute: () => T): T | undefined {
    this.#context.tokensLeft = limits.expandedTokensPerValue;
    try {
      return compute();
    } catch (error) {
      if (error instanceof LimitReached) {
        this.diagnostics.push({ ...error.diagnostic, location: locationOf(at) });
      } else if (!(error instanceof SyntaxProblem)) throw error;
      return undefined;
    }
  }

  #parser(tokens: readonly Token[]): Parser {
    let index = 0;
    const last = tokens.at(-1);
    const stream = new TokenStream(() => {
      const token = tokens[index++];
      if (token !== undefined) return token;
      if (last === undefined) throw new Error('nothing to parse');
      return { ...last, kind: TokenKind.end, text: '' };
    });
    return new Parser(stream, (name) => this.scope.ordinary(name)?.kind === 'typedef');
  }

  #expand(tokens: readonly Token[]): readonly Token[] {
    const [first] = tokens;
    return first === undefined ? [] : expandTokens(this.#context, tokens, 0, first);
  }

  #valueOf(tokens: readonly Token[]): bigint | undefined {
    const expanded = this.#expand(tokens);
    if (expanded.length === 0) return undefined;
    const expression = this.#parser(expanded).parseWholeExpression();
    const { type, value } = this.#lowering.evaluator.operand(expression);
    return typeof value === 'bigint' && integerBase(type) !== undefined ? value : undefined;
  }

  /** The request that `value` is, if it came out of one of the `_IO` macros unchanged. */
  #request(macro: Macro, value: bigint): Omit<RequestDeclaration, 'name' | 'header' | 'location'> | undefined {
    const [call] = this.#calls;
    if (call === undefined) return undefined;
    if (!isWholeCall(macro, call)) {
      const open: Token = { ...call.use, kind: TokenKind.punctuator, hideSet: undefined };
      const tokens = [
        { ...call.use, hideSet: undefined },
        { ...open, text: '(' },
      ];
      for (const [index, parameter] of call.parameters.entries()) {
        if (index > 0) tokens.push({ ...open, text: ',' });
        tokens.push(...parameter.map((token) => ({ ...token })));
      }
      tokens.push({ ...open, text: ')' });
      if (this.#attempt(call.use, () => this.#valueOf(tokens)) !== value) return undefined;
    }
    this.scope.binding(targetFact);
    const number = Number(BigInt.asUintN(32, value));
    const argument = this.#attempt(call.use, () => this.#argument(call));
    return { number, ...decodeRequest(number, this.#target), ...(argument === undefined ? {} : { argument }) };
  }

  /** The name of the C type that a request carries. */
  #argument(call: Call): string | undefined {
    if (call.name === '_IO') return undefined;
    let tokens = this.#expand(call.parameters[call.name === '_IOC' ? 3 : 2] ?? []);
    if (call.name === '_IOC') {
      if (tokens[0]?.text !== 'sizeof' || tokens[1]?.text !== '(' || tokens.at(-1)?.text !== ')') return undefined;
      tokens = tokens.slice(2, -1);
    }
    if (tokens.length === 0) return undefined;
    return spellType(this.#lowering.typeOf(this.#parser(tokens).parseTypeName()));
  }
}

/** Whether the macro is nothing but this call, as nearly all requests are. */
function isWholeCall(macro: Macro, call: Call): boolean {
  const { body } = macro;
  if (body[0]?.text !== call.name || body[1]?.text !== '(') return false;
  let depth = 0;
  for (const [index, { text }] of body.entries()) {
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return index === body.length - 1;
  }
  return false;
}

/** Initializers, statements and lists are told from expressions before anything is expanded; some are enormous. */
function mayBeExpression({ file, bodyStart, bodyEnd }: Macro): boolean {
  let depth = 0;
  for (let index = bodyStart; index < bodyEnd; index++) {
    if (file.kinds[index] !== TokenKind.punctuator) continue;
    const text = file.texts[index] ?? '';
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (text === '{' || text === ';' || text === '=' || (text === ',' && depth === 0)) return false;
  }
  return bodyEnd > bodyStart;
}

function literalValue(macro: Macro): bigint | undefined {
  if (macro.bodyEnd - macro.bodyStart !== 1 || macro.file.kinds[macro.bodyStart] !== TokenKind.number) return undefined;
  const literal = parseInteger(macro.file.texts[macro.bodyStart] ?? '');
  // Larger ones need their type, which depends on the target.
  return literal !== undefined && literal.value < 1n << 31n ? literal.value : undefined;
}

function spellParameters(macro: Macro): string[] {
  const names = [...(macro.parameters ?? [])];
  const last = names.length - 1;
  if (macro.isVariadic) names[last] = names[last] === '__VA_ARGS__' ? '...' : `${names[last] ?? ''}...`;
  return names;
}
