/** The rule catalogue: every rule by its id. */

import { editDistance } from '../abi/suggest.ts';
import type { Rule } from './rule.ts';
import { fieldRules } from './rules-fields.ts';
import { nameRules } from './rules-names.ts';
import { numberRules } from './rules-numbers.ts';
import { recordRules } from './rules-records.ts';
import { requestRules } from './rules-requests.ts';
import { waiverRules } from './rules-waivers.ts';

const catalogue = { ...recordRules, ...fieldRules, ...numberRules, ...requestRules, ...nameRules, ...waiverRules };

export type RuleId = keyof typeof catalogue;

export const rules: ReadonlyMap<RuleId, Rule> = new Map(Object.entries(catalogue) as [RuleId, Rule][]);

/** The rule called `id`, whoever wrote it; `undefined` for none. */
export function findRule(id: string): Rule | undefined {
  return rules.get(id as RuleId);
}

/** The ids nearest to a misspelt one, best first. */
export function suggestRules(id: string): RuleId[] {
  const scored = [...rules.keys()].map((candidate) => ({ candidate, distance: editDistance(id, candidate) }));
  return scored
    .filter(({ candidate, distance }) => distance <= 3 || candidate.includes(id) || sharesWords(id, candidate))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function sharesWords(a: string, b: string): boolean {
  const words = new Set(a.split('-').filter((word) => word.length > 3));
  return b.split('-').filter((word) => words.has(word)).length >= 2;
}
