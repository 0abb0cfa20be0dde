/**
 * The requests of the built-in layouts, from the table generated out of them: looking a number up lays out no record.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import { decodeRequest } from '../abi/request.ts';
import type { Target } from '../abi/target.ts';
import { requestTable } from '../generated/requests.ts';

/** Every built-in request on a target, as of the newest merged variants; a name may come more than once. */
export function builtInRequests(target: Target): readonly RequestDeclaration[] {
  return requestTable.flatMap(({ numbers, ...request }) => {
    const number = numbers.find((one) => one.includes(target.name))?.[0];
    return number === undefined ? [] : [{ ...request, number, ...decodeRequest(number, target) }];
  });
}
