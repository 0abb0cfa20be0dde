/**
 * `long unsigned int` → `unsigned long`: what the words of a basic type mean, in any order (C17 §6.7.2p2).
 */

import type { Type } from '../../abi/types.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import type { TypeTable } from './type-table.ts';

const meanings = new Map<string, (types: TypeTable) => Type>();

function define(spellings: string, make: (types: TypeTable) => Type): void {
  for (const spelling of spellings.split('|')) meanings.set(spelling.trim().split(' ').sort().join(' '), make);
}

define('void', (types) => types.void);
// What va_list is differs by target, and no record of an ABI holds one: it is left without a size.
define('va_list', (types) =>
  types.record({ kind: 'record', recordKind: 'struct', tag: '__builtin_va_list', isComplete: false, fields: [] }),
);
define('_Bool', (types) => types.integer('_Bool'));
define('char', (types) => types.integer('char'));
define('signed char', (types) => types.integer('signed char'));
define('unsigned char', (types) => types.integer('unsigned char'));
define('short | short int | signed short | signed short int', (types) => types.integer('short'));
define('unsigned short | unsigned short int', (types) => types.integer('unsigned short'));
define('int | signed | signed int', (types) => types.integer('int'));
define('unsigned | unsigned int', (types) => types.integer('unsigned int'));
define('long | long int | signed long | signed long int', (types) => types.integer('long'));
define('unsigned long | unsigned long int', (types) => types.integer('unsigned long'));
define('long long | long long int | signed long long | signed long long int', (types) => types.integer('long long'));
define('unsigned long long | unsigned long long int', (types) => types.integer('unsigned long long'));
define('__int128 | __int128_t | signed __int128', (types) => types.integer('__int128'));
define('unsigned __int128 | __uint128_t', (types) => types.integer('unsigned __int128'));
define('_Float16', (types) => types.float('_Float16'));
define('float', (types) => types.float('float'));
define('double', (types) => types.float('double'));
define('long double', (types) => types.float('long double'));
define('__float128 | _Float128', (types) => types.float('__float128'));
export function basicType(words: readonly string[], token: Token, types: TypeTable): Type {
  const [first = ''] = words;
  // A complex number, of whole numbers too in GNU C, is laid out as an array of two.
  if (words.includes('_Complex')) {
    const parts = words.filter((word) => word !== '_Complex');
    return types.array(parts.length === 0 ? types.float('double') : basicType(parts, token, types), 2);
  }
  const make = meanings.get(words.length === 1 ? first : [...words].sort().join(' '));
  if (make === undefined) throw new SyntaxProblem('unknown-type', `There is no type "${words.join(' ')}".`, token);
  return make(types);
}
