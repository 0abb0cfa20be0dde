/**
 * The dependency rules of the design, enforced by reading every import under `src/`.
 *
 * A room may import only the rooms listed for it; two builtin modules are fenced as well, because "only `source/` and
 * `cli/` do I/O" and "only `source/run-git.ts` runs git" are rules about `node:` imports.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sourceRoot = join(root, 'src');

/** The rooms that the library exports from. */
const ofTheLibrary = [
  ...['source', 'c', 'abi', 'diff', 'verdict', 'codec', 'generated', 'capture', 'kernel', 'report'],
  'diagnostic.ts',
];

/** Room → rooms it may import. A room is a folder of `src/`, or a file that stands in `src/` itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'diagnostic.ts': [],
  abi: ['diagnostic.ts'],
  patch: ['diagnostic.ts'],
  source: ['diagnostic.ts'],
  c: ['abi', 'diagnostic.ts'],
  diff: ['abi', 'diagnostic.ts'],
  codec: ['abi', 'diagnostic.ts'],
  generated: ['codec'],
  verdict: ['diff', 'codec', 'abi', 'diagnostic.ts'],
  kernel: ['codec', 'generated', 'abi', 'diagnostic.ts'],
  capture: ['codec', 'generated', 'abi', 'diagnostic.ts'],
  report: ['verdict', 'diff', 'codec', 'abi', 'diagnostic.ts'],
  cli: ['patch', ...ofTheLibrary],
  'cli.ts': ['cli'],
  'index.ts': ofTheLibrary,
};

/** Builtin modules that reach the outside world. */
const ioModules = /^node:(fs|child_process|net|http|https|http2|dgram|dns|tls|worker_threads|os|readline)(\/|$)/;

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(): string[] {
  return readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(sourceRoot, file), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName);
}

const files = sourceFiles();
const internal: Import[] = [];
const external: Import[] = [];
for (const from of files) {
  for (const specifier of importsOf(from)) {
    if (specifier.startsWith('.')) {
      internal.push({ from, to: relative(sourceRoot, resolve(sourceRoot, dirname(from), specifier)) });
    } else {
      external.push({ from, to: specifier });
    }
  }
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

describe('dependency rules', () => {
  test('there is something to check', () => {
    expect(internal.length).toBeGreaterThan(10);
  });

  test('every room imports only the rooms it may', () => {
    const violations = internal
      .filter(({ to }) => !to.startsWith('..'))
      .filter(({ from, to }) => roomOf(from) !== roomOf(to) && !(allowed[roomOf(from)] ?? []).includes(roomOf(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(violations).toEqual([]);
  });

  test('nothing is imported from outside src', () => {
    expect(internal.filter(({ to }) => to.startsWith('..'))).toEqual([]);
  });

  test('there are no import cycles between files', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of internal) edges.set(from, [...(edges.get(from) ?? []), to]);
    const cycles: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('only source/, cli/ and cli.ts do input and output', () => {
    const violations = external
      .filter(({ to }) => ioModules.test(to))
      .filter(({ from }) => !['source', 'cli', 'cli.ts'].includes(roomOf(from)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(violations).toEqual([]);
  });

  test('only source/run-git.ts starts processes, and the one place that asks for a C compiler', () => {
    const starters = ['source/run-git.ts', 'cli/build-client.ts'];
    const violations = external.filter(({ from, to }) => to === 'node:child_process' && !starters.includes(from));
    expect(violations).toEqual([]);
  });

  test('only cli.ts touches the process', () => {
    const touching = files.filter(
      (file) => file !== 'cli.ts' && /\bprocess\.[a-z]/.test(readFileSync(join(sourceRoot, file), 'utf8')),
    );
    expect(touching).toEqual([]);
  });

  test('within c/, only lower and expression look at abi', () => {
    const violations = internal
      .filter(({ from, to }) => roomOf(from) === 'c' && roomOf(to) === 'abi')
      .filter(({ from }) => !/^c\/(lower|expression)(\.ts|\/)/.test(from))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(violations).toEqual([]);
  });

  test('the only files of re-exports are the two entries that are published', () => {
    const published = ['index.ts', 'codec/runtime.ts'];
    const barrels = files.filter(
      (file) =>
        !published.includes(file) && /^export (\*|\{[^}]*\}) from /m.test(readFileSync(join(sourceRoot, file), 'utf8')),
    );
    expect(barrels).toEqual([]);
  });
});
