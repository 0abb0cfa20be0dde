/**
 * `uabi decode`: what does every byte of this buffer mean, and would the kernel have taken it?
 *
 * Whatever the length of the buffer, everything that can be read is shown; too few or too many bytes are an answer that
 * could not be given in full, so the exit code is 3.
 */

import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readHex } from '../capture/hex.ts';
import { fieldNotes, readBuffer } from '../capture/reading.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { findTarget } from '../abi/target.ts';
import { describeRecord } from '../codec/descriptor.ts';
import { decodedRecord } from '../codec/decode-json.ts';
import type { Note } from '../codec/inspection.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { counted, printable, UndecidedError, UserError } from '../diagnostic.ts';
import { renderHexdump, renderNotes } from '../report/hexdump.ts';
import { renderTree } from '../report/record-tree.ts';
import { styleFor } from '../report/style.ts';
import { decodeSyndrome, syndromeRegisterOf } from './decode-syndrome.ts';
import { findBuiltInRecord, variantsOfBuiltInRecord } from './built-in-layouts.ts';
import {
  type ChosenRecord,
  findRecord,
  namedRecord,
  type RecordOptions,
  targetNamed,
  targetsToTry,
} from './find-record.ts';
import { type Guess, guessReading, type ListedReading, sizeNotes } from './guess-reading.ts';
import { candidateLines, guessRecord, type RecordGuess } from './guess-record.ts';
import { inputChunks } from './input-chunks.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { sniffLog } from './sniff-log.ts';
import { addSourceOptions } from './source-options.ts';

interface Options extends RecordOptions {
  readonly input: string;
  readonly format: string;
  readonly crossCheck?: boolean;
  readonly diff?: boolean;
  readonly columns?: boolean;
  readonly out?: string;
  readonly fields?: string;
  readonly notes: boolean;
}

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument(
      '[files...]',
      'the bytes or the log; - or nothing for standard input. For a syndrome register, its value. With --diff, two',
    )
    .option('--type <name>', 'the record: kvm_vcpu_events, kvm_vcpu_events#v1; or ESR_EL1, ESR_EL2, ISS, SERROR_ISS')
    .option('--request <number>', 'the request that carries it: 0x4040aea0, KVM_SET_VCPU_EVENTS')
    .option('--target <target>', 'the architecture it comes from')
    .option('--in <source>', 'look the record up in this source instead of the layouts that come with uabi')
    .option(
      '--input <form>',
      'bin, hex, strace or jsonl (default: hex if the input is hexadecimal text, else bin)',
      'auto',
    )
    .option('--format <format>', 'text (a hex dump), tree or json; with --columns arrow, parquet or csv', 'text')
    .option('--diff', 'compare two captures by field: only what differs')
    .option('--columns', 'turn very many records into one table: records one behind the other, or --input jsonl')
    .option('--out <file>', 'with --columns: the file to write')
    .option('--fields <paths>', 'with --columns: only these fields, separated by commas')
    .option('--no-notes', 'with --columns: leave out what is wrong with each record')
    .option(
      '--cross-check',
      'let binary-parser, restructure and the generated module read the bytes as well, and compare',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  uabi decode --type kvm_vcpu_events#v1 events.bin\n  echo 01 00 00 | uabi decode --request 0x4040aea0 --target arm64 --input hex\n  uabi decode --type ESR_EL1 0x96000010\n  uabi decode --input strace log.txt\n  uabi decode --diff before.bin after.bin --type kvm_run --target arm64\n  uabi decode --type epoll_event --in v6.12 --target x86_64 events.bin',
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  if (options.columns === true) {
    const { decodeColumns } = await import('./decode-columns.ts');
    return decodeColumns(args[0] ?? '-', options, io);
  }
  if (!['text', 'tree', 'json'].includes(options.format)) {
    throw new UserError(`"${options.format}" is not a format; decode has text, tree and json.`);
  }
  const register = syndromeRegisterOf(options.type);
  if (register !== undefined) return decodeSyndrome(register, args[0], options.format, io);
  if (options.diff === true) {
    const { decodeDiff } = await import('./decode-diff.ts');
    return decodeDiff(args, options, async (path) => asBytes(await readInput(path, io), path, options, io), io);
  }
  const [file = '-', ...more] = args;
  if (more.length > 0) throw new UserError('decode reads one capture; --diff compares two');
  if (options.input === 'strace' || options.input === 'jsonl') {
    const { decodeLog } = await import('./log/decode-log.ts');
    return decodeLog(file, options.input, options, io);
  }
  if (options.input === 'auto' && file !== '-') {
    const form = await formOfLog(file, io);
    if (form !== undefined) {
      io.stderr(`uabi: read as ${form === 'strace' ? 'an strace log' : 'JSON lines'} (--input overrules)\n`);
      const { decodeLog } = await import('./log/decode-log.ts');
      return decodeLog(file, form, options, io);
    }
  }
  if (options.type === undefined && options.request === undefined && options.in === undefined) {
    return decodeUntyped(file, options, io);
  }
  const chosen = await findRecord(options, io);
  const bytes = asBytes(await readInput(file, io), file, options, io);
  return decodeBytes(bytes, chosen, options, io);
}

