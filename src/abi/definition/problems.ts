/**
 * Collects what is wrong in a layout file, each with its place, while the reading goes on with the rest.
 */

import type { Diagnostic } from '../../diagnostic.ts';
import type { JsonPath, Locate } from './located-json.ts';

export class Problems {
  readonly diagnostics: Diagnostic[] = [];
  readonly #locate: Locate;

  constructor(locate: Locate) {
    this.#locate = locate;
  }

  /** `at` counts characters inside the string at `path`. */
  add(
    path: JsonPath,
    code: string,
    message: string,
    more: { readonly hint?: string; readonly at?: number } = {},
  ): void {
    const location = this.#locate(path, more.at);
    this.diagnostics.push({
      severity: 'error',
      code,
      message,
      ...(location === undefined ? {} : { location }),
      ...(more.hint === undefined ? {} : { hint: more.hint }),
    });
  }
}
