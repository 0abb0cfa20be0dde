/** A header that was copied out of a kernel, as it stands there, means what it does in its tree. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelFiles, scratchDirectory, scratchRepository } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const path = 'include/uapi/linux/dev.h';
const header = `#include <linux/types.h>
#include <linux/posix_types.h>
#include <linux/compiler.h>
typedef int dev_state_t;
#define DEV_STATE_ON ((__force dev_state_t) 3)
struct dev_event {
  __u8 kind;
  __u32 value;
} __packed;
struct dev_ring {
  struct dev_event __user *at;
  __u32 count;
  __u32 slots[] __counted_by(count);
};
`;
const repository = scratchRepository({
  ...kernelFiles,
  // More of it than a stand-in has.
  'include/uapi/linux/types.h': '#include <asm/types.h>\ntypedef unsigned char __u8;\nstruct tree_only { int a; };\n',
  'arch/arm/include/uapi/asm/types.h': 'typedef unsigned int __u32;\n#define ASM_ONLY 1\n',
  'include/uapi/linux/posix_types.h': '#include <linux/stddef.h>\n#include <asm/posix_types.h>\n',
  'include/uapi/asm-generic/posix_types.h': 'typedef struct { int v[2]; } __kernel_fsid_t;\n',
  'include/uapi/asm-generic/Kbuild': 'mandatory-y += types.h\nmandatory-y += posix_types.h\nmandatory-y += unistd.h\n',
  'include/uapi/linux/stddef.h': '#define __counted_by(m)\n#define STDDEF_ONLY 1\n',
  [path]: header,
});

interface Report {
  readonly verdict: string;
  readonly findings: readonly { readonly subject: string }[];
}

async function check(old: string, next: string): Promise<{ readonly code: number; readonly report: Report }> {
  const args = ['check', old, next, '--show', 'all', '--format', 'json'];
  const { code, stdout, stderr } = await runCli(args, { cwd: repository, env: gitEnv });
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as Report };
}

const copied = join(scratchDirectory({ 'dev.h': header }), 'dev.h');
const edited = join(scratchDirectory({ 'dev.h': header.replace('  __u32 value;', '  __u16 value;') }), 'dev.h');

test.each([
  [copied, `v1:${path}`],
  [`v1:${path}`, copied],
])('%s is %s', async (old, next) => {
  const { code, report } = await check(old, next);
  expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] });
});

test('and an edit of it is told as one, with nothing of what the tree has besides', async () => {
  const { code, report } = await check(`v1:${path}`, edited);
  expect(code).toBe(1);
  const records = report.findings.map(({ subject }) => subject.split('.')[0]);
  expect(new Set(records)).toEqual(new Set(['struct dev_event']));
});

describe.each(['include/uapi', 'uapi'])('a project that keeps copies in %s, without any asm/', (folder) => {
  const types = '#include <asm/types.h>\ntypedef __u16 __be16;\n';
  const copies = { README: 'A tool.\n', 'include/tool.h': 'struct tool { int a; };\n' };
  const project = scratchRepository(
    { ...copies, [`${folder}/linux/types.h`]: types, [`${folder}/linux/dev.h`]: header },
    { [`${folder}/linux/dev.h`]: header.replace('  __u32 value;', '  __u16 value;') },
  );

  test('its commits are judged', async () => {
    const args = ['check', 'v1..v2', '--format', 'json'];
    const { code, stdout } = await runCli(args, { cwd: project, env: gitEnv });
    const report = JSON.parse(stdout) as Report;
    expect({ code, verdict: report.verdict }).toEqual({ code: 1, verdict: 'break' });
    expect(new Set(report.findings.map(({ subject }) => subject.split('.')[0]))).toEqual(new Set(['struct dev_event']));
  });

  test.each(['.', 'v2', folder, `${folder}/linux/dev.h`, `v2:${folder}/linux/dev.h`])(
    'its records are read from %s',
    async (source) => {
      const args = ['layout', 'dev_event', '--in', source, '--target', 'x86_64'];
      const { stdout } = await runCli(args, { cwd: project, env: gitEnv });
      // One byte, and two behind it.
      expect(stdout).toContain('size 3, align 1');
    },
  );
});
