/** A program that goes through arrays plainly does what it did, step by step. */

import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { plainArrays } from '../../.ci/build/plain-arrays.ts';

/** What is rewritten: bodies of `function main(log)`. */
const rewritten: readonly (readonly [what: string, body: string])[] = [
  ['a loop', "for (const one of ['a', 'b']) log(one);"],
  [
    'a list that grows meanwhile',
    'const list = [1]; for (const one of list) { log(one); if (one < 4) list.push(one + 1); }',
  ],
  ['a list that shrinks meanwhile', 'const list = [1, 2, 3]; for (const one of list) { log(one); list.pop(); }'],
  ['holes', 'for (const one of [1, , 3]) log(one === undefined);'],
  [
    'an expression that must be evaluated once',
    "const get = (): number[] => { log('asked'); return [1, 2]; }; for (const one of get()) log(one);",
  ],
  [
    'labels, continue and break',
    'outer: for (const a of [1, 2, 3]) { for (const b of [1, 2]) { if (b === a) continue outer; if (a === 3) break outer; log(a, b); } }',
  ],
  [
    'a name for each turn',
    'const all: (() => number)[] = []; for (const one of [1, 2]) all.push(() => one); for (const one of all) log(one());',
  ],
  ['a name that is set again', 'for (let one of [1, 2]) { one += 1; log(one); }'],
  [
    'a name that the body declares as well',
    'for (const one of [1, 2]) { const other = one; { const one = 5; log(one, other); } }',
  ],
  ['a tuple', "const pair: [string, number] = ['a', 1]; const [name, value] = pair; log(name, value);"],
  [
    'what is missing',
    "const list: string[] = ['a']; const [first = 'x', second = 'y', third] = list; log(first, second, third);",
  ],
  [
    'what is asked for only where it is missing',
    "const asked = (): string => { log('asked'); return 'y'; }; const list: (string | undefined)[] = ['a', undefined]; const [a = asked(), b = asked()] = list; log(a, b);",
  ],
  ['left out names and the rest', 'const list = [1, 2, 3, 4]; const [, second, ...rest] = list; log(second, rest);'],
  ['names that change places', 'let [a, b] = [1, 2]; const old = a; a = b; b = old; log(a, b);'],
  ['lists in lists', 'for (const [a, [b, c]] of [[1, [2, 3]]] as [number, [number, number]][]) log(a, b, c);'],
  ['records in lists', 'for (const [{ a }, b] of [[{ a: 1 }, 2]] as [{ a: number }, number][]) log(a, b);'],
  ['parameters', "log([['a', 1] as const, ['b', 2] as const].map(([name, value]) => `${name}${value}`));"],
  ['what a regular expression found', "const [, a = '', b] = /(x)(y)?/.exec('x') ?? []; log(a, b);"],
  ['bytes', 'for (const one of new Uint8Array([1, 255])) log(one);'],
];

/** What is not, but for the pairs of a map. */
const kept: typeof rewritten = [
  ['a map', "for (const [name, value] of new Map([['a', 1]])) log(name, value);"],
  ['a set', 'for (const one of new Set([1, 1, 2])) log(one);'],
  ['a string, whose characters may be two units', "for (const one of 'a\\u{1f600}') log(one);"],
  [
    'a generator that has to be closed',
    "function* all(): Generator<number> { try { yield 1; yield 2; } finally { log('closed'); } } for (const one of all()) { log(one); break; }",
  ],
  [
    'what a generator hands out',
    'function* all(): Generator<[number, number]> { yield [1, 2]; } for (const [a, b] of all()) log(a, b);',
  ],
  [
    'what may be no array',
    'const some: Iterable<number> = new Set([1, 2]); for (const one of some) log(one); const [first] = some; log(first);',
  ],
  [
    'what is of either kind',
    'const some = [[1], new Set([2])]; for (const one of some) for (const each of one) log(each);',
  ],
  ['anything', 'const some: any = new Map([[1, 2]]); for (const [a, b] of some) log(a, b);'],
];

const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, strict: true, noUncheckedIndexedAccess: true };
const sources = new Map(
  [...rewritten, ...kept].map(([, body], at) => {
    // Each a module, with a main of its own.
    return [`${at}.ts`, `export {};\nfunction main(log: (...said: unknown[]) => void): void {\n${body}\n}\n`];
  }),
);
const host = ts.createCompilerHost(options);
const program = ts.createProgram([...sources.keys()], options, {
  ...host,
  getSourceFile: (name, ...rest) => {
    const source = sources.get(name);
    return source === undefined
      ? host.getSourceFile(name, ...rest)
      : ts.createSourceFile(name, source, ts.ScriptTarget.ES2023);
  },
});

/** What TypeScript makes of a body, as it stands and with arrays taken apart plainly. */
function compiled(body: string): { readonly written: string; readonly plain: string } {
  const at = [...rewritten, ...kept].findIndex(([, one]) => one === body);
  const file = program.getSourceFile(`${at}.ts`);
  expect(ts.getPreEmitDiagnostics(program, file).map(({ messageText }) => messageText)).toEqual([]);
  const emit = (before: ts.TransformerFactory<ts.SourceFile>[]): string => {
    let text = '';
    program.emit(file, (_name, content) => (text = content), undefined, false, { before });
    return text.replace('export {};', '');
  };
  return { written: emit([]), plain: emit([plainArrays(program)]) };
}

function saidBy(text: string): unknown {
  const said: unknown[] = [];
  const log = (...some: unknown[]): void => {
    said.push(some);
  };
  let thrown = '';
  try {
    runInNewContext(`${text}; main(log);`, { log });
  } catch (error) {
    thrown = String(error);
  }
  return JSON.parse(JSON.stringify([said, thrown])) as unknown;
}

const makesIterators = /\bof\b|(?:const|let) \[|\(\[[\w, ]*\]\) =>/;

describe('is rewritten', () => {
  test.each(rewritten)('%s', (_what, body) => {
    const { written, plain } = compiled(body);
    expect(written).toMatch(makesIterators);
    expect(plain).not.toMatch(makesIterators);
    expect(saidBy(plain)).toEqual(saidBy(written));
  });
});

describe('stays, but for the pairs of a map', () => {
  test.each(kept)('%s', (_what, body) => {
    const { written, plain } = compiled(body);
    expect(plain).toMatch(/\bof\b/);
    expect(saidBy(plain)).toEqual(saidBy(written));
  });
});
