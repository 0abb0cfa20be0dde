/**
 * What a tree costs: time against the number of headers and the number of targets, and the comparison of two trees.
 *
 *   npx tsx bench/trees.ts DIR [OLD NEW]
 *
 * DIR is a kernel tree, installed headers, or a git repository, of which OLD and NEW are revisions. Each line is one
 * measurement in a process of its own, because the front end remembers what it has read.
 */

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { targets } from '../src/abi/target.ts';
import { HeaderWorkshop } from '../src/cli/header-source.ts';
import type { Io } from '../src/cli/io.ts';
import { openPair } from '../src/cli/open-pair.ts';

interface Measurement {
  readonly headers: number;
  readonly targets: number;
  readonly milliseconds: number;
  readonly megabytes: number;
}

function ioAt(cwd: string): Io {
  return {
    ...{ stdout: () => undefined, stderr: () => undefined, stdin: () => Promise.resolve(new Uint8Array()) },
    ...{ cwd, env: process.env, isTerminal: { stdout: false, stderr: false }, columns: undefined },
  };
}

/** Reads every `stride`-th header for the first `targetCount` targets. */
function measureTree(directory: string, stride: number, targetCount: number): Measurement {
  const start = performance.now();
  const source = new HeaderWorkshop(ioAt(directory), {}).open(directory);
  const chosen = source.targets.slice(0, targetCount);
  let headers = 0;
  for (const target of chosen) {
    const names = source.namesFor(target).filter((_, index) => index % stride === 0);
    headers = Math.max(headers, names.length);
    source.abiOf(target, names);
  }
  return finish(start, headers, chosen.length);
}

/** Reads what differs between two revisions, on all targets. */
async function measurePair(directory: string, old: string, next: string): Promise<Measurement> {
  const start = performance.now();
  const pair = await openPair([old, next], ioAt(directory));
  const common = pair.old.targets.filter((target) => pair.new.targets.includes(target));
  let headers = 0;
  for (const target of common) {
    headers = Math.max(headers, pair.old.abiFor(target).headers.length, pair.new.abiFor(target).headers.length);
  }
  return finish(start, headers, common.length);
}

function finish(start: number, headers: number, targetCount: number): Measurement {
  return {
    headers,
    targets: targetCount,
    milliseconds: Math.round(performance.now() - start),
    megabytes: Math.round(process.memoryUsage.rss() / 1e6),
  };
}

function inOwnProcess(...parameters: readonly string[]): Measurement {
  const script = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [...process.execArgv, script, '--one', ...parameters], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as Measurement;
}

function print(name: string, { headers, targets: count, milliseconds, megabytes }: Measurement): void {
  const cells = [String(headers), String(count), `${milliseconds} ms`, `${megabytes} MB`];
  console.log(`${name.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}`);
}

async function main(): Promise<void> {
  const parameters = process.argv.slice(2);
  if (parameters[0] === '--one') {
    const [, kind, directory = '', a = '', b = ''] = parameters;
    const measurement = kind === 'tree' ? measureTree(directory, Number(a), Number(b)) : measurePair(directory, a, b);
    process.stdout.write(JSON.stringify(await measurement));
    return;
  }
  const [given, old, next] = parameters;
  if (given === undefined) throw new Error('usage: trees.ts DIR [OLD NEW]');
  const directory = resolve(given);
  console.log(`${''.padEnd(28)}${['headers', 'targets', 'time', 'memory'].map((cell) => cell.padStart(12)).join('')}`);
  for (const stride of [8, 4, 2, 1]) print('headers, one target', inOwnProcess('tree', directory, String(stride), '1'));
  for (const count of [2, 5, 10, targets.length]) {
    print('all headers, more targets', inOwnProcess('tree', directory, '1', String(count)));
  }
  if (old !== undefined && next !== undefined) {
    print(`${old} and ${next}`, inOwnProcess('pair', directory, old, next));
  }
}

await main();
