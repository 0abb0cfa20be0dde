/** Where uabi is installed: the folder with its package.json, however deep below it the code was put. */

import { existsSync } from 'node:fs';

export const packageRoot: URL = rootAbove(new URL('.', import.meta.url));

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  const above = new URL('..', folder);
  if (above.href === folder.href)
    throw new Error('uabi was taken out of its package: there is no package.json above it');
  return rootAbove(above);
}
