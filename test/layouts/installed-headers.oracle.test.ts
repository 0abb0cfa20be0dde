/**
 * Every record, constant and request of the KVM layout files is what a compiler makes of the real headers.
 *
 * The headers are those installed for cross-compiling (`linux-libc-dev-*-cross` of Debian); a target without them is skipped
 * by name. clang reads them for every target, so nothing else needs to be installed.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { TargetName } from '../../src/abi/target.ts';
import { clangFor, type VirtualTree } from '../oracle/compilers.ts';
import type { CompilerFacts } from '../oracle/facts.ts';
import { abiOf, layoutFile, targetOf } from './support.ts';

const directories: readonly (readonly [TargetName, string])[] = [
  ['arm64', '/usr/aarch64-linux-gnu/include'],
  ['x86_64', '/usr/x86_64-linux-gnu/include'],
  ['x32', '/usr/x86_64-linux-gnux32/include'],
  ['i386', '/usr/i686-linux-gnu/include'],
  ['s390x', '/usr/s390x-linux-gnu/include'],
  ['ppc64le', '/usr/powerpc64le-linux-gnu/include'],
  ['ppc64', '/usr/powerpc64-linux-gnu/include'],
  ['ppc', '/usr/powerpc-linux-gnu/include'],
  ['mips', '/usr/mips-linux-gnu/include'],
  ['mips64', '/usr/mips64-linux-gnuabi64/include'],
  ['riscv64', '/usr/riscv64-linux-gnu/include'],
];

/** The release of an installed tree, as `6.1`. */
function releaseOf(directory: string): string | undefined {
  const path = join(directory, 'linux/version.h');
  if (!existsSync(path)) return undefined;
  const code = Number(/LINUX_VERSION_CODE (\d+)/.exec(readFileSync(path, 'utf8'))?.[1]);
  return `${String(code >> 16)}.${String((code >> 8) & 0xff)}`;
}

/** The headers that one header needs, as clang's virtual file system takes them. */
function headersFor(directory: string, first: string): VirtualTree {
  const tree: VirtualTree = {};
  const seen = new Set<string>();
  const add = (name: string): void => {
    const path = join(directory, name);
    if (seen.has(name) || !existsSync(path)) return;
    seen.add(name);
    const text = readFileSync(path, 'utf8');
    let folder = tree;
    for (const part of dirname(name).split('/')) folder = (folder[part] ??= {}) as VirtualTree;
    folder[name.slice(name.lastIndexOf('/') + 1)] = text;
    for (const [, included = ''] of text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)) {
      add(included);
      add(join(dirname(name), included));
    }
  };
  add(first);
  return tree;
}

async function ask(target: TargetName, directory: string, expressions: readonly string[]): Promise<CompilerFacts> {
  const clang = clangFor(target, { include: headersFor(directory, 'linux/kvm.h') });
  if (clang === undefined) throw new Error(`clang has no ${target}`);
  const values = expressions.map((text) => `(unsigned long long)(${text})`).join(',\n');
  const unit = `#include <linux/kvm.h>\nconst unsigned long long uabi_values[] = {\n${values}\n};\n`;
  const result = await clang.compile(unit, ['include'], []);
  if (result.kind === 'errors') throw new Error(result.messages.join('\n'));
  return result.facts;
}

function recordDifferences(abi: Abi, facts: CompilerFacts): string[] {
  return [...abi.records].flatMap(([name, { record }]) => {
    const theirs = facts.records.get(name);
    if (theirs === undefined) return [`${name} is not in the headers`];
    const layout = layoutOf(record, abi.target);
    const wrong = layout.sizeBytes === theirs.sizeBytes ? [] : [`${name} has ${String(theirs.sizeBytes)} bytes`];
    const mine = fieldPathsOf(layout).map(
      ({ path, offsetBits, sizeBits }) => `${path} ${String(offsetBits)}:${String(sizeBits)}`,
    );
    const others = theirs.fields.map(
      ({ path, offsetBits, sizeBits }) => `${path} ${String(offsetBits)}:${String(sizeBits)}`,
    );
    for (const field of others) if (!mine.includes(field)) wrong.push(`${name}: the compiler has ${field}`);
    for (const field of mine) if (!others.includes(field)) wrong.push(`${name}: the layout has ${field}`);
    return wrong;
  });
}

describe.each(directories)('on %s', (target, directory) => {
  const release = releaseOf(directory);
  const isKnown = release === '6.1' || release === '6.12' || release === '6.16';

  test.skipIf(!isKnown).each(['kvm.json', 'kvm_run.json'])(
    `%s is what clang reads in the headers of ${release ?? '(not installed)'}`,
    async (fileName) => {
      const abi = abiOf(layoutFile(fileName), release ?? '', target);
      // The TDX sub-functions come from Intel's manual and the name kvm_run_flags stands for no macro.
      const constants = [...abi.constants.values()].filter(({ name }) => !name.startsWith('TDVMCALL_'));
      const requests = [...abi.requests.values()];
      const names = [...constants, ...requests].map(({ name }) => name);
      const facts = await ask(target, directory, names);
      expect(recordDifferences(abi, facts)).toEqual([]);
      const values = [...constants.map(({ value }) => value), ...requests.map(({ number }) => BigInt(number))];
      const mine = names.map((name, index) => `${name} ${String(values[index])}`);
      expect(mine).toEqual(names.map((name, index) => `${name} ${String(facts.values[index])}`));
    },
  );
});

test('the layouts are for targets that exist', () => {
  expect(directories.map(([target]) => targetOf(target).name)).toEqual(directories.map(([target]) => target));
});
