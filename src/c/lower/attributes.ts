/**
 * GNU attributes that change a layout. All others (`deprecated`, `nonstring`, `bitwise`, …) say nothing to an ABI and are
 * skipped, known or not.
 */

import type { Target } from '../../abi/target.ts';
import type { IntegerBase } from '../../abi/types.ts';
import { toUnsigned } from '../expression/arithmetic.ts';
import type { Attribute, Expression } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';

export interface LayoutAttributes {
  /** Of several `aligned` the strictest, which counts for an object or a field. */
  readonly alignBytes: number | undefined;
  /** The last of them, which counts for a type (GCC's `common_handle_aligned_attribute`). */
  readonly typeAlignBytes: number | undefined;
  readonly isPacked: boolean;
  readonly mode: Attribute | undefined;
  readonly vectorSize: Attribute | undefined;
  /** Those that lay a record out by other rules than the target's. */
  readonly storageOrder: Attribute | undefined;
  readonly msStruct: Attribute | undefined;
}

interface AttributeContext {
  /** The value of an attribute's argument. */
  readonly integer: (expression: Expression) => bigint;
  /** What `aligned` without a number means on the target. */
  readonly biggestAlignment: () => number;
}

export const noAttributes: LayoutAttributes = {
  alignBytes: undefined,
  typeAlignBytes: undefined,
  isPacked: false,
  mode: undefined,
  vectorSize: undefined,
  storageOrder: undefined,
  msStruct: undefined,
};

/** Whether it is C's own word, which is no attribute to GCC. */
export function isAlignas({ token }: Attribute): boolean {
  return token.text === '_Alignas' || token.text === 'alignas';
}

export function readAttributes(attributes: readonly Attribute[], context: AttributeContext): LayoutAttributes {
  let { alignBytes, typeAlignBytes, isPacked, mode, vectorSize, storageOrder, msStruct } = noAttributes;
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
        typeAlignBytes = given === undefined ? context.biggestAlignment() : Number(given);
        alignBytes = Math.max(alignBytes ?? 1, typeAlignBytes);
        break;
      }
      case 'mode':
        mode = attribute;
        break;
      case 'vector_size':
        vectorSize = attribute;
        break;
      case 'scalar_storage_order':
        storageOrder = attribute;
        break;
      case 'ms_struct':
        msStruct = attribute;
        break;
      case 'gcc_struct':
        msStruct = undefined;
        break;
      default:
    }
  }
  return { alignBytes, typeAlignBytes, isPacked, mode, vectorSize, storageOrder, msStruct };
}

const integerModes: Readonly<Record<string, IntegerBase>> = {
  ...{ QI: 'signed char', HI: 'short', SI: 'int', DI: 'long long', TI: '__int128' },
  ...{ byte: 'signed char', pointer: 'long' },
};

export function wordOfMode(mode: Attribute): string {
  return mode.word?.replace(/^__(.*)__$/, '$1') ?? '';
}

/** The integer type of a machine mode, or `undefined` where it is no mode of integers that the target has. */
export function integerBaseOfMode(mode: Attribute, isUnsigned: boolean, target: Target): IntegerBase | undefined {
  const word = wordOfMode(mode);
  // What a register holds: 64 bits on x32 too (`word_mode`, `TARGET_UNWIND_WORD_MODE`).
  const isRegister = word === 'word' || word === 'unwind_word';
  const ofRegister = target.hasInt128 ? 'long long' : 'long';
  const base = isRegister ? ofRegister : Object.hasOwn(integerModes, word) ? integerModes[word] : undefined;
  if (base === undefined || (base === '__int128' && !target.hasInt128)) return undefined;
  return isUnsigned ? toUnsigned(base) : base;
}
