/**
 * GCC as an oracle: what the compiler that Linux user space is built with says about a record.
 *
 * Nothing is run. Sizes and offsets are constants in a section of the object file; the place of a bit-field is found in an
 * initialised object in which only that field has all its bits set.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetName } from '../../src/abi/target.ts';
import type { RecordType } from '../../src/abi/types.ts';
import { printRecords } from '../support/print-c.ts';
import { type ElfFile, readElf } from './object-file.ts';

/** A compiler command that produces code for a target. */
export interface Gcc {
  readonly command: string;
  readonly flags: readonly string[];
  /** First line of `--version`. */
  readonly version: string;
}

const crossPrefixes: Readonly<Partial<Record<TargetName, string>>> = {
  x86_64: 'x86_64-linux-gnu',
  i386: 'i686-linux-gnu',
  x32: 'x86_64-linux-gnux32',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabi',
  riscv64: 'riscv64-linux-gnu',
  ppc64le: 'powerpc64le-linux-gnu',
  ppc64: 'powerpc64-linux-gnu',
  ppc: 'powerpc-linux-gnu',
  s390x: 's390x-linux-gnu',
  mips: 'mips-linux-gnu',
  mips64: 'mips64-linux-gnuabi64',
  loongarch64: 'loongarch64-linux-gnu',
  m68k: 'm68k-linux-gnu',
  sparc64: 'sparc64-linux-gnu',
  alpha: 'alpha-linux-gnu',
  parisc: 'hppa-linux-gnu',
  sh: 'sh4-linux-gnu',
};

/** Targets that another target's compiler serves with a flag. Compiling needs no libraries, so no multilib either. */
const borrowed: Readonly<
  Partial<Record<TargetName, { readonly from: TargetName; readonly flags: readonly string[] }>>
> = {
  i386: { from: 'x86_64', flags: ['-m32'] },
  x32: { from: 'x86_64', flags: ['-mx32'] },
  sparc: { from: 'sparc64', flags: ['-m32'] },
  riscv32: { from: 'riscv64', flags: ['-march=rv32gc', '-mabi=ilp32d'] },
};

function commandsFor(target: TargetName): string[] {
  const prefix = crossPrefixes[target];
  const cross = prefix === undefined ? [] : ['', '-14', '-13', '-12'].map((suffix) => `${prefix}-gcc${suffix}`);
  return target === 'x86_64' && process.arch === 'x64' ? ['gcc', ...cross] : cross;
}

const found = new Map<TargetName, Gcc | undefined>();

/** The gcc of this machine for a target, if it has one. */
export function findGcc(target: TargetName): Gcc | undefined {
  if (!found.has(target)) found.set(target, searchGcc(target));
  return found.get(target);
}

function searchGcc(target: TargetName): Gcc | undefined {
  for (const command of commandsFor(target)) {
    const answer = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (answer.status === 0) return { command, flags: [], version: answer.stdout.split('\n')[0] ?? '' };
  }
  const lender = borrowed[target];
  const gcc = lender === undefined ? undefined : findGcc(lender.from);
  return gcc === undefined || lender === undefined ? undefined : { ...gcc, flags: lender.flags };
}

/** Compiles C text to an object and returns its sections. Throws with the compiler's words if it refuses. */
export function compile(gcc: Gcc, text: string): ElfFile {
  const folder = mkdtempSync(join(tmpdir(), 'uabi-gcc-'));
  try {
    const source = join(folder, 'input.c');
    const object = join(folder, 'input.o');
    writeFileSync(source, text);
    execFileSync(gcc.command, [...gcc.flags, '-w', '-fno-common', '-c', source, '-o', object], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return readElf(readFileSync(object));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a compiler says of a record: the same words as `RecordLayout`, by field name, nested records not looked into. */
export interface OracleLayout {
  readonly sizeBytes: number;
  readonly alignBytes: number;
  readonly offsetsBits: ReadonlyMap<string, number>;
}

/** Names reachable as members of the record: those of its fields and of its anonymous records. */
function members(record: RecordType): { readonly name: string; readonly bitWidth: number | undefined }[] {
  return record.fields.flatMap((field) => {
    if (field.name !== undefined) return [{ name: field.name, bitWidth: field.bitWidth }];
    return field.type.kind === 'record' ? members(field.type) : [];
  });
}

/** Layouts of many records (each with a tag) in one compiler run. */
export function askGcc(gcc: Gcc, records: readonly RecordType[]): OracleLayout[] {
  let text = printRecords(records);
  records.forEach((record, index) => {
    const spelt = `${record.recordKind} ${record.tag ?? ''}`;
    const plain = members(record).filter((member) => member.bitWidth === undefined);
    const numbers = [
      `sizeof(${spelt})`,
      `__alignof__(${spelt})`,
      ...plain.map(({ name }) => `__builtin_offsetof(${spelt}, ${name})`),
    ];
    const section = (name: string): string => `__attribute__((section("${name}"), used))`;
    text += `const unsigned n_${index}[] ${section(`.n.${index}`)} = { ${numbers.join(', ')} };\n`;
    for (const { name, bitWidth } of members(record)) {
      if (bitWidth === undefined) continue;
      text += `${spelt} b_${index}_${name} ${section(`.b.${index}.${name}`)} = { .${name} = -1 };\n`;
    }
  });
  const object = compile(gcc, text);
  return records.map((record, index) => {
    const numbers = object.section(`.n.${index}`);
    const number = (at: number): number => numbers.getUint32(at * 4, !object.isBigEndian);
    const offsetsBits = new Map<string, number>();
    let next = 2;
    for (const { name, bitWidth } of members(record)) {
      if (bitWidth === undefined) offsetsBits.set(name, number(next++) * 8);
      else offsetsBits.set(name, firstBit(object.section(`.b.${index}.${name}`), object.isBigEndian));
    }
    return { sizeBytes: number(0), alignBytes: number(1), offsetsBits };
  });
}

/** Index of the first set bit in memory order. */
function firstBit(bytes: DataView, isBigEndian: boolean): number {
  for (let bit = 0; bit < bytes.byteLength * 8; bit += 1) {
    const mask = isBigEndian ? 0x80 >> (bit % 8) : 1 << (bit % 8);
    if ((bytes.getUint8(Math.floor(bit / 8)) & mask) !== 0) return bit;
  }
  return -1;
}
