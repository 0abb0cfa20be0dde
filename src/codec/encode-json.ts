/**
 * Bytes from JSON: what `uabi decode` prints, or a plain nested object a person wrote.
 *
 * Both are the same thing to this file: values that belong to paths. A path is looked up in the descriptor (an anonymous
 * union adds nothing to it), the value is checked against the field, and its bits are written over the bytes the document
 * carries, or over zeros. Every mistake is reported with its place in the text, not only the first.
 */

import { type Node, parseTree, type ParseError, printParseErrorCode } from 'jsonc-parser';
import type { Diagnostic } from '../diagnostic.ts';
import { elementBits } from './element-size.ts';
import { EncodeReport } from './encode-report.ts';
import { TreeEncoder } from './encode-tree.ts';
import { findField } from './find-field.ts';
import { hexBytes, member } from './json-values.ts';
import type { RecordDescriptor } from './record-descriptor.ts';

export interface Encoding {
  /** `undefined` if there is any diagnostic. */
  readonly bytes: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Encodes a JSON text as the record. */
export function encodeJson(descriptor: RecordDescriptor, text: string, file: string): Encoding {
  const report = new EncodeReport(text, file);
  const bytes = new JsonEncoder(descriptor, text, report).encode();
  return { bytes: report.diagnostics.length > 0 ? undefined : bytes, diagnostics: report.diagnostics };
}

class JsonEncoder {
  readonly #descriptor: RecordDescriptor;
  readonly #text: string;
  readonly #report: EncodeReport;
  readonly #tree: TreeEncoder;

  constructor(descriptor: RecordDescriptor, text: string, report: EncodeReport) {
    this.#descriptor = descriptor;
    this.#text = text;
    this.#report = report;
    this.#tree = new TreeEncoder(new Uint8Array(descriptor.sizeBytes), report);
  }

  encode(): Uint8Array {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { disallowComments: true, allowTrailingComma: false });
    for (const { error, offset } of errors) {
      this.#report.add('bad-json', `This is no JSON: ${printParseErrorCode(error)}.`, offset);
    }
    if (root === undefined || errors.length > 0) {
      if (errors.length === 0) this.#report.add('bad-json', 'There is no JSON here.', 0);
    } else if (root.type !== 'object') {
      this.#report.add('bad-value', `${this.#descriptor.type} is an object.`, root.offset);
    } else if (member(root, 'schemaVersion') !== undefined && member(root, 'fields')?.type === 'array') {
      this.#fromDecoded(root);
    } else {
      this.#tree.object(this.#descriptor, 0, root, '');
    }
    this.#tree.checkArms();
    return this.#tree.bytes;
  }

  /** The document of `uabi decode`: its bytes, with every field that differs from them written over. */
  #fromDecoded(root: Node): void {
    const type = member(root, 'type');
    if (type !== undefined && type.value !== this.#descriptor.type) {
      this.#report.add(
        'wrong-type',
        `This describes ${String(type.value)}, not ${this.#descriptor.type}.`,
        type.offset,
      );
    }
    const base = member(root, 'bytes');
    if (base !== undefined) {
      const bytes = hexBytes(base.value);
      if (bytes === undefined || bytes.length < this.#descriptor.sizeBytes) {
        this.#report.add(
          'bad-value',
          `bytes must be the hexadecimal text of at least ${String(this.#descriptor.sizeBytes)} bytes.`,
          base.offset,
        );
        return;
      }
      this.#tree.bytes = bytes;
    }
    for (const item of member(root, 'fields')?.children ?? []) {
      const path = member(item, 'path');
      const value = member(item, 'value');
      if (typeof path?.value !== 'string' || value === undefined) {
        this.#report.add('bad-value', 'A field has a path and a value.', item.offset);
        continue;
      }
      this.#assignPath(path.value, path, value);
    }
  }

  #assignPath(path: string, pathNode: Node, value: Node): void {
    const segments = path.split(/\.|(?=\[)/);
    let record = this.#descriptor;
    let baseBits = 0;
    for (const [index, segment] of segments.entries()) {
      const found = findField(record, baseBits, segment);
      if (found === undefined) {
        this.#report.addUnknown(segment, record, pathNode, path);
        return;
      }
      const { field } = found;
      const next = segments[index + 1];
      if (next === undefined) {
        this.#tree.field(field, found.baseBits, value, path);
        return;
      }
      const { element } = field;
      if (element.kind !== 'record' && element.kind !== 'union') {
        this.#report.add('unknown-field', `${path}: ${segment} has no fields.`, pathNode.offset);
        return;
      }
      record = element.record;
      baseBits = found.baseBits + field.offsetBits;
      const item = /^\[(\d+)\]$/.exec(next);
      if (item !== null) {
        const elementIndex = Number(item[1]);
        if (field.isFlexible === true) this.#tree.reserve(field, elementIndex + 1);
        baseBits += elementIndex * elementBits(element);
        segments.splice(index + 1, 1);
        if (baseBits + elementBits(element) > this.#tree.bytes.length * 8) {
          this.#report.add('unknown-field', `${path}: there is no such element.`, pathNode.offset);
          return;
        }
      }
    }
  }
}
