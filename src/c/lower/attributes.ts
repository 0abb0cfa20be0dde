/**
 * GNU attributes that change a layout. All others (`deprecated`, `nonstring`, `bitwise`, …) say nothing to an ABI and are
 * skipped, known or not.
 */

import { type FloatBase, type IntegerBase, type Type, unalias } from '../../abi/types.ts';
import { integerBase, toUnsigned } from '../expression/arithmetic.ts';
import type { Attribute, Expression } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { TypeTable } from './type-table.ts';

export interface LayoutAttributes {
  readonly alignBytes: number | undefined;
  readonly isPacked: boolean;
  readonly mode: Attribute | undefined;
  readonly vectorSize: Attribute | undefined;
}

interface AttributeContext {
  /** The value of an attribute's argument. */
  readonly integer: (expression: Expression) => bigint;
  /** What `aligned` without a number means on the target. */
  readonly biggestAlignment: () => number;
}

export const noAttributes: LayoutAttributes = {
  alignBytes: undefined,
  isPacked: false,
  mode: undefined,
  vectorSize: undefined,
};

/** Whether it is C's own word, which is no attribute to GCC. */
export function isAlignas({ token }: Attribute): boolean {
  return token.text === '_Alignas' || token.text === 'alignas';
}

export function readAttributes(attributes: readonly Attribute[], context: AttributeContext): LayoutAttributes {
  let { alignBytes, isPacked, mode, vectorSize } = noAttributes;
  for (const attribute of attributes) {
    switch (attribute.name) {
      case 'packed':
        isPacked = true;
        break;
      case 'aligned': {
        const given = attribute.argument === undefined ? undefined : context.integer(attribute.argument);
        // _Alignas(0) has no effect (C17 §6.7.5p6).
        if (given === 0n) break;
        if (given !== undefined && (given < 0n || given > 1n << 28n || (given & (given - 1n)) !== 0n)) {
          throw new SyntaxProblem('bad-alignment', 'An alignment is a power of two.', attribute.token);
        }
        alignBytes = Math.max(alignBytes ?? 1, given === undefined ? context.biggestAlignment() : Number(given));
        break;
      }
      case 'mode':
        mode = attribute;
        break;
      case 'vector_size':
        vectorSize = attribute;
        break;
      default:
    }
  }
  return { alignBytes, isPacked, mode, vectorSize };
}

const integerModes: Readonly<Record<string, IntegerBase>> = {
  QI: 'signed char',
  byte: 'signed char',
  HI: 'short',
  SI: 'int',
  DI: 'long long',
  TI: '__int128',
  word: 'long',
  pointer: 'long',
};
const floatModes: Readonly<Record<string, FloatBase>> = { HF: '_Float16', SF: 'float', DF: 'double', TF: '__float128' };

function wordOf(mode: Attribute): string {
  return mode.word?.replace(/^__(.*)__$/, '$1') ?? '';
}

/** The integer type of a machine mode, or `undefined` where it is no mode of integers. */
export function integerBaseOfMode(mode: Attribute, isUnsigned: boolean): IntegerBase | undefined {
  const word = wordOf(mode);
  const base = Object.hasOwn(integerModes, word) ? integerModes[word] : undefined;
  return base !== undefined && isUnsigned ? toUnsigned(base) : base;
}

/** `mode(DI)` and the like: a type of the given width and the signedness of `type`. An enum stays one, whatever it can hold. */
export function applyMode(type: Type, mode: Attribute, types: TypeTable): Type {
  const behind = unalias(type);
  const known = integerBase(type);
  const base = known === undefined ? undefined : integerBaseOfMode(mode, known.startsWith('unsigned'));
  if (base !== undefined)
    return behind.kind === 'enum' ? types.enum({ ...behind, underlying: base }) : types.integer(base);
  const word = wordOf(mode);
  const float = Object.hasOwn(floatModes, word) ? floatModes[word] : undefined;
  if (behind.kind === 'float' && float !== undefined) return types.float(float);
  throw new SyntaxProblem('unknown-mode', `The machine mode "${word}" is not known.`, mode.token);
}
