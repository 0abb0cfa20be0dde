/** What stands at a path that the user wrote, which may be a path or something else altogether. */

import { type Stats, statSync } from 'node:fs';
import { UndecidedError } from '../diagnostic.ts';

/**
 * `undefined` where nothing stands, or could: no file has so long a name.
 * @throws {UndecidedError} if it cannot be found out.
 */
export function statsAt(path: string, name = path): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENAMETOOLONG') return undefined;
    throw new UndecidedError(`${name} cannot be looked at (${typeof code === 'string' ? code : String(error)}).`);
  }
}
