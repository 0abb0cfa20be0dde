/**
 * The value of a constant expression (C17 §6.6), computed as GCC folds it for the target.
 *
 * Every operand has a type and, where it is constant, a value; `sizeof` and `typeof` need only the type, so operands without
 * a value are normal until somebody needs one. Addresses count as values as far as `&((struct s *)0)->member` needs it.
 * Whatever depends on the target is asked of the scope as a fact first, which is how results come to be shared by exactly
 * the targets that agree.
 */

import { layoutOf } from '../abi/layout-engine.ts';
import { LayoutError } from '../abi/layout.ts';
import { integerSizeBytes, isSignedInteger, type Target } from '../abi/target.ts';
import { type Field, type IntegerBase, type RecordType, type Type, unalias } from '../abi/types.ts';
import {
  asFloating,
  commonFloat,
  compares,
  computeFloating,
  computeInteger,
  floatBaseOfSuffix,
  integerBase,
  ranks,
  toUnsigned,
} from './expression/arithmetic.ts';
import { dataModelFact, targetFact } from './environment.ts';
import type { Scope } from './scope.ts';
import { parseCharacter, parseCharacters, parseFloating, parseInteger } from './literal.ts';
import type { TypeTable } from './lower/type-table.ts';
import type { Expression, TypeName } from './syntax.ts';
import { SyntaxProblem } from './token-stream.ts';
import type { Token } from './token.ts';

export interface Operand {
  readonly type: Type;
  /** An integer or an address; a number for floating types; `undefined` where it is not constant. */
  readonly value: bigint | number | undefined;
  /** Where an lvalue stands, if that is constant. An lvalue has no value. */
  readonly address?: bigint;
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

export class Evaluator {
  readonly #context: EvaluationContext;

