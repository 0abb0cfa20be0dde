/**
 * `uabi decode --input strace|jsonl`: every ioctl of a log, in input order, in constant memory.
 *
 * The target is not written in a log. The first calls are held back until they tell: a request that succeeded and that only
 * some targets have is evidence. With `--type` or `--request` only the records and calls asked for are printed.
 */

import type { Target } from '../abi/target.ts';
import { findTarget } from '../abi/target.ts';
import type { CapturedBuffer, CapturedCall } from '../capture/call.ts';
import { type JsonlItem, readJsonLine } from '../capture/jsonl.ts';
import { type Line, LineSplitter } from '../capture/lines.ts';
import { possibleReasons } from '../capture/refusals.ts';
import {
  type Circumstances,
  fieldNotes,
  rankReadings,
  type RankedReading,
  type Reading,
  readBuffer,
} from '../capture/reading.ts';
import { registerIdText } from '../capture/register-id.ts';
import { type StraceItem, StraceReader } from '../capture/strace.ts';
import { decodedRecord } from '../codec/decode-json.ts';
import type { Note } from '../codec/inspect.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { counted, printable, UserError } from '../diagnostic.ts';
import { type CallMeaning, CallRecords, type RecordVersions } from './call-records.ts';
import { type Style, styleFor } from '../report/style.ts';
import { CallSummary } from './call-summary.ts';
import { callText, type Telling } from './call-text.ts';
import type { StreamObject } from './stream-object.ts';
import { inputChunks } from './input-chunks.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

export interface StreamOptions {
  readonly type?: string;
  readonly request?: string;
  readonly target?: string;
  readonly format: string;
}

type Item = StraceItem | JsonlItem;

/** Calls that are held back while the target is open, and the characters of the log they come from. */
const maxHeld = 4000;
const maxHeldText = 1 << 26;

/** Characters of output that are written at once. */
const maxSaid = 1 << 16;

/** Decodes a log. @throws UserError for a target or file that is not there. */
export async function decodeStream(
  file: string,
  form: 'strace' | 'jsonl',
  options: StreamOptions,
  io: Io,
): Promise<ExitCode> {
  const named = options.target === undefined ? undefined : findTarget(options.target);
  if (options.target !== undefined && named === undefined) {
    throw new UserError(`"${printable(options.target)}" is no target`);
  }
  // A buffer of a megabyte is a JSON line of four; strace cuts strings long before that.
  const splitter = new LineSplitter(form === 'strace' ? 1 << 20 : 1 << 22);
  const strace = new StraceReader();
  const read = (line: Line): Item | undefined => (form === 'strace' ? strace.read(line) : readJsonLine(line));
  let held: Item[] = [];
  let heldText = 0;
  let printer = named === undefined ? undefined : new Printer(new CallRecords(named), options, io);
  const settle = (): Printer => {
    const { target, evidence } = guessTarget(held, strace.programBits);
    io.stderr(`uabi: ${evidence}\n`);
    const settled = new Printer(new CallRecords(target), options, io);
    for (const item of held) settled.print(item);
    held = [];
    printer = settled;
    return settled;
  };
  const take = (line: Line): void => {
    const item = read(line);
    if (item === undefined) return;
    if (printer !== undefined) printer.print(item);
    else {
      heldText += line.text.length;
      if (held.push(item) >= maxHeld || heldText > maxHeldText) settle();
    }
  };
  for await (const chunk of inputChunks(file, io)) {
    for (const line of splitter.push(chunk)) take(line);
    printer?.flush();
    await io.drained?.();
  }
  for (const line of splitter.end()) take(line);
  return (printer ?? settle()).finish();
}

const guesses = ['arm64', 'x86_64', 'riscv64', 's390x', 'ppc64le', 'loongarch64', 'i386'];

