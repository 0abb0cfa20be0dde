/** Targets for which a layout file says the same, type sizes apart: none of its limits tells one from the other. */

import { onceFor } from '../once.ts';
import type { Target } from '../target.ts';
import type { LayoutDocument, LayoutFile } from './document.ts';

/** Equal for two targets if, and only if, every list of targets in the file names both or neither. */
export function targetClassIn({ document }: LayoutFile, { name }: Target): string {
  return listsOf(document)
    .map((list) => (list.has(name) ? '1' : '0'))
    .join('');
}

const listsOf = onceFor(findLists);

/** Each list once. */
function findLists(document: LayoutDocument): readonly ReadonlySet<string>[] {
  const lists = new Map<string, ReadonlySet<string>>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'targets' && Array.isArray(inner)) lists.set(inner.join(), new Set(inner as readonly string[]));
        else visit(inner);
      }
    }
  };
  visit(document);
  return [...lists.values()];
}
