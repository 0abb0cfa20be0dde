/** The type of `?:` where its branches are not both numbers. */

import { type Type, unalias } from '../../abi/types.ts';
import type { Operand } from './operand.ts';

/** What one of two operands is that are not both numbers (C17 §6.5.15p6). */
export function typeOfEither(first: Operand, second: Operand): Type {
  const [one, other] = [pointee(first), pointee(second)];
  if (one === undefined || other === undefined)
    return one === undefined && other !== undefined ? second.type : first.type;
  if (isNullPointer(first)) return second.type;
  return isNullPointer(second) || other.kind !== 'void' ? first.type : second.type;
}

/** `(void *)0`, which may stand for a pointer to anything (C17 §6.3.2.3p3). */
function isNullPointer(operand: Operand): boolean {
  return operand.value === 0n && pointee(operand)?.kind === 'void';
}

function pointee({ type }: Operand): Type | undefined {
  const behind = unalias(type);
  return behind.kind === 'pointer' ? unalias(behind.pointee) : undefined;
}
