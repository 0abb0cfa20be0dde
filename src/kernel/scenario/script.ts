/**
 * A small language for people who want to say what a VMM does and what should come of it.
 *
 * One statement a line, `#` begins a comment. A `test` begins with a fresh machine; what follows drives it:
 *
 *     test NAME                    a TAP test of its own
 *     needs WHAT                   skip it unless: sea, iabt, syndrome, ras, no-ras, sctlr2, since 6.17
 *     machine [psci] [nisv] [sea] [pstate=0x2c5]
 *     broken 0x0a000000 [fnv] [parity]       a page of guest memory that gives external aborts
 *     guest 0xd2a14001 0xb9400020            code at 0x40000000, in words; several lines add up
 *     run [immediate] [signal]     KVM_RUN
 *     set dabt | iabt | serror | serror_esr=N | esr=N | byte AT=VALUE …     KVM_SET_VCPU_EVENTS
 *     data 0x1234                  what the user puts into mmio.data
 *     expect ok | EINVAL | …       how the last call ended
 *     expect exit MMIO | NISV | SEA | SYSTEM_EVENT | INTR | N
 *     expect VALUE [& MASK] == N   or !=; VALUE is a name, or ec(), fsc(), fnv(), iss() of one
 */

import type { Diagnostic } from '../../diagnostic.ts';

export interface Statement {
  readonly line: number;
  readonly verb: string;
  readonly words: readonly string[];
}

export interface ScriptTest {
  readonly name: string;
  readonly line: number;
  readonly statements: readonly Statement[];
}

export interface Script {
  readonly tests: readonly ScriptTest[];
  readonly diagnostics: readonly Diagnostic[];
}

const verbs = new Set(['needs', 'machine', 'broken', 'guest', 'run', 'set', 'data', 'expect']);

/** Splits a script into tests. Statements before the first `test`, and unknown verbs, are reported. */
export function parseScript(text: string, file: string): Script {
  const tests: { name: string; line: number; statements: Statement[] }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const words = raw.replace(/#.*$/, '').trim().split(/\s+/).filter(Boolean);
    const [verb, ...rest] = words;
    if (verb === undefined) continue;
    const problem = (message: string): void => {
      diagnostics.push({ severity: 'error', code: 'script', message, location: { file, line, column: 1 } });
    };
    if (verb === 'test') {
      if (rest.length === 0) problem('A test needs a name.');
      tests.push({ name: rest.join(' '), line, statements: [] });
      continue;
    }
    const test = tests.at(-1);
    if (test === undefined) problem('A script begins with "test NAME".');
    else if (!verbs.has(verb)) problem(`"${verb}" is no statement; known: test, ${[...verbs].join(', ')}.`);
    else test.statements.push({ line, verb, words: rest });
  }
  return { tests, diagnostics };
}
