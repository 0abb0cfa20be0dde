/**
 * The compilers that know the truth: gcc for the targets it was built for, clang (as WebAssembly, always there) for all others.
 *
 * gcc is preferred where both exist, because "as gcc lays it out" is what the kernel and its programs rely on. A header is
 * compiled alone, with `-nostdinc` and uabi's own libc declarations, so that both sides read the same text; that the
 * declarations themselves are right is checked against the real libc of the machine (`--libc host`).
 */

import { execFile } from 'node:child_process';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commands } from '@yowasp/clang';
import type { TargetName } from '../../src/abi/target.ts';
import { readDwarf } from './dwarf.ts';
import type { CompilerFacts } from './facts.ts';
import { findGcc } from './gcc.ts';
import { readLlvmIr } from './llvm-ir.ts';

/** Where a compiler looks for headers, first to last. */
export type IncludePath = readonly string[];

export type CompileResult =
  | { readonly kind: 'facts'; readonly facts: CompilerFacts }
  /** `lines`: lines of the unit at which there were errors; `messages`: the errors. */
  | { readonly kind: 'errors'; readonly lines: ReadonlySet<number>; readonly messages: readonly string[] };

export interface Compiler {
  readonly name: string;
  compile(unit: string, include: IncludePath, options?: readonly string[]): Promise<CompileResult>;
  /** The object-like macros defined by headers whose path passes `isWanted`, with their bodies. */
  macros?(
    unit: string,
    include: IncludePath,
    options: readonly string[],
    isWanted: (path: string) => boolean,
  ): Promise<ReadonlyMap<string, string>>;
}

/** Triples under which clang knows the targets; it has no alpha, parisc and sh. */
const clangTriples: Readonly<Partial<Record<TargetName, string>>> = {
  x86_64: 'x86_64-linux-gnu',
  i386: 'i386-linux-gnu',
  x32: 'x86_64-linux-gnux32',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabi',
  riscv64: 'riscv64-linux-gnu',
  riscv32: 'riscv32-linux-gnu',
  ppc64le: 'powerpc64le-linux-gnu',
  ppc64: 'powerpc64-linux-gnu',
  ppc: 'powerpc-linux-gnu',
  s390x: 's390x-linux-gnu',
  mips: 'mips-linux-gnu',
  mips64: 'mips64-linux-gnuabi64',
  loongarch64: 'loongarch64-linux-gnu',
  m68k: 'm68k-linux-gnu',
  sparc64: 'sparc64-linux-gnu',
  sparc: 'sparc-linux-gnu',
};

/** The gcc of this machine for a target, or `undefined`. */
export function gccFor(target: TargetName, scratch: string): Compiler | undefined {
  const gcc = findGcc(target);
  return gcc === undefined ? undefined : new Gcc(gcc.command, gcc.flags, join(scratch, target));
}

/** clang for a target; `files` is the header tree it may see. `undefined` where clang has no such target. */
export function clangFor(target: TargetName, files: VirtualTree): Compiler | undefined {
  const triple = clangTriples[target];
  return triple === undefined ? undefined : new Clang(triple, files);
}

/** Macros of headers that include no <stddef.h> use offsetof all the same: programs that use them include it. */
const offsetofMacro = '-Doffsetof(type,member)=__builtin_offsetof(type,member)';

function run(
  program: string,
  parameters: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' } };
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error(`${program}: ${error.message}`));
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Errors located in the unit itself; one inside a header counts for the line that includes it. */
function errorsOf(stderr: string, unitName: string): CompileResult {
  const lines = new Set<number>();
  const messages: string[] = [];
  const own = unitName.replaceAll(/[.*+?^$\\()[\]{}|]/g, '\\$&');
  const included = new RegExp(`from ${own}:(\\d+)`);
  let includedAt = 1;
  for (const line of stderr.split('\n')) {
    includedAt = Number(included.exec(line)?.[1] ?? includedAt);
    const error = /^(.*?):(\d+):\d+: (?:fatal )?error: (.*)$/.exec(line);
    if (error === null) continue;
    lines.add(error[1] === unitName ? Number(error[2]) : includedAt);
    messages.push(`${error[1] ?? ''}:${error[2] ?? ''}: ${error[3] ?? ''}`);
  }
  if (messages.length === 0) messages.push(stderr.trim());
  return { kind: 'errors', lines, messages };
}

const noFacts: CompilerFacts = { records: new Map(), enumerators: new Map(), values: [] };

class Gcc implements Compiler {
  readonly name: string;
  readonly #program: string;
  readonly #flags: readonly string[];
  readonly #scratch: string;
  #count = 0;

