/**
 * Who can tell what a text says that changed: the files that define or forget a macro it is made from, or one that decides whether it is
 * there, or one from which any of these is made, and so on.
 *
 * A file that is read above the text in any case, whoever includes it, makes no difference: all see what it defines.
 */

import type { TokenFile } from '../token.ts';
import type { DividedFiles } from './divided-files.ts';
import type { TextUnit } from './text-unit.ts';
import type { TextUnits } from './text-units.ts';

/** A word, and the place where it counts what it means. */
interface Use {
  readonly word: string;
  readonly units: TextUnits;
  readonly unit: TextUnit;
  /** Whether it counts what it means just there, as in a condition. Other macros are looked up when all is read. */
  readonly isAtOnce: boolean;
}

export class Deciders {
  /** Those that tell, whether they are read with the text or not. */
  readonly always = new Set<TokenFile>();
  /** Those that tell where they are not read with the text, which depends on the target. */
  readonly elsewhere = new Set<TokenFile>();
  readonly #files: DividedFiles;
  readonly #followed = new Set<TextUnit>();
  readonly #followedAtOnce = new Set<TextUnit>();
  /** What a header of a name includes whatever macros there are, itself or through others, for some target. */
  readonly #included = new Map<string, ReadonlySet<string>>();

  constructor(files: DividedFiles) {
    this.#files = files;
  }

  /** Whether all read the text alike. */
  get isNobody(): boolean {
    return this.always.size === 0 && this.elsewhere.size === 0;
  }

  /** Adds those of a text. */
  addFor(units: TextUnits, unit: TextUnit): void {
    const pending = usesIn(units, unit);
    for (let use = pending.pop(); use !== undefined; use = pending.pop()) {
      for (const file of this.#files.naming(use.word)) {
        const others = this.#files.unitsOf(file);
        this.#addFile(file, use);
        for (const line of others.linesNaming(use.word)) {
          const { isAtOnce } = use;
          const followed = isAtOnce ? this.#followedAtOnce : this.#followed;
          if (followed.has(line)) continue;
          followed.add(line);
          pending.push(...usesIn(others, line).map((one) => ({ ...one, isAtOnce })));
        }
      }
    }
  }

  /** Adds a file that names a word, if it makes a difference what it says of it. */
  #addFile(file: TokenFile, { units, unit, isAtOnce }: Use): void {
    // Two versions of a file are one to whoever reads either.
    if (file.path === units.file.path) return;
    const isAbove = (): boolean => this.#withIncluded(units.includesAbove(unit)).has(file.name);
    (isAtOnce && !isAbove() ? this.always : this.elsewhere).add(file);
  }

  #withIncluded(names: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...names].flatMap((name) => [name, ...this.#includedBy(name)]));
  }

  #includedBy(name: string): ReadonlySet<string> {
    let names = this.#included.get(name);
    if (names === undefined) {
      // Whoever includes itself includes nothing by that.
      this.#included.set(name, new Set());
      const files = this.#files.named(name).map((file) => this.#files.unitsOf(file));
      names = this.#withIncluded(new Set(files.flatMap((units) => [...units.includesAbove(behindAll(units))])));
      this.#included.set(name, names);
    }
    return names;
  }
}

function usesIn(units: TextUnits, unit: TextUnit): Use[] {
  const isCondition = unit.kind === 'conditional';
  return [
    ...[...units.conditionWords(unit)].map((word) => ({ word, units, unit, isAtOnce: true })),
    ...units.wordsOf(unit).map((word) => ({ word, units, unit, isAtOnce: isCondition })),
  ];
}

/** The end of a file. */
function behindAll({ file }: TextUnits): TextUnit {
  return { kind: 'text', start: file.count, end: file.count };
}
