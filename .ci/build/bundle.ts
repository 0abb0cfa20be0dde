/**
 * Puts the modules of the command line into few files, because each file that is found and read costs time.
 *
 * `dist/cli.js` holds all that is needed until it is plain which program runs: the compiled one (`compile.ts`), or the modules in
 * `dist/chunks`, of which a command loads its own.
 */

import { fileURLToPath } from 'node:url';
import { build as bundle, type BuildOptions, type Plugin } from 'esbuild';

const options: BuildOptions = {
  absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
};

const modulesApart: Plugin = {
  name: 'modules apart',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/cli\/main\.js$/ }, () => ({ path: './chunks/main.js', external: true }));
  },
};

await bundle({
  ...options,
  entryPoints: ['dist/cli/main.js'],
  splitting: true,
  outdir: 'dist/chunks',
  chunkNames: '[name]-[hash]',
});
await bundle({
  ...options,
  entryPoints: ['dist/cli.js'],
  plugins: [modulesApart],
  outfile: 'dist/cli.js',
  allowOverwrite: true,
});
