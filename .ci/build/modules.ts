/**
 * Compiles the modules of `src` to `dist`, as `tsc -p tsconfig.build.json` would, and once more to `dist/plain`: with arrays taken
 * apart plainly (`plain-arrays.ts`), for the program that is kept as bytecode.
 */

import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { plainArrays } from './plain-arrays.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const formatHost: ts.FormatDiagnosticsHost = {
  getCurrentDirectory: () => root,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
};

function stop(diagnostics: readonly ts.Diagnostic[]): never {
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext(diagnostics, formatHost));
  process.exit(1);
}

const configuration = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.build.json`, undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => stop([diagnostic]),
});
if (configuration === undefined) throw new Error('tsconfig.build.json cannot be read');
const program = ts.createProgram(configuration.fileNames, configuration.options);
const { diagnostics } = program.emit();
const all = [...configuration.errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics];
if (all.length > 0) stop(all);

const folder = configuration.options.outDir ?? '';
program.emit(
  undefined,
  (name, text) => {
    if (name.endsWith('.js')) ts.sys.writeFile(`${folder}/plain${name.slice(folder.length)}`, text);
  },
  undefined,
  false,
  { before: [plainArrays(program)] },
);
