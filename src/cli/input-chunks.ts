/** Input in pieces, so that a log larger than memory can be read; files whose name ends with `.gz` are unpacked on the way. */

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UndecidedError } from '../diagnostic.ts';
import type { Io } from './io.ts';

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws UndecidedError if the file cannot be read, or if it is no gzip file though its name says so.
 */
export async function* inputChunks(file: string, io: Io): AsyncGenerator<Uint8Array> {
  if (file === '-') {
    if (io.stdinChunks === undefined) yield await io.stdin();
    else yield* io.stdinChunks();
    return;
  }
  const source = createReadStream(resolve(io.cwd, file), { highWaterMark: 1 << 18 });
  let stream: Readable = source;
  let failure: NodeJS.ErrnoException | null | undefined;
  if (file.endsWith('.gz')) {
    stream = pipeline(source, createGunzip(), (error) => {
      failure = error;
    });
  }
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    const cause: unknown = failure ?? error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    if (code.startsWith('Z_')) throw new UndecidedError(`${file} is not a whole gzip file (${code})`);
    throw new UndecidedError(`${file} cannot be read (${code})`);
  }
}
