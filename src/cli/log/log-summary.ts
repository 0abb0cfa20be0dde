/**
 * What happened in a whole log, for a reader who has not met KVM: what was made, how often guests ran and why they stopped, what
 * was refused and for which reasons, and what the words mean.
 */

import { counted } from '../../diagnostic.ts';
import { wrap } from '../../report/style.ts';
import { reasonText } from './call-reasons.ts';
import { kindOfReason } from './call-records.ts';
import type { LogEntry } from './log-entry.ts';
import { exitWords, requestWords } from './request-words.ts';

/** Names a hostile log may fill the tables with. */
const maxNames = 1000;
const maxLines = 12;
/** Every reason is worth its line, as long as a person can read them. */
const maxReasons = 40;
const maxRequests = 8;
/** Shorter logs are read sooner than a summary of them. */
const minCalls = 10;
const width = 110;

const glossary =
  'In these words: KVM is the part of Linux that runs virtual machines. A machine has memory and virtual CPUs, on which a guest runs until something comes up that the program has to do for it. A descriptor is the number by which a process names something it has open. Exceptions and interrupts make a processor leave what it is doing; registers hold what it works with.';

type Call = NonNullable<LogEntry['call']>;

export class LogSummary {
  readonly #processes = new Set<number>();
  readonly #requests = new Map<string, number>();
  readonly #exits = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #ran = new Set<string>();
  #last: Call | undefined;
  #calls = 0;
  #callsOfKvm = 0;
  #failed = 0;
  #interrupted = 0;
  #machines = 0;
  #processors = 0;
  #runs = 0;

  add(entry: LogEntry): void {
    const { call } = entry;
    // A call whose buffer was captured twice is printed twice.
    if (call === undefined || call === this.#last) return;
    this.#last = call;
    this.#calls += 1;
    const { request, errno, process, exitReason, descriptor, result } = call;
    if (process !== null && this.#processes.size < maxNames) this.#processes.add(process);
    if (descriptor.kind !== 'other' && descriptor.kind !== 'unknown') this.#callsOfKvm += 1;
    count(this.#requests, request);
    const isSuccess = errno === null && result !== null && !result.startsWith('-');
    if (!isSuccess) {
      if (errno === 'EINTR' || errno?.startsWith('ERESTART') === true) this.#interrupted += 1;
      else this.#failed += 1;
      count(this.#refusals, refusalText(entry, call));
      return;
    }
    if (request === 'KVM_CREATE_VM') this.#machines += 1;
    if (request === 'KVM_CREATE_VCPU') this.#processors += 1;
    if (request !== 'KVM_RUN') return;
    this.#runs += 1;
    count(this.#exits, exitReason ?? '');
    const machine = /machine \d+$/.exec(descriptor.label ?? '')?.[0];
    if (machine !== undefined && this.#ran.size < maxNames) this.#ran.add(machine);
  }

  /** Lines; none for a log too short to need them. */
  lines(): string[] {
    if (this.#calls < minCalls) return [];
    const by =
      this.#processes.size === 0 ? '' : ` by ${counted(this.#processes.size, 'process', 'processes or threads')}`;
    const fates = [
      `${String(this.#calls - this.#failed - this.#interrupted)} done`,
      ...(this.#failed > 0 ? [`${String(this.#failed)} refused`] : []),
      ...(this.#interrupted > 0 ? [`${String(this.#interrupted)} interrupted`] : []),
    ].join(', ');
    const lines = [`In all: ${counted(this.#calls, 'call', 'calls')}${by}: ${fates}.`];
    if (this.#callsOfKvm === 0) return [...lines, ...this.#refused()];
    lines.push(...this.#made());
    lines.push(...this.#stopped());
    const asked = top(this.#requests, maxRequests).map(([name, number]) => {
      const phrase = requestWords(name, null);
      return `${name} ${String(number)}${phrase === undefined ? '' : ` (${phrase})`}`;
    });
    lines.push(...paragraph(`Asked most often: ${asked.join(', ')}.`));
    lines.push(...this.#refused());
    return [...lines, ...paragraph(glossary)];
  }

  #made(): string[] {
    const made = [
      ...(this.#machines > 0 ? [counted(this.#machines, 'machine', 'machines')] : []),
      ...(this.#processors > 0 ? [counted(this.#processors, 'virtual CPU', 'virtual CPUs')] : []),
    ].join(' and ');
    const isOne = this.#machines + this.#processors === 1;
    const where =
      this.#runs === 0 || this.#machines === 0 || this.#ran.size === 0 || this.#ran.size >= maxNames
        ? ''
        : ` in ${this.#ran.size === this.#machines ? (this.#machines === 1 ? 'it' : 'all of them') : `${String(this.#ran.size)} of them`}`;
    const ran = this.#runs === 0 ? 'no guest ran' : `guests ran ${counted(this.#runs, 'time', 'times')}${where}`;
    return paragraph(`${made === '' ? '' : `${made} ${isOne ? 'was' : 'were'} made; `}${ran}.`);
  }

  #stopped(): string[] {
    const unknown = this.#exits.get('') ?? 0;
    const known = top(this.#exits, maxLines).filter(([name]) => name !== '');
    const lines: string[] = [];
    if (known.length > 0) lines.push('  Guests stopped:');
    for (const [name, number] of known) {
      const words = exitWords(name);
      lines.push(`    ${String(number)} × ${name}${words === undefined ? '' : `: ${words}`}`);
    }
    if (unknown > 0) {
      const times = unknown === this.#runs ? 'each time' : counted(unknown, 'time', 'times');
      lines.push(
        ...paragraph(
          `Guests stopped ${times} for a reason that the log does not show (strace writes it down with --kvm=vcpu).`,
        ),
      );
    }
    return lines;
  }

  #refused(): string[] {
    if (this.#refusals.size === 0) return [];
    const shown = top(this.#refusals, maxReasons);
    const rest = this.#refusals.size - shown.length;
    return [
      '  Refused or interrupted:',
      ...shown.flatMap(([text, number]) => wrap(text, width, '        ', `    ${String(number)} × `).split('\n')),
      ...(rest === 0 ? [] : [`    … and ${counted(rest, 'other reason', 'other reasons')}`]),
    ];
  }
}

function refusalText(entry: LogEntry, call: Call): string {
  const kind = call.why === undefined ? undefined : kindOfReason(call.why);
  if (kind !== undefined) return kind;
  const reason = reasonText(entry, call);
  return `${call.request} (${call.errno ?? 'never returned'})${reason === undefined ? '' : `: ${reason}`}`;
}

function paragraph(text: string): string[] {
  return wrap(text, width, '  ').split('\n');
}

function count(into: Map<string, number>, name: string): void {
  const known = into.get(name);
  if (known !== undefined || into.size < maxNames) into.set(name, (known ?? 0) + 1);
}

function top(counts: ReadonlyMap<string, number>, length: number): [string, number][] {
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, length);
}
