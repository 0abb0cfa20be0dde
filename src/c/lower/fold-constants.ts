/**
 * An expression with everything worked out that depends on nothing: `(0+8)+8` becomes `16`.
 *
 * What is left computes the same, with the same types (C17 §6.6 lets a translator do so). A part that cannot be worked out, or
 * comes to something that no literal can say, stays as it is.
 */

import type { IntegerBase } from '../../abi/types.ts';
import type { Evaluator } from '../expression.ts';
import type { Expression } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import { TokenKind } from '../token.ts';

/** The suffix that gives a literal its type. */
const suffixes: Partial<Record<IntegerBase, string>> = {
  ...{ int: '', 'unsigned int': 'U', long: 'L', 'unsigned long': 'UL' },
  ...{ 'long long': 'LL', 'unsigned long long': 'ULL' },
};

/** `isOpen`: names that have no value yet. */
export function foldConstants(
  expression: Expression,
  evaluator: Evaluator,
  isOpen: (name: string) => boolean,
): Expression {
  const fold = (part: Expression): Expression => {
    if (part.kind !== 'unary' && part.kind !== 'binary' && part.kind !== 'conditional') return part;
    if (!mentions(part, isOpen)) return literalFor(part, evaluator) ?? part;
    if (part.kind === 'unary') return { ...part, operand: fold(part.operand) };
    if (part.kind === 'binary') return { ...part, left: fold(part.left), right: fold(part.right) };
    const { condition, then, otherwise } = part;
    return { ...part, condition: fold(condition), then: then && fold(then), otherwise: fold(otherwise) };
  };
  return fold(expression);
}

/** Whether one of the names stands in an expression of arithmetic; anything else might hide one. */
function mentions(expression: Expression, isOpen: (name: string) => boolean): boolean {
  const { kind } = expression;
  if (kind === 'number' || kind === 'character') return false;
  if (kind === 'name') return isOpen(expression.token.text);
  if (kind === 'unary') return mentions(expression.operand, isOpen);
  if (kind === 'binary') return mentions(expression.left, isOpen) || mentions(expression.right, isOpen);
  if (kind !== 'conditional') return true;
  const { condition, then, otherwise } = expression;
  return [condition, then, otherwise].some((part) => part !== undefined && mentions(part, isOpen));
}

function literalFor(expression: Expression, evaluator: Evaluator): Expression | undefined {
  try {
    const { value, base } = evaluator.integer(expression);
    const suffix = suffixes[base];
    if (suffix === undefined || value < 0n) return undefined;
    const token = expression.token.as(TokenKind.number, `${value}${suffix}`);
    const literal: Expression = { kind: 'number', token, depth: 1 };
    // A decimal that does not fit takes a wider type.
    return evaluator.integer(literal).base === base ? literal : undefined;
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
}