  constructor(program: string, flags: readonly string[], scratch: string) {
    this.name = [program, ...flags].join(' ');
    this.#program = program;
    this.#flags = flags;
    this.#scratch = scratch;
  }

  async compile(unit: string, include: IncludePath, options: readonly string[] = []): Promise<CompileResult> {
    const base = this.#nextBase();
    await writeFile(`${base}.c`, unit);
    try {
      const result = await run(this.#program, [
        ...this.#flags,
        ...this.#includeFlags(include),
        // Errors in the body of a macro are to be located where the macro is used.
        ...[
          offsetofMacro,
          '-ftrack-macro-expansion=0',
          '-std=gnu11',
          '-w',
          '-g',
          '-gdwarf-5',
          '-fno-eliminate-unused-debug-types',
          '-fmax-errors=0',
        ],
        ...options,
        ...['-c', `${base}.c`, '-o', `${base}.o`],
      ]);
      if (result.code !== 0) return errorsOf(result.stderr, `${base}.c`);
      if (options.includes('-fsyntax-only')) return { kind: 'facts', facts: noFacts };
      return { kind: 'facts', facts: readDwarf(await readFile(`${base}.o`)) };
    } finally {
      await Promise.allSettled([unlink(`${base}.c`), unlink(`${base}.o`)]);
    }
  }

  async macros(
    unit: string,
    include: IncludePath,
    options: readonly string[],
    isWanted: (path: string) => boolean,
  ): Promise<ReadonlyMap<string, string>> {
    const base = this.#nextBase();
    await writeFile(`${base}.c`, unit);
    try {
      const parameters = [...this.#flags, ...this.#includeFlags(include), '-w', ...options, '-E', '-dD', `${base}.c`];
      return macrosOf((await run(this.#program, parameters)).stdout, isWanted);
    } finally {
      await unlink(`${base}.c`);
    }
  }

  #nextBase(): string {
    this.#count += 1;
    return `${this.#scratch}-${this.#count}`;
  }

  #includeFlags(include: IncludePath): readonly string[] {
    return include.length === 0 ? [] : ['-nostdinc', ...include.flatMap((folder) => ['-I', folder])];
  }
}

function macrosOf(preprocessed: string, isWanted: (path: string) => boolean): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  let isCounted = false;
  for (const line of preprocessed.split('\n')) {
    const marker = /^# \d+ "([^"]*)"/.exec(line);
    if (marker !== null) isCounted = isWanted(marker[1] ?? '');
    const defined = isCounted ? /^#define (\w+)(?: (.*))?$/.exec(line) : null;
    if (defined !== null) result.set(defined[1] ?? '', defined[2] ?? '');
    const undefinedName = /^#undef (\w+)/.exec(line)?.[1];
    if (undefinedName !== undefined) result.delete(undefinedName);
  }
  return result;
}

export interface VirtualTree {
  [name: string]: VirtualTree | string | Uint8Array;
}

class Clang implements Compiler {
  readonly name: string;
  readonly #triple: string;
  readonly #files: VirtualTree;

  constructor(triple: string, files: VirtualTree) {
    this.name = `clang --target=${triple}`;
    this.#triple = triple;
    this.#files = files;
  }

  async compile(unit: string, include: IncludePath, options: readonly string[] = []): Promise<CompileResult> {
    let stderr = '';
    const decoder = new TextDecoder();
    try {
      const output = await commands.clang(
        [
          ...[`--target=${this.#triple}`, offsetofMacro, '-std=gnu11', '-w', '-nostdinc', '-ferror-limit=0'],
          ...include.flatMap((folder) => ['-I', folder]),
          ...['-S', '-emit-llvm', '-g', '-fno-eliminate-unused-debug-types', '-fno-caret-diagnostics'],
          ...['-Xclang', '-disable-llvm-passes', ...options, 'unit.c', '-o', 'unit.ll'],
        ],
        { ...this.#files, 'unit.c': unit },
        {
          fetchProgress: () => undefined,
          stdout: () => undefined,
          stderr: (bytes: Uint8Array | null) => {
            stderr += bytes === null ? '' : decoder.decode(bytes, { stream: true });
          },
        },
      );
      const ir = output?.['unit.ll'];
      if (ir === undefined) return errorsOf(stderr, 'unit.c');
      return { kind: 'facts', facts: readLlvmIr(typeof ir === 'string' ? ir : decoder.decode(ir as Uint8Array)) };
    } catch (error) {
      if (error instanceof Error && error.name === 'Exit') return errorsOf(stderr, 'unit.c');
      if (stderr !== '') return errorsOf(stderr, 'unit.c');
      throw error;
    }
  }
}
