/**
 * The value of a constant expression (C17 §6.6), computed as GCC folds it for the target.
 *
 * Every operand has a type and, where it is constant, a value; `sizeof` and `typeof` need only the type, so operands without
 * a value are normal until somebody needs one. Addresses count as values as far as `&((struct s *)0)->member` needs it.
 * Whatever depends on the target is asked of the scope as a fact first, which is how results come to be shared by exactly
 * the targets that agree.
 */

import { isUserAligned } from '../abi/layout-engine.ts';
import { isSignedInteger, integerSizeBytes } from '../abi/target.ts';
import { type Field, type IntegerBase, type RecordType, type Type, unalias } from '../abi/types.ts';
import {
  asFloating,
  commonFloat,
  compares,
  computeFloating,
  computeInteger,
  integerBase,
  ranks,
  toUnsigned,
} from './expression/arithmetic.ts';
import { computeCall } from './expression/calls.ts';
import { typeOfEither } from './expression/either-type.ts';
import { initializedLength } from './expression/initialized-length.ts';
import { computeCharacter, computeNumber, computeString } from './expression/literals.ts';
import { designate, memberOf } from './expression/members.ts';
import { type Computing, decay, dereference, type EvaluationContext, type Operand } from './expression/operand.ts';
import { dataModelFact, targetFact } from './environment.ts';
import type { Expression, Initializer, TypeName } from './syntax.ts';
import { SyntaxProblem } from './token-stream.ts';
import type { Token } from './token.ts';

export class Evaluator implements Computing {
  readonly context: EvaluationContext;

  constructor(context: EvaluationContext) {
    this.context = context;
  }

  /** The value of an integer constant expression. @throws SyntaxProblem where it is none */
  integer(expression: Expression): { value: bigint; base: IntegerBase } {
    const operand = this.operand(expression);
    const base = integerBase(operand.type);
    if (typeof operand.value !== 'bigint' || base === undefined) {
      throw new SyntaxProblem('not-constant', 'This is no integer constant.', expression.token);
    }
    return { value: operand.value, base };
  }

  sizeBytes(type: Type, token: Token): number {
    return this.#measure(type, 'size', token);
  }

  alignBytes(type: Type, token: Token): number {
    return this.#measure(type, 'align', token);
  }

