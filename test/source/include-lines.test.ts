import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includeMark, scanIncludes } from '../../src/source/include-lines.ts';

/** The lines that git would find, told by the system's grep. */
function markedLines(text: string): string {
  const found = execFileSync('sh', ['-c', 'grep -a -E -e "$0" || true', includeMark], {
    input: text,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  return found;
}

describe('includes of a text', () => {
  test('are told with their form, whatever the blanks', () => {
    const text = '#include <linux/types.h>\n\t# include\t"drm.h"\nint include;\n#include<a.h> /* why */\n';
    expect(scanIncludes(text)).toEqual({
      includes: [
        { name: 'linux/types.h', form: 'angle' },
        { name: 'drm.h', form: 'quote' },
        { name: 'a.h', form: 'angle' },
      ],
      isUnclear: false,
    });
  });

  test.each([
    '/* see #include <a.h> */\n',
    ' * do not #include <a.h>\n * # include/linux/a.h\n',
    'struct include { int included; };\n',
    '#define NAME \\\n  "import" \\\n  other\n',
    '#error "a.h included directly"\n',
    '#define A(x) #x \\\n\n',
    '',
  ])('are none in %j', (text) => {
    expect(scanIncludes(text)).toEqual({ includes: [], isUnclear: false });
  });

  // Each of these is accepted by gcc as a directive that includes a.h, or asks whether there is one.
  test.each([
    '#define A <a.h>\n#include A\n',
    '/* c */ #include <a.h>\n',
    '/* include */ # /* c */ include <a.h>\n',
    '# /* c\n c */ include <a.h>\n',
    '/* c\n c */ #include <a.h>\n',
    '#include /* c\n */ <a.h>\n',
    '#\\\ninclude <a.h>\n',
    '# \\\n  include <a.h>\n',
    '#include \\\n <a.h>\n',
    '#inc\\\nlude <a.h>\n',
    '#i\\\nn\\\nclude <a.h>\n',
    '#includ\\\r\ne <a.h>\r\n',
    '/* c */ # inclu\\\nde <a.h>\n',
    '#\finclude <a.h>\n',
    '%:include <a.h>\n',
    '#include_next <a.h>\n',
    '#import <a.h>\n',
    '#imp\\\nort <a.h>\n',
    '#if __has_include(<a.h>)\n#endif\n',
  ])('are unclear in %j', (text) => {
    expect(scanIncludes(text).isUnclear).toBe(true);
    expect(scanIncludes(markedLines(text)).isUnclear).toBe(true);
  });

  test('are the same in the lines that have the mark as in the whole text', () => {
    const piece = fc.constantFrom(
      ...[
        '#',
        'include',
        'inc',
        'lude',
        'i',
        'import',
        '\\\n',
        '\n',
        ' ',
        '<a.h>',
        '"b.h"',
        '/*',
        '*/',
        'x',
        '\r',
        '%:',
      ],
    );
    const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
        for (const one of texts) {
          const lines = one.split('\n').filter((line) => new RegExp(includeMark).test(line));
          expect(scanIncludes(lines.map((line) => `${line}\n`).join(''))).toEqual(scanIncludes(one));
        }
      }),
    );
  });
});
