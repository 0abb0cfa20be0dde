/**
 * What a user gets from the registry: the packed tarball, installed into an empty folder, runs and can be imported.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytecodePath, sourcePath } from '../../src/cli/compiled-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface PackResult {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let folder = '';
let packed: PackResult;

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-package-'));
  // `npm test` has built already; packing must not build again under a running test.
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const first = (JSON.parse(answer) as PackResult[])[0];
  if (first === undefined) throw new Error('npm pack named no tarball');
  packed = first;
  writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename));
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the tarball holds the program, its types, the layouts and the notes, and no sources or tests', () => {
  const paths = packed.files.map((file) => file.path);
  for (const needed of [
    'dist/cli.js',
    `dist/${sourcePath}`,
    `dist/${bytecodePath(process)}`,
    'dist/index.d.ts',
    'layouts/kvm_vcpu_events.arm64.json',
    'LICENSE',
    'README.md',
  ]) {
    expect(paths).toContain(needed);
  }
  expect(paths.filter((path) => /^(src|test|fixtures|bench|\.ci)\//.test(path))).toEqual([]);
  expect(paths.filter((path) => path.endsWith('.tsbuildinfo'))).toEqual([]);
});

test('the installed program answers', () => {
  expect(run('npx', 'uabi', 'ioctl', '0x4040aea0', '--target', 'arm64')).toContain('KVM_SET_VCPU_EVENTS');
});

test('the installed program judges the layouts it ships', () => {
  const layouts = 'node_modules/uabi/layouts/kvm_vcpu_events.arm64.json';
  const report = run('npx', 'uabi', 'check', `${layouts}#v1`, `${layouts}#v1`, '--format', 'json');
  expect((JSON.parse(report) as { verdict: string }).verdict).toBe('compatible');
});

test('the library can be imported', () => {
  const program = "import * as uabi from 'uabi'; console.log(typeof uabi.UserError);";
  expect(run(process.execPath, '--input-type=module', '--eval', program).trim()).toBe('function');
});