/** Requests that other headers define too, but only KVM on x86 answers with success. */
const x86Only = new Set([
  'KVM_SET_TSS_ADDR',
  'KVM_SET_IDENTITY_MAP_ADDR',
  'KVM_GET_SREGS',
  'KVM_SET_SREGS',
  'KVM_SET_CPUID2',
]);

interface Guess {
  readonly target: Target;
  readonly evidence: string;
}

/**
 * The target with the most successful requests that not every target has. An argument of more than 32 bits rules out
 * programs of 32 bits, which share all of KVM's requests with those of 64.
 */
function guessTarget(items: readonly Item[], programBits: 32 | 64 | undefined): Guess {
  const wide = items.find(isWide);
  const known = guesses.flatMap((name) => findTarget(name) ?? []);
  const possible = known.filter(({ dataModel }) =>
    programBits === 32 ? dataModel === 'ILP32' : dataModel !== 'ILP32' || (wide === undefined && programBits !== 64),
  );
  const candidates = possible.map((target) => ({
    target,
    records: new CallRecords(target),
    score: 0,
    seen: new Set<string>(),
  }));
  for (const item of items) {
    const isArmRegister = item.kind === 'registers' && item.registers.some(({ id }) => id >> 60n === 6n);
    for (const candidate of candidates) {
      if (isArmRegister && candidate.target.name === 'arm64') candidate.score += 1;
      if (item.kind !== 'call' || item.call.errno !== undefined || item.call.result === undefined) continue;
      if (!candidate.records.knows(item.call)) continue;
      const { name } = candidate.records.meaningOf(item.call);
      if (x86Only.has(name) && !/^(?:x86|i386)/.test(candidate.target.name)) continue;
      candidate.score += 1;
      candidate.seen.add(name);
    }
  }
  const [best, second] = candidates.toSorted((a, b) => b.score - a.score);
  if (best === undefined) throw new UserError('no target is known');
  const { name } = best.target;
  if (second === undefined) {
    return {
      target: best.target,
      evidence: `read as ${name}: strace says that it is a program of 32 bits (--target overrules)`,
    };
  }
  const width =
    wide === undefined || name !== 'x86_64'
      ? ''
      : `; a program of 64 bits, as line ${String(lineOf(wide))} hands over more than 32`;
  if (best.score === second.score) {
    const rivals = candidates.filter(({ score }) => score === best.score).map(({ target }) => target.name);
    return {
      target: best.target,
      evidence: `cannot tell the target: nothing in the log is missing on one of ${rivals.join(', ')}${width}; read as ${name} (--target decides)`,
    };
  }
  const own = [...best.seen].filter((request) => !second.seen.has(request)).slice(0, 3);
  const reason =
    own.length > 0 ? `only there ${own.length === 1 ? 'is' : 'are'} ${own.join(', ')}` : 'its registers are read';
  return { target: best.target, evidence: `read as ${name}: ${reason}${width} (--target overrules)` };
}

const widest32 = 0xffff_ffffn;

/** Whether a call hands over, or points into, memory above 4 GiB. */
function isWide(item: Item): boolean {
  if (item.kind !== 'call') return false;
  const { argument } = item.call;
  // A negative number is a small one, whatever its width.
  if (argument.kind === 'number') return argument.value > widest32;
  if (argument.kind !== 'members') return false;
  return argument.members.some(
    ({ path, value }) => path === 'userspace_addr' && value !== undefined && value > widest32,
  );
}

function lineOf(item: Item): number {
  return item.kind === 'call' ? item.call.line : item.line;
}

class Printer {
  readonly #records: CallRecords;
  readonly #options: StreamOptions;
  readonly #io: Io;
  readonly #telling: Telling = { process: null, said: new Set() };
  readonly #style: Style;
  readonly #summary = new CallSummary();
  /** Lines not yet written: a write for each of them costs more than the line. */
  #said = '';
  #skipped = 0;
  #firstSkipped = '';
  #printed = 0;
  #isShort = false;

