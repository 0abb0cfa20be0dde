/** Runs a script on a simulated kernel and reports in TAP, test by test. */

import { UserError } from '../../diagnostic.ts';
import { seaCapability } from '../capabilities.ts';
import { type CpuModel, guestModel } from '../cpu-models.ts';
import { errnoName } from '../errno.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel-version.ts';
import { exitReasons } from '../kvm-run-page.ts';
import { guestLayout, registerIds } from '../replay/recording-program.ts';
import { World } from '../replay/world.ts';
import { requests } from '../request-numbers.ts';
import { SimulatedKernel } from '../simulated-kernel.ts';
import type { CallResult } from '../system-call.ts';
import { eventsSize } from '../vcpu-events-record.ts';
import type { Script, ScriptTest, Statement } from './script.ts';

export interface TestResult {
  readonly name: string;
  readonly outcome: 'ok' | 'not ok' | 'skip';
  /** Why it was skipped, or what was expected and what came. */
  readonly details: readonly string[];
}

interface Host {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
}

/** Runs every test. @throws UserError if a statement cannot be understood. */
export function runScript(script: Script, host: Host): readonly TestResult[] {
  return script.tests.map((test) => new TestRun(test, host).run());
}

/** TAP version 13, as the kernel's selftests print it. */
export function formatTap(results: readonly TestResult[]): string {
  const lines = ['TAP version 13', `1..${String(results.length)}`];
  for (const [index, { name, outcome, details }] of results.entries()) {
    if (outcome !== 'skip') lines.push(...details.map((detail) => `# ${detail}`));
    const directive = outcome === 'skip' ? ` # SKIP ${details.join('; ')}` : '';
    lines.push(`${outcome === 'not ok' ? 'not ok' : 'ok'} ${String(index + 1)} ${name}${directive}`);
  }
  const count = (outcome: TestResult['outcome']): string =>
    String(results.filter((result) => result.outcome === outcome).length);
  lines.push(`# Totals: pass:${count('ok')} fail:${count('not ok')} xfail:0 xpass:0 skip:${count('skip')} error:0`);
  return `${lines.join('\n')}\n`;
}

const doneAddress = 0x0900_0000n;

class TestRun {
  readonly #test: ScriptTest;
  readonly #host: Host;
  readonly #world: World;
  #last: CallResult = { ret: 0, errno: 0 };
  #isPrepared = false;

  constructor(test: ScriptTest, host: Host) {
    this.#test = test;
    this.#host = host;
    this.#world = new World(new SimulatedKernel(host));
  }

  run(): TestResult {
    const { name, statements } = this.#test;
    const details: string[] = [];
    for (const statement of statements) {
      if (statement.verb === 'needs') {
        const reason = this.#lacks(statement);
        if (reason !== undefined) return { name, outcome: 'skip', details: [reason] };
      }
    }
    for (const statement of statements) {
      const problem = this.#execute(statement);
      if (problem !== undefined) details.push(`line ${String(statement.line)}: ${problem}`);
      if (this.#last.note !== undefined) {
        details.push(this.#last.note);
        break;
      }
    }
    return { name, outcome: details.length === 0 ? 'ok' : 'not ok', details };
  }

  #lacks({ words, line }: Statement): string | undefined {
    const { version, cpu } = this.#host;
    const hasRas = cpu.features.has('ras');
    const [what = ''] = words;
    switch (what) {
      case 'sea':
        return seaCapability(version) === undefined ? 'the kernel has no KVM_EXIT_ARM_SEA' : undefined;
      case 'iabt':
        return version.hasPatchThat('injectsInstructionAborts')
          ? undefined
          : 'the kernel injects no instruction aborts';
      case 'syndrome':
        return version.hasPatchThat('takesAbortSyndrome') ? undefined : 'the kernel takes no syndrome for aborts';
      case 'ras':
        return hasRas ? undefined : 'the processor has no RAS';
      case 'no-ras':
        return hasRas ? 'the processor has RAS' : undefined;
      case 'sctlr2':
        return guestModel(cpu, version).features.has('doublefault2')
          ? undefined
          : 'the guest has no SCTLR2_EL1: it takes kernel 6.17 and a processor with +doublefault2';
      case 'since': {
        const wanted = parseKernelVersion(words[1] ?? '');
        return version.isAtLeast(wanted.major, wanted.minor)
          ? undefined
          : `the kernel is older than ${wanted.toString()}`;
      }
      default:
        throw new UserError(`Line ${String(line)}: nothing is known that is called "${what}".`);
    }
  }

