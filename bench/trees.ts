/**
 * What a tree costs: time and memory against the number of headers and the number of targets, and the comparison of two trees.
 *
 *   npm run build && npx tsx bench/trees.ts DIR [OLD NEW]
 *
 * DIR is a kernel tree or installed headers; with OLD and NEW it is a git repository, of which they are revisions. Each line
 * is one measurement of the compiled program in a process of its own, because the front end remembers what it has read.
 * `cpu` is the time of all threads: where it is well below `time`, the machine was busy with something else.
 */

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as TargetModule from '../src/abi/target.ts';
import type * as EngineFlagsModule from '../src/cli/engine-flags.ts';
import type * as HeaderWorkshopModule from '../src/cli/header-workshop.ts';
import type { Io } from '../src/cli/io.ts';
import type * as OpenPairModule from '../src/cli/open-pair.ts';
import type * as PairOfModule from '../src/cli/pair-of.ts';
import type * as CheckModule from '../src/verdict/check.ts';

interface Measurement {
  readonly headers: number;
  readonly targets: number;
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
}

async function compiled(name: string): Promise<unknown> {
  return import(new URL(`../dist/${name}.js`, import.meta.url).href);
}

function ioAt(cwd: string): Io {
  return {
    ...{ stdout: () => undefined, stderr: () => undefined, stdin: () => Promise.resolve(new Uint8Array()) },
    ...{ cwd, env: process.env, isTerminal: { stdout: false, stderr: false }, columns: undefined },
  };
}

/** Reads every `stride`-th header for the first `targetCount` targets. */
async function measureTree(source: string, cwd: string, stride: number, targetCount: number): Promise<Measurement> {
  const { HeaderWorkshop } = (await compiled('cli/header-workshop')) as typeof HeaderWorkshopModule;
  const finish = begin();
  const opened = new HeaderWorkshop(ioAt(cwd), {}).open(source);
  const chosen = opened.targets.slice(0, targetCount);
  opened.expect(chosen);
  let headers = 0;
  for (const target of chosen) {
    const names = opened.namesFor(target).filter((_, index) => index % stride === 0);
    headers = Math.max(headers, names.length);
    opened.abiOf(target, names);
  }
  return finish(headers, chosen.length);
}

/** Compares two revisions for the first `targetCount` targets, as `uabi check` does; of `path` only, if one is given. */
async function measurePair(
  sides: readonly [string, string],
  cwd: string,
  path: string,
  targetCount: number,
): Promise<Measurement> {
  const { openPair } = (await compiled('cli/open-pair')) as typeof OpenPairModule;
  const { pairOf } = (await compiled('cli/pair-of')) as typeof PairOfModule;
  const { checkTargets } = (await compiled('verdict/check')) as typeof CheckModule;
  const finish = begin();
  const opened = await openPair(sides, ioAt(cwd), path === '' ? {} : { paths: [path] });
  const targets = opened.old.targets.filter((target) => opened.new.targets.includes(target)).slice(0, targetCount);
  for (const side of [opened.old, opened.new]) side.expect?.(targets);
  let headers = 0;
  checkTargets(targets, (target) => {
    const pair = pairOf(opened, target);
    headers = Math.max(headers, pair.old.headers.length, pair.new.headers.length);
    return pair;
  });
  return finish(headers, targets.length);
}

function begin(): (headers: number, targets: number) => Measurement {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return (headers, targets) => {
    const { user, system } = process.cpuUsage(cpu);
    return {
      headers,
      targets,
      milliseconds: Math.round(performance.now() - start),
      cpuMilliseconds: Math.round((user + system) / 1000),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1000),
    };
  };
}

function inOwnProcess(parameters: readonly (string | number)[]): Measurement {
  const script = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [...process.execArgv, script, '--one', ...parameters.map(String)], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  return JSON.parse(output) as Measurement;
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(34)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function print(name: string, measured: Measurement): void {
  const { headers, targets, milliseconds, cpuMilliseconds, peakMegabytes } = measured;
  const cells = [headers, targets, `${milliseconds} ms`, `${cpuMilliseconds} ms`, `${peakMegabytes} MB`];
  console.log(row(name, cells.map(String)));
}

async function measureOne([kind, cwd = '', a = '', b = '', c = '', d = '']: readonly string[]): Promise<void> {
  const { prepareEngine } = (await compiled('cli/engine-flags')) as typeof EngineFlagsModule;
  prepareEngine(process.versions.v8, 'any');
  const measured = kind === 'tree' ? measureTree(a, cwd, Number(b), Number(c)) : measurePair([a, b], cwd, c, Number(d));
  process.stdout.write(JSON.stringify(await measured));
}

async function main(): Promise<void> {
  const parameters = process.argv.slice(2);
  if (parameters[0] === '--one') {
    await measureOne(parameters.slice(1));
    return;
  }
  const [given, old, next] = parameters;
  if (given === undefined || (old === undefined) !== (next === undefined)) {
    throw new Error('usage: trees.ts DIR [OLD NEW]');
  }
  const { targets } = (await compiled('abi/target')) as typeof TargetModule;
  const directory = resolve(given);
  const source = old ?? directory;
  console.log(row('', ['headers', 'targets', 'time', 'cpu', 'peak']));
  for (const stride of [8, 4, 2, 1]) {
    print('some headers, one target', inOwnProcess(['tree', directory, source, stride, 1]));
  }
  for (const count of [2, 5, 10, targets.length]) {
    print('all headers, some targets', inOwnProcess(['tree', directory, source, 1, count]));
  }
  if (old === undefined || next === undefined) return;
  const header = 'include/uapi/linux/kvm.h';
  print(`${old}..${next}, one header`, inOwnProcess(['pair', directory, old, next, header, targets.length]));
  for (const count of [1, 5, 10, targets.length]) {
    print(`${old}..${next}`, inOwnProcess(['pair', directory, old, next, '', count]));
  }
}

await main();
