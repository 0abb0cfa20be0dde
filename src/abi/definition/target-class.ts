/** Targets for which a layout file says the same, type sizes apart: none of its limits tells one from the other. */

import type { Target } from '../target.ts';
import type { LayoutDocument, LayoutFile } from './document.ts';

/** Equal for two targets if, and only if, every list of targets in the file names both or neither. */
export function targetClassIn({ document }: LayoutFile, { name }: Target): string {
  let lists = known.get(document);
  if (lists === undefined) known.set(document, (lists = listsIn(document)));
  return lists.map((list) => (list.has(name) ? '1' : '0')).join('');
}

const known = new WeakMap<LayoutDocument, readonly ReadonlySet<string>[]>();

/** Each list once. */
function listsIn(document: LayoutDocument): readonly ReadonlySet<string>[] {
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