  #execute(statement: Statement): string | undefined {
    switch (statement.verb) {
      case 'machine':
        this.#prepare(statement);
        return undefined;
      case 'broken': {
        const [, ...kinds] = statement.words;
        this.#machine();
        this.#world.breakPage({
          faultStatus: kinds.includes('parity') ? 0x18 : 0x10,
          errorType: 0,
          farNotValid: kinds.includes('fnv'),
        });
        return undefined;
      }
      case 'guest':
        return undefined;
      case 'run':
        this.#machine();
        this.#world.writeRunPage(1, Uint8Array.of(statement.words.includes('immediate') ? 1 : 0));
        this.#last = this.#world.kernel.ioctl(this.#world.vcpu, requests.RUN, 0, {
          signalArmed: statement.words.includes('signal'),
        });
        return undefined;
      case 'set':
        this.#machine();
        this.#last = this.#world.call(this.#world.vcpu, requests.SET_VCPU_EVENTS, this.#events(statement));
        return undefined;
      case 'data': {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigUint64(0, this.#number(statement, statement.words[0]), true);
        this.#world.writeRunPage(40, bytes);
        return undefined;
      }
      case 'expect':
        return this.#expect(statement);
      default:
        return undefined;
    }
  }

  #machine(): void {
    if (!this.#isPrepared) this.#prepare({ line: this.#test.line, verb: 'machine', words: [] });
  }

  #prepare(statement: Statement): void {
    const { words } = statement;
    const code = this.#test.statements.filter(({ verb }) => verb === 'guest');
    const wordsOfCode = code.flatMap((one) => one.words.map((word) => Number(this.#number(one, word))));
    const bytes = new Uint8Array(wordsOfCode.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of wordsOfCode.entries()) view.setUint32(index * 4, word, true);
    const pstate = words.find((word) => word.startsWith('pstate='))?.slice('pstate='.length);
    this.#world.prepareGuest(bytes, {
      features: words.includes('psci') ? 4 : 0,
      enablesNisv: words.includes('nisv'),
      hasReadOnlySlot: false,
      ...(pstate === undefined ? {} : { pstate: this.#number(statement, pstate) }),
    });
    const sea = seaCapability(this.#host.version);
    if (words.includes('sea') && sea !== undefined) this.#world.enableCap(sea);
    this.#isPrepared = true;
  }

  #events(statement: Statement): Uint8Array {
    const bytes = new Uint8Array(eventsSize);
    const view = new DataView(bytes.buffer);
    for (const word of statement.words) {
      const [name = '', value] = word.split('=');
      const number = value === undefined ? 1n : this.#number(statement, value);
      switch (name) {
        case 'serror':
          bytes[0] = 1;
          break;
        case 'serror_esr':
          bytes[1] = 1;
          view.setBigUint64(8, number, true);
          break;
        case 'dabt':
          bytes[2] = 1;
          break;
        case 'iabt':
          bytes[3] = 1;
          break;
        case 'esr':
          bytes[4] = 1;
          view.setBigUint64(16, number, true);
          break;
        case 'byte':
          break;
        default:
          if (!/^\d+$/.test(name) || Number(name) >= eventsSize)
            this.#fail(statement, `"${word}" is no field of the events`);
          bytes[Number(name)] = Number(number & 0xffn);
      }
    }
    return bytes;
  }

  #expect(statement: Statement): string | undefined {
    const { words } = statement;
    const [first = '', second = ''] = words;
    if (words.length === 1) {
      const actual = this.#last.errno === 0 ? 'ok' : errnoName(this.#last.errno);
      return actual === first ? undefined : `expected the call to give ${first}, got ${actual}`;
    }
    if (first === 'exit') {
      const wanted = this.#exitReason(statement, second);
      const actual = this.#word(8, 4);
      return wanted === actual ? undefined : `expected exit ${second}, got ${String(actual)}`;
    }
    const isMasked = second === '&';
    const mask = isMasked ? this.#number(statement, words[2]) : (1n << 64n) - 1n;
    const operator = isMasked ? words[3] : second;
    const wanted = this.#number(statement, isMasked ? words[4] : words[2]);
    const actual = this.#value(statement, first) & mask;
    if (operator !== '==' && operator !== '!=') this.#fail(statement, 'a comparison is written == or !=');
    if ((actual === wanted) === (operator === '==')) return undefined;
    const shown = words.slice(0, isMasked ? 3 : 1).join(' ');
    return `expected ${shown} ${operator} 0x${wanted.toString(16)}, got 0x${actual.toString(16)}`;
  }

  #exitReason(statement: Statement, name: string): bigint {
    const patched = this.#host.version.patchFacts.find(({ seaExitReason }) => seaExitReason !== undefined);
    const names = new Map<string, number>([
      ['MMIO', exitReasons.MMIO],
      ['NISV', exitReasons.ARM_NISV],
      ['SEA', patched?.seaExitReason ?? exitReasons.ARM_SEA],
      ['SYSTEM_EVENT', exitReasons.SYSTEM_EVENT],
      ['HYPERCALL', exitReasons.HYPERCALL],
      ['DEBUG', exitReasons.DEBUG],
      ['INTR', exitReasons.INTR],
    ]);
    const known = names.get(name);
    return known === undefined ? this.#number(statement, name) : BigInt(known);
  }

  #word(offset: number, size: number): bigint {
    const bytes = new Uint8Array(8);
    bytes.set(this.#world.readRunPage(offset, size));
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  #result(index: number): bigint {
    const bytes = new Uint8Array(8);
    bytes.set(this.#world.readGuest(guestLayout.results + index * 8, 8));
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  #value(statement: Statement, expression: string): bigint {
    const call = /^(ec|fsc|fnv|iss)\((.+)\)$/.exec(expression);
    if (call !== null) {
      const value = this.#value(statement, call[2] ?? '');
      const [, part = ''] = call;
      switch (part) {
        case 'ec':
          return (value >> 26n) & 0x3fn;
        case 'fsc':
          return value & 0x3fn;
        case 'fnv':
          return (value >> 10n) & 1n;
        default:
          return value & 0x1ff_ffffn;
      }
    }
    const isEsrFirst = this.#host.version.patchFacts.some(({ seaLayout }) => seaLayout === 'esr-first');
    const values = new Map<string, () => bigint>([
      ['mmio.phys_addr', () => this.#word(32, 8)],
      ['mmio.data', () => this.#word(40, 8)],
      ['mmio.len', () => this.#word(48, 4)],
      ['mmio.is_write', () => this.#word(52, 1)],
      ['nisv.esr_iss', () => this.#word(32, 8)],
      ['nisv.fault_ipa', () => this.#word(40, 8)],
      ['system_event.type', () => this.#word(32, 4)],
      ['sea.flags', () => this.#word(isEsrFirst ? 40 : 32, 8)],
      ['sea.esr', () => this.#word(isEsrFirst ? 32 : 40, 8)],
      ['sea.gva', () => this.#word(48, 8)],
      ['sea.gpa', () => this.#word(56, 8)],
      ['done', () => (this.#word(8, 4) === 6n && this.#word(32, 8) === doneAddress ? 1n : 0n)],
      ...['vector', 'esr', 'far', 'elr', 'spsr', 'isr', 'x0', 'x1', 'x2', 'x3'].map(
        (name, index): [string, () => bigint] => [`guest.${name}`, () => this.#result(index)],
      ),
      ...Object.entries(registerIds).map(([name, id]): [string, () => bigint] => [
        name,
        () => this.#world.getRegister(id).value,
      ]),
      ['events.serror_pending', () => this.#event(0, 1)],
      ['events.serror_esr', () => this.#event(8, 8)],
    ]);
    const read = values.get(expression);
    if (read === undefined)
      this.#fail(statement, `"${expression}" names no value; known: ${[...values.keys()].join(', ')}`);
    return read();
  }

  #event(offset: number, size: number): bigint {
    const bytes = new Uint8Array(eventsSize);
    this.#world.call(this.#world.vcpu, requests.GET_VCPU_EVENTS, bytes);
    const value = new Uint8Array(8);
    value.set(bytes.subarray(offset, offset + size));
    return new DataView(value.buffer).getBigUint64(0, true);
  }

  #number(statement: Statement, word: string | undefined): bigint {
    if (word === undefined || !/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(word)) {
      this.#fail(statement, `"${word ?? ''}" is no number`);
    }
    return BigInt(word);
  }

  #fail({ line }: Statement, message: string): never {
    throw new UserError(`Line ${String(line)}: ${message}.`);
  }
}
