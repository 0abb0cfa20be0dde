/** A parser of what stands in a scope: which names are types there, and what pragmas say of records. */

import { Parser } from '../parse.ts';
import { recordPragmasIn } from '../pragma.ts';
import type { Scope } from '../scope.ts';
import type { TokenStream } from '../token-stream.ts';

export function parserIn(scope: Scope, stream: TokenStream): Parser {
  return new Parser(
    stream,
    (name) => scope.ordinary(name)?.kind === 'typedef',
    () => scope.binding('__cplusplus') !== undefined,
    () => recordPragmasIn(scope),
  );
}
