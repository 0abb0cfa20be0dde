/**
 * Where C++ programs find things: our reading of a header as C++ against what g++ says of the same header.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { TargetName } from '../../src/abi/target.ts';
import { abiOf } from '../support/header-source.ts';

const root = fileURLToPath(new URL('../../fixtures/history/', import.meta.url));
const prelude = readFileSync(join(root, 'prelude.h'), 'utf8');
const hasGxx = spawnSync('g++', ['--version']).status === 0 && process.arch === 'x64';

const shapes = `
struct nothing { };
union neither { };
struct around { int a; struct nothing n; struct nothing m; char c; };
struct many { struct nothing n[3]; short s; };
struct none { struct nothing n[0]; };
struct bytes { int data[0]; };
struct inside { struct { } e; long long x; };
struct behind { char c; struct { struct { } e; int data[]; }; };
struct aligned_nothing { } __attribute__((aligned(4)));
struct with_aligned { char c; struct aligned_nothing n; char d; };
struct packed_around { char c; struct nothing n; int i; } __attribute__((packed));
#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))
#define GET _IOC(2U, 7, 1, sizeof(struct nothing))
#define VERSION (__cplusplus > 201100L)
`;

const texts = [
  ['shapes', shapes] as const,
  ...readdirSync(root)
    .filter((name) => name.startsWith('28-'))
    .flatMap((folder) =>
      ['old.h', 'new.h'].map(
        (side) => [`${folder}/${side}`, prelude + readFileSync(join(root, folder, side), 'utf8')] as const,
      ),
    ),
];

const machines: readonly (readonly [TargetName, string])[] = [
  ['x86_64', '-m64'],
  ['i386', '-m32'],
  ['x32', '-mx32'],
];

describe.skipIf(!hasGxx)('as g++ has it', () => {
  test.each(machines.flatMap(([target, flag]) => texts.map(([name, text]) => [name, target, flag, text] as const)))(
    '%s on %s',
    (_name, target, flag, text) => {
      const abi = abiOf(text, target, undefined, 'C++');
      expect(abi.notUnderstood).toEqual([]);
      const claims: string[] = [];
      for (const { name, record } of abi.records.values()) {
        if (record.tag === undefined) continue;
        const layout = layoutOf(record, abi.target);
        claims.push(`static_assert(sizeof(${name}) == ${layout.sizeBytes}, "size of ${name}");`);
        claims.push(`static_assert(alignof(${name}) == ${layout.alignBytes}, "alignment of ${name}");`);
        for (const { path, offsetBits } of fieldPathsOf(layout)) {
          claims.push(`static_assert(__builtin_offsetof(${name}, ${path}) == ${offsetBits / 8}, "${name}.${path}");`);
        }
      }
      for (const { name, number } of abi.requests.values())
        claims.push(`static_assert(${name} == ${number}U, "${name}");`);
      for (const { name, value } of abi.constants.values())
        claims.push(`static_assert(${name} == ${value}, "${name}");`);
      expect(claims.length).toBeGreaterThan(2);
      const { status, stderr } = spawnSync('g++', [flag, '-fsyntax-only', '-Wno-invalid-offsetof', '-x', 'c++', '-'], {
        input: `${text}\n${claims.join('\n')}\n`,
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((line) => line.includes('error'))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});
