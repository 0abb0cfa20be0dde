/**
 * What a front end remembers must never change what it says: every header, for every target, reads the same with a front
 * end that has read others before as with a new one.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { TargetName } from '../../src/abi/target.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { abiOf, abisTogether } from '../support/header-source.ts';

/** Everything an ABI says, as text. */
function show(abi: Abi): string {
  const layouts = [...abi.records].map(([name, { record }]) => {
    const { sizeBytes, alignBytes, fields } = layoutOf(record, abi.target);
    return [name, sizeBytes, alignBytes, fields.map(({ offsetBits, sizeBits }) => [offsetBits, sizeBits])];
  });
  const { enums, typedefs, constants, requests, macros, notUnderstood } = abi;
  const declared = [enums, typedefs, constants, requests, macros].map((map) => [...map]);
  return JSON.stringify([layouts, declared, notUnderstood], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

const name = fc.constantFrom('A', 'B', 'C');
const type = fc.constantFrom('int', 'long', 'char', 'a_t', 'struct a', 'struct b', 'enum e');
const value = fc.constantFrom('1', '2', 'A', 'B + 1', 'sizeof(long)', 'sizeof(struct a)', 'E', '__BIGGEST_ALIGNMENT__');
const line = fc.oneof(
  fc.tuple(name, value).map(([macro, body]) => `#define ${macro} ${body}`),
  name.map((macro) => `#undef ${macro}`),
  fc
    .tuple(fc.constantFrom('a', 'b'), type, value)
    .map(([tag, field, length]) => `struct ${tag} { ${field} x; char y[${length}]; };`),
  fc
    .tuple(type, name)
    .map(([field, macro]) => `#ifdef ${macro}\ntypedef ${field} a_t;\n#else\ntypedef char a_t;\n#endif`),
  value.map((start) => `enum e { E = ${start} };`),
  fc.constantFrom('#pragma pack(1)', '#pragma pack()', '#pragma once', '#if __SIZEOF_LONG__ == 8\n#define A 8\n#endif'),
  fc.constantFrom('#include "p.h"', '#include "q.h"', '#include "r.h"', 'struct a;', 'typedef struct b a_t;'),
  fc.constantFrom(
    '#ifdef __x86_64__\n#include "q.h"\n#else\n#include "r.h"\n#endif',
    '#ifdef __arm__\n#undef A\n#endif',
    '#if __SIZEOF_POINTER__ == 8\n#include "r.h"\n#endif',
    '#ifdef __powerpc__\n#include "absent.h"\n#endif',
  ),
  fc.constantFrom('#ifdef A\n#include "q.h"\n#endif', '#if defined(B) && B > 1\n#include "r.h"\n#endif'),
);
const header = fc.tuple(fc.boolean(), fc.array(line, { maxLength: 6 })).map(([isGuarded, lines]) => {
  const text = `${lines.join('\n')}\n`;
  return (guard: string): string => (isGuarded ? `#ifndef ${guard}\n#define ${guard}\n${text}#endif\n` : text);
});
const tree = fc.tuple(header, header, header, header).map(([p, q, r, s]) => ({
  'p.h': p('P_H').replaceAll('"p.h"', '"q.h"'),
  'q.h': q('Q_H').replaceAll(/"[pq]\.h"/g, '"r.h"'),
  // Endless includes are another test's business.
  'r.h': r('R_H').replaceAll(/#include.*/g, ''),
  's.h': s('S_H'),
}));

/** Enough text between the lines of a header for each to be worked through by itself, where that is done. */
function stretched(text: string): string {
  return text.replaceAll('\n', () => `\nextern int ${Array.from({ length: 120 }, (_, at) => `f${at}`).join(', ')};\n`);
}

/** The tree with every header behind one of the architecture, or behind another that says the same. */
function behind(folder: 'asm' | 'ask', texts: Readonly<Record<string, string>>): Record<string, string> {
  const about = '#ifdef __x86_64__\n#define C 3\nstruct c { long x; };\n#else\nstruct c { int x; };\n#endif\n';
  const long = Object.entries(texts).map(([name, text]) => [name, `#include <${folder}/c.h>\n${stretched(text)}`]);
  return { ...Object.fromEntries<string>(long as [string, string][]), [`${folder}/c.h`]: about };
}

describe('a front end that has read other things', () => {
  const targets: readonly TargetName[] = ['x86_64', 'arm', 'm68k', 'ppc64'];
  // Some of what is read stays the same from tree to tree, because there are few names.
  const used = new FrontEnd();

  test('reads every tree for every target as a new one does', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(...targets), fc.constantFrom(...targets), (texts, first, second) => {
        for (const target of [first, second]) {
          expect(show(abiOf(texts, target, used))).toBe(show(abiOf(texts, target)));
        }
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  test('reads a tree for several targets at once as for each of them alone', () => {
    fc.assert(
      fc.property(tree, fc.shuffledSubarray([...targets], { minLength: 2 }), (texts, several) => {
        const together = abisTogether(texts, several, used).map(show);
        expect(together).toEqual(several.map((target) => show(abiOf(texts, target))));
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test('reads a header that lies behind one of the architecture, piece by piece, as any other', () => {
    // A macro that is defined again may count where it stands first or where it stands last.
    const sorted = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
      new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    const here = (abi: Abi): string =>
      show({ ...abi, constants: sorted(abi.constants), macros: sorted(abi.macros) }).replaceAll('ask/', 'asm/');
    fc.assert(
      fc.property(tree, fc.shuffledSubarray([...targets], { minLength: 2 }), (texts, several) => {
        const inPieces = abisTogether(behind('asm', texts), several, new FrontEnd(), ['p.h']).map(here);
        const whole = several.flatMap((one) => abisTogether(behind('ask', texts), [one], new FrontEnd(), ['p.h']));
        expect(inPieces).toEqual(whole.map(here));
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test('notices that an include names another file', () => {
    const frontEnd = new FrontEnd();
    const top = '#include "b.h"\nstruct a { b_t x; };\n';
    const size = (b: string): number | undefined => {
      const abi = abiOf({ 'a.h': top, 'b.h': b }, 'x86_64', frontEnd);
      const record = abi.records.get('struct a')?.record;
      return record === undefined ? undefined : layoutOf(record, abi.target).sizeBytes;
    };
    expect(size('typedef int b_t;\n')).toBe(4);
    expect(size('typedef long b_t;\n')).toBe(8);
    expect(size('typedef int b_t;\n')).toBe(4);
  });

  test('gives two targets the same type objects where they agree', () => {
    const frontEnd = new FrontEnd();
    const text = { 'a.h': 'struct a { long x; };\nstruct b { char x[sizeof(long)]; };\n' };
    const [one, other, third] = (['x86_64', 'arm64', 'arm'] as const).map((on) => abiOf(text, on, frontEnd));
    expect(one?.records.get('struct b')?.record).toBe(other?.records.get('struct b')?.record);
    expect(one?.records.get('struct b')?.record).not.toBe(third?.records.get('struct b')?.record);
  });
});
