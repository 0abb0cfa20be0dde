/** Calls are not constant, but for the builtins that GCC folds (GCC manual, "Other Builtins"). */

import type { IntegerBase, Type } from '../../abi/types.ts';
import type { Expression, TypeName } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import { areCompatible } from './compatible.ts';
import { type Computing, decay, type Operand } from './operand.ts';

const swapped: Readonly<Record<string, IntegerBase>> = {
  __builtin_bswap16: 'unsigned short',
  __builtin_bswap32: 'unsigned int',
  __builtin_bswap64: 'unsigned long long',
};

export function computeCall(
  callee: Expression,
  given: readonly (Expression | TypeName)[],
  token: Token,
  computing: Computing,
): Operand {
  const { types, typeOf } = computing.context;
  const int = types.integer('int');
  const name = callee.kind === 'name' ? callee.token.text : '';
  const [first, second, third] = given;
  const expressionOf = (part: Expression | TypeName | undefined): Expression => {
    if (part !== undefined && part.kind !== 'type-name') return part;
    throw new SyntaxProblem('syntax', `${name} is called with too little.`, token);
  };
  switch (name) {
    case '__builtin_constant_p': {
      const asked = expressionOf(first);
      // GCC takes a literal for a constant, though its address is none yet.
      if (asked.kind === 'string') return { type: int, value: 1n };
      const operand = attempt(asked, computing);
      return { type: int, value: operand?.value === undefined ? 0n : 1n };
    }
    case '__builtin_choose_expr': {
      const isFirst = computing.integer(expressionOf(first)).value !== 0n;
      return computing.operand(expressionOf(isFirst ? second : third));
    }
    case '__builtin_expect':
      return computing.convert(computing.operand(expressionOf(first)), types.integer('long'));
    case '__builtin_types_compatible_p': {
      if (first?.kind !== 'type-name' || second?.kind !== 'type-name') return { type: int, value: undefined };
      const isSame = areCompatible(typeOf(first), typeOf(second));
      return { type: int, value: isSame === undefined ? undefined : isSame ? 1n : 0n };
    }
    case '__builtin_bswap16':
    case '__builtin_bswap32':
    case '__builtin_bswap64': {
      const type = types.integer(swapped[name] ?? 'int');
      const { value } = computing.convert(decay(computing.operand(expressionOf(first)), types), type);
      if (typeof value !== 'bigint') return { type, value: undefined };
      const digits = value.toString(16).padStart(Number(name.slice(-2)) / 4, '0');
      return { type, value: BigInt(`0x${(digits.match(/../g) ?? []).reverse().join('')}`) };
    }
    default:
      return { type: returnedBy(callee, token, computing), value: undefined };
  }
}

/** What is called without a declaration returns int in the C of old, and so do builtins that count bits. */
function returnedBy(callee: Expression, token: Token, { context }: Computing): Type {
  const name = callee.kind === 'name' ? callee.token.text : undefined;
  const binding = name === undefined ? undefined : context.scope.ordinary(name);
  if (binding?.kind === 'object' && binding.returns !== undefined) return binding.returns;
  const isInt = name !== undefined && (name.startsWith('__') ? countingBits.test(name) : binding === undefined);
  if (isInt) return context.types.integer('int');
  throw new SyntaxProblem('not-constant', 'What this call returns is not known.', token);
}

const countingBits = /^__builtin_(?:ffs|clz|ctz|clrsb|popcount|parity)l{0,2}$/;

function attempt(expression: Expression, computing: Computing): Operand | undefined {
  try {
    return computing.operand(expression);
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
}