  operand(expression: Expression): Operand {
    const { types, scope } = this.context;
    const { token } = expression;
    switch (expression.kind) {
      case 'number':
        return computeNumber(token, this);
      case 'character':
        return computeCharacter(token, this);
      case 'string':
        return computeString(token, expression.others, this);
      case 'name': {
        const binding = scope.ordinary(token.text);
        if (binding?.kind === 'enumerator') return { type: types.integer(binding.base), value: binding.value };
        if (binding?.kind === 'object') {
          return { type: binding.type, value: undefined, alignBytes: binding.alignBytes };
        }
        throw new SyntaxProblem('unknown-name', `There is no ${token.text}.`, token);
      }
      case 'unary':
        return this.#unary(expression.operator, expression.operand, token);
      case 'binary':
        return this.#binary(expression.operator, expression.left, expression.right, token);
      case 'conditional':
        return this.#conditional(expression.condition, expression.then, expression.otherwise);
      case 'cast': {
        const type = this.context.typeOf(expression.type);
        return this.convert(decay(this.operand(expression.operand), types), type);
      }
      case 'sizeof':
        return this.#size(this.#sizeOf(this.#typeOfOperand(expression.operand), token));
      case 'alignof':
        return this.#size(this.#alignment(expression.operand, expression.isLeast, token));
      case 'offsetof': {
        const type = this.context.typeOf(expression.type);
        const member = designate({ type, value: undefined, address: 0n }, expression.path, this);
        checkAddressed(member, token);
        return { type: types.integer(this.#sizeBase()), value: member.address };
      }
      case 'member': {
        const outer = this.operand(expression.operand);
        if (!expression.isArrow) return memberOf(outer, expression.name, token, this);
        const pointer = decay(outer, types);
        const pointerType = unalias(pointer.type);
        if (pointerType.kind !== 'pointer') throw new SyntaxProblem('syntax', '-> needs a pointer.', token);
        return memberOf(dereference(pointer, pointerType.pointee), expression.name, token, this);
      }
      case 'index': {
        const sum = this.#arithmetic('+', this.operand(expression.operand), this.operand(expression.index), token);
        const pointerType = unalias(sum.type);
        if (pointerType.kind !== 'pointer') throw new SyntaxProblem('syntax', 'Only arrays have elements.', token);
        return dereference(sum, pointerType.pointee);
      }
      case 'call':
        return computeCall(expression.callee, expression.arguments, token, this);
      case 'compound-literal':
        return {
          type: this.initialized(this.context.typeOf(expression.type), expression.initializer),
          value: undefined,
        };
      default:
        return expression satisfies never;
    }
  }

  /** Conversion to a type, as by a cast (C17 §6.3). */
  convert(operand: Operand, type: Type): Operand {
    let { value } = operand;
    const base = integerBase(type);
    const behind = unalias(type);
    if (value === undefined) return { type, value };
    if (base !== undefined) {
      // GCC extends a pointer by its sign to a wider integer (GCC manual, "Arrays and pointers").
      if (typeof value === 'bigint' && value > 0x7fff_ffffn && unalias(operand.type).kind === 'pointer') {
        value = BigInt.asIntN(this.bits('long'), value);
      }
      if (typeof value === 'number' && !Number.isFinite(value)) return { type, value: undefined };
      if (base === '_Bool') return { type, value: Number(value) === 0 ? 0n : 1n };
      return { type, value: typeof value === 'number' ? this.#saturated(value, base) : this.wrap(value, base) };
    }
    if (behind.kind === 'float') return { type, value: asFloating(Number(value), type) };
    if (behind.kind === 'pointer' && typeof value === 'bigint') {
      return { type, value: this.wrap(value, 'unsigned long') };
    }
    return { type, value: undefined };
  }

  /** A floating value as an integer: what does not fit is undefined in C (C17 §6.3.1.4), and the nearest that does to GCC. */
  #saturated(value: number, base: IntegerBase): bigint {
    const whole = BigInt(Math.trunc(value));
    const bits = BigInt(this.bits(base));
    const isSigned = this.#isSigned(base);
    const [least, most] = isSigned ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
    return whole < least ? least : whole > most ? most : whole;
  }

  /** An array that leaves its length to an initializer, with that length if it can be told. */
  initialized(type: Type, initializer: Initializer): Type {
    const behind = unalias(type);
    if (behind.kind !== 'array' || behind.length !== undefined) return type;
    const { element } = behind;
    const length = initializedLength(
      initializer,
      element,
      (expression) => this.integer(expression).value,
      (expression) => this.operand(expression).type,
    );
    return length === undefined ? type : this.context.types.array(element, length);
  }

  #measure(type: Type, property: 'size' | 'align', token: Token): number {
    const { scope, complete } = this.context;
    const bytes = scope.measure(complete(type), property);
    if (typeof bytes === 'string') throw new SyntaxProblem('no-layout', `${bytes}.`, token);
    return bytes;
  }

  #sizeBase(): IntegerBase {
    this.context.scope.binding(dataModelFact);
    // size_t is unsigned int on every ILP32 target of Linux but s390, which is not one of ours.
    return this.context.target.dataModel === 'LP64' ? 'unsigned long' : 'unsigned int';
  }

  #size(sizeBytes: number): Operand {
    return { type: this.context.types.integer(this.#sizeBase()), value: BigInt(sizeBytes) };
  }

  #typeOfOperand(operand: Expression | TypeName): Type {
    return operand.kind === 'type-name' ? this.context.typeOf(operand) : this.operand(operand).type;
  }

