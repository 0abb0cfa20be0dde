/**
 * Turns the items of a log into entries, in their order, and writes the ones that were asked for: a JSON object a line, or text.
 *
 * What one item shows is kept for the next ones: which versions of a record the kernel knows, and how the KVM_RUN went whose page
 * comes next.
 */

import type { CapturedCall } from '../../capture/call.ts';
import type { Reading } from '../../capture/reading.ts';
import { registerIdText } from '../../capture/register-id.ts';
import { readRunPage } from '../../capture/run-page.ts';
import { VersionChoice } from '../../capture/version-choice.ts';
import type { RecordDescriptor } from '../../codec/record-descriptor.ts';
import { counted, printable } from '../../diagnostic.ts';
import { renderHexdump } from '../../report/hexdump.ts';
import { renderTree } from '../../report/record-tree.ts';
import { styleFor } from '../../report/style.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { describeCall, emptyEntry, hexText, tellingBuffers, withoutBytes, withRecord } from './call-entry.ts';
import type { CallMeaning, CallRecords } from './call-records.ts';
import type { LogItem } from './guess-target.ts';
import type { LogEntry } from './log-entry.ts';
import { LogText } from './log-text.ts';

/** What to print of a log, and how. */
export interface LogOptions {
  readonly type?: string;
  readonly request?: string;
  readonly target?: string;
  readonly format: string;
}

/** Characters of output that are written at once. */
const maxSaid = 1 << 16;

export class LogPrinter {
  readonly #records: CallRecords;
  readonly #options: LogOptions;
  readonly #io: Io;
  readonly #versions = new VersionChoice();
  readonly #text: LogText | undefined;
  #lastRun: CapturedCall | undefined;
  /** Lines not yet written: a write for each of them costs more than the line. */
  #said = '';
  #skipped = 0;
  #firstSkipped = '';
  #printed = 0;
  #isShort = false;

  constructor(records: CallRecords, options: LogOptions, io: Io) {
    this.#records = records;
    this.#options = options;
    this.#io = io;
    const render = options.format === 'tree' ? renderTree : renderHexdump;
    this.#text = options.format === 'json' ? undefined : new LogText(styleFor(io), render);
  }

  print(item: LogItem): void {
    switch (item.kind) {
      case 'call':
        this.#lastRun = undefined;
        this.#call(item.call, 'step' in item ? item.step : undefined);
        return;
      case 'kvm_run':
        this.#run(item.bytes, item.line, item.step);
        return;
      case 'registers':
        if (this.#options.type !== undefined || this.#options.request !== undefined) return;
        this.#emit({
          ...this.#entry(item.line, item.step),
          registers: item.registers.map(({ name, id, value }) => ({
            name,
            id: hexText(id),
            value: hexText(value),
            meaning: registerIdText(id),
          })),
        });
        return;
      case 'skipped':
        this.#skipped += 1;
        if (this.#firstSkipped === '') this.#firstSkipped = `line ${String(item.line)}: ${item.reason}`;
        return;
      default:
        item satisfies never;
    }
  }

  /** Hands on what has been said so far. */
  flush(): void {
    if (this.#said === '') return;
    this.#io.stdout(this.#said);
    this.#said = '';
  }

  finish(): ExitCode {
    this.#said += this.#text?.end() ?? '';
    this.flush();
    if (this.#skipped > 0) {
      const lines = counted(this.#skipped, 'line was', 'lines were');
      this.#io.stderr(`uabi: ${lines} not understood; the first is ${printable(this.#firstSkipped)}\n`);
    }
    if (this.#printed === 0) this.#io.stderr('uabi: there is no such call in the input\n');
    return this.#isShort || this.#printed === 0 ? exitCodes.undecided : exitCodes.done;
  }

  /** Whether the user asked for this call, by its request or by the record it carries. */
  #isWanted({ name, number, versions }: CallMeaning): boolean {
    const { type, request } = this.#options;
    if (request !== undefined)
      return request === name || (/^(0[xX])?[0-9a-fA-F]+$/.test(request) && Number(request) === number);
    return type === undefined || (versions !== undefined && isType(versions.preferred, type));
  }

  #call(call: CapturedCall, step: string | undefined): void {
    const meaning = this.#records.meaningOf(call);
    if (meaning.name === 'KVM_RUN') this.#lastRun = call;
    if (!this.#isWanted(meaning)) return;
    const asked = this.#options.type?.includes('#') === true ? this.#records.versionsOf(this.#options.type) : undefined;
    const versions = asked ?? meaning.versions;
    const described = describeCall(call, meaning, this.#records);
    const entry = { ...this.#entry(call.line, step), call: described };
    const buffers = tellingBuffers(call, meaning);
    if (versions === undefined || buffers.length === 0) {
      this.#emit(withoutBytes(entry, call, versions?.preferred));
      return;
    }
    const facts = { isUnknownRequest: described.why !== undefined, isVersionAsked: asked !== undefined };
    for (const buffer of buffers) {
      const reading = this.#versions.read(versions, buffer, call, facts);
      this.#isShort ||= buffer.isTruncated || isShort(reading);
      this.#emit(withRecord(entry, reading, buffer.bytes, buffer.moment, buffer.isTruncated));
    }
  }

  #run(bytes: Uint8Array, line: number, step: string | undefined): void {
    const { type, request } = this.#options;
    if (request !== undefined || (type !== undefined && type.replace(/^struct /, '').split('#')[0] !== 'kvm_run'))
      return;
    const versions = this.#records.versionsOf(type ?? 'kvm_run');
    if (versions === undefined) return;
    this.#emit(withRecord(this.#entry(line, step), readRunPage(versions, bytes, this.#lastRun), bytes, 'after'));
  }

  #entry(line: number, step: string | undefined): LogEntry {
    return emptyEntry(this.#records.target.name, line, step);
  }

  #emit(entry: LogEntry): void {
    this.#printed += 1;
    this.#said += this.#text === undefined ? `${JSON.stringify(withoutReading(entry))}\n` : this.#text.add(entry);
    if (this.#said.length > maxSaid) this.flush();
  }
}

function isType(descriptor: RecordDescriptor, type: string): boolean {
  return descriptor.type.replace(/^\w+ /, '') === type.replace(/^(?:struct|union) /, '').split('#')[0];
}

function isShort({ notes }: Reading): boolean {
  return notes.some(({ rule }) => rule === 'missing-bytes');
}

/** JSON leaves out what is undefined; a copy is made only where there is something to leave out. */
function withoutReading(entry: LogEntry): object {
  return entry.reading === undefined ? entry : { ...entry, reading: undefined };
}
