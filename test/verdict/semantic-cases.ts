/** Pairs for the rules that need declared meaning, which headers do not have. */

import type { Abi } from '../../src/abi/abi.ts';
import type { FieldSemantics, NamedValue } from '../../src/abi/semantics.ts';
import type { RuleId } from '../../src/verdict/rules.ts';
import { abi, field, record, struct, union } from './build.ts';

interface SemanticCase {
  readonly rule: RuleId;
  readonly verdict: 'break' | 'review' | 'compatible';
  readonly old: Abi;
  readonly fires: Abi;
  readonly near: Abi;
}

const named = (values: Readonly<Record<string, number>>): NamedValue[] =>
  Object.entries(values).map(([name, value]) => ({ name, value: BigInt(value) }));

const one = (semantics: FieldSemantics): Abi =>
  abi({ records: [struct('sea', field('__u64', 'flags', [], semantics), field('__u64', 'esr'))] });

const flags = (values: Readonly<Record<string, number>>): Abi =>
  one({ writer: 'kernel', meaning: { kind: 'flags', name: 'SEA_FLAG', flags: named(values) } });

const values = (all: Readonly<Record<string, number>>): Abi =>
  one({ writer: 'kernel', meaning: { kind: 'enumeration', name: 'TYPE', values: named(all) } });

/** A run page whose union holds `sea` and `tdx`, selected by these numbers. */
const page = (sea: number, tdx: number): Abi =>
  abi({
    records: [
      record('struct', 'run', [
        field('__u32', 'exit_reason', [], { writer: 'kernel' }),
        field('__u32', 'pad', [], { role: 'padding' }),
        field(
          union(
            undefined,
            field(struct(undefined, field('__u64', 'esr'), field('__u64', 'gva')), 'sea'),
            field(struct(undefined, field('__u64', 'nr')), 'tdx'),
            field('char', 'padding', [64], { role: 'padding' }),
          ),
          undefined,
          [],
          {
            writer: 'kernel',
            union: {
              discriminant: 'exit_reason',
              arms: [
                { field: 'sea', values: named({ EXIT_SEA: sea }) },
                { field: 'tdx', values: named({ EXIT_TDX: tdx }) },
              ],
              padding: 'padding',
            },
          },
        ),
      ]),
    ],
  });

const reserve = (nonZero: 'rejected' | 'ignored', words: number): Abi =>
  abi({
    records: [
      struct(
        'ev',
        field('__u64', 'esr', [], { writer: 'user' }),
        field('__u32', 'reserved', [words], { role: 'reserved', nonZero }),
      ),
    ],
  });

/** Events with `words` reserved words in the header, and as many as `shown` in the text about it. */
const documentedEvents = (words: number, shown: number): Abi => {
  const events = (count: number): Abi =>
    abi({ records: [struct('events', field('__u64', 'esr'), field('__u32', 'reserved', [count]))] });
  const declaration = events(shown).records.get('struct events');
  if (declaration === undefined) throw new Error('no record');
  return { ...events(words), documentation: [{ file: 'Documentation/api.rst', text: String(shown), declaration }] };
};

export const semanticCases: readonly SemanticCase[] = [
  {
    rule: 'documentation-differs',
    verdict: 'review',
    old: documentedEvents(12, 12),
    fires: documentedEvents(10, 12),
    near: documentedEvents(10, 10),
  },
  {
    rule: 'boolean-became-mask',
    verdict: 'break',
    old: one({ writer: 'kernel', meaning: { kind: 'boolean' } }),
    fires: flags({ STABLE: 1, REALTIME: 4 }),
    near: one({ writer: 'kernel', meaning: { kind: 'boolean' } }),
  },

  {
    rule: 'flag-meaning-changed',
    verdict: 'break',
    old: flags({ GVA_VALID: 1, GPA_VALID: 2 }),
    fires: flags({ GPA_VALID: 1 }),
    near: flags({ GVA_VALID: 1, GPA_VALID: 2, NEW: 4 }),
  },
  {
    rule: 'flag-renumbered',
    verdict: 'break',
    old: flags({ GVA_VALID: 1, GPA_VALID: 2 }),
    fires: flags({ GPA_VALID: 1 }),
    near: flags({ GPA_VALID: 2, GVA_VALID: 1 }),
  },
  {
    rule: 'value-meaning-changed',
    // Nothing says whether the value was renamed or given away.
    verdict: 'review',
    old: values({ SHUTDOWN: 1, RESET: 2 }),
    fires: values({ SHUTDOWN: 1, CRASH: 2 }),
    near: values({ SHUTDOWN: 1, RESET: 2, REBOOT: 2, CRASH: 3 }),
  },
  {
    rule: 'value-renumbered',
    verdict: 'break',
    old: values({ SHUTDOWN: 1, RESET: 2 }),
    fires: values({ SHUTDOWN: 1, RESET: 3 }),
    near: values({ RESET: 2, SHUTDOWN: 1 }),
  },
  { rule: 'union-selector-changed', verdict: 'break', old: page(40, 44), fires: page(41, 40), near: page(40, 44) },
  {
    rule: 'check-tightened',
    verdict: 'break',
    old: reserve('ignored', 4),
    fires: reserve('rejected', 4),
    near: reserve('ignored', 4),
  },
  {
    rule: 'check-loosened',
    verdict: 'compatible',
    old: reserve('rejected', 4),
    fires: reserve('ignored', 4),
    near: reserve('rejected', 4),
  },
];
