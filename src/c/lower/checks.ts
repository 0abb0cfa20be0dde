/**
 * What GCC refuses of declarations whose grammar is right: sizes, widths and alignments that cannot be, and rules of layout that are
 * not followed here. Each throws `SyntaxProblem`.
 */

import type { Target } from '../../abi/target.ts';
import { type Field, type Type, unalias } from '../../abi/types.ts';
import { targetFact } from '../environment.ts';
import type { Evaluator } from '../expression.ts';
import { integerBase } from '../expression/arithmetic.ts';
import { areCompatible } from '../expression/compatible.ts';
import type { Scope } from '../scope.ts';
import type { Expression } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import type { LayoutAttributes } from './attributes.ts';
import { isAtomic } from './modified-types.ts';
import type { TypeTable } from './type-table.ts';

export class Checks {
  readonly #scope: Scope;
  readonly #target: Target;
  readonly #types: TypeTable;
  readonly #evaluator: Evaluator;

  constructor(scope: Scope, target: Target, types: TypeTable, evaluator: Evaluator) {
    this.#scope = scope;
    this.#target = target;
    this.#types = types;
    this.#evaluator = evaluator;
  }

  /** C17 §6.7.6.2p1: an array is made of whole objects. */
  checkElement(type: Type, token: Token): void {
    const behind = unalias(type);
    const isWhole =
      behind.kind === 'record'
        ? behind.isComplete
        : behind.kind === 'array'
          ? behind.length !== undefined
          : behind.kind !== 'void' && behind.kind !== 'function';
    if (!isWhole) throw new SyntaxProblem('incomplete-type', 'An array has elements without a size.', token);
  }

  /** GCC refuses what is larger than PTRDIFF_MAX (`valid_constant_size_p`). Nobody's size is asked for that is small anywhere. */
  checkSize(type: Type, token: Token): void {
    if (this.#types.mayBeTooLarge(type)) this.#evaluator.sizeBytes(type, token);
  }

  checkField(type: Type, token: Token): void {
    let behind = unalias(type);
    while (behind.kind === 'array') behind = unalias(behind.element);
    const isWhole = behind.kind === 'record' ? behind.isComplete : behind.kind !== 'void' && behind.kind !== 'function';
    if (!isWhole) throw new SyntaxProblem('incomplete-type', `${token.text} has a type without a size.`, token);
  }

  /** C17 §6.7.5p2 and p4. */
  checkAlignas(type: Type, { alignBytes = 0 }: LayoutAttributes, width: Expression | undefined, token: Token): void {
    const isLess = width === undefined && alignBytes < this.#evaluator.alignBytes(type, token);
    if (width !== undefined) throw new SyntaxProblem('bad-alignment', 'A bit-field has no _Alignas.', token);
    if (isLess) throw new SyntaxProblem('bad-alignment', '_Alignas cannot lower an alignment.', token);
  }

  /**
   * Rules of other compilers and byte orders, as far as anything in the record would differ by them. `pragmaOrder`: what
   * `#pragma scalar_storage_order` says, which an attribute overrules.
   */
  checkRules(
    fields: readonly Field[],
    { storageOrder, msStruct }: LayoutAttributes,
    pragmaOrder: string | undefined,
    token: Token,
  ): void {
    const order = storageOrder === undefined ? pragmaOrder : (storageOrder.word ?? '');
    // G++ passes it over.
    if (order !== undefined && this.#scope.binding('__cplusplus') === undefined) {
      this.#scope.binding(targetFact);
      if (order !== `${this.#target.byteOrder}-endian`) {
        const message = `A record with the byte order "${order}" is not laid out here.`;
        throw new SyntaxProblem('unknown-layout', message, storageOrder?.token ?? token);
      }
    }
    if (msStruct === undefined || fields.every(({ bitWidth }) => bitWidth === undefined)) return;
    this.#scope.binding(targetFact);
    // GCC passes ms_struct over elsewhere.
    if (/^(?:x86|powerpc)$/.test(this.#target.kernelArchitecture)) {
      throw new SyntaxProblem(
        'unknown-layout',
        'Bit-fields by the rules of ms_struct are not laid out here.',
        msStruct.token,
      );
    }
  }

  bitWidth(width: Expression, type: Type, name: Token | undefined, token: Token): number {
    const base = integerBase(type);
    if (base === undefined) throw new SyntaxProblem('bad-bit-field', 'A bit-field is an integer.', token);
    if (isAtomic(type)) throw new SyntaxProblem('bad-bit-field', 'A bit-field is not atomic.', token);
    const { value } = this.#evaluator.integer(width);
    const sizeBits = base === '_Bool' ? 1 : this.#evaluator.sizeBytes(type, token) * 8;
    if (value < 0n || value > BigInt(sizeBits) || (value === 0n && name !== undefined)) {
      throw new SyntaxProblem('bad-bit-field', `A bit-field cannot have ${value} bits here.`, width.token);
    }
    return Number(value);
  }
}

/** Whether two declarations of one name cannot both be (C17 §6.7p4); of functions no more is known than that they are. */
export function isOtherThan(known: Type, type: Type): boolean {
  const areFunctions = unalias(known).kind === 'function' && unalias(type).kind === 'function';
  return !areFunctions && areCompatible(known, type) === false;
}

/** Whether a redeclaration says how long an array is of which that was not known (C17 §6.2.7p4). */
export function isLengthOf(type: Type, known: Type): boolean {
  const [before, after] = [unalias(known), unalias(type)];
  return before.kind === 'array' && before.length === undefined && after.kind === 'array' && after.length !== undefined;
}
