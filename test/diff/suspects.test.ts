/**
 * Comparing only what may differ has to find exactly what comparing everything finds: on every pair of rule fixtures, and on
 * small made-up trees whose headers disagree about names.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { targets } from '../../src/abi/target.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import type { AbiPair } from '../../src/diff/changes.ts';
import { compareAbis } from '../../src/diff/compare.ts';
import { declarationKinds, spaceOf, SuspectNames, type Suspects } from '../../src/diff/suspect-names.ts';
import { suspectsOf } from '../../src/diff/suspects.ts';
import { abiOf } from '../support/header-source.ts';

const root = fileURLToPath(new URL('../../fixtures/rules/', import.meta.url));

type Texts = Readonly<Record<string, string>>;

/** The same ABI as whoever has no portions would have it: a snapshot, a layout file. */
function gathered(abi: Abi): Abi {
  return {
    ...abi,
    records: new Map(abi.records),
    enums: new Map(abi.enums),
    typedefs: new Map(abi.typedefs),
    constants: new Map(abi.constants),
    requests: new Map(abi.requests),
    macros: new Map(abi.macros),
  };
}

/** Every name of both sides. */
function everythingIn(pair: AbiPair): Suspects {
  const suspects = new SuspectNames();
  for (const abi of [pair.old, pair.new]) {
    for (const kind of declarationKinds) {
      for (const { name } of abi[kind].values()) {
        if (spaceOf(kind) === 'numbers') suspects.addNumber(name);
        else suspects[spaceOf(kind)].add(name);
      }
    }
    for (const declaration of abi.enums.values()) suspects.addEnumerators({ kind: 'enum', declaration });
  }
  return suspects;
}

function expectSameChanges(old: Texts, next: Texts): void {
  const frontEnd = new FrontEnd();
  // The first targets leave to the later ones what they found out.
  for (const { name } of targets.slice(0, 5)) {
    const pair = { old: abiOf(old, name, frontEnd), new: abiOf(next, name, frontEnd) };
    expect(suspectsOf(pair)).toBeDefined();
    const plain = { old: gathered(pair.old), new: gathered(pair.new) };
    // What moved between headers is told of headers only: nothing else says what includes what.
    const { changes, notUnderstood } = compareAbis(pair);
    const all = {
      changes: changes.filter(({ kind }) => kind !== 'declarations-moved' && kind !== 'includes-fewer'),
      notUnderstood,
    };
    const ofPlain = compareAbis(plain);
    expect(all).toEqual(ofPlain);
    expect(ofPlain).toEqual(compareAbis(plain, everythingIn(plain)));
  }
}

function textsOf(folder: string, side: string): Texts {
  const text = (name: string): string => readFileSync(join(root, folder, name), 'utf8');
  if (!readdirSync(join(root, folder)).includes(side)) return { 'x.h': text(`${side}.h`) };
  return Object.fromEntries(readdirSync(join(root, folder, side)).map((name) => [name, text(join(side, name))]));
}

describe('the changes of a rule fixture', () => {
  const folders = readdirSync(root).filter((folder) => {
    const files = readdirSync(join(root, folder));
    return files.includes('old') || files.includes('old.h');
  });

  test('there are fixtures', () => {
    expect(folders.length).toBeGreaterThan(50);
  });

  test.each(folders)('%s', (folder) => {
    expectSameChanges(textsOf(folder, 'old'), textsOf(folder, 'new'));
  });
});

/** Lines of a header that get in each other's way: one name as a constant, a request, a text, an enumerator, a type. */
const name = fc.constantFrom(
  'KVM_A',
  'KVM_B',
  'KVM_CAP_A',
  'KVM_CAP_B',
  'KVM_CAP_C',
  'KVM_CAP_D',
  'KVM_CAP_MAX',
  'ONE',
);
const line = fc.oneof(
  fc.tuple(name, fc.integer({ min: 0, max: 4 })).map(([n, value]) => `#define ${n} ${String(value)}`),
  fc.tuple(name, name).map(([n, other]) => `#define ${n} ${other}`),
  fc.tuple(name, fc.integer({ min: 0, max: 3 })).map(([n, nr]) => `#define ${n} _IOW('k', ${String(nr)}, long)`),
  fc.tuple(name, fc.constantFrom('x, y', '{ 1 }', '"text"')).map(([n, text]) => `#define ${n} ${text}`),
  fc
    .tuple(fc.constantFrom('', 'a', 'b'), fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), fc.nat(3))
    .map(([tag, names, first]) => `enum ${tag} { ${names.join(` = ${String(first)}, `)} };`),
  fc
    .tuple(
      fc.constantFrom('struct', 'union'),
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('int x;', 'long x; int y;', ''),
    )
    .map(([kind, tag, fields]) => (fields === '' ? `${kind} ${tag};` : `${kind} ${tag} { ${fields} };`)),
  fc
    .tuple(fc.constantFrom('t', 'u'), fc.constantFrom('int', 'long', 'struct a'))
    .map(([n, type]) => `typedef ${type} ${n};`),
);
const ioctl = '#define _IOC(d,t,n,s) (((d)<<30)|((t)<<8)|(n)|((s)<<16))\n#define _IOW(t,n,s) _IOC(1U,t,n,sizeof(s))\n';
const header = fc.array(line, { maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);
const tree = fc.record({
  'a.h': header,
  'asm-generic/g.h': header,
  'b.h': header.map((text) => `${ioctl}${text}`),
  'c.h': header.map((text) => `#include "b.h"\n#ifdef ONE\n#include "asm-generic/g.h"\n#endif\n${text}`),
});

test('random trees', () => {
  fc.assert(
    fc.property(tree, tree, fc.constantFrom('a.h', 'b.h', 'none'), (old, next, gone) => {
      expectSameChanges(old, Object.fromEntries(Object.entries(next).filter(([file]) => file !== gone)));
    }),
    { numRuns: 60 },
  );
});

test('one header of many that changed', () => {
  fc.assert(
    fc.property(tree, header, (old, text) => {
      expectSameChanges(old, { ...old, 'a.h': text });
    }),
    { numRuns: 60 },
  );
});

test('a request whose name a header before has with another number is no newcomer', () => {
  const twice = `#include "b.h"\n#define KVM_A _IOW('k', 2, long)\n#define KVM_B _IOW('k', 2, long)\n`;
  const old = { 'a.h': '\n', 'b.h': `${ioctl}#define KVM_A _IOW('k', 0, long)\n`, 'c.h': twice };
  const next = { ...old, 'c.h': `${twice}#define KVM_C _IOW('k', 3, long)\n` };
  const frontEnd = new FrontEnd();
  const { changes } = compareAbis({ old: abiOf(old, 'x86_64', frontEnd), new: abiOf(next, 'x86_64', frontEnd) });
  expect(changes).toMatchObject([{ kind: 'request-added', request: { name: 'KVM_C' } }]);
  expectSameChanges(old, next);
});
