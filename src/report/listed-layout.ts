/**
 * The layout of a record under the name by which it is listed.
 *
 * A record without a tag is listed by its typedef, and `typedef struct {…} name_t __attribute__((aligned(16)))` aligns `name_t`,
 * not the record (GCC's `common_handle_aligned_attribute`): another typedef of it, or its size, know nothing of the 16.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import type { RecordLayout } from '../abi/layout.ts';

/** @throws LayoutError as `layoutOf` */
export function listedLayout(
  { name, record }: RecordDeclaration,
  { target, typedefs }: Pick<Abi, 'target' | 'typedefs'>,
): RecordLayout {
  const layout = layoutOf(record, target);
  const named = typedefs.get(name)?.type;
  if (named?.kind !== 'typedef' || named.type !== record || named.alignBytes === undefined) return layout;
  return { ...layout, alignBytes: named.alignBytes };
}
