/** What stretches of a text declare, by name space (C17 §6.2.3): macros, tags, and whatever else C finds by its name. */

import { type TokenFile, TokenKind } from '../token.ts';
import { declaredNames } from './declared-names.ts';
import { nameOf, recordKeywords, type TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

export interface DeclaredSpaces {
  readonly macros: ReadonlySet<string>;
  /** A name whose space is not plain is among the others, and may be among the tags. */
  readonly tags: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/**
 * `undefined` where some of the units do more: take names away, bring those of other files, or ask for values, which may be a
 * mistake for some who include them.
 */
export function declaredSpaces(
  units: TextUnits,
  some: Iterable<TextUnit>,
  isOnlyAttribute: (word: string) => boolean,
): DeclaredSpaces | undefined {
  const { texts, kinds } = units.file;
  const [macros, tags, others] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const unit of some) {
    if (unit.kind === 'undef' || unit.kind === 'directive') return undefined;
    if (unit.kind === 'conditional' && !asksForNames(units.file, unit)) return undefined;
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

const ofNames = new Set(['(', ')', '!', '&&', '||', 'defined']);

/** Whether a condition asks for nothing but what is defined. */
function asksForNames({ texts, kinds }: TokenFile, { start, end }: TextUnit): boolean {
  const word = texts[start + 1];
  if (word !== 'if' && word !== 'elif') return true;
  for (let at = start + 2; at < end; at++) {
    const text = texts[at] ?? '';
    if (ofNames.has(text)) continue;
    const before = texts[at - 1] === '(' ? texts[at - 2] : texts[at - 1];
    if (kinds[at] !== TokenKind.identifier || before !== 'defined') return false;
  }
  return true;
}
