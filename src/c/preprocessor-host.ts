/** What a preprocessor asks of whoever reads the file that it works through. */

import type { Diagnostic } from '../diagnostic.ts';
import type { Scope } from './scope.ts';
import type { IncludeForm } from './source.ts';
import type { TokenFile } from './token.ts';

export interface PreprocessorHost {
  readonly scope: Scope;
  readonly report: (diagnostic: Diagnostic) => void;
  readonly nextCounter: () => number;
  readonly resolve: (name: string, form: IncludeForm, from: TokenFile) => TokenFile | undefined;
  /** Files that are open around this one. */
  readonly depth: number;
}
