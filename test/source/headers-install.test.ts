import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { installedText } from '../../src/source/headers-install.ts';

/** The expressions of the kernel's scripts/headers_install.sh, run by sed itself. */
function sed(text: string): string {
  const script = [
    String.raw`s/([[:space:](])(__user|__force|__iomem)[[:space:]]/\1/g`,
    String.raw`s/__attribute_const__([[:space:]]|$)/\1/g`,
    's@^#include <linux/compiler(|_types).h>@@',
    String.raw`s/(^|[^a-zA-Z0-9])__packed([^a-zA-Z0-9_]|$)/\1__attribute__((packed))\2/g`,
    String.raw`s/(^|[[:space:](])(inline|asm|volatile)([[:space:](]|$)/\1__\2__\3/g`,
    String.raw`s@#(ifndef|define|endif[[:space:]]*/[*])[[:space:]]*_UAPI@#\1 @`,
  ].join('\n');
  return execFileSync('sed', ['-E', '-e', script], { input: text, encoding: 'utf8' });
}

/** What a compiler sees: tokens, without the blanks that uabi leaves so that columns stay. */
const tokens = (text: string): string => (text.match(/\w+|[^\w\s]|\n/g) ?? []).join(' ');

describe('the edits of headers_install.sh', () => {
  test.each([
    'void __user *p;\n',
    'long f(void __user * a, int __iomem * b);\n',
    'struct s { int a; } __packed;\n',
    'struct s { int a; } __packed __attribute__((aligned(4)));\n',
    '#define X(a) (__force int)a\n',
    '#include <linux/compiler.h>\n#include <linux/compiler_types.h>\n#include <linux/types.h>\n',
    '#ifndef _UAPI_LINUX_X_H\n#define _UAPI_LINUX_X_H\n#define _UAPI__X\n#endif /* _UAPI_LINUX_X_H */\n',
    'static inline int f(volatile int x) { asm volatile("nop"); }\n',
    'static __inline__ __attribute_const__ int f(void);\n',
    'typedef char __packed_t; int my__packed; int a__packed_b;\n',
  ])('agree with sed on %j', (text) => {
    expect(tokens(installedText(text))).toBe(tokens(sed(text)));
  });

  test('agree with sed on any mixture', { timeout: 60_000 }, () => {
    const words = fc.constantFrom(
      ...['__user', '__force', '__iomem', '__packed', 'inline', 'asm', 'volatile', '_UAPI_X'],
      ...[' ', '  ', '\t', '\n', '(', ')', '*', 'x', ';', '#ifndef ', '#define ', '#endif /* '],
    );
    const line = fc.array(words, { minLength: 1, maxLength: 12 }).map((parts) => `${parts.join('')}\n`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 200, maxLength: 200 }), (lines) => {
        const text = lines.join('');
        expect(tokens(installedText(text))).toBe(tokens(sed(text)));
      }),
      { numRuns: 30 },
    );
  });

  test('keep every line where it was', () => {
    const text = '#include <linux/compiler.h>\nint x;\nvoid __user *p;\n';
    expect(installedText(text).split('\n')).toEqual([expect.stringMatching(/^ *$/), 'int x;', 'void *p;', '']);
  });

  test('decide __EXPORTED_HEADERS__ as unifdef would', () => {
    expect(installedText('#ifndef __EXPORTED_HEADERS__\n#warning no\n#endif\n')).toMatch(/^#if 0 /);
  });
});
