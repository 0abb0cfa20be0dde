/**
 * Enumerators that are requests: `enum { BINDER_THREAD_EXIT = _IOW('b', 8, __s32) }`.
 *
 * They were expanded before they were parsed. What each token came out of is still known of it, and the type that a request carries
 * stands in the expression as that of which the size is taken.
 */

import type { Expression, TypeName } from '../syntax.ts';
import type { Token } from '../token.ts';
import { requestMacros } from './request-macros.ts';

/** Whether all of an expression came out of one of them, itself called by whatever other macros: `X = _IOR('b', 1, int)`. */
export function isMadeByRequestMacro({ token }: Expression): boolean {
  let maker: Token | undefined = token.expandedFrom;
  while (maker !== undefined && !requestMacros.has(maker.text)) maker = maker.expandedFrom;
  return maker !== undefined;
}

/** The type that such an expression takes the size of, where it names one that is declared elsewhere. */
export function sizedType(expression: Expression): TypeName | undefined {
  switch (expression.kind) {
    case 'sizeof': {
      const { operand } = expression;
      return operand.kind === 'type-name' && !isDefinition(operand) ? operand : undefined;
    }
    case 'unary':
    case 'cast':
      return sizedType(expression.operand);
    case 'binary':
      return sizedType(expression.right) ?? sizedType(expression.left);
    case 'conditional':
      return expression.then === undefined
        ? undefined
        : (sizedType(expression.then) ?? sizedType(expression.otherwise));
    case 'number':
    case 'character':
    case 'string':
    case 'name':
    case 'alignof':
    case 'offsetof':
    case 'member':
    case 'index':
    case 'call':
    case 'compound-literal':
      return undefined;
    default:
      return expression satisfies never;
  }
}

/** `struct s { int a; }` may be looked up once only. */
function isDefinition({ specifiers: { type } }: TypeName): boolean {
  return (
    (type.kind === 'record' && type.members !== undefined) || (type.kind === 'enum' && type.enumerators !== undefined)
  );
}
