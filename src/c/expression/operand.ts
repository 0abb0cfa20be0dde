/** Parts of an expression while it is computed, and what its parts ask of whoever computes the whole. */

import type { Target } from '../../abi/target.ts';
import { type Field, type IntegerBase, type RecordType, type Type, unalias } from '../../abi/types.ts';
import type { TypeTable } from '../lower/type-table.ts';
import type { Scope } from '../scope.ts';
import type { Expression, TypeName } from '../syntax.ts';
import type { Token } from '../token.ts';

export interface Operand {
  readonly type: Type;
  /** An integer or an address; a number for floating types; `undefined` where it is not constant. */
  readonly value: bigint | number | undefined;
  /** Where an lvalue stands, if that is constant. An lvalue has no value. */
  readonly address?: bigint;
  /** What an object was declared to be aligned to at least. */
  readonly alignBytes?: number | undefined;
  /** The member that it is, of which record. */
  readonly member?: { readonly field: Field; readonly record: RecordType };
}

export interface EvaluationContext {
  readonly scope: Scope;
  readonly target: Target;
  readonly types: TypeTable;
  /** The type that a type name means, complete if it can be. */
  readonly typeOf: (name: TypeName) => Type;
  /** The type with forward-declared records replaced by what is known of them by now. */
  readonly complete: (type: Type) => Type;
}

/** Who computes expressions. */
export interface Computing {
  readonly context: EvaluationContext;
  readonly operand: (expression: Expression) => Operand;
  /** @throws SyntaxProblem where it is no integer constant */
  readonly integer: (expression: Expression) => { value: bigint; base: IntegerBase };
  readonly convert: (operand: Operand, type: Type) => Operand;
  readonly sizeBytes: (type: Type, token: Token) => number;
  /** Whether a value fits the type as it is, or what the type makes of it. */
  readonly wrap: (value: bigint, base: IntegerBase) => bigint;
  readonly bits: (base: IntegerBase) => number;
}

/** Arrays and functions become pointers to what they begin with (C17 §6.3.2.1). */
export function decay(operand: Operand, types: TypeTable): Operand {
  const behind = unalias(operand.type);
  if (behind.kind === 'array') return { type: types.pointer(behind.element), value: operand.address };
  if (behind.kind === 'function') return { type: types.pointer(operand.type), value: undefined };
  return { type: operand.type, value: operand.value };
}

export function dereference(pointer: Operand, type: Type): Operand {
  return typeof pointer.value === 'bigint'
    ? { type, value: undefined, address: pointer.value }
    : { type, value: undefined };
}
