/** A header that differs and that no program sees: the verdict is about programs, and the reader is told what it leaves out. */

import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const unistd = 'include/uapi/asm-generic/unistd.h';
const mman = 'include/uapi/asm-generic/mman.h';
const fuse = 'include/uapi/linux/fuse.h';

const before = {
  ...kernelFiles,
  // Without one of its own it would take asm-generic's.
  'arch/arm/include/uapi/asm/unistd.h': '#define __NR_read 3\n',
  [unistd]: '#define __NR_mseal 462\n',
  [mman]: '#define MAP_GROWSDOWN 1\n',
};

async function check(after: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(['check', 'v1..v2', ...argv], {
    cwd: scratchRepository(before, after),
    env: gitEnv,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('COMPATIBLE') as string });
  return stderr;
}

describe('a header that differs and that no header of any target includes', () => {
  test('is named', async () => {
    expect(await check({ [unistd]: '#define __NR_mseal 462\n#define __NR_new 463\n' })).toBe(
      `uabi: ${unistd} differs, and no header of any target includes it: it was not compared.\n`,
    );
  });

  test('is named where others were compared', async () => {
    expect(
      await check({
        [unistd]: '#define __NR_mseal 463\n',
        [mman]: '#define MAP_GROWSDOWN 2\n',
        [fuse]: `${kernelFiles[fuse] ?? ''}#define FUSE_NEW 1\n`,
      }),
    ).toBe(`uabi: ${mman} and ${unistd} differ, and no header of any target includes them: they were not compared.\n`);
  });

  test('is named for a patch as well', async () => {
    const repository = scratchRepository(before, { [unistd]: '#define __NR_mseal 463\n' });
    const patch = git(repository, 'diff', 'v1', 'v2');
    const folder = scratchDirectory({ 'change.patch': `${patch}\n` });
    git(repository, 'checkout', '-q', 'v1');
    const { code, stderr } = await runCli(['check', '--patch', `${folder}/change.patch`], {
      cwd: repository,
      env: gitEnv,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`${unistd} differs`) as string });
  });

  test.each([
    ['differs in remarks alone', { [unistd]: '/* of mseal */\n#define __NR_mseal 462\n' }, []],
    [
      'is included somewhere',
      { 'include/uapi/linux/types.h': '#ifndef _UAPI_T\n#define _UAPI_T\n#include <asm/types.h>\n/* */\n#endif\n' },
      [],
    ],
    ['is no header that programs can have', { 'include/linux/fuse.h': 'struct inner { int a; };\n' }, []],
    [
      'lies outside the paths that were asked for',
      { [unistd]: '#define __NR_mseal 463\n' },
      ['--', 'include/uapi/linux'],
    ],
    ['may be seen by targets that were left out', { [unistd]: '#define __NR_mseal 463\n' }, ['--target', 'arm64']],
  ] as const)('is not named where it %s', async (_, after, argv) => {
    expect(await check(after as Readonly<Record<string, string>>, ...argv)).toBe('');
  });
});
