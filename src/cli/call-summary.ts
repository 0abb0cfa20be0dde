/** What happened in a whole log, in a few lines: what was made, how guests stopped, what was refused. */

import type { StreamObject } from './stream-object.ts';
import { counted } from '../diagnostic.ts';

/** Names a hostile log may fill the tables with. */
const maxNames = 1000;

export class CallSummary {
  readonly #processes = new Set<number>();
  readonly #exits = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  #calls = 0;
  #machines = 0;
  #processors = 0;
  #runs = 0;

  add({ call, moment }: StreamObject): void {
    // A call whose buffer was captured twice is printed twice.
    if (call === undefined || (moment === 'after' && this.#isSecond(call))) return;
    this.#last = call;
    this.#calls += 1;
    const { request, errno, process, exitReason } = call;
    if (process !== null && this.#processes.size < maxNames) this.#processes.add(process);
    const isSuccess = errno === null && call.result !== null && !call.result.startsWith('-');
    if (isSuccess && request === 'KVM_CREATE_VM') this.#machines += 1;
    if (isSuccess && request === 'KVM_CREATE_VCPU') this.#processors += 1;
    if (isSuccess && request === 'KVM_RUN') {
      this.#runs += 1;
      count(this.#exits, exitReason ?? 'unknown');
    } else if (errno !== null) {
      count(this.#refusals, errno);
    }
  }

  #last: StreamObject['call'];

  #isSecond(call: NonNullable<StreamObject['call']>): boolean {
    return this.#last === call;
  }

  /** Lines; none for a log too short to need them. */
  lines(): string[] {
    if (this.#calls < 10) return [];
    const by = this.#processes.size === 0 ? '' : ` by ${counted(this.#processes.size, 'process', 'processes')}`;
    const made = [
      ...(this.#machines > 0 ? [counted(this.#machines, 'machine', 'machines')] : []),
      ...(this.#processors > 0 ? [counted(this.#processors, 'virtual CPU', 'virtual CPUs')] : []),
    ].join(' and ');
    const lines = [
      `In all: ${counted(this.#calls, 'call', 'calls')}${by}${made === '' ? '' : `; ${made} made`}; guests ran ${counted(this.#runs, 'time', 'times')}.`,
    ];
    if (this.#exits.size > 0) lines.push(`  Guests stopped: ${table(this.#exits)}.`);
    if (this.#refusals.size > 0) lines.push(`  Refused or interrupted: ${table(this.#refusals)}.`);
    return lines;
  }
}

function count(into: Map<string, number>, name: string): void {
  const known = into.get(name);
  if (known !== undefined || into.size < maxNames) into.set(name, (known ?? 0) + 1);
}

function table(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, 12).map(([name, number]) => `${name} ${String(number)}`);
  return [...shown, ...(sorted.length > shown.length ? [`${String(sorted.length - shown.length)} others`] : [])].join(
    ', ',
  );
}
