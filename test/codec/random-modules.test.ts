/**
 * Modules for random records, as a strict project would compile them: one TypeScript program with the options of this
 * repository holds them all, each with a program that uses it. Then they are run, and every byte has to come back.
 */

import { dirname, join } from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { typescriptModule } from '../../src/codec/generate/typescript.ts';
import type { RecordDescriptor } from '../../src/codec/record-descriptor.ts';
import { loadGenerated } from '../support/load-generated.ts';
import { buildCase, descriptorCases, sampleBytes } from '../support/random-descriptor.ts';
import { repository } from '../support/run-cli.ts';

interface Sample {
  readonly descriptor: RecordDescriptor;
  readonly bytes: Uint8Array;
  readonly source: string;
}

/** What a user writes: what was decoded can be encoded, as it is, as a copy and with a change. */
function usageOf(module: string, isFlexible: boolean): string {
  return `
import { descriptor, Outer, type OuterInit, OuterView } from './${module}.ts';

export function use(bytes: Uint8Array): Uint8Array[] {
  const value = Outer.decode(bytes);
  const init: OuterInit = value;
  const changed: OuterInit = { ...value, kind: 2, union: { arm: 'second', value: 5n } };
  const { union } = value;
  const wide: bigint = union.arm === 'second' ? union.value : value.le;
  const raw: Uint8Array | undefined = union.arm === undefined ? union.value : undefined;
  const view = new OuterView().reset(bytes);
  const narrow: number = view.be + view.le_lo + view.reserved(2) + descriptor.sizeBytes + Number(wide) + (raw?.length ?? 0);
  ${isFlexible ? '' : 'const column: BigUint64Array = Outer.decodeColumns(bytes).le;\n  if (column.length !== 1) throw new RangeError();'}
  if (Number.isNaN(narrow)) throw new RangeError();
  return [Outer.encode(init), Outer.encode({ ...value }), Outer.encode(value.detach()), Outer.encode(changed)];
}
`;
}

function strictOptions(): ts.CompilerOptions {
  const path = join(repository, 'tsconfig.json');
  const read: { config?: unknown } = ts.readConfigFile(path, (name) => ts.sys.readFile(name));
  return ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(path)).options;
}

/** What the compiler says of files that exist only here. */
function typeErrors(files: ReadonlyMap<string, string>): string[] {
  const options = { ...strictOptions(), types: [] };
  const host = ts.createCompilerHost(options);
  host.fileExists = (name) => files.has(name) || ts.sys.fileExists(name);
  host.readFile = (name) => files.get(name) ?? ts.sys.readFile(name);
  host.directoryExists = () => true;
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return diagnostics.map(({ start = 0, length = 0, messageText }) => {
      const text = files.get(name)?.slice(start, start + length) ?? '';
      return `${ts.flattenDiagnosticMessageText(messageText, ' ')} at ${text}`;
    });
  });
}

test('modules for random records compile under strict settings and give every byte back', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const cases = fc.sample(descriptorCases, { numRuns: 16, seed });
  const samples = cases.map(({ first, second, target, seed, selector }): Sample => {
    const descriptor = buildCase(first, second, target);
    const bytes = sampleBytes(descriptor, seed, selector);
    return { descriptor, bytes, source: typescriptModule(descriptor, { runtime: '../../src/codec/runtime.ts' }) };
  });
  expect(new Set(samples.map(({ descriptor }) => descriptor.byteOrder)).size).toBe(2);

  const files = new Map<string, string>();
  for (const [index, { descriptor, source }] of samples.entries()) {
    const isFlexible = descriptor.fields.at(-1)?.isFlexible === true;
    files.set(join(repository, `test/codec/random${String(index)}.ts`), source);
    files.set(join(repository, `test/codec/use${String(index)}.ts`), usageOf(`random${String(index)}`, isFlexible));
  }
  expect(typeErrors(files), `seed ${String(seed)}`).toEqual([]);

  for (const { bytes, source } of samples) {
    const { Outer } = loadGenerated(source) as {
      Outer: { decode: (bytes: Uint8Array) => { detach: () => object }; encode: (value: object) => Uint8Array };
    };
    const value = Outer.decode(bytes);
    expect(Outer.encode(value)).toEqual(bytes);
    expect(Outer.encode({ ...value })).toEqual(bytes);
    expect(Outer.encode(value.detach())).toEqual(bytes);
  }
}, 120_000);
