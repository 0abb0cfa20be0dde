/** The version of the installed package; the one place that knows it is package.json. */

import { readFileSync } from 'node:fs';
import { packageRoot } from './package-root.ts';

interface PackageJson {
  readonly version: string;
}

const text = readFileSync(new URL('package.json', packageRoot), 'utf8');

export const version: string = (JSON.parse(text) as PackageJson).version;
