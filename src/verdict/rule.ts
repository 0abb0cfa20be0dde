/**
 * What a rule is. Rules are data: the judge says which one applies, the catalogue says what it means.
 *
 * Each rule names what it looks at by three axes: the object, the aspect of it, and the direction of the change. A rule
 * about something that grew has a mirror about the same thing shrinking; where there is none, `noMirror` says why.
 */

import type { Contract, Verdict } from './contract.ts';

export type RuleObject =
  | 'record'
  | 'field'
  | 'padding'
  | 'array'
  | 'bit-field'
  | 'union'
  | 'value'
  | 'check'
  | 'enumerator'
  | 'constant'
  | 'request'
  | 'header'
  | 'macro'
  | 'typedef'
  | 'waiver';

export type RuleDirection = 'more' | 'less' | 'other';

export interface Rule {
  readonly title: string;
  readonly object: RuleObject;
  readonly aspect: string;
  readonly direction: RuleDirection;
  /** Contracts it can touch. */
  readonly contracts: readonly Contract[];
  /** The verdict where nothing more is known than the C declarations. */
  readonly verdict: Verdict;
  readonly explanation: string;
  readonly lookAt: string;
  readonly wayOut: string;
  readonly example: { readonly old: string; readonly new: string };
  readonly noMirror?: string;
}
