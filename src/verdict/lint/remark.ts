/** What is looked at, and what is said about it. */

import type { Abi } from '../../abi/abi.ts';
import type { Target } from '../../abi/target.ts';
import type { SourceLocation } from '../../diagnostic.ts';
import type { LintRuleId } from './rules.ts';

/** What a lint of one declaration says, before targets are merged. */
export interface Remark {
  readonly rule: LintRuleId;
  /** As in findings: `struct NAME.field`, `request NAME`. */
  readonly subject: string;
  readonly message: string;
  /** Names the matter where its numbers differ between targets, so that it is told once: `after kind`. */
  readonly matter?: string;
  readonly header: string;
  readonly location: SourceLocation | undefined;
}

export interface LintSubject {
  readonly abi: Abi;
  /** The 32-bit target whose programs run on kernels of this one, with its ABI where that was read. */
  readonly narrow: { readonly target: Target; readonly abi: Abi | undefined } | undefined;
}
