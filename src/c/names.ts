/**
 * The names that texts ask for and write, and where it is worth looking for them.
 *
 * Most words of a header never stand for a macro, and need not be looked for in all that came before. Others do, but not here: who
 * reads a text again asks above all for names that the text itself writes further down. So names are put into groups, one for all that
 * the same piece of text was the first to write; a layer of an environment says which groups it has names of, and nobody looks into it
 * for others.
 */

/** C17 §6.2.3, and that of macros. */
export type NameSpace = 'macros' | 'ordinary' | 'tags';
export const nameSpaces: readonly NameSpace[] = ['macros', 'ordinary', 'tags'];

/** Groups of names that are told apart; when there are more, several share a number. */
const groupCount = 1024;
const noWords: readonly number[] = Array.from({ length: groupCount / 32 }, () => 0);

/** A set of groups of names. */
export class NameGroups {
  readonly #words = noWords.slice();

  add(group: number): void {
    this.#words[group >> 5] = (this.#words[group >> 5] ?? 0) | (1 << (group & 31));
  }

  addAll(others: NameGroups): void {
    const words = others.#words;
    for (let at = 0; at < words.length; at++) this.#words[at] = (this.#words[at] ?? 0) | (words[at] ?? 0);
  }

  /** Whether any is in both. */
  meets(others: NameGroups): boolean {
    const words = others.#words;
    for (let at = 0; at < words.length; at++) if (((this.#words[at] ?? 0) & (words[at] ?? 0)) !== 0) return true;
    return false;
  }

  has(group: number): boolean {
    return ((this.#words[group >> 5] ?? 0) & (1 << (group & 31))) !== 0;
  }
}

/** A word that was asked for or written. */
export interface Name {
  readonly text: string;
  /** Names are of one group if the same text was the first to write them; `undefined`: it never was written. */
  group: number | undefined;
}

/** All names, each once. */
export class NameTable {
  readonly #names = {
    macros: new Map<string, Name>(),
    ordinary: new Map<string, Name>(),
    tags: new Map<string, Name>(),
  };
  #groups = 0;

  of(space: NameSpace, text: string): Name {
    let name = this.#names[space].get(text);
    if (name === undefined) this.#names[space].set(text, (name = { text, group: undefined }));
    return name;
  }

  /** The group of a name; `undefined` if it never was written. */
  groupOf(space: NameSpace, text: string): number | undefined {
    return this.#names[space].get(text)?.group;
  }

  /** A group for the names that a text is the first to write. */
  newGroup(): number {
    return this.#groups++ % groupCount;
  }
}
