/**
 * Compares uabi with compilers on a whole tree of headers, and prints counts and every difference.
 *
 *   npx tsx test/oracle/compare-tree.ts TREE [--target a,b] [--header NAME]… [--quick] [--libc host]
 *
 * TREE is a directory (a kernel tree or installed headers). For each target the gcc of this machine is asked, or else clang; a
 * header is compiled alone, or behind the libc headers that it takes for granted. `--quick` leaves out the macros that are no constants. Exits with 1 if anything differs.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseTargetList } from '../../src/abi/target-list.ts';
import { type Target, targets as allTargets } from '../../src/abi/target.ts';
import { type HeaderSource } from '../../src/cli/header-source.ts';
import { HeaderWorkshop } from '../../src/cli/header-workshop.ts';
import { includedFiles } from '../../src/source/changes.ts';
import { libcDeclarations } from '../../src/source/libc-declarations.ts';
import { type TakenForGranted, takenForGranted } from '../../src/source/taken-for-granted.ts';
import { preludes } from '../../src/cli/lean-headers.ts';
import { compareHeader, type Counts, type HeaderComparison, noCounts } from './compare-header.ts';
import { clangFor, type Compiler, gccFor, type VirtualTree } from './compilers.ts';
import { installKernelTree, writeLibc } from './installed-form.ts';

const libcText = [...libcDeclarations.values()].join('\n');
const libcNames = new Set(libcText.match(/\b[A-Za-z_]\w*/g));
const isBuiltIn = (name: string): boolean => libcNames.has(name.replace(/^(struct|union) /, ''));

export interface TreeReport {
  readonly target: string;
  readonly compiler: string;
  readonly counts: Counts;
  /** `header: what differs`. */
  readonly differences: readonly string[];
  /** Headers that the compiler takes only behind a libc header. */
  readonly leaning: readonly string[];
  /** `header: why the compiler refuses it`, whatever comes before it. */
  readonly refusals: readonly string[];
  /** Headers that the compiler takes and uabi does not fully understand, with the first reason. */
  readonly notUnderstood: readonly string[];
}

export interface TreeOptions {
  readonly targets: readonly Target[];
  readonly headers: readonly string[];
  readonly isThorough: boolean;
  readonly isHostLibc: boolean;
}

