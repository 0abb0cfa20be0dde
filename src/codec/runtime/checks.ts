/**
 * The checks of a generated codec, and what they throw.
 *
 * Bytes past the end of a `Uint8Array` read as `undefined`, which arithmetic turns into silent zeros. So every face checks
 * the length once, up front, and the readers check nothing. What makes a message stands apart from the check, so that the
 * check is small enough to be inlined.
 */

/** Bytes that cannot be a record of this type, because there are too few or too many of them. */
export class DecodeError extends RangeError {
  override readonly name = 'DecodeError';
}

/** A value that does not fit its field. `path` says which field. */
export class EncodeError extends RangeError {
  override readonly name = 'EncodeError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path === '' ? '' : `${path}: `}${message}`);
    this.path = path;
  }
}

/** Throws unless `bytes` holds exactly one record. */
export function checkLength(bytes: Uint8Array, sizeBytes: number, type: string): void {
  if (bytes.length !== sizeBytes) refuseLength(bytes, sizeBytes, type);
}

function refuseLength(bytes: Uint8Array, sizeBytes: number, type: string): never {
  const difference = bytes.length - sizeBytes;
  const what = difference < 0 ? `${String(-difference)} missing` : `${String(difference)} too many`;
  throw new DecodeError(`${type} has ${String(sizeBytes)} bytes, got ${String(bytes.length)} (${what})`);
}

/** Throws unless a record of `sizeBytes` lies within `bytes` at `offset`. */
export function checkWithin(bytes: Uint8Array, offset: number, sizeBytes: number, type: string): void {
  if (!(Number.isSafeInteger(offset) && offset >= 0 && offset + sizeBytes <= bytes.length)) {
    refusePlace(bytes, offset, sizeBytes, type);
  }
}

function refusePlace(bytes: Uint8Array, offset: number, sizeBytes: number, type: string): never {
  throw new DecodeError(
    `${type} has ${String(sizeBytes)} bytes and does not fit at offset ${String(offset)} of ${String(bytes.length)} bytes`,
  );
}

/** Number of records in a batch; throws if the last one is cut. */
export function checkBatch(bytes: Uint8Array, sizeBytes: number, type: string): number {
  const count = sizeBytes === 0 ? 0 : bytes.length / sizeBytes;
  if (!Number.isInteger(count) || (sizeBytes === 0 && bytes.length > 0)) {
    throw new DecodeError(
      `${String(bytes.length)} bytes are no whole number of ${type} records of ${String(sizeBytes)} bytes`,
    );
  }
  return count;
}

/** Throws unless an array value has exactly `length` elements. */
export function checkCount(values: ArrayLike<unknown>, length: number, path: string): void {
  if (values.length !== length) refuseCount(values, length, path);
}

function refuseCount(values: ArrayLike<unknown>, length: number, path: string): never {
  throw new EncodeError(path, `has ${String(length)} elements, got ${String(values.length)}`);
}

/** Throws unless `index` is one of an array of `length` elements. */
export function checkIndex(index: number, length: number, path: string): void {
  if (!(Number.isInteger(index) && index >= 0 && index < length)) {
    throw new DecodeError(`${path} has ${String(length)} elements, there is no element ${String(index)}`);
  }
}

/** Throws unless the arm that was given is the one the encoded discriminant selects. */
export function checkArm(given: string | undefined, selected: string | undefined, path: string): void {
  if (given !== undefined && given !== selected) {
    const other = selected === undefined ? 'no arm' : `the arm ${selected}`;
    throw new EncodeError(path, `holds the arm ${given}, but its discriminant selects ${other}`);
  }
}
