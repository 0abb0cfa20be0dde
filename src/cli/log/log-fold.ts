/**
 * Leaves out of a log's text what it has said before.
 *
 * Programs that test, and programs that start many machines, make the same calls again and again. Two repetitions are told in one
 * line: a call that is made several times in a row with the same answer, and a machine that is given the same calls, with the same
 * answers, as an earlier one, or begins with them. The calls of a machine are those from its KVM_CREATE_VM to the next one, without a change of process in
 * between. Numbers of descriptors and addresses of the program's own memory may differ; nothing else may that the log shows.
 *
 * Memory is bounded: a machine with more calls than are held is printed as it goes, and only so many machines are remembered.
 */

import { createHash } from 'node:crypto';
import { counted, printable } from '../../diagnostic.ts';
import type { LogEntry } from './log-entry.ts';

const maxHeldText = 1 << 18;
const maxHeldCalls = 2000;
const maxKnown = 65_536;
/** Fewer calls are sooner read than a sentence about them. */
const minCalls = 3;
const minBeginning = 5;

/** One entry of a machine's story: `print` stands for it and all entries before it. */
interface Step {
  readonly line: number;
  readonly print: string;
  text: string;
}

interface Chapter {
  readonly machine: string;
  readonly steps: Step[];
  textLength: number;
}

/** Where a beginning of a chapter has been told. */
interface Told {
  readonly machine: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Machines, one behind the other, that repeat an earlier one. */
interface Repeats {
  readonly of: Told;
  readonly calls: number;
  readonly first: string;
  readonly firstLine: number;
  last: string;
  lastLine: number;
  count: number;
}

export class LogFold {
  readonly #known = new Map<string, Told>();
  #chapter: Chapter | undefined;
  #repeats: Repeats | undefined;
  #previous = '';
  #again = 0;
  #againLine = 0;
  #hasExplained = false;

  /** What can be printed once this entry has come; `tell` gives its text, where it is wanted. */
  add(entry: LogEntry, tell: () => string): string {
    const { line, step } = entry.source;
    const machine = entry.call?.request === 'KVM_CREATE_VM' ? entry.call.madeLabel : undefined;
    const print = printOf(entry, machine ?? this.#chapter?.machine);
    if (step === undefined && print === this.#previous) {
      this.#again += 1;
      this.#againLine = line;
      this.#hold(print, line, '');
      return '';
    }
    let said = this.#endOfRow();
    this.#previous = print;
    if (machine !== undefined) {
      said += this.#endOfChapter();
      this.#chapter = { machine, steps: [], textLength: 0 };
    }
    const chapter = this.#chapter;
    const text = tell();
    if (chapter === undefined) return said + this.#endOfRepeats() + text;
    this.#hold(print, line, text);
    if (chapter.textLength > maxHeldText || chapter.steps.length > maxHeldCalls) said += this.#endOfChapter();
    return said;
  }

  /** Ends everything that is held back. */
  interrupt(): string {
    return this.#endOfRow() + this.#endOfChapter() + this.#endOfRepeats();
  }

  #hold(print: string, line: number, text: string): void {
    const chapter = this.#chapter;
    if (chapter === undefined) return;
    const before = chapter.steps.at(-1)?.print ?? '';
    chapter.textLength += text.length;
    chapter.steps.push({ line, text, print: createHash('sha256').update(`${before}\n${print}`).digest('base64') });
  }

  #endOfRow(): string {
    const again = this.#again;
    this.#previous = '';
    this.#again = 0;
    if (again === 0) return '';
    const text = `  … and the same ${counted(again, 'time', 'times')} more, up to line ${String(this.#againLine)}\n`;
    const last = this.#chapter?.steps.at(-1);
    if (last === undefined) return text;
    last.text += text;
    return '';
  }

