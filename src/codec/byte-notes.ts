/** Notes on bytes rather than values: padding, reserved space and holes that are not zero, fields that have no meaning now. */

import type { Note } from './inspection.ts';
import { describeCondition, isConditionTrue } from './places.ts';
import type { FieldDescriptor, RecordDescriptor } from './record-descriptor.ts';

export class ByteNotes {
  readonly notes: Note[] = [];
  readonly #bytes: Uint8Array;
  #sizers: Set<FieldDescriptor> | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  add(severity: Note['severity'], path: string | null, offsetBits: number, rule: string, message: string): void {
    this.notes.push({ severity, path, offsetBytes: Math.floor(offsetBits / 8), rule, message });
  }

  /** A member that only fixes the size of a union shares its bytes with those that mean something: nothing is said of it. */
  ignore(field: FieldDescriptor): void {
    (this.#sizers ??= new Set()).add(field);
  }

  /** False where a condition says that the field has no meaning now. */
  checkValidity({ validIf, sizeBits }: FieldDescriptor, baseBits: number, offsetBits: number, path: string): boolean {
    if (validIf === undefined || isConditionTrue(validIf, this.#bytes, baseBits) !== false) return true;
    if (this.#firstNonZero(offsetBits, sizeBits) !== undefined) {
      const message = `${path} is not zero, but it is valid only if ${describeCondition(validIf)}.`;
      this.add('warning', path, offsetBits, 'value-without-condition', message);
    }
    return false;
  }

  /** Says what the kernel makes of a field that carries no information and is not zero all the same. */
  checkUnused(field: FieldDescriptor, offsetBits: number, sizeBits: number, path: string): void {
    const at = this.#firstNonZero(offsetBits, sizeBits);
    if (at === undefined || this.#sizers?.has(field) === true) return;
    switch (field.nonZero) {
      case 'rejected':
        this.add('error', path, at, 'reserved-not-zero', `${path} is not zero: the kernel refuses it with EINVAL.`);
        return;
      case 'ignored':
        this.add('info', path, at, 'reserved-not-zero', `${path} is not zero; the kernel does not look at it.`);
        return;
      case undefined: {
        const message = `${path} is not zero; nothing says what the kernel makes of that.`;
        this.add('warning', path, at, 'reserved-not-zero', message);
        return;
      }
      default:
        field.nonZero satisfies never;
    }
  }

  checkHole(offsetBits: number, sizeBits: number, record: RecordDescriptor, prefix: string): void {
    const at = this.#firstNonZero(offsetBits, sizeBits);
    if (at === undefined) return;
    const owner = prefix === '' ? record.type : prefix;
    this.add('info', null, at, 'hole-not-zero', `Bytes of ${owner} that belong to no field are not zero.`);
  }

  /** Where the first byte stands that is not zero, in bits; `undefined` if there is none. Parts of bytes are not looked at. */
  #firstNonZero(offsetBits: number, sizeBits: number): number | undefined {
    // Only bit-fields and the holes between them are parts of bytes, and a bit-field's own value has been read.
    if (offsetBits % 8 !== 0 || sizeBits % 8 !== 0) return undefined;
    const end = Math.min(this.#bytes.length, (offsetBits + sizeBits) / 8);
    for (let i = offsetBits / 8; i < end; i++) if (this.#bytes[i] !== 0) return i * 8;
    return undefined;
  }
}
