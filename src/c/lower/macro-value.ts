/**
 * What a macro is worth, and what that depends on.
 */

import type { ConstantDeclaration, MacroDeclaration, RequestDeclaration } from '../../abi/abi.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Reads } from '../reads.ts';
import type { CallForm } from './call-form.ts';

export type MacroValue =
  | { readonly kind: 'constant'; readonly declaration: ConstantDeclaration }
  | { readonly kind: 'request'; readonly declaration: RequestDeclaration }
  | { readonly kind: 'text'; readonly declaration: MacroDeclaration };

/** The values of several macros, and what was wrong with them. */
export interface ValuesFound {
  readonly values: readonly MacroValue[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a macro is worth, and all others that say the same, wherever `reads` hold. */
export interface KnownValue {
  readonly reads: Reads;
  /** If the macro is a call, what calls like it come to. */
  readonly form: FormOfCall | undefined;
  readonly value: MacroValue;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether it depends on where the macro stands. */
  readonly isOfPlace: boolean;
}

export interface FormOfCall {
  /** The macro that is called. */
  readonly name: string;
  readonly form: CallForm;
}

/** What the values of a piece's macros may cost together, and where problems with them go. */
export interface ValueBudget {
  tokensLeft: number;
  readonly report: (diagnostic: Diagnostic) => void;
}