/** Says what the bytes are where nobody has, as far as that can be told. */
async function decodeUntyped(file: string, options: Options, io: Io): Promise<ExitCode> {
  const input = await readInput(file, io);
  const form = options.input === 'auto' ? sniffLog(input) : undefined;
  if (form !== undefined) throw new UserError(`this looks like a log: add --input ${form}`);
  const bytes = asBytes(input, file, options, io);
  if (bytes.length === 0) throw new UndecidedError(`${file === '-' ? 'standard input' : printable(file)} is empty`);
  const guess = guessRecord(bytes, targetsToTry(options));
  if (guess.type !== undefined) {
    const typed = { ...options, type: guess.type };
    const { descriptor, notes } = await findRecord(typed, io);
    return decodeBytes(bytes, { descriptor, notes: [guess.note, ...notes] }, typed, io, guess);
  }
  if (options.format === 'json') {
    const nothing = { type: null, variant: null, target: options.target ?? null, sizeBytes: bytes.length, fields: [] };
    const document = { schemaVersion: 1, ...nothing, notes: [guess.note], trailingBytes: 0, missingBytes: 0 };
    const hex = Buffer.from(bytes).toString('hex');
    io.stdout(`${JSON.stringify({ ...document, bytes: hex, candidates: guess.candidates }, undefined, 2)}\n`);
  } else {
    const lines = [...renderNotes([guess.note], styleFor(io)), ...candidateLines(guess)];
    io.stdout(lines.map((line) => `${line}\n`).join(''));
  }
  return exitCodes.undecided;
}

async function decodeBytes(
  bytes: Uint8Array,
  chosen: ChosenRecord,
  options: Options,
  io: Io,
  record?: RecordGuess,
): Promise<ExitCode> {
  const guess = guessed(options, bytes);
  const descriptor = guess?.descriptor ?? chosen.descriptor;
  // What was guessed is said with its evidence, not as a default.
  const isGuessed = ({ rule }: Note): boolean => rule === 'default-target' || rule === 'default-variant';
  const notes =
    guess === undefined ? chosen.notes : [...chosen.notes.filter((note) => !isGuessed(note)), ...guess.notes];
  const { inspection, notes: found } = readBuffer(descriptor, bytes);
  const second = options.crossCheck === true ? await crossCheck(descriptor, bytes) : [];
  const elsewhere = guess === undefined ? [] : versionNotes(options, descriptor, bytes, found);
  const allNotes = [...notes, ...second, ...found, ...elsewhere];
  if (options.format === 'json') {
    io.stdout(
      `${JSON.stringify(
        {
          ...decodedRecord(inspection, bytes),
          notes: allNotes,
          ...(guess === undefined ? {} : { readings: guess.readings }),
          ...(record === undefined ? {} : { candidates: record.candidates }),
        },
        undefined,
        2,
      )}\n`,
    );
  } else {
    const { type, variant, target, sizeBytes } = descriptor;
    const style = styleFor(io);
    const render = options.format === 'tree' ? renderTree : renderHexdump;
    const elements = inspection.sizeBytes > sizeBytes ? ', and elements behind them' : '';
    const title = `${type}${variant === undefined ? '' : `#${variant}`} on ${target}: ${counted(sizeBytes, 'byte')}${elements}`;
    const lines = [title, ...render(inspection, bytes, style), ...renderNotes(allNotes, style)];
    if (guess !== undefined) lines.push(...renderReadings(guess.readings));
    if (record !== undefined && record.candidates.length > 1) lines.push(...candidateLines(record));
    io.stdout(lines.map((line) => `${line}\n`).join(''));
  }
  const isOdd = found.some(({ rule }) => rule === 'missing-bytes' || rule === 'trailing-bytes');
  return isOdd ? exitCodes.undecided : exitCodes.done;
}

/** The architecture and version with the least against them; `undefined` for records of a source the user names. */
function guessed(options: Options, bytes: Uint8Array): Guess | undefined {
  const named = namedRecord(options);
  return named === undefined ? undefined : guessReading(named.type, named.targets, bytes, options.request);
}

/** What other versions of the record make of reserved bytes and of the size. */
function versionNotes(
  { type, request }: Options,
  descriptor: RecordDescriptor,
  bytes: Uint8Array,
  notes: readonly Note[],
): Note[] {
  const target = findTarget(descriptor.target);
  const name = (type ?? descriptor.type.replace(/^\w+ /, '')).split('#')[0] ?? '';
  if (target === undefined || (type === undefined && request === undefined)) return [];
  const others = variantsOfBuiltInRecord(name, target)
    .filter((variant) => variant.name !== descriptor.variant)
    .flatMap((variant) => {
      const found = findBuiltInRecord(`${name}#${variant.name}`, target);
      return found === undefined ? [] : [describeRecord(layoutOf(found.declaration.record, target), variant.name)];
    });
  return [...sizeNotes(bytes, descriptor, others), ...fieldNotes(notes, others)];
}

