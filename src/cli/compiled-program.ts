/**
 * The program as V8 compiled it when uabi was built: one file of source, and beside it the bytecode of all functions that a
 * few usual commands called (`.ci/build/compile.ts` makes both).
 *
 * Most of what a short command does is compiling itself. Bytecode from a file saves that, and the single file saves finding
 * dozens of modules. The danger is bytecode of another program: V8 compares no more than the length of the source, and takes
 * what stands in the file for sound. So a checksum over both says that they are what was built, and a *probe*, the bytecode of
 * an empty script, says cheaply whether this V8, started with these flags, accepts what that one made. Whoever finds anything
 * missing or other than it was runs the modules from which the file was bundled: the same program, started more slowly.
 * Nothing is ever written at run time.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import type { main } from './main.ts';

export interface Program {
  readonly main: typeof main;
}

/** What bytecode depends on, as `process` names it. */
export interface Engine {
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
}

/** Where source and bytecode stand, from the folder of the program. */
export const sourcePath = 'compiled/program.js';

export function bytecodePath({ version, platform, arch }: Engine): string {
  return `compiled/program.${version}-${platform}-${arch}.bytecode`;
}

/** How the source, which is a function, is called: by what a module would find in its scope. */
type Wrapper = (require: NodeJS.Require, module: { exports: unknown }, programUrl: string) => void;

const probeSource = '0';
const headerBytes = 8;

/** A program that was read and is what was built, but does not run yet. */
export interface StoredProgram {
  readonly folder: URL;
  readonly source: Buffer;
  readonly bytecode: Buffer;
}

/** The compiled program in `folder`, or `undefined` where there is none for this Node. */
export function storedProgram(folder: URL, engine: Engine): StoredProgram | undefined {
  const stored = contentOf(new URL(bytecodePath(engine), folder));
  const source = stored === undefined ? undefined : contentOf(new URL(sourcePath, folder));
  if (stored === undefined || source === undefined) return undefined;
  const bytecode = soundBytecode(stored, source);
  return bytecode === undefined ? undefined : { folder, source, bytecode };
}

/** Runs a program, so that it can be called; `undefined` where this Node does not accept it. */
export function compiledProgram({ folder, source, bytecode }: StoredProgram): Program | undefined {
  // The source is ASCII: no other encoding is read as fast, nor kept in as few bytes.
  const script = compileProgram(source.toString('latin1'), bytecode);
  return script.cachedDataRejected === true ? undefined : runProgram(script, folder);
}

/**
 * The script of a source. Its name in stack traces is one for all, because the name that is shown is the one in the bytecode, and
 * that was made elsewhere. For the same reason there is no `import()` in the source: where it leads from is not in the bytecode.
 */
export function compileProgram(source: string, bytecode?: Buffer): Script {
  return new Script(source, {
    filename: `uabi/dist/${sourcePath}`,
    ...(bytecode === undefined ? {} : { cachedData: bytecode }),
  });
}

export function runProgram(script: Script, folder: URL): Program {
  const module = { exports: {} };
  const file = new URL(sourcePath, folder);
  (script.runInThisContext() as Wrapper)(createRequire(file), module, file.href);
  return module.exports as Program;
}

/** The content of a bytecode file: checksum, length of the probe, probe, bytecode. */
export function storedBytecode(script: Script, source: Buffer): Buffer {
  const probe = new Script(probeSource).createCachedData();
  const content = Buffer.concat([Buffer.alloc(headerBytes), probe, script.createCachedData()]);
  content.writeUInt32LE(probe.length, 4);
  content.writeUInt32LE(checksumOf(content, source), 0);
  return content;
}

function soundBytecode(stored: Buffer, source: Buffer): Buffer | undefined {
  if (stored.length < headerBytes || stored.readUInt32LE(0) !== checksumOf(stored, source)) return undefined;
  const probeEnd = headerBytes + stored.readUInt32LE(4);
  const probe = new Script(probeSource, { cachedData: stored.subarray(headerBytes, probeEnd) });
  return probe.cachedDataRejected === true ? undefined : stored.subarray(probeEnd);
}

function checksumOf(stored: Buffer, source: Buffer): number {
  return crc32(source, crc32(stored.subarray(4)));
}

function contentOf(file: URL): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // Built for another Node, or not built at all, or not to be read: the modules say what there is to say.
    return undefined;
  }
}