  constructor(context: EvaluationContext) {
    this.#context = context;
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
    const { types, scope } = this.#context;
    const { token } = expression;
    switch (expression.kind) {
      case 'number':
        return this.#number(token);
      case 'character': {
        const isPlain = token.text.startsWith("'");
        const value = parseCharacter(token.text, isPlain && this.#isCharSigned(token.text));
        if (value === undefined) throw new SyntaxProblem('syntax', `${token.text} is no character.`, token);
        return { type: types.integer('int'), value };
      }
      case 'string': {
        const codes = parseCharacters(token.text);
        if (codes === undefined) throw new SyntaxProblem('syntax', 'This text has a bad escape.', token);
        return { type: types.array(types.integer('char'), codes.length + 1), value: undefined };
      }
      case 'name': {
        const binding = scope.ordinary(token.text);
        if (binding?.kind === 'enumerator') return { type: types.integer(binding.base), value: binding.value };
        if (binding?.kind === 'object') return { type: binding.type, value: undefined };
        throw new SyntaxProblem('unknown-name', `There is no ${token.text}.`, token);
      }
      case 'unary':
        return this.#unary(expression.operator, expression.operand, token);
      case 'binary':
        return this.#binary(expression.operator, expression.left, expression.right, token);
      case 'conditional':
        return this.#conditional(expression.condition, expression.then, expression.otherwise);
      case 'cast': {
        const type = this.#context.typeOf(expression.type);
        return this.convert(decay(this.operand(expression.operand), types), type);
      }
      case 'sizeof':
        return this.#size(this.#sizeOf(this.#typeOfOperand(expression.operand), token));
      case 'alignof':
        return this.#size(this.#alignment(expression.operand, expression.isLeast, token));
      case 'offsetof': {
        const type = this.#context.typeOf(expression.type);
        const member = this.#designate({ type, value: undefined, address: 0n }, expression.path);
        return { type: types.integer(this.#sizeBase()), value: member.address };
      }
      case 'member': {
        const outer = this.operand(expression.operand);
        if (!expression.isArrow) return this.#member(outer, expression.name, token);
        const pointer = decay(outer, types);
        const pointerType = unalias(pointer.type);
        if (pointerType.kind !== 'pointer') throw new SyntaxProblem('syntax', '-> needs a pointer.', token);
        return this.#member(dereference(pointer, pointerType.pointee), expression.name, token);
      }
      case 'index': {
        const sum = this.#arithmetic('+', this.operand(expression.operand), this.operand(expression.index), token);
        const pointerType = unalias(sum.type);
        if (pointerType.kind !== 'pointer') throw new SyntaxProblem('syntax', 'Only arrays have elements.', token);
        return dereference(sum, pointerType.pointee);
      }
      case 'call':
        return this.#call(expression.callee, expression.arguments, token);
      case 'compound-literal':
        return { type: this.#context.typeOf(expression.type), value: undefined };
      default:
        return expression satisfies never;
    }
  }

  /** Conversion to a type, as by a cast (C17 §6.3). */
  convert(operand: Operand, type: Type): Operand {
    const { value } = operand;
    const base = integerBase(type);
    const behind = unalias(type);
    if (value === undefined) return { type, value };
    if (base !== undefined) {
      if (typeof value === 'number' && !Number.isFinite(value)) return { type, value: undefined };
      if (base === '_Bool') return { type, value: Number(value) === 0 ? 0n : 1n };
      return { type, value: this.#wrap(typeof value === 'number' ? BigInt(Math.trunc(value)) : value, base) };
    }
    if (behind.kind === 'float') return { type, value: asFloating(Number(value), type) };
    if (behind.kind === 'pointer' && typeof value === 'bigint') {
      return { type, value: this.#wrap(value, 'unsigned long') };
    }
    return { type, value: undefined };
  }

  #isCharSigned(text: string): boolean {
    if (!/[\\\u0080-\uffff]/.test(text)) return true;
    this.#context.scope.binding(targetFact);
    return this.#context.target.isCharSigned;
  }

  #measure(type: Type, property: 'size' | 'align', token: Token): number {
    const { scope, complete } = this.#context;
    const bytes = scope.measure(complete(type), property);
    if (typeof bytes === 'string') throw new SyntaxProblem('no-layout', `${bytes}.`, token);
    return bytes;
  }

  #sizeBase(): IntegerBase {
    this.#context.scope.binding(dataModelFact);
    // size_t is unsigned int on every ILP32 target of Linux but s390, which is not one of ours.
    return this.#context.target.dataModel === 'LP64' ? 'unsigned long' : 'unsigned int';
  }

  #size(sizeBytes: number): Operand {
    return { type: this.#context.types.integer(this.#sizeBase()), value: BigInt(sizeBytes) };
  }

  #typeOfOperand(operand: Expression | TypeName): Type {
    return operand.kind === 'type-name' ? this.#context.typeOf(operand) : this.operand(operand).type;
  }

  /**
   * GCC's `min_align_of_type` for C's `_Alignof` of a type: what a field of the type gets, which is less on i386 for some. For an
   * expression, `c_alignof_expr` gives that of the very member, or that of the type alone, by either word.
   */
  #alignment(operand: Expression | TypeName, isLeast: boolean, token: Token): number {
    if (operand.kind === 'type-name') {
      const type = this.#context.typeOf(operand);
      return isLeast ? this.#fieldAlignBytes({ name: undefined, type }, {}, token) : this.alignBytes(type, token);
    }
    const { type, member } = this.operand(operand);
    if (member === undefined) return this.alignBytes(type, token);
    if (member.field.bitWidth !== undefined) {
      throw new SyntaxProblem('not-constant', 'A bit-field has no alignment.', token);
    }
    return this.#fieldAlignBytes(member.field, member.record, token);
  }

  /** What a field adds to the alignment of a record that is packed like this one. */
  #fieldAlignBytes(field: Field, { isPacked = false, packBytes }: Partial<RecordType>, token: Token): number {
    return this.alignBytes(this.#context.types.recordOf(field, isPacked, packBytes), token);
  }

  /** An array whose length nobody wrote has none to ask for (C17 §6.5.3.4p1), though it takes no room as a flexible member. */
  #sizeOf(type: Type, token: Token): number {
    const behind = unalias(type);
    if (behind.kind === 'array' && behind.length === undefined) {
      throw new SyntaxProblem('no-layout', 'The length of this array is not known.', token);
    }
    return this.sizeBytes(type, token);
  }

  #bits(base: IntegerBase): number {
    if (ranks[base] === 4) this.#context.scope.binding(dataModelFact);
    return integerSizeBytes(base, this.#context.target) * 8;
  }

  #isSigned(base: IntegerBase): boolean {
    if (base === 'char') this.#context.scope.binding(targetFact);
    return isSignedInteger(base, this.#context.target);
  }

  #wrap(value: bigint, base: IntegerBase): bigint {
    if (value >= 0n && value <= 0x7fn) return value;
    const bits = this.#bits(base);
    return this.#isSigned(base) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  }

