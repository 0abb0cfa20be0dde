/** What header files include, found once for each text. */

import type { HeaderFile } from './header.ts';
import { type IncludeScan, scanIncludes } from './include-lines.ts';

const scans = new Map<string, IncludeScan>();

/** What a header includes. Results are kept by content key: trees share most of their files. */
export function includesOf(file: HeaderFile): IncludeScan {
  const key = file.origin ?? file.contentKey;
  let scan = scans.get(key);
  if (scan === undefined) scans.set(key, (scan = scanIncludes(file.includeLines ?? file.original ?? file.text)));
  return scan;
}