/** Compares a tree; one report for each target that it can be read for and a compiler knows. */
export async function* compareTree(tree: string, options: TreeOptions): AsyncGenerator<TreeReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'uabi-oracle-'));
  try {
    writeLibc(join(scratch, 'libc'));
    mkdirSync(join(scratch, 'out'));
    const io = {
      ...{ stdout: () => undefined, stderr: () => undefined, stdin: () => Promise.resolve(new Uint8Array()) },
      ...{ cwd: '/', env: process.env, isTerminal: { stdout: false, stderr: false }, columns: undefined },
    };
    const source = new HeaderWorkshop(io, { headers: options.headers }).open(resolve(tree));
    const isKernel = existsSync(join(tree, 'include/uapi/linux'));
    const wanted = source.targets.filter((target) => options.targets.includes(target));
    if (isKernel) {
      const architectures = new Set(wanted.map((target) => target.kernelArchitecture));
      installKernelTree(tree, [...architectures], join(scratch, 'tree'));
    }
    for (const target of wanted) {
      const folders = isKernel
        ? [join(scratch, 'tree', target.kernelArchitecture), join(scratch, 'tree/common')]
        : includeFolders(source, target, resolve(tree));
      const libc = options.isHostLibc ? compilerFolder() : join(scratch, 'libc');
      const include = [libc, ...folders];
      const gcc = gccFor(target.name, join(scratch, 'out'));
      yield await compareTarget(source, target, gcc, include, isKernel ? ['-D__EXPORTED_HEADERS__'] : [], options);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where the native gcc keeps stddef.h and the like, which a libc relies on. */
function compilerFolder(): string {
  return execFileSync('gcc', ['-print-file-name=include'], { encoding: 'utf8' }).trim();
}

async function compareTarget(
  source: HeaderSource,
  target: Target,
  gcc: Compiler | undefined,
  include: readonly string[],
  compilerOptions: readonly string[],
  options: TreeOptions,
): Promise<TreeReport> {
  const counts = noCounts();
  const differences: string[] = [];
  const refusals: string[] = [];
  const leaning: string[] = [];
  const notUnderstood: string[] = [];
  let compilerName = gcc?.name ?? 'no compiler';
  const queue = [...source.namesFor(target)];
  const worker = async (): Promise<void> => {
    for (let header = queue.shift(); header !== undefined; header = queue.shift()) {
      const taken = takenBy(source, target, header);
      const used = taken.map((one) => one.header);
      const compiler = gcc ?? clangFor(target.name, virtualTree(source, target, [header, 'linux/ioctl.h', ...used]));
      if (compiler === undefined) continue;
      compilerName = compiler.name;
      const abi = source.abiOf(target, [header]);
      const behind = (prelude: readonly string[]): Promise<HeaderComparison> =>
        compareHeader({
          ...{ header, abi, compiler, prelude, taken, isBuiltIn, isThorough: options.isThorough },
          include: gcc === undefined ? ['tree'] : include,
          // The virtual tree holds the text as installed, with __EXPORTED_HEADERS__ already decided.
          options: gcc === undefined ? [] : compilerOptions,
        });
      let result = await behind([]);
      const isAlone = result.refusal === undefined;
      for (const prelude of preludes) {
        if (result.refusal === undefined || abi.notUnderstood.length > 0) break;
        const other = await behind(prelude);
        if (other.refusal === undefined) result = other;
      }
      if (!isAlone && result.refusal === undefined) leaning.push(header);
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += result.counts[key];
      differences.push(...result.differences.map((difference) => `${header}: ${difference}`));
      const problem = abi.notUnderstood[0];
      if (result.refusal !== undefined) refusals.push(`${header}: ${result.refusal}`);
      else if (problem !== undefined) {
        notUnderstood.push(
          `${header}: ${problem.location?.file ?? ''}:${problem.location?.line ?? 0}: ${problem.message}`,
        );
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return { target: target.name, compiler: compilerName, counts, differences, leaning, refusals, notUnderstood };
}

/** The header and all it includes, for a compiler that sees no disk. */
function virtualTree(source: HeaderSource, target: Target, names: readonly string[]): VirtualTree {
  const headers = source.headersFor(target);
  const root: VirtualTree = {};
  for (const file of includedFiles(headers, names)) {
    let folder = root;
    const parts = file.name.split('/');
    for (const part of parts.slice(0, -1)) folder = (folder[part] ??= {}) as VirtualTree;
    folder[parts.at(-1) ?? ''] = file.text;
  }
  return { tree: root };
}

/** What programs have included besides that use the numbers of a header, as far as the tree has it. */
function takenBy(source: HeaderSource, target: Target, header: string): readonly TakenForGranted[] {
  const headers = source.headersFor(target);
  const text = headers.resolve(header, 'angle', undefined)?.text ?? '';
  const words = /\b_IO[CRW]*\b/.test(text) ? (text.match(/\w+/g) ?? []) : [];
  return takenForGranted(header, words).filter((one) => headers.resolve(one.header, 'angle', undefined) !== undefined);
}

/** The folders below which an installed tree keeps `linux/` and the target's `asm/`. */
function includeFolders(source: HeaderSource, target: Target, tree: string): readonly string[] {
  const headers = source.headersFor(target);
  const folders = ['asm/types.h', 'linux/types.h'].flatMap((name) => {
    const path = headers.resolve(name, 'angle', undefined)?.path;
    return path === undefined ? [] : [join(tree, path).slice(0, -name.length)];
  });
  return [...new Set(folders)];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      target: { type: 'string', default: 'all' },
      header: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      libc: { type: 'string', default: 'built-in' },
    },
  });
  const [tree] = positionals;
  if (tree === undefined) throw new Error('usage: compare-tree.ts TREE [--target a,b] [--header NAME]… [--quick]');
  const options = {
    targets: values.target === 'all' ? allTargets : parseTargetList(values.target),
    ...{ headers: values.header, isThorough: !values.quick, isHostLibc: values.libc === 'host' },
  };
  let differences = 0;
  for await (const report of compareTree(tree, options)) {
    const numbers = Object.entries(report.counts).map(([name, count]) => `${count} ${name}`);
    console.log(
      `${report.target} (${report.compiler}): ${numbers.join(', ')}, ${report.differences.length} differences`,
    );
    for (const difference of report.differences) console.log(`  differs: ${difference}`);
    for (const entry of report.notUnderstood) console.log(`  not understood: ${entry}`);
    if (report.leaning.length > 0) console.log(`  only behind a libc header: ${report.leaning.join(', ')}`);
    for (const refusal of report.refusals) console.log(`  does not compile: ${refusal}`);
    differences += report.differences.length + report.notUnderstood.length;
  }
  process.exitCode = differences === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('compare-tree.ts') === true) await main();
