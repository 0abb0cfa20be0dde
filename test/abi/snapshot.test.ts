import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { writeSnapshot } from '../../src/abi/snapshot.ts';
import { readSnapshot } from '../../src/abi/snapshot-read.ts';
import { findTarget, type Target, targets } from '../../src/abi/target.ts';
import { spellType } from '../../src/abi/types.ts';
import { Audience } from '../../src/c/lower/audience.ts';
import { readAbi } from '../../src/c/lower/read-abi.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { UserError } from '../../src/diagnostic.ts';
import { HeaderFiles, TextTree } from '../../src/source/header-files.ts';

const header = `
#include <linux/types.h>
#include <linux/ioctl.h>
struct later;
typedef struct { __u32 a; } bare_t;
enum colour { RED = -1, BLUE = 0x7fffffffffffffffLL };
struct __attribute__((packed)) tight { __u8 a; __u64 b; };
struct point {
  struct later *next;
  void (*call)(int);
  union { __u32 x; struct { __u16 lo, hi; }; };
  __u32 low : 3, : 5, high : 24;
  enum colour colour;
  bare_t bare;
  struct tight tight;
  long word;
  __u8 pad[3][2];
  __u64 wide __attribute__((aligned(16)));
  __u8 tail[];
};
#define POINT_MAX 0xffffffffffffffffULL
#define POINT_MIN (-5)
#define POINT_SIZE sizeof(struct point)
#define POINT_TEXT "text"
#define POINT_CALL(x) (x + 1)
#define POINT_GET _IOR('p', 1, struct tight)
`;

function abiFrom(text: string, target: Target): Abi {
  const tree = new TextTree('point.h', 'point.h', text);
  const options = { label: 'point.h', tree, headers: ['point.h'], isSearched: false, includes: [] };
  const source = new HeaderFiles(options).forTarget(target);
  const file = source.resolve('point.h', 'angle', undefined);
  return readAbi(
    new Audience(new FrontEnd(), [{ target, source }]),
    file === undefined ? [] : [file],
    target,
    'point.h',
  );
}

/** Everything of an ABI that a reader of it can see, as plain text. */
function show(abi: Abi): unknown {
  const place = (one: { name: string; header: string; location?: unknown }): unknown => [one.header, one.location];
  return {
    headers: abi.headers,
    records: [...abi.records].sort().map(([key, one]) => {
      const layout = one.record.isComplete ? layoutOf(one.record, abi.target) : undefined;
      const paths = layout === undefined ? [] : fieldPathsOf(layout);
      const fields = paths.map(({ field, type, ...path }) => ({ ...path, type: spellType(type), at: field.location }));
      return [key, place(one), layout?.sizeBytes, layout?.alignBytes, one.record.isPacked, fields];
    }),
    enums: [...abi.enums].sort().map(([key, one]) => [key, place(one), one.type]),
    typedefs: [...abi.typedefs].sort().map(([key, one]) => [key, place(one), spellType(one.type)]),
    constants: [...abi.constants].sort(),
    requests: [...abi.requests].sort(),
    macros: [...abi.macros].sort(),
    notUnderstood: abi.notUnderstood,
  };
}

function fail(name: string): never {
  throw new Error(name);
}

const someTargets = ['x86_64', 'i386', 'm68k', 'ppc64'].map((name) => findTarget(name) ?? fail(name));

describe('a snapshot', () => {
  const abis = someTargets.map((target) => abiFrom(header, target));
  const text = writeSnapshot(abis, 'point.h');
  const snapshot = readSnapshot(JSON.parse(text), 'abi.json');

  test('gives back what went in, on every target', () => {
    expect(snapshot.targets).toEqual(someTargets);
    expect(abis.every((abi) => abi.notUnderstood.length === 0)).toBe(true);
    for (const abi of abis) expect(show(snapshot.abiFor(abi.target))).toEqual(show(abi));
  });

  test('is canonical: written again, it is the same', () => {
    const again = snapshot.targets.map((target) => snapshot.abiFor(target));
    expect(writeSnapshot(again, 'point.h')).toBe(text);
  });

  test('has one line for each declaration, shared by the targets that agree', () => {
    const lines = text.split('\n').filter((line) => line.includes('"POINT_MAX"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('targets');
    expect(text.split('\n').filter((line) => line.includes('"name":"POINT_SIZE"')).length).toBeGreaterThan(1);
  });

  test('keeps what was not understood', () => {
    const [target] = someTargets;
    if (target === undefined) throw new Error('no target');
    const strange = abiFrom('struct a { unknown_t x; };\n', target);
    expect(strange.notUnderstood).toHaveLength(1);
    const back = readSnapshot(JSON.parse(writeSnapshot([strange], 'x')), 'abi.json').abiFor(target);
    expect(back.notUnderstood).toEqual(strange.notUnderstood);
  });

  test('of another version is refused', () => {
    const document = { ...(JSON.parse(text) as object), schemaVersion: 2 };
    expect(() => readSnapshot(document, 'abi.json')).toThrow(/version 2/);
  });

  test('that is damaged anywhere is a wrong call, never a crash', () => {
    const document = JSON.parse(text) as Record<string, unknown>;
    const junk = fc.constantFrom<unknown>(null, 0, -1, 1.5, '', 'struct point', [], {}, [null], { struct: 'x' }, true);
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), junk, (way, value) => {
        const damaged = structuredClone(document);
        let node: Record<string, unknown> = damaged;
        for (const [depth, step] of way.entries()) {
          const keys = Object.keys(node);
          const chosen = keys[step % Math.max(1, keys.length)];
          if (chosen === undefined) break;
          const next = node[chosen];
          if (depth === way.length - 1 || typeof next !== 'object' || next === null) {
            node[chosen] = value;
            break;
          }
          node = next as Record<string, unknown>;
        }
        try {
          const read = readSnapshot(damaged, 'abi.json');
          for (const target of read.targets) read.abiFor(target);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('names from a hostile header stay names', () => {
  const [target] = targets;
  if (target === undefined) throw new Error('no target');
  const abi = abiFrom('struct __proto__ { int constructor; };\n#define toString 5\n', target);
  const back = readSnapshot(JSON.parse(writeSnapshot([abi], 'x')), 'abi.json').abiFor(target);
  expect(show(back)).toEqual(show(abi));
  expect(back.records.get('struct __proto__')?.record.fields[0]?.name).toBe('constructor');
});
