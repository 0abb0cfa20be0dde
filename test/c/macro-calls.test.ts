/** Requests and other calls of function-like macros: what they come to, whatever way was taken to work it out. */

import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { abiOf, constantsOf } from '../support/header-source.ts';

/** As asm-generic/ioctl.h has it. */
const ioc = `
#define _IOC(dir, type, nr, size) (((dir) << 30) | ((type) << 8) | ((nr) << 0) | ((size) << 16))
#define _IOC_TYPECHECK(t) (sizeof(t))
#define _IO(type, nr) _IOC(0U, (type), (nr), 0)
#define _IOR(type, nr, size) _IOC(2U, (type), (nr), (_IOC_TYPECHECK(size)))
#define _IOW(type, nr, size) _IOC(1U, (type), (nr), (_IOC_TYPECHECK(size)))
`;

function requestsOf(abi: Abi): Record<string, string> {
  return Object.fromEntries(
    [...abi.requests].map(([name, { number, argument }]) => [name, `${number.toString(16)} ${argument ?? '-'}`]),
  );
}

describe('a request', () => {
  test('is the same whether its macro is called directly, through another or through two', () => {
    const abi = abiOf(`${ioc}
      struct s { long a; };
      #define BASE 'd'
      #define D_IOR(nr, type) _IOR(BASE, nr, type)
      #define E_IOR(nr) D_IOR(nr, struct s)
      #define ONE _IOR('d', 1, struct s)
      #define TWO D_IOR(1, struct s)
      #define THREE E_IOR(1)
      #define FOUR _IOR(BASE, 0 + 1, struct s)
      #define FIVE TWO
    `);
    // 2 << 30 | 8 << 16 | 0x64 << 8 | 1, by hand.
    const number = '80086401 struct s';
    expect(requestsOf(abi)).toEqual({ ONE: number, TWO: number, THREE: number, FOUR: number, FIVE: number });
  });

  test('has the sizes and the encoding of its target, whichever was read before', () => {
    const text = `${ioc}
      struct s { long a; void *b; };
      #define GET _IOR('k', 3, struct s)
      #define SET _IOW('k', 3, long[4])
    `;
    const frontEnd = new FrontEnd();
    expect(requestsOf(abiOf(text, 'x86_64', frontEnd))).toEqual({ GET: '80106b03 struct s', SET: '40206b03 long[4]' });
    expect(requestsOf(abiOf(text, 'i386', frontEnd))).toEqual({ GET: '80086b03 struct s', SET: '40106b03 long[4]' });
    expect(requestsOf(abiOf(text, 'arm64', frontEnd))).toEqual({ GET: '80106b03 struct s', SET: '40206b03 long[4]' });
  });

  test('follows its macros where another header defines them otherwise', () => {
    const use = `
      #define GET _IOR('k', 3, int)
    `;
    const frontEnd = new FrontEnd();
    const narrow = ioc.replace('(size) << 16', '(size) << 17');
    const numbers = [ioc, narrow, ioc].map((macros) => {
      const abi = abiOf({ 'ioctl.h': macros, 'use.h': `#include "ioctl.h"${use}` }, 'x86_64', frontEnd);
      return abi.requests.get('GET')?.number.toString(16);
    });
    expect(numbers).toEqual(['80046b03', '80086b03', '80046b03']);
  });

  test('of a type that is not known is no number', () => {
    const abi = abiOf(`${ioc}
      #define GET _IOR('k', 3, struct nowhere)
    `);
    expect([...abi.requests]).toEqual([]);
    expect(abi.macros.get('GET')?.body).toBe("_IOR('k', 3, struct nowhere)");
  });
});

describe('a call of a macro', () => {
  test('keeps the precedence that its text has', () => {
    const abi = abiOf(`
      #define BARE(x) x * 2
      #define WRAPPED(x) ((x) * 2)
      #define A BARE(1 + 2)
      #define B WRAPPED(1 + 2)
      #define C WRAPPED(1) + 1
    `);
    expect(constantsOf(abi)).toMatchObject({ A: 5n, B: 6n, C: 3n });
  });

  test('takes its argument as text where # or ## stand', () => {
    const abi = abiOf(`
      #define ONE_BIT 7
      #define BIT(x) (x ## _BIT)
      #define SHOWN(x) (sizeof(#x))
      #define A BIT(ONE)
      #define B SHOWN(abc)
    `);
    expect(constantsOf(abi)).toMatchObject({ A: 7n, B: 4n });
  });

  test('takes an expression as well as a type where its size is asked', () => {
    const abi = abiOf(`
      #define SIZE(x) (sizeof(x))
      #define A SIZE(long long)
      #define B SIZE('a')
      #define C SIZE(((char)1))
    `);
    expect(constantsOf(abi)).toMatchObject({ A: 8n, B: 4n, C: 1n });
  });

  test('keeps the type of its argument', () => {
    const abi = abiOf(`
      #define DOWN(x) ((x) - 1)
      #define A DOWN(0)
      #define B DOWN(0U)
      #define C DOWN(0UL)
    `);
    expect(constantsOf(abi)).toMatchObject({ A: -1n, B: 0xffff_ffffn, C: 0xffff_ffff_ffff_ffffn });
  });

  test('does not expand the macro again that it is in', () => {
    const abi = abiOf(`
      enum { SELF = 3 };
      #define TWICE(x) ((x) * 2)
      #define SELF TWICE(SELF)
    `);
    expect(constantsOf(abi)).toMatchObject({ SELF: 6n });
  });

  test('that is redefined later in the header has its last meaning', () => {
    const abi = abiOf(`
      #define TWICE(x) ((x) * 2)
      #define A TWICE(4)
      #undef TWICE
      #define TWICE(x) ((x) * 3)
    `);
    expect(constantsOf(abi)).toMatchObject({ A: 12n });
  });
});
