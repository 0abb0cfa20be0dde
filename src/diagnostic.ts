/**
 * Problems in the user's input, as data.
 *
 * Everything uabi reads is written by somebody else: headers, layout files, patches, captures. A problem in it is a
 * `Diagnostic` with a place, collected beside the result, so that one strange declaration does not cost the other forty.
 * Thrown are only a wrong *call* (an unknown flag), as `UserError`, and input without which there is no answer (a file that
 * is not there), as `UndecidedError`; anything else that is thrown is a bug in uabi. Text that goes to a terminal passes through `printable`, because names in the input may hold escapes.
 */

/** A place in a text the user gave us. Lines and columns count from 1; columns count UTF-16 code units. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One problem in the input. `message` is a whole sentence without the place; `hint` says how to mend it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable id of the kind of problem, in kebab-case: `unknown-type`, `unterminated-comment`. */
  readonly code: string;
  readonly message: string;
  readonly location?: SourceLocation;
  readonly hint?: string;
  /**
   * What the text seems to declare that was passed over because of it: `struct foo` with a body, `#include linux/foo.h`, the bare
   * name of anything else. Of these nobody knows whether they are there.
   */
  readonly passedOver?: readonly string[];
}

/** A call that cannot be carried out as written. The command line prints its message and exits with 2. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.diagnostics = diagnostics;
  }
}

/** Input that is missing, truncated or not understood, so that no answer can be given. Exits with 3. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.diagnostics = diagnostics;
  }
}

// C0 and C1 controls, line and paragraph separators, the bidirectional controls (a name must not be able to reorder the
// line it is printed in) and the other invisible format characters.
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]/gu;

/** A number with its noun: `1 byte`, `3 bytes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** `text` with every control, invisible and direction-changing character written as `\xNN` or `\u{N}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** `file:line:column: message`, the form compilers use and editors understand; safe to print. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { location, message, hint, severity } = diagnostic;
  const place = location === undefined ? '' : `${location.file}:${String(location.line)}:${String(location.column)}: `;
  const advice = hint === undefined ? '' : ` (${hint})`;
  return printable(`${place}${severity}: ${message}${advice}`);
}
