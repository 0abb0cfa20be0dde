/**
 * A kernel tree, read without a build, against the headers that a real build of the same version installed.
 *
 * The installed ones are those of `/usr/include`. A repository that `UABI_KERNEL_REPOSITORY` names may have their version as one of
 * its tags; where there is none, the test is skipped and says so.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { targets } from '../../src/abi/target.ts';
import { HeaderWorkshop } from '../../src/cli/header-workshop.ts';
import { DirectoryTree } from '../../src/source/directory.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { quietIo } from '../support/run-cli.ts';

const repository = process.env['UABI_KERNEL_REPOSITORY'];
const versionHeader = '/usr/include/linux/version.h';

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', repository ?? '.', ...args], { encoding: 'utf8' });
}

/** `6.1.192` of the assignments at the top of the kernel's Makefile. */
function versionOf(tag: string): string {
  const makefile = git('show', `${tag}:Makefile`);
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL']
    .map((name) => new RegExp(`^${name} = (\\d+)$`, 'm').exec(makefile)?.[1] ?? '')
    .join('.');
}

function installedVersion(): string {
  const header = readFileSync(versionHeader, 'utf8');
  return ['MAJOR', 'PATCHLEVEL', 'SUBLEVEL']
    .map((name) => new RegExp(`LINUX_VERSION_${name} (\\d+)`).exec(header)?.[1] ?? '')
    .join('.');
}

const tag =
  repository === undefined || !existsSync(versionHeader)
    ? undefined
    : git('tag')
        .trim()
        .split('\n')
        .find((one) => /^v\d/.test(one) && versionOf(one) === installedVersion());

test.skipIf(tag === undefined)('declares what its own headers declare once they are installed', () => {
  const workshop = new HeaderWorkshop(quietIo('/'), { gitDirectory: repository });
  const tree = workshop.openInMemory(workshop.revision(tag ?? '', tag ?? ''));
  const installed = workshop.openInMemory(new DirectoryTree('/usr/include', '/usr/include'));
  const target = targets.find(({ name }) => name === (process.arch === 'arm64' ? 'arm64' : 'x86_64'));
  if (target === undefined) throw new TypeError('no such target');
  const pair = {
    old: tree.abiOf(target, tree.namesFor(target)),
    new: installed.abiOf(target, installed.namesFor(target)),
  };
  expect(pair.old.records.size).toBeGreaterThan(2000);
  // Distributions leave some headers to other packages; drm/ and scsi/ are those of libdrm and of the C library.
  const told = checkAbis([pair])
    .findings.filter(({ verdict, rule }) => verdict !== 'compatible' && rule !== 'header-removed')
    .map(({ verdict, rule, subject, message }) => `${verdict} ${rule} ${subject}: ${message}`);
  expect(told).toEqual([]);
});
