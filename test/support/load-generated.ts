/** Runs a generated module inside a test, with the runtime it would import: what `import()` does, without a file. */

import { runInThisContext } from 'node:vm';
import ts from 'typescript';
import * as runtime from '../../src/codec/runtime.ts';

/** The exports of a generated module. */
export function loadGenerated(source: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const run = runInThisContext(`(function (exports, require) {${outputText}\n})`) as (
    exports: Record<string, unknown>,
    require: (name: string) => unknown,
  ) => void;
  const exports: Record<string, unknown> = {};
  run(exports, () => runtime);
  return exports;
}
