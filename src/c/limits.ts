/**
 * How much the front end is willing to do. Headers are hostile input: each number is far above what the largest UAPI header
 * needs and far below what would hang or exhaust uabi. Reaching one is a located diagnostic, never a crash.
 */

import type { Diagnostic, SourceLocation } from '../diagnostic.ts';

export const limits = {
  /** UTF-16 units of one file. The largest UAPI header has under a million. */
  fileLength: 32 * 1024 * 1024,
  /** Files open inside each other, as in GCC (`-fmax-include-depth`). */
  includeDepth: 200,
  /** Files opened by one unit, guarded re-inclusion not counted. */
  includesPerUnit: 5_000,
  /** Tokens that macro expansion may make in one unit; an `A → B B → C C C C …` bomb ends here. */
  expandedTokensPerUnit: 2_000_000,
  /** Tokens one macro may become when its value is asked for. */
  expandedTokensPerValue: 1_000_000,
  /** The same for all macros of a piece of text together. */
  expandedTokensPerValues: 4_000_000,
  /** Length of the text that `#`, `##` and `__FILE__` may build. */
  pastedTextLength: 65_536,
  /** Macros being expanded inside each other. */
  expansionNesting: 100,
  /** Brackets, declarators, records and operators inside each other. */
  syntaxNesting: 200,
  /** Operators in one expression; `a + b + c …` nests one level per operator. */
  expressionDepth: 2_000,
  /** Types built on types: pointers to arrays of typedefs of … */
  typeDepth: 200,
  /** Diagnostics kept for one file; what follows is only counted. */
  diagnosticsPerFile: 200,
} as const;

/** Thrown where hostile input asks for too much; carries the diagnostic to give. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly diagnostic: Diagnostic;

  constructor(message: string, location: SourceLocation) {
    super(message);
    this.diagnostic = { severity: 'error', code: 'limit-reached', message, location };
  }
}
