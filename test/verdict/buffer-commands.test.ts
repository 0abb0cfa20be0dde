/** Binder's commands have numbers of requests and travel in a buffer: whoever reads the buffer is who does not know a number. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Finding } from '../../src/verdict/finding.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

const header = (bc: number, br: number): string =>
  `enum binder_driver_command_protocol { BC_FREE = _IOW('c', ${String(bc)}, unsigned) };\n` +
  `enum binder_driver_return_protocol { BR_OK = _IOR('r', ${String(br)}, int) };\n`;

function findingFor(name: string, old: string, next: string): Finding {
  const sides = [old, next].map((text) => abiOf({ 'linux/android/binder.h': prelude + text }));
  const [was, is] = sides;
  if (was === undefined || is === undefined) throw new Error('two sides');
  const finding = checkAbis([{ old: was, new: is }]).findings.find((one) => one.subject.endsWith(name));
  if (finding === undefined) throw new Error(name);
  return finding;
}

const reasonOf = (finding: Finding, contract: string): string => {
  const { answer, reason } = finding.answers.find((one) => one.contract === contract) ?? { answer: '', reason: '' };
  return `${answer}: ${reason}`;
};

test('a command that changed its number is refused by the kernel', () => {
  const finding = findingFor('BC_FREE', header(3, 1), header(30, 1));
  expect(finding.verdict).toBe('break');
  expect(reasonOf(finding, 'old-binary')).toMatch(/^broken: the new kernel does not know the command .* in a buffer/);
  expect(reasonOf(finding, 'new-binary')).toMatch(/^kept: .*EINVAL/);
  expect(JSON.stringify(finding.answers)).not.toContain('ENOTTY');
});

test('an answer that changed its number is one that programs do not know, on either kernel', () => {
  const finding = findingFor('BR_OK', header(3, 1), header(3, 10));
  expect(finding.verdict).toBe('break');
  expect(reasonOf(finding, 'old-binary')).toMatch(/^broken: the new kernel puts 0x\w+ into the buffer/);
  expect(reasonOf(finding, 'new-binary')).toMatch(/^broken: an old kernel puts 0x\w+ into the buffer/);
});
