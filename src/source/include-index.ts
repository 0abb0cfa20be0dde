/**
 * In which files of a kernel tree an include stands that might mean a header, looked up by the last part of its name.
 *
 * To learn who includes one changed header, however indirectly, it is not needed to find out what every header includes. This
 * finds all that come into question; which of them do depends on the architecture, and is decided by `includers.ts`.
 */

import { type Include, scanIncludes } from './include-lines.ts';

export class IncludeIndex {
  /** Paths of the files that may include anything. */
  readonly unclear: readonly string[];
  readonly #includes = new Map<string, readonly Include[]>();
  readonly #byLastPart = new Map<string, string[]>();
  /** Files with an include whose path has to be worked out to know its last part. */
  readonly #odd: readonly string[];

  /** `lines`: of each file, those in which `includeMark` is found. */
  constructor(lines: Iterable<readonly [path: string, lines: string]>) {
    const unclear: string[] = [];
    const odd: string[] = [];
    for (const [path, text] of lines) {
      const { includes, isUnclear } = scanIncludes(text);
      if (isUnclear) unclear.push(path);
      if (includes.length > 0) this.#includes.set(path, includes);
      for (const { name } of includes) {
        if (isOdd(name)) odd.push(path);
        else this.#add(lastPartOf(name), path);
      }
    }
    this.unclear = unclear;
    this.#odd = odd;
  }

  /** What the file at `path` includes. */
  includesOf(path: string): readonly Include[] {
    return this.#includes.get(path) ?? [];
  }

  /** Paths of the files in which an include stands that might mean the header `name`. */
  mentioning(name: string): readonly string[] {
    return [...(this.#byLastPart.get(lastPartOf(name)) ?? []), ...this.#odd];
  }

  #add(part: string, path: string): void {
    const paths = this.#byLastPart.get(part);
    if (paths === undefined) this.#byLastPart.set(part, [path]);
    else paths.push(path);
  }
}

/** Whether the last part of a path may change when it is worked out. */
function isOdd(name: string): boolean {
  return name.endsWith('/') || name.endsWith('/.') || name.endsWith('/..') || name === '.' || name === '..';
}

/** The last part of a path. */
export function lastPartOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
