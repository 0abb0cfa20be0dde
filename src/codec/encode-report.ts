/** Mistakes in a JSON document, each with its place in the text. */

import type { Node } from 'jsonc-parser';
import { suggestionFor } from '../abi/suggest.ts';
import { type Diagnostic, printable, type SourceLocation } from '../diagnostic.ts';
import { namesOf } from './find-field.ts';
import type { RecordDescriptor } from './record-descriptor.ts';

/** A document can be wrong at every byte; so many mistakes are told. */
const maxDiagnostics = 100;

export class EncodeReport {
  readonly diagnostics: Diagnostic[] = [];
  readonly #text: string;
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  add(code: string, message: string, offset: number, hint?: string): void {
    if (this.diagnostics.length >= maxDiagnostics) return;
    const location = this.#locate(offset);
    this.diagnostics.push({ severity: 'error', code, message, ...(hint === undefined ? {} : { hint }), location });
  }

  /** A name that the record does not have. */
  addUnknown(name: string, record: RecordDescriptor, node: Node, path: string): void {
    const { hint } = suggestionFor(name, namesOf(record));
    this.add('unknown-field', `${record.type} has no field ${printable(path)}.`, node.offset, hint);
  }

  #locate(offset: number): SourceLocation {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    return { file: this.#file, line, column: offset - before.lastIndexOf('\n') };
  }
}
