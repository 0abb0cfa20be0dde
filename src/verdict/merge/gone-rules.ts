import type { RuleId } from '../rules.ts';

/** Rules that say a name is gone, the most telling first: one name may be a macro here and a request there. */
export const goneRules: readonly RuleId[] = [
  'request-removed',
  'record-removed',
  'enumerator-removed',
  'constant-removed',
  'typedef-removed',
  'macro-removed',
];
