/**
 * The cases of `fixtures/history`, and the probes, as two commits of a repository that is laid out like a kernel: one header a case,
 * so that tools which know nothing but kernels answer each of them. `make headers_install` copies what is there.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probes } from './probes.ts';

export type Verdict = 'break' | 'review' | 'compatible';

export interface Case {
  readonly name: string;
  readonly kind: 'history' | 'probe';
  /** The header's path in the repository. */
  readonly path: string;
  readonly old: string;
  readonly next: string;
  /** What the case deserves on each group of targets. */
  readonly sides: readonly { readonly targets: readonly string[]; readonly verdict: Verdict }[];
}

const fixtures = fileURLToPath(new URL('../fixtures/history/', import.meta.url));

const makefile = [
  'headers_install:',
  '\tmkdir -p $(INSTALL_HDR_PATH)',
  '\tcp -r include/uapi $(INSTALL_HDR_PATH)/include',
  '',
].join('\n');

/** Tagged `old` and `next`; `kernel` lends the script that is to run in it. */
export function commitCases(repository: string, kernel: string): readonly Case[] {
  const git = (...words: readonly string[]): void => {
    const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    execFileSync('git', ['-C', repository, ...identity, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  };
  mkdirSync(repository, { recursive: true });
  git('init', '-q');
  write('Makefile', makefile);
  // Which headers do not compile by themselves: none.
  write('usr/include/Makefile', 'no-header-test :=\n');
  write('arch/x86/include/uapi/asm/Kbuild', '');
  mkdirSync(join(repository, 'scripts'));
  cpSync(join(kernel, checkUapi), join(repository, checkUapi));
  const cases = [...readHistory(), ...probeCases()];
  const prelude = readFileSync(join(fixtures, 'prelude.h'), 'utf8');
  for (const side of ['old', 'next'] as const) {
    for (const one of cases) write(one.path, prelude + one[side]);
    git('add', '--all');
    git('commit', '-q', '-m', side);
    git('tag', side);
  }
  return cases;
}

/** Where a kernel keeps its own check, since 6.8. */
export const checkUapi = 'scripts/check-uapi.sh';

function readHistory(): readonly Case[] {
  const folders = readdirSync(fixtures).filter((name) => /^\d\d-/.test(name));
  return folders.sort().map((name) => {
    const text = (file: string): string => readFileSync(join(fixtures, name, file), 'utf8');
    const { sides } = JSON.parse(text('expected.json')) as Pick<Case, 'sides'>;
    const path = `include/uapi/history/${name}.h`;
    return { name, kind: 'history', path, old: text('old.h'), next: text('new.h'), sides };
  });
}

function probeCases(): readonly Case[] {
  return probes.map((probe, index) => ({
    ...probe,
    kind: 'probe',
    path: `include/uapi/probe/${index + 1}.h`,
    sides: [{ targets: ['x86_64'], verdict: 'break' }],
  }));
}