  /** C17 §6.4.4.1: the first type of a list that holds the value. */
  #number(token: Token): Operand {
    const { types } = this.#context;
    const literal = parseInteger(token.text);
    if (literal === undefined) {
      const floating = parseFloating(token.text);
      const base = floating === undefined ? undefined : floatBaseOfSuffix(floating.suffix);
      if (floating === undefined || base === undefined) {
        throw new SyntaxProblem('syntax', `${token.text} is no number.`, token);
      }
      const type = types.float(base);
      return { type, value: asFloating(floating.value, type) };
    }
    const { value, isDecimal, isUnsigned, length } = literal;
    const signed: IntegerBase[] = ['int', 'long', 'long long'];
    for (const base of signed.slice(length === 'll' ? 2 : length === 'l' ? 1 : 0)) {
      if (value < 0x8000_0000n && !isUnsigned) return { type: types.integer(base), value };
      const bits = BigInt(this.#bits(base));
      if (!isUnsigned && value < 1n << (bits - 1n)) return { type: types.integer(base), value };
      if ((isUnsigned || !isDecimal) && value < 1n << bits) return { type: types.integer(toUnsigned(base)), value };
    }
    // GCC takes a decimal number beyond long long as __int128 where there is one; no header means that.
    throw new SyntaxProblem('number-too-large', `${token.text} is too large for any type.`, token);
  }

  #promote(operand: Operand): Operand {
    const base = integerBase(operand.type);
    if (base === undefined) return operand;
    return ranks[base] < ranks.int
      ? this.convert(operand, this.#context.types.integer('int'))
      : this.convert(operand, this.#context.types.integer(base));
  }

  #unary(operator: string, inner: Expression, token: Token): Operand {
    const { types } = this.#context;
    const operand = this.operand(inner);
    if (operator === '&') {
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
    return { type: promoted.type, value: this.#wrap(result, base) };
  }

  #conditional(condition: Expression, then: Expression | undefined, otherwise: Expression): Operand {
    const { types } = this.#context;
    const decides = decay(this.operand(condition), types);
    const first = then === undefined ? decides : decay(this.operand(then), types);
    const second = decay(this.operand(otherwise), types);
    const isTrue = decides.value === undefined ? undefined : Number(decides.value) !== 0;
    const isArithmetic = (operand: Operand): boolean =>
      integerBase(operand.type) !== undefined || unalias(operand.type).kind === 'float';
    const chosen = isTrue === false ? second : first;
    const type = isArithmetic(first) && isArithmetic(second) ? this.#commonType(first, second) : chosen.type;
    if (isTrue === undefined) return { type, value: undefined };
    return isArithmetic(chosen) ? this.convert(chosen, type) : { ...chosen, type };
  }

  /** The usual arithmetic conversions (C17 §6.3.1.8). */
  #commonType(left: Operand, right: Operand): Type {
    const { types } = this.#context;
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
    return types.integer(this.#bits(high) > this.#bits(low) ? high : toUnsigned(high));
  }

  #binary(operator: string, leftSide: Expression, rightSide: Expression, token: Token): Operand {
    const { types } = this.#context;
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
    const { types } = this.#context;
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
    return { type, value: value === undefined ? undefined : this.#wrap(value, base) };
  }

  #shift(operator: string, left: Operand, right: Operand): Operand {
    const base = integerBase(left.type);
    if (typeof left.value !== 'bigint' || typeof right.value !== 'bigint' || base === undefined) {
      return { type: left.type, value: undefined };
    }
    // Beyond the width nothing is defined (C17 §6.5.7p3). GCC warns, and takes it for what is left when all bits are gone; a negative
    // count makes it no constant. It counts in as many bits as the left side has (`int_const_binop`).
    const bits = this.#bits(base);
    const count = BigInt.asIntN(bits, right.value);
    if (count < 0n) return { type: left.type, value: undefined };
    if (count >= BigInt(bits)) return { type: left.type, value: operator === '>>' && left.value < 0n ? -1n : 0n };
    const value = operator === '<<' ? left.value << count : left.value >> count;
    return { type: left.type, value: this.#wrap(value, base) };
  }

  #pointerArithmetic(operator: string, left: Operand, right: Operand, token: Token): Operand {
    const { types } = this.#context;
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
    return { type: pointer.type, value: this.#wrap(value, 'unsigned long') };
  }

  #member(outer: Operand, name: string, token: Token): Operand {
    const record = unalias(this.#context.complete(outer.type));
    if (record.kind !== 'record' || !record.isComplete) {
      throw new SyntaxProblem('unknown-member', `Only records have members such as ${name}.`, token);
    }
    const needsOffset = outer.address !== undefined;
    const found = this.#findMember(record, name, needsOffset, token);
    if (found === undefined) {
      throw new SyntaxProblem('unknown-member', `There is no member ${name}.`, token);
    }
    const member = { type: found.member.field.type, value: undefined, member: found.member };
    return outer.address === undefined ? member : { ...member, address: outer.address + found.offsetBytes };
  }

  #findMember(
    record: RecordType,
    name: string,
    needsOffset: boolean,
    token: Token,
  ): { member: NonNullable<Operand['member']>; offsetBytes: bigint } | undefined {
    for (const field of record.fields) {
      const isMember = field.name === name;
      const behind = field.name === undefined ? unalias(field.type) : undefined;
      const inner = behind?.kind === 'record' ? this.#findMember(behind, name, needsOffset, token) : undefined;
      if (!isMember && inner === undefined) continue;
      if (!needsOffset) return inner ?? { member: { field, record }, offsetBytes: 0n };
      if (field.bitWidth !== undefined) throw new SyntaxProblem('syntax', 'A bit-field has no address.', token);
      this.#context.scope.binding(targetFact);
      const offsetBits = this.#placesOf(record, token).find((place) => place.field === field)?.offsetBits ?? 0;
      const offsetBytes = BigInt(offsetBits / 8);
      return inner === undefined
        ? { member: { field, record }, offsetBytes }
        : { member: inner.member, offsetBytes: inner.offsetBytes + offsetBytes };
    }
    return undefined;
  }

