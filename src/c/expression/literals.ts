/** Numbers, characters and strings with the types that C gives them (C17 §6.4.4, §6.4.5). */

import type { IntegerBase, Type } from '../../abi/types.ts';
import { targetFact } from '../environment.ts';
import { basicType } from '../lower/basic-types.ts';
import { type Encoding, encodingOf, parseCharacter, parseCharacters, parseFloating, parseInteger } from '../literal.ts';
import { Macro } from '../macro.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import { asFloating, floatBaseOfSuffix, integerBase, toUnsigned } from './arithmetic.ts';
import type { Computing, Operand } from './operand.ts';

const signed: readonly IntegerBase[] = ['int', 'long', 'long long'];

/** C17 §6.4.4.1: the first type of a list that holds the value. */
export function computeNumber(token: Token, computing: Computing): Operand {
  const { types } = computing.context;
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
  for (let at = length === 'll' ? 2 : length === 'l' ? 1 : 0; at < signed.length; at++) {
    const base = signed[at] ?? 'int';
    if (value < 0x8000_0000n && !isUnsigned) return { type: types.integer(base), value };
    const bits = BigInt(computing.bits(base));
    if (!isUnsigned && value < 1n << (bits - 1n)) return { type: types.integer(base), value };
    if ((isUnsigned || !isDecimal) && value < 1n << bits) return { type: types.integer(toUnsigned(base)), value };
  }
  // GCC takes a decimal number beyond long long as __int128 where there is one; no header means that.
  throw new SyntaxProblem('number-too-large', `${token.text} is too large for any type.`, token);
}

export function computeCharacter(token: Token, computing: Computing): Operand {
  const { text } = token;
  const { types, scope, target } = computing.context;
  const encoding = encodingOf(text);
  let isCharSigned = true;
  if (encoding === '' && /[\\\u0080-\uffff]/.test(text)) {
    scope.binding(targetFact);
    ({ isCharSigned } = target);
  }
  const value = parseCharacter(text, isCharSigned);
  if (value === undefined) throw new SyntaxProblem('syntax', `${text} is no character.`, token);
  if (encoding === '') return { type: types.integer('int'), value };
  const type = characterType(encoding, computing);
  return { type, value: computing.wrap(value, integerBase(type) ?? 'int') };
}

/** One string, or several that stand together; the prefix of one counts for all of them (C17 §6.4.5p5). */
export function computeString(token: Token, others: readonly Token[], computing: Computing): Operand {
  const prefixed = encodingOf(token.text) === '' ? others.find(({ text }) => encodingOf(text) !== '') : token;
  const encoding = prefixed === undefined ? '' : encodingOf(prefixed.text);
  let length = 1;
  for (const part of [token, ...others]) {
    const units = parseCharacters(part.text, encoding);
    if (units === undefined) throw new SyntaxProblem('syntax', 'This text has a bad escape.', part);
    length += units.length;
  }
  const { types } = computing.context;
  return { type: types.array(characterType(encoding, computing), length), value: undefined };
}

/** `char`, or what <stddef.h> and <uchar.h> call `wchar_t`, `char16_t` and `char32_t` on the target. */
function characterType(encoding: Encoding, { context: { types, scope } }: Computing): Type {
  switch (encoding) {
    case '':
    case 'u8':
      return types.integer('char');
    case 'u':
      return types.integer('unsigned short');
    case 'U':
      return types.integer('unsigned int');
    case 'L': {
      const macro = scope.binding('__WCHAR_TYPE__');
      const [first] = macro instanceof Macro ? macro.body : [];
      if (!(macro instanceof Macro) || first === undefined) return types.integer('int');
      return basicType(
        macro.body.map(({ text }) => text),
        first,
        types,
      );
    }
    default:
      return encoding satisfies never;
  }
}