  constructor(records: CallRecords, options: StreamOptions, io: Io) {
    this.#records = records;
    this.#options = options;
    this.#io = io;
    this.#style = styleFor(io);
  }

  print(item: Item): void {
    switch (item.kind) {
      case 'call':
        this.#call(item.call, 'step' in item ? item.step : undefined);
        return;
      case 'kvm_run':
        this.#run(item.bytes, item.line, item.step);
        return;
      case 'registers':
        if (this.#isFiltered()) return;
        this.#emit({
          ...this.#empty(item.line, item.step),
          registers: item.registers.map(({ name, id, value }) => ({
            name,
            id: hex(id),
            value: hex(value),
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
    this.flush();
    if (this.#options.format !== 'json') {
      const lines = this.#summary.lines();
      this.#io.stdout(lines.map((line, index) => `${index === 0 ? '\n' : ''}${printable(line)}\n`).join(''));
    }
    if (this.#skipped > 0) {
      const lines = counted(this.#skipped, 'line was', 'lines were');
      this.#io.stderr(`uabi: ${lines} not understood; the first is ${printable(this.#firstSkipped)}\n`);
    }
    if (this.#printed === 0) this.#io.stderr('uabi: there is no such call in the input\n');
    return this.#isShort || this.#printed === 0 ? exitCodes.undecided : exitCodes.done;
  }

  #isFiltered(): boolean {
    return this.#options.type !== undefined || this.#options.request !== undefined;
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
    if (!this.#isWanted(meaning)) return;
    const asked = this.#options.type?.includes('#') === true ? this.#records.versionsOf(this.#options.type) : undefined;
    const versions = asked ?? meaning.versions;
    const base = { ...this.#empty(call.line, step), call: this.#describe(call, meaning) };
    const buffers = call.argument.kind === 'buffers' ? tellingBuffers(call.argument.buffers, meaning, call) : [];
    if (versions === undefined || buffers.length === 0) {
      this.#emit(withoutBytes(base, call, versions?.preferred));
      return;
    }
    for (const buffer of buffers) {
      const reading = chooseReading(versions, buffer, call, base.call.why !== undefined);
      this.#isShort ||= reading.notes.some(({ rule }) => rule === 'missing-bytes') || buffer.isTruncated;
      const notes = buffer.isTruncated ? [cutNote(buffer), ...reading.notes] : reading.notes;
      this.#emit({ ...base, ...shape(reading, buffer.bytes, notes), moment: buffer.moment, reading });
    }
  }

  #run(bytes: Uint8Array, line: number, step: string | undefined): void {
    const { type, request } = this.#options;
    if (request !== undefined || (type !== undefined && type.replace(/^struct /, '').split('#')[0] !== 'kvm_run'))
      return;
    const versions = this.#records.versionsOf(type ?? 'kvm_run');
    if (versions === undefined) return;
    const reading = leastOdd(versions, bytes);
    // A tracer keeps the part of the page that an exit writes; that is no damage.
    const notes = reading.notes.map((note): Note =>
      note.rule === 'missing-bytes'
        ? {
            ...note,
            severity: 'info',
            rule: 'first-bytes',
            message: `The capture holds the first ${counted(bytes.length, 'byte')} of the page.`,
          }
        : note,
    );
    this.#emit({
      ...this.#empty(line, step),
      ...shape(reading, bytes, notes),
      moment: 'after',
      reading: { ...reading, notes },
    });
  }

  #describe(call: CapturedCall, meaning: CallMeaning): NonNullable<StreamObject['call']> {
    const described = describeCall(call, meaning);
    const { argument } = call;
    const asksCapability = meaning.name === 'KVM_CHECK_EXTENSION' && argument.kind === 'number';
    const capability = asksCapability ? this.#records.constantName('KVM_CAP_', argument.value) : undefined;
    const reason = /^\d+$/.test(call.exitReason ?? '')
      ? this.#records.constantName('KVM_EXIT_', BigInt(call.exitReason ?? ''))
      : undefined;
    const isRefused = call.errno === 'EINVAL' || call.errno === 'ENOTTY' || call.errno === 'EPERM';
    const why = isRefused ? this.#records.whyUnknown(call, meaning) : undefined;
    return {
      ...described,
      ...(why === undefined ? {} : { why }),
      ...(call.made === undefined ? {} : { madeLabel: call.made }),
      ...(capability === undefined ? {} : { argumentMeaning: capability }),
      ...(reason === undefined ? {} : { exitReason: reason }),
    };
  }

  #empty(line: number, step: string | undefined): StreamObject {
    return {
      schemaVersion: 1,
      source: { line, ...(step === undefined ? {} : { step }) },
      type: null,
      variant: null,
      target: this.#records.target.name,
      sizeBytes: 0,
      fields: [],
      notes: [],
      trailingBytes: 0,
      missingBytes: 0,
    };
  }

  #emit(object: StreamObject): void {
    this.#printed += 1;
    this.#summary.add(object);
    if (this.#options.format === 'json') this.#said += `${JSON.stringify(withoutReading(object))}\n`;
    else this.#said += callText(object, this.#telling, this.#style);
    if (this.#said.length > maxSaid) this.flush();
  }
}

function isType(descriptor: RecordDescriptor, type: string): boolean {
  return descriptor.type.replace(/^\w+ /, '') === type.replace(/^(?:struct|union) /, '').split('#')[0];
}

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function describeCall(
  call: CapturedCall,
  { name, number, alternatives }: CallMeaning,
): NonNullable<StreamObject['call']> {
  const { argument, descriptor } = call;
  return {
    request: name,
    number: number === undefined ? null : `0x${number.toString(16).padStart(8, '0')}`,
    ...(alternatives.length === 0 ? {} : { alternatives }),
    descriptor: {
      number: descriptor.number ?? null,
      kind: descriptor.kind,
      name: descriptor.name ?? null,
      ...(descriptor.label === undefined ? {} : { label: descriptor.label }),
      evidence: descriptor.evidence,
    },
    argument: argument.kind === 'number' ? hex(argument.value) : argument.kind === 'text' ? argument.text : null,
    result: call.result === undefined ? null : String(call.result),
    errno: call.errno ?? null,
    exitReason: call.exitReason ?? null,
    process: call.process ?? null,
    time: call.time ?? null,
  };
}

/** The sides of the buffer that carry something: what the program gave, what the kernel wrote. */
function tellingBuffers(
  buffers: readonly CapturedBuffer[],
  { declaration }: CallMeaning,
  call: CapturedCall,
): readonly CapturedBuffer[] {
  const direction = declaration?.carries ?? declaration?.direction ?? 'readwrite';
  const before = buffers.find(({ moment }) => moment === 'before');
  const after = buffers.find(({ moment }) => moment === 'after');
  const wasWritten = after !== undefined && (before === undefined || !Buffer.from(after.bytes).equals(before.bytes));
  const given = direction === 'read' ? undefined : before;
  const written = direction === 'write' || (call.errno !== undefined && !wasWritten) ? undefined : after;
  return [given, written].filter((one) => one !== undefined);
}

/** Reads with the version to prefer, or with another one if the kernel's answer rules that out. */
function chooseReading(
  { preferred, others }: RecordVersions,
  buffer: CapturedBuffer,
  call: CapturedCall,
  isUnknownRequest: boolean,
): Reading {
  const wasAccepted = call.result !== undefined && call.errno === undefined;
  const circumstances: Circumstances = {
    moment: buffer.moment,
    wasAccepted,
    isOfCall: true,
    ...(call.errno === undefined ? {} : { errno: call.errno }),
  };
  const first = readBuffer(preferred, buffer.bytes, circumstances);
  if (buffer.moment === 'after') return withElsewhere(first, others);
  const refusals = first.notes.filter(({ severity, rule }) => severity === 'error' && rule !== 'missing-bytes');
  if (wasAccepted && refusals.length > 0) {
    const sound = rankReadings(others, buffer.bytes, circumstances).filter(({ reading }) => !hasError(reading));
    const [best] = sound;
    if (best !== undefined) {
      const names = sound.map(({ reading }) => reading.inspection.descriptor.variant ?? '?').join(', ');
      const message = `The kernel accepted what variant ${preferred.variant ?? '?'} would refuse (${(refusals[0]?.message ?? '').replace(/: the kernel refuses.*$/, '')}), so it knows another one: ${names} ${sound.length === 1 ? 'fits' : 'fit'}.`;
      return { ...best.reading, notes: [infoNote('other-variant', message), ...best.reading.notes] };
    }
    const message = `The kernel accepted this, so it does not check what this reading says it refuses.`;
    return { ...first, notes: [infoNote('accepted', message), ...first.notes.map(softened)] };
  }
  const noted = withElsewhere(first, others);
  const isExplained =
    refusals.length > 0 || first.notes.some(({ rule }) => rule === 'unknown-value' || rule === 'unknown-flags');
  if (call.errno !== 'EINVAL' || isExplained || isUnknownRequest) return noted;
  const reasons = possibleReasons(first.inspection);
  const unexplained =
    'The kernel answered EINVAL; nothing in these bytes alone explains it (the state of the machine, or a capability).';
  const added =
    reasons.length > 0
      ? reasons.map((message) => infoNote('possible-reason', message))
      : [infoNote('unexplained-errno', unexplained)];
  return { ...noted, notes: [...noted.notes, ...added] };
}

/** A page read with the preferred version, or with another one under which less of it is wrong. */
function leastOdd({ preferred, others }: RecordVersions, bytes: Uint8Array): Reading {
  const circumstances = { moment: 'after' } as const;
  const [first] = rankReadings([preferred], bytes, circumstances);
  if (!first?.reading.notes.some(({ rule }) => rule === 'unknown-value' || rule === 'unknown-discriminant')) {
    return first?.reading ?? readBuffer(preferred, bytes, circumstances);
  }
  const ranked = rankReadings(others, bytes, circumstances).filter(({ penalty }) => penalty < first.penalty);
  const [best] = ranked;
  if (best === undefined) return first.reading;
  const equal = ranked
    .filter(({ penalty }) => penalty === best.penalty)
    .map(({ reading }) => reading.inspection.descriptor.variant ?? '?');
  const message = `Read as ${equal[0] ?? '?'}${equal.length > 1 ? ` (cannot be told from ${equal.slice(1).join(', ')})` : ''}: as ${preferred.variant ?? '?'}, ${evidenceAgainst(first, best)}`;
  return { ...best.reading, notes: [infoNote('other-variant', message), ...best.reading.notes] };
}

/** What is wrong under one reading and not under the other. */
function evidenceAgainst(worse: RankedReading, better: RankedReading): string {
  return worse.evidence.find((one) => !better.evidence.includes(one)) ?? 'more would be wrong.';
}

function hasError({ notes }: Reading): boolean {
  return notes.some(({ severity }) => severity === 'error');
}

function softened(note: Note): Note {
  return note.severity === 'error' && note.rule !== 'missing-bytes' ? { ...note, severity: 'warning' } : note;
}

function infoNote(rule: string, message: string): Note {
  return { severity: 'info', path: null, offsetBytes: 0, rule, message };
}

/** For reserved bytes that are not zero: what other versions of the record call them. */
function withElsewhere(reading: Reading, others: readonly RecordDescriptor[]): Reading {
  const extra = fieldNotes(reading.notes, others);
  return extra.length === 0 ? reading : { ...reading, notes: [...reading.notes, ...extra] };
}

function cutNote({ bytes }: CapturedBuffer): Note {
  const message = `The capture was cut after ${counted(bytes.length, 'byte')}; what follows was not recorded.`;
  return { severity: 'error', path: null, offsetBytes: bytes.length, rule: 'capture-cut', message };
}

function shape(reading: Reading, bytes: Uint8Array, notes: readonly Note[]): Omit<StreamObject, 'source'> {
  return { ...decodedRecord(reading.inspection, bytes), notes };
}

/** A call whose record's bytes were not recorded: what is known of them by name, and that the rest is not there. */
function withoutBytes(base: StreamObject, call: CapturedCall, descriptor: RecordDescriptor | undefined): StreamObject {
  if (descriptor === undefined) return base;
  const { argument } = call;
  const known = {
    ...base,
    type: descriptor.type,
    variant: descriptor.variant ?? null,
    sizeBytes: descriptor.sizeBytes,
  };
  if (argument.kind === 'members') {
    const message = argument.isComplete ? 'Members by name; the capture holds no bytes.' : 'strace left members out.';
    return {
      ...known,
      fields: argument.members.map(({ path, text, value }) =>
        memberField(descriptor, path, value === undefined ? text : hex(value)),
      ),
      notes: [infoNote(argument.isComplete ? 'members-by-name' : 'members-left-out', message)],
    };
  }
  if (argument.kind === 'buffers') {
    const message = `The call failed with ${call.errno ?? 'an error'} and the kernel wrote nothing.`;
    return { ...known, notes: [infoNote('nothing-written', message)] };
  }
  const message = 'The capture holds the address of the record only, not its bytes.';
  return { ...known, missingBytes: descriptor.sizeBytes, notes: [infoNote('bytes-not-captured', message)] };
}

/** Where a member that strace named lies; a log names the same few again and again. */
interface MemberPlace {
  readonly type: string;
  readonly offsetBytes: number | null;
  readonly sizeBytes: number | null;
  readonly isRegisterId: boolean;
}

const memberPlaces = new WeakMap<RecordDescriptor, Map<string, MemberPlace>>();
const maxMemberPlaces = 4096;

function memberPlace(descriptor: RecordDescriptor, path: string): MemberPlace {
  let places = memberPlaces.get(descriptor);
  if (places === undefined) {
    places = new Map();
    memberPlaces.set(descriptor, places);
  }
  let place = places.get(path);
  if (place === undefined) {
    place = findMember(descriptor, path);
    if (places.size < maxMemberPlaces) places.set(path, place);
  }
  return place;
}

function findMember(descriptor: RecordDescriptor, path: string): MemberPlace {
  let fields = descriptor.fields;
  let offsetBits = 0;
  let found: (typeof fields)[number] | undefined;
  for (const name of path.split('.')) {
    found = fields.find(({ cName }) => cName === name);
    if (found === undefined) break;
    offsetBits += found.offsetBits;
    fields = found.element.kind === 'record' ? found.element.record.fields : [];
  }
  return {
    type: found?.type ?? '',
    offsetBytes: found === undefined ? null : Math.floor(offsetBits / 8),
    sizeBytes: found === undefined ? null : Math.ceil(found.sizeBits / 8),
    isRegisterId: found?.meaning?.kind === 'register-id',
  };
}

function memberField(descriptor: RecordDescriptor, path: string, value: string): StreamObject['fields'][number] {
  const { type, offsetBytes, sizeBytes, isRegisterId } = memberPlace(descriptor, path);
  const meaning = isRegisterId && /^0x[0-9a-f]+$/.test(value) ? registerIdText(BigInt(value)) : null;
  return { path, type, offsetBytes, sizeBytes, value, meaning };
}

/** JSON leaves out what is undefined; a copy is made only where there is something to leave out. */
function withoutReading(object: StreamObject): object {
  return object.reading === undefined ? object : { ...object, reading: undefined };
}
