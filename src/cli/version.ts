/** The version of the installed package; the one place that knows it is package.json. */

import { readFileSync } from 'node:fs';

interface PackageJson {
  readonly version: string;
}

const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

export const version: string = (JSON.parse(text) as PackageJson).version;
