/** The macros that make request numbers, and a number that came out of one, taken apart. */

import type { RequestDeclaration } from '../../abi/abi.ts';
import { decodeRequest } from '../../abi/request.ts';
import type { Target } from '../../abi/target.ts';
import { requestFact } from '../environment.ts';
import type { Scope } from '../scope.ts';

export const requestMacros: ReadonlySet<string> = new Set([
  '_IO',
  '_IOR',
  '_IOW',
  '_IOWR',
  '_IOR_BAD',
  '_IOW_BAD',
  '_IOWR_BAD',
  '_IOC',
]);

/** The request with a number, as the target divides it: whoever shares what is read in `scope` has to divide it alike. */
export function requestOf(
  value: bigint,
  scope: Scope,
  target: Target,
): Pick<RequestDeclaration, 'number' | 'direction' | 'type' | 'nr' | 'sizeBytes'> {
  scope.binding(requestFact);
  const number = Number(BigInt.asUintN(32, value));
  return { number, ...decodeRequest(number, target) };
}
