/** The form of a record, to be compared: two records with one shape have every field at the same place, with the same size. */

import { fieldPathsOf } from './field-paths.ts';
import { layoutOf } from './layout-engine.ts';
import type { Target } from './target.ts';
import type { RecordType } from './types.ts';

/**
 * A text that is equal for records of one form; `undefined` for one that is only declared.
 * @throws {LayoutError} if no compiler could lay it out.
 */
export function shapeOf(record: RecordType | undefined, target: Target): string | undefined {
  if (record?.isComplete !== true) return undefined;
  const layout = layoutOf(record, target);
  const fields = fieldPathsOf(layout).map(({ path, offsetBits, sizeBits }) => [path, offsetBits, sizeBits]);
  return JSON.stringify([layout.sizeBytes, fields]);
}
