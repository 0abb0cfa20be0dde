/** An include that leads nowhere, told at its directive. */

import type { Diagnostic } from '../diagnostic.ts';
import { locationOf, type Token } from './token.ts';

export function missingInclude(name: string, directive: Token, reason?: string): Diagnostic {
  return {
    severity: 'error',
    code: 'include-not-found',
    message: reason === undefined ? `The header ${name} is not there.` : `${name} cannot be read, because ${reason}.`,
    location: locationOf(directive),
  };
}