  /**
   * C's `_Alignof` of a type is what an object of it has at least, GNU's `__alignof__` what one alone is given. For an expression, `c_alignof_expr` gives that of the very member, or that of the type alone, by either word.
   */
  #alignment(operand: Expression | TypeName, isLeast: boolean, token: Token): number {
    if (operand.kind === 'type-name') {
      const type = this.context.typeOf(operand);
      return isLeast ? this.#leastAlignBytes(type, token) : this.alignBytes(type, token);
    }
    const { type, member, alignBytes = 1 } = this.operand(operand);
    if (member === undefined) return Math.max(alignBytes, this.alignBytes(type, token));
    if (member.field.bitWidth !== undefined) {
      throw new SyntaxProblem('not-constant', 'A bit-field has no alignment.', token);
    }
    return this.#fieldAlignBytes(member.field, member.record, token);
  }

  /** GCC's `min_align_of_type`: what a field of the type gets, and no more than the largest alignment unless somebody asked for it. */
  #leastAlignBytes(type: Type, token: Token): number {
    const alignBytes = this.#fieldAlignBytes({ name: undefined, type }, {}, token);
    if (alignBytes <= 2) return alignBytes;
    const { scope, target } = this.context;
    scope.binding(targetFact);
    const { largestScalarAlignBytes } = target;
    return alignBytes <= largestScalarAlignBytes || isUserAligned(type) ? alignBytes : largestScalarAlignBytes;
  }

  /** What a field adds to the alignment of a record that is packed like this one. */
  #fieldAlignBytes(field: Field, { isPacked = false, packBytes }: Partial<RecordType>, token: Token): number {
    return this.alignBytes(this.context.types.recordOf(field, isPacked, packBytes), token);
  }

  /** An array whose length nobody wrote has none to ask for (C17 §6.5.3.4p1), though it takes no room as a flexible member. */
  #sizeOf(type: Type, token: Token): number {
    const behind = unalias(type);
    if (behind.kind === 'array' && behind.length === undefined) {
      throw new SyntaxProblem('no-layout', 'The length of this array is not known.', token);
    }
    return this.sizeBytes(type, token);
  }

  bits(base: IntegerBase): number {
    if (ranks[base] === 4) this.context.scope.binding(dataModelFact);
    return integerSizeBytes(base, this.context.target) * 8;
  }

  #isSigned(base: IntegerBase): boolean {
    if (base === 'char') this.context.scope.binding(targetFact);
    return isSignedInteger(base, this.context.target);
  }

  wrap(value: bigint, base: IntegerBase): bigint {
    if (value >= 0n && value <= 0x7fn) return value;
    const bits = this.bits(base);
    return this.#isSigned(base) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  }

  #promote(operand: Operand): Operand {
    const base = integerBase(operand.type);
    if (base === undefined) return operand;
    return ranks[base] < ranks.int
      ? this.convert(operand, this.context.types.integer('int'))
      : this.convert(operand, this.context.types.integer(base));
  }

  #unary(operator: string, inner: Expression, token: Token): Operand {
    const { types } = this.context;
    const operand = this.operand(inner);
    if (operator === '&') {
      checkAddressed(operand, token);
      return { type: types.pointer(operand.type), value: operand.address };
    }
    const plain = decay(operand, types);
    const { value } = plain;
    if (operator === '*') {
      const behind = unalias(plain.type);
      if (behind.kind === 'function') return plain;
      if (behind.kind !== 'pointer') throw new SyntaxProblem('syntax', '* needs a pointer.', token);
      return dereference(plain, behind.pointee);
    }
    if (operator === '!') {
      return { type: types.integer('int'), value: value === undefined ? undefined : Number(value) === 0 ? 1n : 0n };
    }
    const promoted = this.#promote(plain);
    if (typeof promoted.value === 'number') {
      if (operator === '~') throw new SyntaxProblem('syntax', '~ needs an integer.', token);
      return { type: promoted.type, value: operator === '-' ? -promoted.value : promoted.value };
    }
    const base = integerBase(promoted.type);
    if (base === undefined || promoted.value === undefined) return { type: promoted.type, value: undefined };
    const result = operator === '-' ? -promoted.value : operator === '~' ? ~promoted.value : promoted.value;
    return { type: promoted.type, value: this.wrap(result, base) };
  }

  #conditional(condition: Expression, then: Expression | undefined, otherwise: Expression): Operand {
    const { types } = this.context;
    const decides = decay(this.operand(condition), types);
    const first = then === undefined ? decides : decay(this.operand(then), types);
    const second = decay(this.operand(otherwise), types);
    const isTrue = decides.value === undefined ? undefined : Number(decides.value) !== 0;
    const isArithmetic = (operand: Operand): boolean =>
      integerBase(operand.type) !== undefined || unalias(operand.type).kind === 'float';
    const chosen = isTrue === false ? second : first;
    const type =
      isArithmetic(first) && isArithmetic(second) ? this.#commonType(first, second) : typeOfEither(first, second);
    if (isTrue === undefined) return { type, value: undefined };
    return isArithmetic(chosen) ? this.convert(chosen, type) : { ...chosen, type };
  }

  /** The usual arithmetic conversions (C17 §6.3.1.8). */
  #commonType(left: Operand, right: Operand): Type {
    const { types } = this.context;
    const floating = commonFloat(left.type, right.type);
    if (floating !== undefined) return floating;
    const a = integerBase(this.#promote(left).type);
    const b = integerBase(this.#promote(right).type);
    if (a === undefined || b === undefined) return left.type;
    if (a === b) return types.integer(a);
    const [high, low] = ranks[a] >= ranks[b] ? [a, b] : [b, a];
    if (this.#isSigned(high) === this.#isSigned(low) || !this.#isSigned(high)) {
      // Of two with the same rank the unsigned one is meant, and `high` may be either.
      return types.integer(ranks[a] === ranks[b] ? toUnsigned(high) : high);
    }
    if (ranks[high] === ranks[low]) return types.integer(toUnsigned(high));
    return types.integer(this.bits(high) > this.bits(low) ? high : toUnsigned(high));
  }

  #binary(operator: string, leftSide: Expression, rightSide: Expression, token: Token): Operand {
    const { types } = this.context;
    const left = decay(this.operand(leftSide), types);
    const right = decay(this.operand(rightSide), types);
    if (operator === '&&' || operator === '||') {
      const decisive = operator === '||';
      const a = left.value === undefined ? undefined : Number(left.value) !== 0;
      const b = right.value === undefined ? undefined : Number(right.value) !== 0;
      const isTrue = a === decisive ? decisive : a === undefined ? undefined : b;
      return { type: types.integer('int'), value: isTrue === undefined ? undefined : isTrue ? 1n : 0n };
    }
    // A constant after a comma is no constant expression (C17 §6.6p3).
    if (operator === ',') return { type: right.type, value: undefined };
    return this.#arithmetic(operator, left, right, token);
  }

  #arithmetic(operator: string, leftSide: Operand, rightSide: Operand, token: Token): Operand {
    const { types } = this.context;
    const left = decay(leftSide, types);
    const right = decay(rightSide, types);
    if (unalias(left.type).kind === 'pointer' || unalias(right.type).kind === 'pointer') {
      return this.#pointerArithmetic(operator, left, right, token);
    }
    if (operator === '<<' || operator === '>>') return this.#shift(operator, this.#promote(left), this.#promote(right));
    const type = this.#commonType(left, right);
    const base = integerBase(type);
    const a = this.convert(left, type).value;
    const b = this.convert(right, type).value;
    const isComparison = /^(?:[<>]=?|[=!]=)$/.test(operator);
    const resultType = isComparison ? types.integer('int') : type;
    if (a === undefined || b === undefined) return { type: resultType, value: undefined };
    if (isComparison) return { type: resultType, value: compares(operator, a, b) ? 1n : 0n };
    if (typeof a === 'number' || typeof b === 'number' || base === undefined) {
      const value = computeFloating(operator, Number(a), Number(b));
      return { type, value: value === undefined ? undefined : asFloating(value, type) };
    }
    const value = computeInteger(operator, a, b);
    return { type, value: value === undefined ? undefined : this.wrap(value, base) };
  }

  #shift(operator: string, left: Operand, right: Operand): Operand {
    const base = integerBase(left.type);
    if (typeof left.value !== 'bigint' || typeof right.value !== 'bigint' || base === undefined) {
      return { type: left.type, value: undefined };
    }
    // Beyond the width nothing is defined (C17 §6.5.7p3). GCC warns, and takes it for what is left when all bits are gone; a negative
    // count makes it no constant. It counts in as many bits as the left side has (`int_const_binop`).
    const bits = this.bits(base);
    const count = BigInt.asIntN(bits, right.value);
    if (count < 0n) return { type: left.type, value: undefined };
    if (count >= BigInt(bits)) return { type: left.type, value: operator === '>>' && left.value < 0n ? -1n : 0n };
    const value = operator === '<<' ? left.value << count : left.value >> count;
    return { type: left.type, value: this.wrap(value, base) };
  }

  #pointerArithmetic(operator: string, left: Operand, right: Operand, token: Token): Operand {
    const { types } = this.context;
    const a = left.value;
    const b = right.value;
    const isKnown = typeof a === 'bigint' && typeof b === 'bigint';
    if (/^(?:[<>]=?|[=!]=)$/.test(operator)) {
      return { type: types.integer('int'), value: isKnown ? (compares(operator, a, b) ? 1n : 0n) : undefined };
    }
    const leftType = unalias(left.type);
    const rightType = unalias(right.type);
    if (leftType.kind === 'pointer' && rightType.kind === 'pointer') {
      const size = BigInt(this.sizeBytes(leftType.pointee, token));
      if (operator !== '-') throw new SyntaxProblem('syntax', `Pointers have no ${operator}.`, token);
      const value = isKnown && size > 0n ? (a - b) / size : undefined;
      return { type: types.integer('long'), value };
    }
    const [pointer, count] = leftType.kind === 'pointer' ? [left, right] : [right, left];
    const pointerType = unalias(pointer.type);
    if (pointerType.kind !== 'pointer' || (operator !== '+' && operator !== '-')) {
      throw new SyntaxProblem('syntax', `Pointers have no ${operator}.`, token);
    }
    if (typeof pointer.value !== 'bigint' || typeof count.value !== 'bigint') {
      return { type: pointer.type, value: undefined };
    }
    const distance = count.value * BigInt(this.sizeBytes(pointerType.pointee, token));
    const value = operator === '+' ? pointer.value + distance : pointer.value - distance;
    return { type: pointer.type, value: this.wrap(value, 'unsigned long') };
  }
}

function checkAddressed({ member }: Operand, token: Token): void {
  if (member?.field.bitWidth !== undefined) throw new SyntaxProblem('syntax', 'A bit-field has no address.', token);
}