  #placesOf(record: RecordType, token: Token): ReturnType<typeof layoutOf>['fields'] {
    try {
      return layoutOf(record, this.#context.target).fields;
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      throw new SyntaxProblem('no-layout', `${error.message}.`, token);
    }
  }

  /** The member that a path in `offsetof` names. */
  #designate(outer: Operand, path: Expression): Operand {
    if (path.kind === 'name') return this.#member(outer, path.token.text, path.token);
    if (path.kind === 'member') return this.#member(this.#designate(outer, path.operand), path.name, path.token);
    if (path.kind !== 'index') throw new SyntaxProblem('syntax', 'This names no member.', path.token);
    const array = this.#designate(outer, path.operand);
    const behind = unalias(array.type);
    if (behind.kind !== 'array') throw new SyntaxProblem('syntax', 'Only arrays have elements.', path.token);
    const index = this.integer(path.index).value;
    const size = BigInt(this.sizeBytes(behind.element, path.token));
    return { type: behind.element, value: undefined, address: (array.address ?? 0n) + index * size };
  }

  /** Calls are not constant, but for the builtins that GCC folds. */
  #call(callee: Expression, given: readonly (Expression | TypeName)[], token: Token): Operand {
    const { types } = this.#context;
    const int = types.integer('int');
    const name = callee.kind === 'name' ? callee.token.text : '';
    const [first, second, third] = given;
    const expressionOf = (part: Expression | TypeName | undefined): Expression => {
      if (part !== undefined && part.kind !== 'type-name') return part;
      throw new SyntaxProblem('syntax', `${name} is called with too little.`, token);
    };
    switch (name) {
      case '__builtin_constant_p': {
        const operand = this.#attempt(expressionOf(first));
        return { type: int, value: operand?.value === undefined ? 0n : 1n };
      }
      case '__builtin_choose_expr':
        return this.operand(expressionOf(this.integer(expressionOf(first)).value === 0n ? third : second));
      case '__builtin_expect':
        return this.convert(this.operand(expressionOf(first)), types.integer('long'));
      case '__builtin_types_compatible_p': {
        if (first?.kind !== 'type-name' || second?.kind !== 'type-name') return { type: int, value: undefined };
        const isSame = unalias(this.#context.typeOf(first)) === unalias(this.#context.typeOf(second));
        return { type: int, value: isSame ? 1n : 0n };
      }
      case '__builtin_bswap16':
      case '__builtin_bswap32':
      case '__builtin_bswap64': {
        const base = name.endsWith('16')
          ? 'unsigned short'
          : name.endsWith('32')
            ? 'unsigned int'
            : 'unsigned long long';
        const { type, value } = this.convert(decay(this.operand(expressionOf(first)), types), types.integer(base));
        if (typeof value !== 'bigint') return { type, value: undefined };
        const digits = value.toString(16).padStart(Number(name.slice(-2)) / 4, '0');
        return { type, value: BigInt(`0x${(digits.match(/../g) ?? []).reverse().join('')}`) };
      }
      default:
        return { type: int, value: undefined };
    }
  }

  #attempt(expression: Expression): Operand | undefined {
    try {
      return this.operand(expression);
    } catch (error) {
      if (error instanceof SyntaxProblem) return undefined;
      throw error;
    }
  }
}

/** Arrays and functions become pointers to what they begin with (C17 §6.3.2.1). */
function decay(operand: Operand, types: TypeTable): Operand {
  const behind = unalias(operand.type);
  if (behind.kind === 'array') return { type: types.pointer(behind.element), value: operand.address };
  if (behind.kind === 'function') return { type: types.pointer(operand.type), value: undefined };
  return { type: operand.type, value: operand.value };
}

function dereference(pointer: Operand, type: Type): Operand {
  return typeof pointer.value === 'bigint'
    ? { type, value: undefined, address: pointer.value }
    : { type, value: undefined };
}
