/** `--target LIST`: names, GNU triples, commas, `all`. */

import { UserError } from '../diagnostic.ts';
import { suggestionFor } from './suggest.ts';
import { findTarget, type Target, targetNames, targets } from './target.ts';

/**
 * The targets a list names, in the order written, each once.
 *
 * @throws UserError for a name that is no target, with the nearest one.
 */
export function parseTargetList(text: string): readonly Target[] {
  const found = new Map<string, Target>();
  for (const word of text.split(',').map((part) => part.trim())) {
    if (word === 'all') {
      for (const target of targets) found.set(target.name, target);
      continue;
    }
    const target = findTarget(word);
    if (target === undefined) {
      const { hint } = suggestionFor(word, targetNames);
      throw new UserError(`"${word}" is not a target; ${hint ?? `there are ${targetNames.join(', ')}`}`);
    }
    found.set(target.name, target);
  }
  return [...found.values()];
}