/** The readings that were possible, where there is more to say than that the one shown has nothing against it. */
function renderReadings(readings: readonly ListedReading[]): string[] {
  const [first, second] = readings;
  if (first === undefined || second === undefined || readings.every(({ penalty }) => penalty === 0)) return [];
  const lines = ['', 'As other versions and architectures read these bytes, the likeliest first:'];
  for (const { target, variant, status, against } of readings.slice(0, maxReadings)) {
    const standing = status === null || status === 'merged' ? '' : ` (${status})`;
    const verdict = against[0] === undefined ? 'nothing against it' : against[0].replace(/\.$/, '');
    const more = against.length > 1 ? `; and ${String(against.length - 1)} more` : '';
    lines.push(printable(`  ${target}${variant === null ? '' : `#${variant}`}${standing}: ${verdict}${more}`));
  }
  if (readings.length > maxReadings) lines.push(`  … and ${String(readings.length - maxReadings)} more`);
  return lines;
}

const maxReadings = 12;

/** Whether a file begins like a log. */
async function formOfLog(file: string, io: Io): Promise<'strace' | 'jsonl' | undefined> {
  for await (const chunk of inputChunks(file, io)) return sniffLog(chunk.subarray(0, maxSniffedBytes));
  return undefined;
}

const maxSniffedBytes = 1 << 16;

/** More than any record, and than what a vCPU maps with pages of 64 KiB. */
const maxRecordBytes = 1 << 20;

/** The text of a record takes a few times its size. */
const maxTextBytes = maxRecordBytes * 6;

async function crossCheck(descriptor: RecordDescriptor, bytes: Uint8Array): Promise<Note[]> {
  const { secondOpinions } = await import('../codec/cross-check.ts');
  const { generatedOpinion } = await import('./generated-codecs.ts');
  return [...(await secondOpinions(descriptor, bytes)), ...(await generatedOpinion(descriptor, bytes))];
}

/** More than any text of a record; a sparse file can claim to be far larger, and standard input may never end. */
const maxInputBytes = 1 << 26;

/** The content of a file, or of standard input for `-`. @throws UndecidedError if it cannot be read, or is endless. */
export async function readInput(file: string, io: Io): Promise<Uint8Array> {
  const tooLong = (size: string): UndecidedError =>
    new UndecidedError(
      `${file === '-' ? 'standard input' : printable(file)} has ${size} bytes, which is no single record; --columns reads files of very many`,
    );
  if (file === '-') {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of inputChunks(file, io)) {
      length += chunk.length;
      if (length > maxInputBytes) throw tooLong(`more than ${String(maxInputBytes)}`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
  try {
    const { size } = await stat(resolve(io.cwd, file));
    if (size > maxInputBytes) throw tooLong(String(size));
    return await readFile(resolve(io.cwd, file));
  } catch (error) {
    if (error instanceof UndecidedError) throw error;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UndecidedError(`${file} cannot be read${code}`);
  }
}

function asBytes(input: Uint8Array, file: string, options: Options, io: Io): Uint8Array {
  const bytes = bytesIn(input, file, options, io);
  if (bytes.length <= maxRecordBytes) return bytes;
  const name = file === '-' ? 'standard input' : printable(file);
  throw new UndecidedError(
    `${name} has ${counted(bytes.length, 'byte')}, which is no single record; --columns reads files of very many`,
  );
}

function bytesIn(input: Uint8Array, file: string, options: Options, io: Io): Uint8Array {
  const { input: form } = options;
  switch (form) {
    case 'bin':
      return input;
    case 'hex':
      return hexBytes(input, file, options, io);
    case 'auto':
      return looksLikeHex(input) ? hexBytes(input, file, options, io) : input;
    default:
      throw new UserError(`"${form}" is not a form of input; decode reads bin, hex, strace and jsonl.`);
  }
}

/** Binary records are full of zero bytes and text never is. Strings that gdb prints hold UTF-8, and colours begin with an escape. */
function looksLikeHex(input: Uint8Array): boolean {
  if (input.length === 0) return false;
  const isPrinted = /^\s*(?:\$\d+ = |b?["'])/.test(Buffer.from(input.subarray(0, 64)).toString('latin1'));
  const lowest = (byte: number): boolean => byte === 9 || byte === 10 || byte === 13 || byte === 27;
  return input.every((byte) => lowest(byte) || (byte >= 32 && byte < 127) || (byte > 127 && isPrinted));
}

function hexBytes(input: Uint8Array, file: string, { target }: Options, io: Io): Uint8Array {
  const name = file === '-' ? '<stdin>' : file;
  if (input.length > maxTextBytes) {
    throw new UndecidedError(
      `${printable(name)} has ${counted(input.length, 'byte')} of text, which is no single record`,
    );
  }
  const order = target === undefined ? 'little' : targetNamed(target).byteOrder;
  const { bytes, diagnostics, warnings } = readHex(Buffer.from(input).toString('latin1'), name, order);
  for (const warning of warnings) io.stderr(`uabi: ${printable(name)}: ${warning}\n`);
  if (diagnostics.length > 0)
    throw new UndecidedError(`${name} is not the hexadecimal text of some bytes.`, diagnostics);
  return bytes;
}
