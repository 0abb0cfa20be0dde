/**
 * `uabi generate LAYOUT… --out DIR`: typed codecs from layout files.
 *
 * One module a record, variant and target, or with `--to requests` one table of all requests and their numbers. `--check` writes nothing and fails if a file differs from what would be
 * written: the way to keep generated code in a repository honest.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { RequestDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { parseTargetList } from '../abi/target-list.ts';
import type { Target } from '../abi/target.ts';
import { variantsOf } from '../abi/definition/layout-file.ts';
import { describeRecord } from '../codec/descriptor.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { UserError } from '../diagnostic.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { openLayout } from './open-source.ts';

interface Options {
  readonly out?: string;
  readonly check?: boolean;
  readonly target?: string;
  readonly variant?: string;
  readonly record?: string;
  readonly to: string;
  readonly runtime: string;
}

type Generator = (descriptor: RecordDescriptor, runtime: string) => string;

/** What can be generated; each is loaded only when asked for. */
const generators: Readonly<Record<string, () => Promise<Generator>>> = {
  typescript: async () => {
    const { typescriptModule } = await import('../codec/generate/typescript.ts');
    return (descriptor, runtime) => typescriptModule(descriptor, { runtime });
  },
  'binary-parser': async () => (await import('../codec/generate/binary-parser.ts')).binaryParserModule,
  restructure: async () => (await import('../codec/generate/restructure.ts')).restructureModule,
};

export function configure(command: Command): void {
  command
    .argument('<layout...>', 'layout files: x.json for every variant, x.json#variant for one')
    .option('--out <dir>', 'where the modules go')
    .option('--check', 'write nothing; exit with 1 if a module is missing or differs')
    .option('--target <list>', 'targets to generate for (default: the first of the file)')
    .option('--variant <list>', 'variants to generate (default: all)')
    .option('--record <name>', 'the record (default: the one the file is about)')
    .option('--to <kind>', 'typescript, binary-parser, restructure or requests', 'typescript')
    .option('--runtime <module>', 'where generated modules import the runtime from', 'uabi/runtime')
    .addHelpText('after', '\nExample:\n  uabi generate layouts/kvm_vcpu_events.arm64.json --out src/generated --check');
}

export async function run(sources: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  const { out } = options;
  if (out === undefined) throw new UserError('say where the modules go: --out DIR');
  const files =
    options.to === 'requests' ? await requestTable(sources, options, io) : await codecs(sources, options, io);
  const directory = resolve(io.cwd, out);
  if (options.check === true) return check(files, directory, io);
  await mkdir(directory, { recursive: true });
  for (const [name, text] of files) await writeFile(join(directory, name), text);
  io.stderr(`${String(files.size)} ${files.size === 1 ? 'module' : 'modules'} written to ${out}\n`);
  return exitCodes.done;
}

async function codecs(sources: readonly string[], options: Options, io: Io): Promise<ReadonlyMap<string, string>> {
  const load = Object.hasOwn(generators, options.to) ? generators[options.to] : undefined;
  if (load === undefined) {
    const known = [...Object.keys(generators), 'requests'].join(', ');
    throw new UserError(`"${options.to}" cannot be generated; there are ${known}.`);
  }
  const generate = await load();
  const suffix = options.to === 'typescript' ? 'ts' : 'mjs';
  const files = new Map<string, string>();
  for (const source of sources) {
    for (const descriptor of await descriptorsOf(source, options, io)) {
      files.set(`${moduleName(descriptor)}.${suffix}`, generate(descriptor, options.runtime));
    }
  }
  return files;
}

/** All requests of the files, each in its newest merged variant or the one named, on all targets or those listed. */
async function requestTable(
  sources: readonly string[],
  options: Options,
  io: Io,
): Promise<ReadonlyMap<string, string>> {
  const { requestTableModule, tableRequests } = await import('../codec/generate/requests.ts');
  const declarations: [string, RequestDeclaration][] = [];
  for (const source of sources) {
    const opened = await openLayout(source, io.cwd);
    for (const target of targetsFor(opened.targets, options.target ?? 'all')) {
      for (const request of opened.abiFor(target).requests.values()) declarations.push([target.name, request]);
    }
  }
  return new Map([['requests.ts', requestTableModule(tableRequests(declarations))]]);
}

async function check(files: ReadonlyMap<string, string>, directory: string, io: Io): Promise<ExitCode> {
  let stale = 0;
  for (const [name, text] of files) {
    const found = await readIfThere(join(directory, name));
    if (found === text) continue;
    stale += 1;
    io.stderr(`${name} ${found === undefined ? 'is missing' : 'is stale'}: generate it again\n`);
  }
  if (stale > 0) return exitCodes.findings;
  io.stderr(`${String(files.size)} ${files.size === 1 ? 'module is' : 'modules are'} up to date\n`);
  return exitCodes.done;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function descriptorsOf(source: string, options: Options, io: Io): Promise<RecordDescriptor[]> {
  const opened = await openLayout(source, io.cwd);
  const wanted = options.variant?.split(',').map((name) => name.trim());
  const all = variantsOf(opened.file).map(({ name }) => name);
  const unknown = wanted?.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new UserError(`${source} has no variant "${unknown}"; it has ${all.join(', ')}`);
  const names = source.includes('#') ? [opened.variant.name] : (wanted ?? all);
  const descriptors: RecordDescriptor[] = [];
  for (const name of names) {
    const path = source.split('#')[0] ?? source;
    const variant = await openLayout(`${path}#${name}`, io.cwd);
    for (const target of targetsFor(variant.targets, options.target)) {
      const abi = variant.abiFor(target);
      const key = options.record ?? abi.mainRecord ?? '';
      const record = [key, `struct ${key}`, `union ${key}`]
        .map((one) => abi.records.get(one))
        .find((one) => one !== undefined);
      if (record === undefined) throw new UserError(`${source} has no record "${key}"; name one with --record`);
      descriptors.push(describeRecord(layoutOf(record.record, target), name));
    }
  }
  return descriptors;
}

function targetsFor(known: readonly Target[], list: string | undefined): readonly Target[] {
  if (list === undefined) return known.slice(0, 1);
  return parseTargetList(list).filter((target) => known.some(({ name }) => name === target.name));
}

/** `kvm_vcpu_events.v1.arm64`; every part is a C name, a checked variant name or a target. */
function moduleName({ type, variant, target }: RecordDescriptor): string {
  const name = type.replace(/^(struct|union) /, '');
  return [name, variant, target].filter((part) => part !== undefined).join('.');
}
