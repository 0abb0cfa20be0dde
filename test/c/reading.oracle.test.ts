/**
 * What the front end reads is what gcc reads: random records, printed as C and read back, have gcc's layout, and random
 * constant expressions have gcc's values, on every target for which this machine has a compiler.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { targets } from '../../src/abi/target.ts';
import { askGcc, compile, findGcc } from '../oracle/gcc.ts';
import { arbitraryRecord } from '../support/arbitrary-record.ts';
import { abiOf, constantsOf } from '../support/header-source.ts';
import { printRecords } from '../support/print-c.ts';

const literal = fc.oneof(
  fc.nat(200).map(String),
  fc.constantFrom(
    '0x7fffffff',
    '0x80000000',
    '0xffffffff',
    '2147483648',
    '0xffffffffffffffff',
    '0x100000000',
    "'a'",
    "'\\xfe'",
  ),
  fc.constantFrom(
    '1u',
    '3l',
    '5ul',
    '7ll',
    '9ull',
    '0xfu',
    'A',
    'B',
    'C',
    'sizeof(long)',
    'sizeof(struct s)',
    '(sizeof("ab"))',
  ),
);
const typeName = fc.constantFrom(
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned',
  'long',
  'unsigned long',
  '_Bool',
  'u64',
  'enum e',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    fc.tuple(fc.constantFrom('-', '~', '!', '+'), tie('expression')).map(([operator, x]) => `(${operator} ${x})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '&', '|', '^', '==', '<', '>=', '&&', '||'),
        tie('expression'),
      )
      .map(([x, operator, y]) => `(${x} ${operator} ${y})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('/', '%'), fc.integer({ min: 1, max: 9 }))
      .map(([x, o, y]) => `(${x} ${o} ${y})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('<<', '>>'), fc.nat(31))
      .map(([x, operator, y]) => `(${x} ${operator} ${y})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
    fc.tuple(typeName, tie('expression')).map(([type, x]) => `((${type}) ${x})`),
    tie('expression').map((x) => `(sizeof(${x}))`),
  ),
}));

const declarations = `typedef unsigned long long u64;
struct s { char a; long b; };
enum e { A = 3, B = -4 };
enum f { C = 1ULL << 33 };
`;

for (const target of targets) {
  const gcc = findGcc(target.name);
  test.skipIf(gcc === undefined)(`random records are read as gcc does for ${target.name}`, () => {
    if (gcc === undefined) return;
    const seed = Date.now() & 0x7fffffff;
    const records = fc.sample(arbitraryRecord(), { numRuns: 200, seed });
    const abi = abiOf(printRecords(records), target.name);
    expect(abi.notUnderstood, `seed ${seed}`).toEqual([]);
    const answers = askGcc(gcc, records);
    for (const [index, { recordKind, tag }] of records.entries()) {
      const read = abi.records.get(`${recordKind} ${tag ?? ''}`)?.record;
      const answer = answers[index];
      if (read === undefined || answer === undefined) throw new Error(`no ${tag ?? ''}`);
      const layout = layoutOf(read, target);
      const paths = fieldPathsOf(layout).map(({ path, offsetBits }) => [path, offsetBits] as const);
      const ours = new Map(paths.filter(([path]) => answer.offsetsBits.has(path)));
      expect(
        { sizeBytes: layout.sizeBytes, alignBytes: layout.alignBytes, offsetsBits: ours },
        `seed ${seed}: ${printRecords([read])}`,
      ).toEqual(answer);
    }
  });

  test.skipIf(gcc === undefined)(`random expressions have gcc's values for ${target.name}`, () => {
    if (gcc === undefined) return;
    const seed = Date.now() & 0x7fffffff;
    const texts = fc.sample(expression, { numRuns: 400, seed });
    const defines = texts.map((text, index) => `#define X${index} ${text}`).join('\n');
    const constants = constantsOf(abiOf(`${declarations}${defines}\n`, target.name));
    const known = texts.flatMap((text, index) => (constants[`X${index}`] === undefined ? [] : [{ text, index }]));
    // Everything above is constant, but for what overflows a shift or divides by what became zero.
    expect(known.length).toBeGreaterThan(texts.length * 0.95);
    const values = known.map(({ index }) => `(long long)(X${index})`).join(',\n');
    const object = compile(
      gcc,
      `${declarations}${defines}\nconst long long values[] __attribute__((section(".values"), used)) = {\n${values}\n};\n`,
    );
    const section = object.section('.values');
    const wrong = known.flatMap(({ text, index }, position) => {
      const theirs = section.getBigInt64(position * 8, !object.isBigEndian);
      const ours = BigInt.asIntN(64, constants[`X${index}`] ?? 0n);
      return ours === theirs ? [] : [`${text}: ${ours}, gcc says ${theirs}`];
    });
    expect(wrong, `seed ${seed}`).toEqual([]);
  });
}
