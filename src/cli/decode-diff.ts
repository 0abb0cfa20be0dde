/**
 * `uabi decode --diff A B`: two captures of one record, compared by field.
 *
 * A side is a file with the bytes, or `LOG.jsonl:LINE` for the buffer of a call in a JSON lines log (`:LINE:before` for what the
 * program gave where the line has both). A difference is an answer and no finding, so the exit code is 0 with or without one.
 */

import { resolve } from 'node:path';
import { readJsonLine } from '../capture/jsonl.ts';
import { LineSplitter } from '../capture/lines.ts';
import { readBuffer } from '../capture/reading.ts';
import { compareInspections, type ComparedBuffer } from '../codec/compare-inspections.ts';
import { printable, UndecidedError, UserError } from '../diagnostic.ts';
import { renderRecordDiff } from '../report/record-diff.ts';
import { styleFor } from '../report/style.ts';
import { findRecord, type RecordOptions } from './find-record.ts';
import { inputChunks } from './input-chunks.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

export interface DiffOptions extends RecordOptions {
  readonly input: string;
  readonly format: string;
}

/** Reads the bytes of a file in the form asked for. */
export type ReadBytes = (file: string) => Promise<Uint8Array>;

export async function decodeDiff(
  files: readonly string[],
  options: DiffOptions,
  readBytes: ReadBytes,
  io: Io,
): Promise<ExitCode> {
  const [oldFile, newFile, ...more] = files;
  if (oldFile === undefined || newFile === undefined || more.length > 0) {
    throw new UserError('--diff compares two captures: uabi decode --diff A B --type NAME');
  }
  const { descriptor, notes } = await findRecord(options, io);
  const read = async (file: string): Promise<ComparedBuffer> => {
    const bytes = (await bufferOfLog(file, descriptor.type, io)) ?? (await readBytes(file));
    return { ...readBuffer(descriptor, bytes), bytes };
  };
  const before = await read(oldFile);
  const after = await read(newFile);
  const comparison = compareInspections(before, after);
  if (options.format === 'json') {
    const side = (file: string, { inspection, notes: found }: ComparedBuffer): object => ({
      source: file,
      trailingBytes: inspection.trailingBytes,
      missingBytes: inspection.missingBytes,
      notes: found,
    });
    const { type, variant, target, sizeBytes } = descriptor;
    const document = {
      schemaVersion: 1,
      type,
      variant: variant ?? null,
      target,
      sizeBytes,
      old: side(oldFile, before),
      new: side(newFile, after),
      changedBytes: comparison.changedBytes,
      fields: comparison.fields,
      bytes: comparison.bytes,
      notes,
    };
    io.stdout(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    const version = descriptor.variant === undefined ? '' : `#${descriptor.variant}`;
    const lines = [
      `${descriptor.type}${version} on ${descriptor.target}: ${printable(oldFile)} → ${printable(newFile)}`,
      ...renderRecordDiff(comparison, before, after, styleFor(io)),
    ];
    io.stdout(lines.map((line) => `${line}\n`).join(''));
    for (const { severity, message } of notes) io.stderr(`${severity}: ${message}\n`);
  }
  const isWhole = [before, after].every(
    ({ notes: found }) => !found.some(({ rule }) => rule === 'missing-bytes' || rule === 'trailing-bytes'),
  );
  return isWhole ? exitCodes.done : exitCodes.undecided;
}

/** The buffer on a line of a JSON lines log; `undefined` if the file is not written as one. */
async function bufferOfLog(file: string, type: string, io: Io): Promise<Uint8Array | undefined> {
  const found = /^(.*\.jsonl(?:\.gz)?):(\d{1,9})(?::(before|after))?$/.exec(file);
  if (found === null) return undefined;
  const [, path = '', lineText = '', moment] = found;
  const wanted = Number(lineText);
  const splitter = new LineSplitter(1 << 22);
  const name = printable(file);
  for await (const line of linesOf(path, splitter, io)) {
    if (line.number !== wanted) continue;
    const item = readJsonLine(line);
    if (item?.kind === 'kvm_run') {
      if (type === 'struct kvm_run') return item.bytes;
      throw new UserError(`${name} holds a kvm_run page, not ${type}`);
    }
    const buffers = item?.kind === 'call' && item.call.argument.kind === 'buffers' ? item.call.argument.buffers : [];
    const buffer = moment === undefined ? buffers.at(-1) : buffers.find((one) => one.moment === moment);
    if (buffer === undefined) throw new UndecidedError(`${name} holds no buffer`);
    return buffer.bytes;
  }
  throw new UndecidedError(`${printable(resolve(io.cwd, path))} has no line ${lineText}`);
}

async function* linesOf(
  path: string,
  splitter: LineSplitter,
  io: Io,
): AsyncGenerator<Parameters<typeof readJsonLine>[0]> {
  for await (const chunk of inputChunks(path, io)) yield* splitter.push(chunk);
  yield* splitter.end();
}
