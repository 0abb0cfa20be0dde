/**
 * What can be said about bytes that may be a record.
 *
 * The other faces of a codec want a whole record and throw otherwise; this one takes anything (a truncated capture, a
 * buffer with bytes behind it, values no kernel would take) and returns a tree of what is there, with notes about what
 * is wrong. It is what hex dumps, `uabi decode` and reports about broken buffers are made from.
 */

import { counted } from '../diagnostic.ts';
import type { InspectedField, Inspection, Note } from './inspection.ts';
import { Inspector } from './inspector.ts';
import type { Explain } from './meaning.ts';
import type { RecordDescriptor } from './record-descriptor.ts';

export interface InspectOptions {
  /** Explains values the codec knows nothing about: syndrome registers, register ids. */
  readonly explain?: Explain;
}

/** Inspects `bytes` as the record; never throws, whatever they are. */
export function inspectBytes(
  descriptor: RecordDescriptor,
  bytes: Uint8Array,
  options: InspectOptions = {},
): Inspection {
  const inspector = new Inspector(bytes, options.explain);
  const fields = inspector.record(descriptor, 0, '');
  const sizeBytes = Math.min(Number.MAX_SAFE_INTEGER, descriptor.sizeBytes + inspector.tailBytes(descriptor));
  const missingBytes = Math.max(0, sizeBytes - bytes.length);
  const trailingBytes = Math.max(0, bytes.length - sizeBytes);
  const lengthNotes: Note[] = [];
  if (missingBytes > 0) {
    const first = firstMissing(fields, bytes.length);
    lengthNotes.push({
      severity: 'error',
      path: first?.path ?? null,
      offsetBytes: bytes.length,
      rule: 'missing-bytes',
      message: `${descriptor.type} has ${bytesText(sizeBytes)}; ${missingText(missingBytes, sizeBytes)} missing${first === undefined ? '' : `, from ${first.text}`}.`,
    });
  }
  if (trailingBytes > 0) {
    lengthNotes.push({
      severity: 'error',
      path: null,
      offsetBytes: sizeBytes,
      rule: 'trailing-bytes',
      message: `${descriptor.type} ends after ${bytesText(sizeBytes)}; ${bytesText(trailingBytes)} behind it ${trailingBytes === 1 ? 'does' : 'do'} not belong to it.`,
    });
  }
  return { descriptor, fields, notes: [...lengthNotes, ...inspector.notes], sizeBytes, trailingBytes, missingBytes };
}

/** The first field, in the order the fields lie, that is not or not wholly there. */
function firstMissing(
  fields: readonly InspectedField[],
  available: number,
): { readonly path: string; readonly text: string } | undefined {
  let found: InspectedField | undefined;
  const visit = (field: InspectedField): void => {
    if (field.kind === 'group' && field.children.length > 0) field.children.forEach(visit);
    else if (field.path !== '' && field.kind !== 'hole' && field.kind !== 'tail') {
      const isCut = field.offsetBits + field.sizeBits > available * 8;
      if (isCut && (found === undefined || field.offsetBits < found.offsetBits)) found = field;
    }
  };
  fields.forEach(visit);
  if (found === undefined) return undefined;
  const { path, offsetBits, sizeBits } = found;
  const present = available - Math.floor(offsetBits / 8);
  const size = Math.ceil(sizeBits / 8);
  return {
    path,
    text:
      present > 0
        ? `${path}, of which ${String(present)} of ${bytesText(size)} ${present === 1 ? 'is' : 'are'} there`
        : path,
  };
}

function missingText(missing: number, size: number): string {
  if (size === Number.MAX_SAFE_INTEGER) return 'nearly all of them are';
  if (missing === size) return size === 1 ? 'it is' : 'all of them are';
  return missing === 1 ? 'its last byte is' : `the last ${String(missing)} of them are`;
}

/** A count in the record can ask for more than there are numbers for. */
function bytesText(count: number): string {
  return count === Number.MAX_SAFE_INTEGER ? 'more bytes than any memory' : counted(count, 'byte');
}
