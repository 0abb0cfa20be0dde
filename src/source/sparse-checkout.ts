/** Whether a directory lies in a work tree that may be checked out in part: told without git, which most directories need not be asked about. */

import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readRegularFile } from './directory.ts';

const patternFile = 'info/sparse-checkout';

/** The top of the work tree around an existing directory, if git has ever been told to leave out a part of it. */
export function sparseTopOf(directory: string): string | undefined {
  for (let top = realpathSync(directory); ; top = dirname(top)) {
    const place = join(top, '.git');
    const stats = statSync(place, { throwIfNoEntry: false });
    if (stats !== undefined) {
      const gitDirectory = stats.isDirectory() ? place : linkedFrom(place);
      return gitDirectory !== undefined && isFile(join(gitDirectory, patternFile)) ? top : undefined;
    }
    if (dirname(top) === top) return undefined;
  }
}

/** Where a `.git` file leads: that of a linked work tree, or of a submodule. */
function linkedFrom(place: string): string | undefined {
  const file = readRegularFile(place, 4096);
  const path = file.kind === 'text' ? /^gitdir: ([^\n\0]+)\n?$/.exec(file.text)?.[1] : undefined;
  return path === undefined ? undefined : resolve(dirname(place), path);
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch (error) {
    // What cannot be looked at is no sparse checkout of this user.
    if (error instanceof Error) return false;
    throw error;
  }
}
