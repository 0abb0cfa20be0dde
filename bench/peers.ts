/**
 * uabi beside the kernel's own check (`scripts/check-uapi.sh`, which is gcc and libabigail's abidiff).
 *
 *   npm run build && npx tsx bench/peers.ts KERNEL [OLD NEW]
 *
 * KERNEL is a clone of Linux, 6.8 or newer, with its scripts. First each tool judges the breaks and near-misses of
 * `fixtures/history` and the probes of `probes.ts`, in one repository of them; then, with OLD and NEW, both compare these
 * revisions of KERNEL, in turns. The script wants abidiff 2.4 or newer; as with the script itself, `ABIDIFF`, `CC` and `ARCH`
 * choose others.
 *
 * `cpu` is the time of all processes together.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Case, checkUapi, commitCases, type Verdict } from './cases-as-commits.ts';

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const severity: readonly Verdict[] = ['compatible', 'review', 'break'];

/** Runs a command in `cwd` to its end, with what it and all its children cost. */
function run(cwd: string, command: string, parameters: readonly string[]): Run {
  // Only a shell tells what the children of children took.
  const timed = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&3; } 3>/dev/null';
  const { status, stdout, stderr } = spawnSync('bash', ['-c', timed, 'bash', command, ...parameters], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN] = (stderr.trimEnd().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { status: status ?? -1, stdout, seconds, cpuSeconds: user + system };
}

function uabi(cwd: string, ...parameters: readonly string[]): Run {
  return run(cwd, process.execPath, [program, ...parameters]);
}

/** The headers that the kernel's check says are not backwards compatible. */
function reportedByKernel(repository: string, log: string): ReadonlySet<string> {
  const { status } = run(repository, `./${checkUapi}`, ['-p', 'old', '-b', 'next', '-l', log]);
  if (status !== 0 && !existsSync(log))
    throw new Error(`${checkUapi} did not run: is there an abidiff of 2.4 or newer?`);
  if (status === 0) return new Set();
  return new Set(
    [...readFileSync(log, 'utf8').matchAll(/^==== .*? (include\/\S+\.h) /gm)].map(([, path]) => path ?? ''),
  );
}

function verdictOf(repository: string, { path, sides }: Case): Verdict {
  const targets = sides.flatMap((side) => side.targets).join(',');
  const { stdout } = uabi(repository, 'check', 'old..next', '--target', targets, '--format', 'json', '--', path);
  return (JSON.parse(stdout) as { readonly verdict: Verdict }).verdict;
}

/** What a case deserves on the architecture that the kernel's check is run for, or the worst that it does anywhere. */
function deserved({ sides }: Case, where: 'x86_64' | 'anywhere'): Verdict {
  const here = sides.filter(({ targets }) => targets.includes('x86_64'));
  // What a case says of other architectures with 64 bits alone is laid out alike on x86-64.
  const near = here.length > 0 ? here : sides;
  const chosen = where === 'anywhere' ? sides : near;
  return severity[Math.max(...chosen.map(({ verdict }) => severity.indexOf(verdict)))] ?? 'compatible';
}

function judgeCases(repository: string, kernel: string): void {
  const cases = commitCases(repository, kernel);
  const reported = reportedByKernel(repository, join(repository, 'check-uapi.log'));
  const rows = cases.map((one) => ({
    name: one.name,
    kind: one.kind,
    here: deserved(one, 'x86_64'),
    anywhere: deserved(one, 'anywhere'),
    isReported: reported.has(one.path.replace('include/uapi/', 'include/')),
    judged: verdictOf(repository, one),
  }));
  console.log(
    ['case', 'x86_64', 'anywhere', 'check-uapi.sh', 'uabi'].map((word, at) => word.padEnd(at === 0 ? 44 : 14)).join(''),
  );
  for (const { name, here, anywhere, isReported, judged } of rows) {
    const cells = [here, anywhere, isReported ? 'incompatible' : 'compatible', judged];
    console.log(name.padEnd(44) + cells.map((cell) => cell.padEnd(14)).join(''));
  }
  const count = (what: string, isMeant: (row: (typeof rows)[number]) => boolean): void => {
    const of = rows.filter(isMeant);
    const theirs = of.filter(({ isReported }) => isReported).length;
    const ours = of.filter(({ judged }) => judged === 'break').length;
    console.log(`${what.padEnd(48)}check-uapi.sh ${theirs} of ${of.length}, uabi ${ours} of ${of.length}`);
  };
  console.log();
  count('breaks of the past on x86_64, called so', ({ kind, here }) => kind === 'history' && here === 'break');
  count('breaks on other targets alone, called so', ({ here, anywhere }) => here !== 'break' && anywhere === 'break');
  count('compatible everywhere, called a break', ({ anywhere }) => anywhere === 'compatible');
  count('probes, all breaks, called so', ({ kind }) => kind === 'probe');
}

function compareTimes(kernel: string, old: string, next: string): void {
  const print = (name: string, { seconds, cpuSeconds }: Run): void => {
    console.log(`${name.padEnd(40)}${seconds.toFixed(2).padStart(9)} s${cpuSeconds.toFixed(2).padStart(9)} s`);
  };
  const ours = (...parameters: readonly string[]): Run => uabi(kernel, 'check', `${old}..${next}`, ...parameters);
  console.log(`\n${`${old}..${next}`.padEnd(40)}${'time'.padStart(11)}${'cpu'.padStart(11)}`);
  print('uabi, 20 targets', ours());
  print('uabi, x86_64', ours('--target', 'x86_64'));
  const theirs = run(kernel, `./${checkUapi}`, ['-p', old, '-b', next]);
  print(`check-uapi.sh, ${process.env['ARCH'] ?? 'x86'}`, theirs);
  const again = ours();
  print('uabi, 20 targets', again);
  console.log(
    `${(theirs.seconds / again.seconds).toFixed(1)} times as long for one architecture as uabi for 20 targets`,
  );
}

function main([given, old, next]: readonly string[]): void {
  if (given === undefined || (old === undefined) !== (next === undefined)) {
    throw new Error('usage: peers.ts KERNEL [OLD NEW]');
  }
  const kernel = resolve(given);
  if (!existsSync(join(kernel, checkUapi))) throw new Error(`${kernel} has no ${checkUapi}`);
  const folder = mkdtempSync(join(tmpdir(), 'uabi-peers-'));
  try {
    judgeCases(join(folder, 'history'), kernel);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (old !== undefined && next !== undefined) compareTimes(kernel, old, next);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
