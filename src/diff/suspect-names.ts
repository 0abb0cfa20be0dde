/** Names of two ABIs that can differ, by what they are names of. */

import { type Declared, wordOf } from '../abi/portion.ts';
import type { NamesByKind, NameSpace } from './differing-names.ts';

/** Names that may mean something else on the other side. */
export interface Suspects {
  readonly records: ReadonlySet<string>;
  readonly enums: ReadonlySet<string>;
  readonly typedefs: ReadonlySet<string>;
  /** Of macros, whatever they are worth, and of enumerators: one may become the other. */
  readonly numbers: ReadonlySet<string>;
  /** The first words of the numbers, as `wordOf` gives them. */
  readonly words: ReadonlySet<string>;
  /** Whether all requests carry, and all constants are made of, what they were on the other side. */
  readonly areSpelledAlike: boolean;
}

/** The maps of an ABI, in which declarations are looked for. */
export const declarationKinds = ['records', 'enums', 'typedefs', 'constants', 'requests', 'macros'] as const;
export type DeclarationKind = (typeof declarationKinds)[number];

/** Among which names those of a map are. */
export function spaceOf(kind: DeclarationKind): NameSpace {
  return kind === 'records' || kind === 'enums' || kind === 'typedefs' ? kind : 'numbers';
}

/** Suspects that are put together. */
export class SuspectNames implements Suspects {
  readonly records = new Set<string>();
  readonly enums = new Set<string>();
  readonly typedefs = new Set<string>();
  readonly numbers = new Set<string>();
  readonly words = new Set<string>();
  areSpelledAlike = true;

  add({ records, enums, typedefs, numbers, words, areSpelledAlike }: NamesByKind): void {
    this.areSpelledAlike &&= areSpelledAlike;
    for (const name of records) this.records.add(name);
    for (const name of enums) this.enums.add(name);
    for (const name of typedefs) this.typedefs.add(name);
    for (const name of numbers) this.numbers.add(name);
    for (const word of words) this.words.add(word);
  }

  addNumber(name: string): void {
    this.numbers.add(name);
    this.words.add(wordOf(name));
  }

  addEnumerators({ kind, declaration }: Declared): void {
    if (kind === 'enum') for (const { name } of declaration.type.enumerators) this.addNumber(name);
  }
}
