/**
 * `uabi decode --columns`: millions of records into an Arrow, Parquet or CSV file, in constant memory.
 *
 * Input is records one behind the other, or JSON lines, of which the calls that carry the record are taken. Beside the record's own
 * columns stand `_record` (from 0), `_severity` and `_rules` (what `uabi decode` would note), and for JSON lines `_line`, `_moment`,
 * `_result` and `_errno`. The libraries that write the files are loaded only here, and only the one that is asked for.
 */

import { type FileHandle, open, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { LineSplitter } from '../capture/lines.ts';
import { readJsonLine } from '../capture/jsonl.ts';
import { type CheckedBatch, RecordChecks, severities } from '../capture/record-checks.ts';
import { ColumnBatch } from '../codec/column-batch.ts';
import { planColumns } from '../codec/column-plan.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { fieldsOf, type TableColumn, type TableField, type TableWriter } from '../codec/record-table.ts';
import { counted, printable, UserError } from '../diagnostic.ts';
import { CallRecords } from './log/call-records.ts';
import { findRecord, type RecordOptions, targetNamed } from './find-record.ts';
import { inputChunks } from './input-chunks.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { ProgressBar } from './progress-bar.ts';

export interface ColumnsOptions extends RecordOptions {
  readonly input: string;
  readonly format: string;
  readonly out?: string;
  readonly fields?: string;
  /** False for `--no-notes`. */
  readonly notes: boolean;
}

const formats = ['arrow', 'parquet', 'csv'] as const;
type Format = (typeof formats)[number];

/** Bytes of records, and of columns, that a batch may take. */
const maxBatchBytes = 1 << 23;

/** What a JSON line says about the call besides the bytes of the record. */
interface Circumstances {
  readonly line: number;
  readonly moment: string;
  readonly result: bigint | undefined;
  readonly errno: string | undefined;
}

/** @throws UserError if what is asked for does not fit together, UndecidedError if the input cannot be read. */
export async function decodeColumns(file: string, options: ColumnsOptions, io: Io): Promise<ExitCode> {
  const { out } = options;
  if (out === undefined) throw new UserError('--columns needs --out FILE (/dev/stdout for a pipe)');
  const format = formatOf(options.format, out);
  const isLog = options.input === 'jsonl';
  if (!isLog && options.input !== 'bin' && options.input !== 'auto') {
    throw new UserError(
      `--columns reads bin (records one behind the other) and jsonl, not ${printable(options.input)}`,
    );
  }
  const { descriptor, notes } = await findRecord(options, io);
  for (const { message } of notes) io.stderr(`uabi: ${message}\n`);
  const table = await Table.open(descriptor, format, options, isLog);
  const handle = await openOutput(out, io);
  const bar = new ProgressBar(io, await sizeOf(file, io));
  try {
    const rest = isLog
      ? await fromJsonLines(file, table, descriptor, options, { handle, bar, io })
      : await fromBytes(file, table, { handle, bar, io });
    await writeAll(handle, table.finish());
    bar.finish();
    io.stderr(`uabi: ${counted(table.total, 'record')} of ${descriptor.type}, ${String(table.noted)} with notes\n`);
    if (rest !== undefined) io.stderr(`uabi: ${rest}\n`);
    return rest === undefined && table.total > 0 ? exitCodes.done : exitCodes.undecided;
  } finally {
    bar.finish();
    await handle.close();
  }
}

function formatOf(asked: string, out: string): Format {
  // "text" is what decode prints if nothing is said.
  const name = asked === 'text' ? extname(out).slice(1) : asked;
  const found = formats.find((one) => one === name);
  if (found === undefined) {
    throw new UserError(`--columns writes arrow, parquet or csv: say which with --format, or by the name of --out`);
  }
  return found;
}

async function openOutput(out: string, io: Io): Promise<FileHandle> {
  try {
    return await open(resolve(io.cwd, out), 'w');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UserError(`${printable(out)} cannot be written${code}`);
  }
}

/** Size of the input, where that says how far we are. */
async function sizeOf(file: string, io: Io): Promise<number | undefined> {
  if (file === '-' || file.endsWith('.gz')) return undefined;
  try {
    return (await stat(resolve(io.cwd, file))).size;
  } catch {
    // Reading it will say what is wrong with it.
    return undefined;
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
  }
}

async function writerFor(format: Format, fields: readonly TableField[]): Promise<TableWriter> {
  switch (format) {
    case 'arrow':
      return new (await import('../report/table-arrow.ts')).ArrowWriter(fields);
    case 'parquet':
      return new (await import('../report/table-parquet.ts')).ParquetTableWriter(fields);
    case 'csv':
      return new (await import('../report/table-csv.ts')).CsvWriter(fields);
    default:
      return format satisfies never;
  }
}

/** The batch being gathered, its columns, and the writer they go to. */
class Table {
  readonly recordBytes: number;
  /** Bytes of the batch; whoever fills them says how many records they are. */
  readonly bytes: Uint8Array;
  total = 0;
  noted = 0;
  readonly #batch: ColumnBatch;
  readonly #writer: TableWriter;
  readonly #numbers: BigUint64Array;
  readonly #checks: RecordChecks | undefined;
  readonly #checked: CheckedBatch;
  readonly #log: LogColumns | undefined;

  private constructor(
    descriptor: RecordDescriptor,
    plan: ReturnType<typeof planColumns>['columns'],
    writer: TableWriter,
    options: { readonly hasNotes: boolean; readonly isLog: boolean },
  ) {
    const capacity = rowsOf(descriptor, plan.length, writer.preferredRows);
    this.recordBytes = descriptor.sizeBytes;
    this.bytes = new Uint8Array(capacity * this.recordBytes);
    this.#writer = writer;
    this.#batch = new ColumnBatch(plan, descriptor.sizeBytes, capacity);
    this.#numbers = new BigUint64Array(capacity);
    this.#checks = options.hasNotes ? new RecordChecks(descriptor) : undefined;
    this.#log = options.isLog ? new LogColumns(capacity) : undefined;
    this.#checked = { severities: new Uint32Array(capacity), rules: new Uint32Array(capacity) };
  }

  /** As they are now: the texts of a column can be others after a batch. */
  get #columns(): readonly TableColumn[] {
    return [
      { path: '_record', type: 'uint64', values: this.#numbers },
      ...(this.#log?.columns ?? []),
      ...this.#batch.columns,
      ...(this.#checks === undefined
        ? []
        : [
            { path: '_severity', type: 'text', codes: this.#checked.severities, texts: severities } as const,
            { path: '_rules', type: 'text', codes: this.#checked.rules, texts: this.#checks.ruleTexts } as const,
          ]),
    ];
  }

  static async open(
    descriptor: RecordDescriptor,
    format: Format,
    { fields: wanted, notes }: ColumnsOptions,
    isLog: boolean,
  ): Promise<Table> {
    if (descriptor.sizeBytes === 0) throw new UserError(`${descriptor.type} has no bytes`);
    if (descriptor.fields.some(({ isFlexible }) => isFlexible === true)) {
      throw new UserError(`${descriptor.type} has no fixed size, so its records do not make columns`);
    }
    const paths = wanted?.split(',').map((path) => path.trim());
    const { columns: plan, omitted } = planColumns(descriptor, paths);
    if (plan.length === 0) throw new UserError(`no field of ${descriptor.type} makes a column`);
    for (const path of paths ?? []) {
      const isFound = [...plan.map((column) => column.path), ...omitted].some((one) => one.startsWith(path));
      if (!isFound) throw new UserError(`${descriptor.type} has no field ${printable(path)}`);
    }
    const options = { hasNotes: notes, isLog };
    // The writer wants the schema, the columns the writer's size of a batch.
    const draft = new Table(descriptor, plan, { preferredRows: 1, write: () => [], finish: () => [] }, options);
    return new Table(descriptor, plan, await writerFor(format, fieldsOf(draft.#columns)), options);
  }

  /** Turns the first `count` records of `bytes` into bytes of the file; they must be written before the next batch. */
  flush(count: number, circumstances?: readonly Circumstances[]): readonly Uint8Array[] {
    if (count === 0) return [];
    this.#batch.fill(this.bytes, count);
    numberFrom(this.total, this.#numbers, count);
    this.noted += this.#checks?.checkBatch(this.bytes, count, this.#checked) ?? 0;
    this.#log?.fill(circumstances ?? []);
    this.total += count;
    return this.#writer.write(this.#columns, count);
  }

  finish(): readonly Uint8Array[] {
    return this.#writer.finish();
  }

  get capacity(): number {
    return this.bytes.length / this.recordBytes;
  }
}

function rowsOf({ sizeBytes }: RecordDescriptor, columns: number, preferred: number): number {
  const rowBytes = Math.max(sizeBytes, columns * 8);
  return Math.max(256, Math.min(preferred, Math.floor(maxBatchBytes / rowBytes)));
}

/** Counts up from `first`; one BigInt for a row would cost more than the row. */
function numberFrom(first: number, into: BigUint64Array, count: number): void {
  const halves = new Uint32Array(into.buffer);
  const low = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
  for (let i = 0; i < count; i++) {
    const number = first + i;
    halves[2 * i + low] = number;
    halves[2 * i + 1 - low] = Math.floor(number / 0x1_0000_0000);
  }
}

/** Texts by number, for one batch. */
class TextCodes {
  readonly codes: Uint32Array;
  texts: string[] = [''];
  readonly #numbers = new Map<string, number>();

  constructor(capacity: number) {
    this.codes = new Uint32Array(capacity);
  }

  clear(): void {
    this.texts = [''];
    this.#numbers.clear();
  }

  set(row: number, text: string | undefined): void {
    if (text === undefined) {
      this.codes[row] = 0;
      return;
    }
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    this.codes[row] = number;
  }
}

class LogColumns {
  readonly #lines: BigUint64Array;
  readonly #moments: TextCodes;
  readonly #results: BigInt64Array;
  readonly #hasResult: Uint8Array;
  readonly #errnos: TextCodes;

  constructor(capacity: number) {
    this.#lines = new BigUint64Array(capacity);
    this.#moments = new TextCodes(capacity);
    this.#results = new BigInt64Array(capacity);
    this.#hasResult = new Uint8Array(capacity);
    this.#errnos = new TextCodes(capacity);
  }

  get columns(): readonly TableColumn[] {
    return [
      { path: '_line', type: 'uint64', values: this.#lines },
      { path: '_moment', type: 'text', codes: this.#moments.codes, texts: this.#moments.texts },
      { path: '_result', type: 'int64', values: this.#results, valid: this.#hasResult },
      { path: '_errno', type: 'text', codes: this.#errnos.codes, texts: this.#errnos.texts },
    ];
  }

  fill(circumstances: readonly Circumstances[]): void {
    this.#moments.clear();
    this.#errnos.clear();
    for (const [i, { line, moment, result, errno }] of circumstances.entries()) {
      this.#lines[i] = BigInt(line);
      this.#moments.set(i, moment);
      this.#results[i] = result ?? 0n;
      this.#hasResult[i] = result === undefined ? 0 : 1;
      // It goes into spreadsheets: nothing but a plain name.
      this.#errnos.set(i, errno !== undefined && /^E[A-Z0-9]{1,30}$/.test(errno) ? errno : undefined);
    }
  }
}

interface Sink {
  readonly handle: FileHandle;
  readonly bar: ProgressBar;
  readonly io: Io;
}

/** Records one behind the other. Says what is left over at the end, if anything. */
async function fromBytes(file: string, table: Table, { handle, bar, io }: Sink): Promise<string | undefined> {
  const { bytes, recordBytes } = table;
  let filled = 0;
  let read = 0;
  for await (const chunk of inputChunks(file, io)) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < bytes.length) continue;
      await writeAll(handle, table.flush(table.capacity));
      filled = 0;
    }
    read += chunk.length;
    bar.update(read, `${(table.total / 1e6).toFixed(1)} million records`);
  }
  await writeAll(handle, table.flush(Math.floor(filled / recordBytes)));
  const rest = filled % recordBytes;
  if (rest === 0) return table.total === 0 ? 'there is no record in the input' : undefined;
  return `the input ends ${counted(rest, 'byte')} into a record of ${String(recordBytes)}; that one is left out`;
}

/** The calls of a JSON lines log that carry the record. */
async function fromJsonLines(
  file: string,
  table: Table,
  descriptor: RecordDescriptor,
  options: ColumnsOptions,
  { handle, bar, io }: Sink,
): Promise<string | undefined> {
  const records = new CallRecords(targetNamed(descriptor.target));
  const splitter = new LineSplitter(1 << 22);
  const circumstances: Circumstances[] = [];
  const { request } = options;
  let odd = 0;
  let read = 0;
  const add = async (bytes: Uint8Array, about: Circumstances): Promise<void> => {
    if (bytes.length !== table.recordBytes) {
      odd += 1;
      return;
    }
    table.bytes.set(bytes, circumstances.length * table.recordBytes);
    circumstances.push(about);
    if (circumstances.length < table.capacity) return;
    await writeAll(handle, table.flush(circumstances.length, circumstances));
    circumstances.length = 0;
  };
  const take = async (line: Parameters<typeof readJsonLine>[0]): Promise<void> => {
    const item = readJsonLine(line);
    if (item?.kind === 'kvm_run' && descriptor.type === 'struct kvm_run') {
      // A tracer keeps the part of the page that exits write; the rest is as good as zero here.
      const page = new Uint8Array(table.recordBytes);
      page.set(item.bytes.subarray(0, page.length));
      await add(page, { line: line.number, moment: 'after', result: undefined, errno: undefined });
    }
    if (item?.kind !== 'call' || item.call.argument.kind !== 'buffers') return;
    const { name, number, versions } = records.meaningOf(item.call);
    if (versions?.preferred.type !== descriptor.type) return;
    if (request !== undefined && request !== name && Number(request) !== number) return;
    for (const { moment, bytes } of item.call.argument.buffers) {
      await add(bytes, { line: line.number, moment, result: item.call.result, errno: item.call.errno });
    }
  };
  for await (const chunk of inputChunks(file, io)) {
    for (const line of splitter.push(chunk)) await take(line);
    read += chunk.length;
    bar.update(read, `${(table.total / 1e6).toFixed(1)} million records`);
  }
  for (const line of splitter.end()) await take(line);
  await writeAll(handle, table.flush(circumstances.length, circumstances));
  if (odd > 0)
    return `${counted(odd, 'buffer has', 'buffers have')} another size than ${descriptor.type} and ${odd === 1 ? 'is' : 'are'} left out`;
  return table.total === 0 ? `no line of the input carries ${descriptor.type}` : undefined;
}
