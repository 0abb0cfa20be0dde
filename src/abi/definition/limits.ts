/**
 * Which entries of a layout file exist for one variant and target.
 *
 * `from` and `until` count in the order in which the file lists its variants, both ends included; `only` names variants.
 * So a record that lives through five releases is written once, with the members that came later marked.
 */

import type { TargetName } from '../target.ts';
import { suggestionFor } from '../suggest.ts';
import type { LayoutDocument, Limits } from './document.ts';
import type { JsonPath } from './located-json.ts';
import type { Problems } from './problems.ts';

export class Selection {
  readonly variant: string;
  readonly target: TargetName;
  readonly #order: ReadonlyMap<string, number>;

  constructor(document: LayoutDocument, variant: string, target: TargetName) {
    this.variant = variant;
    this.target = target;
    this.#order = new Map(document.variants.map(({ name }, index) => [name, index]));
  }

  /** Whether an entry with these limits exists here. */
  has({ targets, from, until, only }: Limits): boolean {
    const now = this.#order.get(this.variant) ?? 0;
    if (targets !== undefined && !targets.includes(this.target)) return false;
    if (only !== undefined && !only.includes(this.variant)) return false;
    if (from !== undefined && now < (this.#order.get(from) ?? 0)) return false;
    return until === undefined || now <= (this.#order.get(until) ?? 0);
  }

  /** Reports limits that name a variant the file does not have. */
  check(limits: Limits, path: JsonPath, problems: Problems): void {
    const one = (name: string, at: JsonPath): void => {
      if (this.#order.has(name)) return;
      problems.add(
        at,
        'unknown-variant',
        `"${name}" is not a variant of this file.`,
        suggestionFor(name, this.#order.keys()),
      );
    };
    if (limits.from !== undefined) one(limits.from, [...path, 'from']);
    if (limits.until !== undefined) one(limits.until, [...path, 'until']);
    limits.only?.forEach((name, index) => {
      one(name, [...path, 'only', index]);
    });
  }
}
