import { describe, expect, test } from 'vitest';
import { headersOfCxx } from '../../src/source/cxx-headers.ts';
import { openDirectory } from '../../src/source/open-headers.ts';
import { arm64, kernelFiles, scratchDirectory } from './scratch.ts';

/** Which of linux/a.h and linux/b.h have to be read as C++ too. */
function concerned(a: string, b = 'int unrelated;\n'): readonly string[] {
  const files = { ...kernelFiles, 'include/uapi/linux/a.h': a, 'include/uapi/linux/b.h': b };
  return headersOfCxx(openDirectory(scratchDirectory(files), 'tree', []).forTarget(arm64), ['linux/a.h', 'linux/b.h']);
}

const linkage = `#if defined(__cplusplus)
extern "C" {
#endif
struct s { int x; };
#if defined(__cplusplus)
}
#endif
`;

describe('headers that C++ programs read differently', () => {
  test.each([
    ['nothing of the kind', 'struct s { int x; };\n'],
    ['extern "C" around it', linkage],
    [
      'extern "C" with comments',
      '#ifdef __cplusplus /* why */\n/* so that\n it links */\nextern "C" {\n#endif /* C++ */\n',
    ],
    ['a word in a comment', '/* as __cplusplus has it */\n'],
    ['an #else that belongs to another question', '#ifdef X\nint a;\n#else\nint b;\n#endif\n'],
  ])('not: %s', (_what, text) => {
    expect(concerned(text)).toEqual([]);
  });

  test.each([
    ['a branch that declares something', '#ifdef __cplusplus\nint x;\n#endif\n'],
    ['what C++ programs do not get', '#ifndef __cplusplus\nint x;\n#endif\n'],
    ['an #elif', '#if defined(X)\nint x;\n#elif defined(__cplusplus)\n#endif\n'],
    ['a branch in a branch', '#ifdef __cplusplus\n#ifdef X\nint x;\n#endif\n#endif\n'],
    ['a record without fields', 'struct s {\n\t/* nothing yet */\n};\n'],
    ['a nested one without a name', 'struct s { int x; struct { } end; };\n'],
  ])('yes: %s', (_what, text) => {
    expect(concerned(text)).toEqual(['linux/a.h']);
  });

  test('a header that uses a macro of such a branch', () => {
    expect(
      concerned(
        '#ifdef __cplusplus\n#define ARRAY(n) int n[0]\n#else\n#define ARRAY(n) int n[]\n#endif\n',
        'ARRAY(x);\n',
      ),
    ).toEqual(['linux/a.h', 'linux/b.h']);
  });

  test('a header that uses a macro with a record without fields, or such a record', () => {
    expect(
      concerned('#define FLEX(n) struct { \\\n\tstruct { } e; \\\n\tint n[]; \\\n}\n', 'struct s { FLEX(x); };\n'),
    ).toEqual(['linux/a.h', 'linux/b.h']);
    expect(concerned('struct nothing {\n};\n', '#define GET _IOR(1, 2, struct nothing)\n')).toEqual([
      'linux/a.h',
      'linux/b.h',
    ]);
  });

  test('text made to be slow is looked through once', () => {
    const start = performance.now();
    concerned('struct s {/*'.repeat(100_000), '#ifdef __cplusplus\n#define X\n'.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
