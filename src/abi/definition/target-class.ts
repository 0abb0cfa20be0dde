/** Targets for which a layout file says the same: none of its limits tells one from the other. */

import { onceFor } from '../once.ts';
import type { Target } from '../target.ts';
import type { LayoutDocument, LayoutFile } from './document.ts';
import { modelOf, namesByModel } from './standard-types.ts';

/** Equal for two targets if every list of targets in the file names both or neither. */
export function targetClassIn({ document }: LayoutFile, { name }: Target): string {
  return listsOf(document)
    .map((list) => (list.has(name) ? '1' : '0'))
    .join('');
}

/**
 * As `targetClassIn`, and equal only where the types that the file names are the same as well: then a record of the file that was read
 * for one target is that of the other, too. How large it is there is another question.
 */
export function readingClassIn(file: LayoutFile, target: Target): string {
  return `${targetClassIn(file, target)}${namesTypesByModel(file.document) ? ` ${modelOf(target)}` : ''}`;
}

const namesTypesByModel = onceFor((document: LayoutDocument): boolean => namesByModel.test(JSON.stringify(document)));

const listsOf = onceFor(findLists);

/** Each list once. */
function findLists(document: LayoutDocument): readonly ReadonlySet<string>[] {
  const lists = new Map<string, ReadonlySet<string>>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'targets' && Array.isArray(inner)) lists.set(inner.join(), new Set(inner as readonly string[]));
        else if (key === 'unknownErrno') addKeys(inner);
        else visit(inner);
      }
    }
  };
  // What a kernel answers on a descriptor, by target.
  const addKeys = (byDescriptor: unknown): void => {
    if (typeof byDescriptor !== 'object' || byDescriptor === null) return;
    for (const errno of Object.values(byDescriptor)) {
      if (typeof errno === 'object' && errno !== null) {
        for (const name of Object.keys(errno as object)) lists.set(name, new Set([name]));
      }
    }
  };
  visit(document);
  return [...lists.values()];
}
