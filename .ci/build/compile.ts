/**
 * Makes what `src/cli/compiled-program.ts` runs: the modules of the program in one file (those of `modules.ts` that are plain), and
 * the bytecode of the functions that usual commands call.
 *
 * The commands are run here, in this process, on the small kernel tree of `usual-commands.ts`; what V8 compiled for them is what
 * it writes down. Bytecode of functions that nobody calls would only have to be read, so there is none.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { build, type Metafile, type Plugin } from 'esbuild';
import {
  bytecodePath,
  compileProgram,
  runProgram,
  sourcePath,
  storedBytecode,
} from '../../src/cli/compiled-program.ts';
import { runUsualCommands } from './usual-commands.ts';

const root = new URL('../../', import.meta.url);
const dist = new URL('dist/', root);

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** Small, and needed by nearly every command. The other packages are large, and are loaded by the few commands that use them. */
const bundledPackages = ['commander', 'jsonc-parser'];

/** TypeScript does not rename what is imported within a statement that was rewritten (`modules.ts`). */
const compiledModules: Plugin = {
  name: 'compiled modules',
  setup: (build) => {
    build.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, ...rest }) =>
      build.resolve(path.replace(/\.ts$/, '.js'), rest),
    );
  },
};

async function bundle(): Promise<string> {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('package.json', root), 'utf8'),
  ) as PackageJson;
  const external = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
    (name) => !bundledPackages.includes(name),
  );
  const { outputFiles, metafile } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ['dist/plain/cli/main.js'],
    plugins: [compiledModules],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: external.flatMap((name) => [name, `${name}/*`]),
    // `import()` becomes `require()`, which bytecode can do; Node has loaded modules of either kind with it since 20.19.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'programUrl' },
    banner: { js: '(function (require, module, programUrl) {' },
    footer: { js: '})' },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  return toAscii(`${outputFiles[0]?.text ?? ''}${licencesOf(metafile)}`);
}

/** The licences of the bundled packages ask to be handed on with them. */
function licencesOf({ inputs }: Metafile): string {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  return [...packages]
    .map((path) => {
      const { name } = JSON.parse(readFileSync(new URL(`${path}/package.json`, root), 'utf8')) as { name: string };
      const licence = ['LICENSE', 'LICENSE.md']
        .map((file) => new URL(`${path}/${file}`, root))
        .find((text) => existsSync(text));
      if (licence === undefined) throw new Error(`${name} is bundled and says nowhere under which licence`);
      return `/*! ${name}\n\n${readFileSync(licence, 'utf8').replaceAll('*/', '* /').trim()}\n*/\n`;
    })
    .join('');
}

/**
 * Outside ASCII are comments and a few words in templates; in both, and in regular expressions, an escape says the same. Only
 * `String.raw` would show it.
 */
function toAscii(source: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f`]/.test(source)) throw new Error('String.raw holds more than ASCII');
  return source.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const file = new URL(sourcePath, dist);
const source = await bundle();
const script = compileProgram(source);
// Bytecode that was not used for a while is thrown away, and had to be compiled again by whoever runs the command.
setFlagsFromString('--no-flush-bytecode');
await runUsualCommands(runProgram(script, dist));
// V8 takes bytecode only from a V8 with the same flags.
setFlagsFromString('--flush-bytecode');
mkdirSync(dirname(fileURLToPath(file)), { recursive: true });
const content = Buffer.from(source, 'latin1');
writeFileSync(file, content);
writeFileSync(new URL(bytecodePath(process), dist), storedBytecode(script, content));
