/**
 * Requests made of what their header does not declare: programs that use them have it from another header. Numbers are put together by hand
 * as asm-generic/ioctl.h does (direction 2 bits, size 14, type 8, number 8); those of BLKGETSIZE64 and FS_IOC_FIEMAP are the ones that
 * strace and util-linux know.
 */

import { expect, test } from 'vitest';
import { scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const tree = {
  'include/uapi/linux/types.h': 'typedef unsigned int __u32;\ntypedef unsigned long long __u64;\n',
  'include/uapi/linux/ioctl.h': '#include <asm/ioctl.h>\n',
  'include/uapi/asm-generic/ioctl.h': `#ifndef _G
#define _G
#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))
#define _IOR(t, n, a) _IOC(2U, t, n, sizeof(a))
#define _IOWR(t, n, a) _IOC(3U, t, n, sizeof(a))
#endif
`,
  'include/uapi/linux/fiemap.h': `#ifndef _F
#define _F
#include <linux/types.h>
struct fiemap {
	__u64 fm_start;
	__u64 fm_length;
	__u32 fm_flags;
	__u32 fm_mapped_extents;
	__u32 fm_extent_count;
	__u32 fm_reserved;
};
#endif
`,
  'include/uapi/linux/fs.h': `#define BLKGETSIZE64 _IOR(0x12, 114, size_t)
#define FS_IOC_FIEMAP _IOWR('f', 11, struct fiemap)
`,
  'include/uapi/linux/ppdev.h': "#define PPGETTIME _IOR('p', 0x95, struct timeval)\n",
  'include/uapi/linux/mine.h': `typedef char size_t[2];
#define MINE _IOR(1, 2, size_t)
`,
  'include/uapi/linux/other.h': "#define OTHER _IOWR('f', 11, struct nobody_knows)\n",
  'arch/x86/include/uapi/asm/ioctl.h': '#include <asm-generic/ioctl.h>\n',
};

async function requestsOf(target: string): Promise<ReadonlyMap<string, number>> {
  const directory = scratchDirectory(tree);
  const { stdout } = await runCli(['snapshot', directory, '--target', target]);
  const { requests } = JSON.parse(stdout) as { requests: { name: string; number: string }[] };
  return new Map(requests.map(({ name, number }) => [name, Number(number)]));
}

test('are numbers, on each target its own', async () => {
  const [wide, narrow] = [await requestsOf('x86_64'), await requestsOf('i386')];
  expect([wide.get('BLKGETSIZE64'), narrow.get('BLKGETSIZE64')]).toEqual([0x80081272, 0x80041272]);
  expect([wide.get('PPGETTIME'), narrow.get('PPGETTIME')]).toEqual([0x80107095, 0x80087095]);
  expect([wide.get('FS_IOC_FIEMAP'), narrow.get('FS_IOC_FIEMAP')]).toEqual([0xc020660b, 0xc020660b]);
});

test('are what the header itself declares, where it does', async () => {
  expect((await requestsOf('x86_64')).get('MINE')).toBe(0x80020102);
});

test('stay text where nobody declares it', async () => {
  expect((await requestsOf('x86_64')).has('OTHER')).toBe(false);
});

test('change with the record of the other header, though nothing includes that', async () => {
  const file = 'include/uapi/linux/fiemap.h';
  const repository = scratchRepository(tree, { [file]: tree[file].replace('};', '\t__u64 fm_more;\n};') });
  const { code, stdout } = await runCli(['check', 'v1..v2', '--target', 'x86_64', '--format', 'terse'], {
    cwd: repository,
    env: gitEnv,
  });
  expect(code).toBe(1);
  expect(stdout).toContain('FS_IOC_FIEMAP changed from 0xc020660b to 0xc028660b');
});

test('take nothing from their header that the other defines too', async () => {
  const ioctls =
    "#define TIOCGWINSZ _IOR('t', 104, struct winsize)\n#define TIOCM_CAR 0x040\n#define TIOCM_CD TIOCM_CAR\n";
  const file = 'arch/x86/include/uapi/asm/ioctls.h';
  const termios =
    'struct winsize { unsigned short a, b, c, d; };\n#define TIOCM_CAR 0x040\n#define TIOCM_CD TIOCM_CAR\n';
  const [old, next] = [scratchDirectory(tree), scratchDirectory(tree)];
  const files = { [file]: ioctls, 'arch/x86/include/uapi/asm/termios.h': termios };
  for (const directory of [old, next]) writeFiles(directory, files);
  writeFiles(next, { [file]: ioctls.replace('0x040', '0x080') });
  const { code, stdout } = await runCli(['check', old, next, '--target', 'x86_64', '--format', 'terse']);
  expect(code).toBe(1);
  expect(stdout).toContain('TIOCM_CAR changed from 0x40 to 0x80');
  expect(stdout).toContain('TIOCM_CD changed from 0x40 to 0x80');
  const { stdout: snapshot } = await runCli(['snapshot', old, '--target', 'x86_64']);
  expect(snapshot).toMatch(/"name":"TIOCM_CD","header":"asm\/ioctls.h"/);
  expect(snapshot).toMatch(/"name":"TIOCGWINSZ".*"number":2148037736/);
});

test('are compared as numbers', async () => {
  const file = 'include/uapi/linux/fs.h';
  const [old, next] = [scratchDirectory(tree), scratchDirectory(tree)];
  writeFiles(next, { [file]: tree[file].replace('114', '144') });
  const { code, stdout } = await runCli(['check', old, next, '--target', 'x86_64', '--format', 'terse']);
  expect(code).toBe(1);
  expect(stdout).toContain('BLKGETSIZE64 changed from 0x80081272 to 0x80081290');
});
