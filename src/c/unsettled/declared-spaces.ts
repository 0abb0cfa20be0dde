/** What stretches of a text declare, by name space (C17 §6.2.3): macros, tags, and whatever else C finds by its name. */

import { TokenKind } from '../token.ts';
import { declaredNames } from './declared-names.ts';
import { nameOf, recordKeywords, type TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

export interface DeclaredSpaces {
  readonly macros: ReadonlySet<string>;
  /** A name whose space is not plain is among the others, and may be among the tags. */
  readonly tags: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/** `undefined` where some of the units take names away, or bring those of other files. */
export function declaredSpaces(
  units: TextUnits,
  some: Iterable<TextUnit>,
  isOnlyAttribute: (word: string) => boolean,
): DeclaredSpaces | undefined {
  const { texts, kinds } = units.file;
  const [macros, tags, others] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const unit of some) {
    if (unit.kind === 'undef' || unit.kind === 'directive') return undefined;
    if (unit.kind === 'define') macros.add(nameOf(units.file, unit) ?? '');
    if (unit.kind !== 'text') continue;
    const { names } = declaredNames(units, unit, isOnlyAttribute);
    for (const at of units.tokensOf(unit)) {
      const text = texts[at] ?? '';
      if (kinds[at] !== TokenKind.identifier || !names.has(text)) continue;
      (recordKeywords.has(texts[at - 1] ?? '') ? tags : others).add(text);
    }
  }
  return { macros, tags, others };
}