  #endOfChapter(): string {
    const chapter = this.#chapter;
    if (chapter === undefined) return '';
    this.#chapter = undefined;
    const { machine, steps } = chapter;
    let shared = steps.length;
    while (shared > 0 && !this.#known.has(steps[shared - 1]?.print ?? '')) shared -= 1;
    const of = this.#known.get(steps[shared - 1]?.print ?? '');
    const firstLine = steps[0]?.line ?? 0;
    for (const { print, line } of steps.slice(shared)) {
      if (this.#known.size < maxKnown) this.#known.set(print, { machine, firstLine, lastLine: line });
    }
    if (of === undefined || shared < (shared === steps.length ? minCalls : minBeginning)) {
      return this.#endOfRepeats() + textOf(steps);
    }
    if (shared === steps.length) return this.#repeat(of, chapter, firstLine);
    const said = this.#endOfRepeats();
    const lines = linesText(firstLine, steps[shared - 1]?.line ?? firstLine);
    const begun = `${lines}: ${machine}: made with the same ${counted(shared, 'call', 'calls')} and answers as ${this.#asText(of)}; then:`;
    return said + printable(begun).concat('\n') + textOf(steps.slice(shared));
  }

  #repeat(of: Told, { machine, steps }: Chapter, firstLine: number): string {
    const lastLine = steps.at(-1)?.line ?? firstLine;
    if (this.#repeats?.of === of) {
      this.#repeats.last = machine;
      this.#repeats.lastLine = lastLine;
      this.#repeats.count += 1;
      return '';
    }
    const said = this.#endOfRepeats();
    this.#repeats = { of, calls: steps.length, first: machine, firstLine, last: machine, lastLine, count: 1 };
    return said;
  }

  #endOfRepeats(): string {
    const repeats = this.#repeats;
    if (repeats === undefined) return '';
    this.#repeats = undefined;
    const { of, calls, first, firstLine, last, lastLine, count } = repeats;
    const who = count === 1 ? first : `${first.replace('machine ', 'machines ')} to ${last.replace('machine ', '')}`;
    const same = `${count === 1 ? 'the' : 'each the'} same ${counted(calls, 'call', 'calls')} and answers`;
    return printable(`${linesText(firstLine, lastLine)}: ${who}: ${same} as ${this.#asText(of)}`).concat('\n');
  }

  #asText({ machine, firstLine, lastLine }: Told): string {
    const aside = this.#hasExplained
      ? ''
      : ' (as far as the log shows, and descriptors and addresses of the program aside)';
    this.#hasExplained = true;
    return `${machine} on ${linesText(firstLine, lastLine)}${aside}`;
  }
}

function textOf(steps: readonly Step[]): string {
  return steps.map(({ text }) => text).join('');
}

function linesText(first: number, last: number): string {
  return `lines ${String(first)}–${String(last)}`;
}

/** Calls whose result is the number of a new descriptor. */
const makers = new Set(['KVM_CREATE_VM', 'KVM_CREATE_VCPU', 'KVM_GET_STATS_FD', 'KVM_CREATE_DEVICE']);

/** Everything about an entry that a reader would miss, as text; the machine it is about is any machine. */
function printOf({ call, type, variant, fields, notes, bytes, moment, registers }: LogEntry, machine = ''): string {
  const anonymous = (label: string): string =>
    machine !== '' && label.endsWith(machine) ? label.slice(0, -machine.length) : label;
  const parts: unknown[] = [type, variant, moment, bytes, registers];
  if (call !== undefined) {
    const { descriptor, request, number, argument, isArgumentCut, result, errno, exitReason, why, madeLabel } = call;
    const isMade = makers.has(request) && errno === null;
    // An address of which nothing more was recorded is as good as any other.
    const isAddress = notes.some(({ rule }) => rule === 'bytes-not-captured');
    parts.push(
      request,
      number,
      isAddress ? '' : argument,
      isArgumentCut,
      isMade ? 'made' : result,
      errno,
      exitReason,
      why,
    );
    parts.push(anonymous(descriptor.label ?? ''), descriptor.kind, anonymous(madeLabel ?? ''));
    if (descriptor.label === undefined) parts.push(descriptor.name, descriptor.number);
  }
  // The bytes say all that the fields say.
  if (bytes === undefined) for (const { path, value } of fields) if (path !== 'userspace_addr') parts.push(path, value);
  for (const { rule, path } of notes) parts.push(rule, path);
  return JSON.stringify(parts);
}
