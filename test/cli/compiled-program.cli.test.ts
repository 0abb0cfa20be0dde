/**
 * The built program runs from bytecode, or from its modules where that is not what was built: nobody can tell by what it says.
 * Every test has a copy of the built package to itself.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytecodePath, sourcePath } from '../../src/cli/compiled-program.ts';
import { repository } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'uabi-compiled-'));
let copies = 0;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program, to be altered. */
class Copy {
  readonly root: string;
  readonly bytecode: string;
  readonly source: string;

  constructor() {
    copies += 1;
    this.root = join(folder, String(copies));
    for (const part of ['package.json', 'layouts', 'dist/cli.js', 'dist/chunks', 'dist/compiled']) {
      cpSync(join(repository, part), join(this.root, part), { recursive: true });
    }
    symlinkSync(join(repository, 'node_modules'), join(this.root, 'node_modules'));
    this.bytecode = join(this.root, 'dist', bytecodePath(process));
    this.source = join(this.root, 'dist', sourcePath);
  }

  removeModules(): this {
    rmSync(join(this.root, 'dist/chunks'), { recursive: true });
    return this;
  }

  alter(file: string, change: (content: Buffer) => Buffer): this {
    writeFileSync(file, change(readFileSync(file)));
    return this;
  }

  run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Said {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(this.root, 'dist/cli.js'), ...argv], {
      cwd: this.root,
      // Two records of 64 bytes, for those who want any.
      input: Buffer.alloc(128),
      env: { ...process.env, ...env },
      maxBuffer: 1 << 28,
    });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** What is written into the folder `out` as well. */
  runWithFiles(argv: readonly string[]): Said & { readonly files: ReadonlyMap<string, string> } {
    const out = join(this.root, 'out');
    mkdirSync(out);
    const said = this.run(argv);
    const files = new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'latin1')]));
    rmSync(out, { recursive: true });
    return { ...said, files };
  }

  files(): readonly string[] {
    return readdirSync(join(this.root, 'dist'), { recursive: true, encoding: 'utf8' }).sort();
  }
}

const check = ['check', 'layouts/kvm_vcpu_events.arm64.json#v1', 'layouts/kvm_vcpu_events.arm64.json#ext_abt_esr'];

/** As its modules say it. */
const modulesOnly = new Copy();
rmSync(modulesOnly.bytecode);
const expected = modulesOnly.run(check);

test('the modules come to an answer', () => {
  expect(expected).toMatchObject({ status: 1, stderr: '' });
  expect(expected.stdout).toContain('break');
});

test('a program as it was built runs from its bytecode: it needs no module', () => {
  expect(new Copy().removeModules().run(check)).toEqual(expected);
});

test('nothing is written', () => {
  const copy = new Copy();
  const before = copy.files();
  expect(copy.run(check)).toEqual(expected);
  expect(copy.files()).toEqual(before);
  rmSync(copy.bytecode);
  expect(copy.run(check)).toEqual(expected);
  expect(copy.files()).toEqual(before.filter((name) => !name.endsWith('.bytecode')));
});

const flipped = (at: number) => (content: Buffer) => {
  const index = Math.floor(content.length * at);
  content[index] = (content[index] ?? 0) ^ 0x55;
  return content;
};

test.each<[string, (content: Buffer) => Buffer]>([
  ['is empty', () => Buffer.alloc(0)],
  ['is cut', (content) => content.subarray(0, content.length / 2)],
  ['is zeros', (content) => Buffer.alloc(content.length)],
  ['has a wrong checksum', flipped(0)],
  ['is damaged in its probe', (content) => (content.writeUInt8(content.readUInt8(100) ^ 1, 100), content)],
  ['is damaged in front', flipped(0.2)],
  ['is damaged in the middle', flipped(0.5)],
  ['is damaged at the end', flipped(0.999)],
])('bytecode that %s is not run', (_, change) => {
  const copy = new Copy();
  expect(copy.alter(copy.bytecode, change).run(check)).toEqual(expected);
});

test('bytecode of another text of the same length is not run', () => {
  // A word of the report, which only the source holds: the modules are as they were.
  const copy = new Copy();
  const other = copy.alter(copy.source, (content) => {
    const text = content.toString('latin1');
    expect(text).toContain('--fail-on');
    return Buffer.from(text.replaceAll('--fail-on', '--fail-no'), 'latin1');
  });
  expect(other.run(['check', '--help']).stdout).toContain('--fail-on');
});

test('V8 with other flags runs the modules', () => {
  const env = { NODE_OPTIONS: '--max-old-space-size=1000' };
  expect(new Copy().run(check, env)).toEqual(expected);
  expect(new Copy().removeModules().run(check, env).stderr).toContain('ERR_MODULE_NOT_FOUND');
});

test('bytecode of another Node is not even looked at', () => {
  expect(bytecodePath({ version: 'v20.19.0', platform: 'linux', arch: 'x64' })).not.toBe(
    bytecodePath({ version: 'v20.19.1', platform: 'linux', arch: 'x64' }),
  );
  expect(bytecodePath({ version: 'v20.19.0', platform: 'linux', arch: 'arm64' })).not.toBe(
    bytecodePath({ version: 'v20.19.0', platform: 'linux', arch: 'x64' }),
  );
});

// Commands that load packages, each in its own way, and words that are not ASCII.
const bytecodeOnly = new Copy().removeModules();
const layout = 'layouts/kvm_vcpu_events.arm64.json#v1';
const decode = ['decode', '--type', 'kvm_vcpu_events', '--target', 'arm64', '--input', 'bin'];
test.each([
  [['--version']],
  [['--help']],
  [['check', '--help']],
  [['nonsense']],
  [['check']],
  [['rules']],
  [['schema', 'check']],
  [[...check, '--format', 'html']],
  [[...check, '--format', 'json', '--show', 'all']],
  [['ioctl', '0x4040aea0', '--target', 'arm64']],
  [[...decode, '--cross-check']],
  [[...decode, '--columns', '--format', 'parquet', '--out', 'out/table']],
  [[...decode, '--columns', '--format', 'arrow', '--out', 'out/table']],
  [['generate', layout, '--out', 'out']],
  [['generate', layout, '--out', 'out', '--to', 'binary-parser']],
  [['generate', layout, '--out', 'out', '--to', 'restructure']],
])('says what the modules say: uabi %j', (argv) => {
  const said = bytecodeOnly.runWithFiles(argv);
  expect(said).toEqual(modulesOnly.runWithFiles(argv));
  expect(said.stderr).not.toContain('this is a bug');
  expect([...said.files].length).toBe(argv.includes('--out') ? 1 : 0);
});
