/** Members of a record that strace printed by name: where they lie, and what register ids among them stand for. */

import { registerIdText } from '../../capture/register-id.ts';
import type { RecordDescriptor } from '../../codec/record-descriptor.ts';
import type { LogEntry } from './log-entry.ts';

/** Where a member that strace named lies; a log names the same few again and again. */
interface MemberPlace {
  readonly type: string;
  readonly offsetBytes: number | null;
  readonly sizeBytes: number | null;
  readonly isRegisterId: boolean;
}

const memberPlaces = new WeakMap<RecordDescriptor, Map<string, MemberPlace>>();
const maxMemberPlaces = 4096;

function memberPlace(descriptor: RecordDescriptor, path: string): MemberPlace {
  let places = memberPlaces.get(descriptor);
  if (places === undefined) {
    places = new Map();
    memberPlaces.set(descriptor, places);
  }
  let place = places.get(path);
  if (place === undefined) {
    place = findMember(descriptor, path);
    if (places.size < maxMemberPlaces) places.set(path, place);
  }
  return place;
}

function findMember(descriptor: RecordDescriptor, path: string): MemberPlace {
  let fields = descriptor.fields;
  let offsetBits = 0;
  let found: (typeof fields)[number] | undefined;
  for (const name of path.split('.')) {
    found = fields.find(({ cName }) => cName === name);
    if (found === undefined) break;
    offsetBits += found.offsetBits;
    fields = found.element.kind === 'record' ? found.element.record.fields : [];
  }
  return {
    type: found?.type ?? '',
    offsetBytes: found === undefined ? null : Math.floor(offsetBits / 8),
    sizeBytes: found === undefined ? null : Math.ceil(found.sizeBits / 8),
    isRegisterId: found?.meaning?.kind === 'register-id',
  };
}

/** A member as a field of the record, with its place and meaning where the record has it. */
export function memberField(descriptor: RecordDescriptor, path: string, value: string): LogEntry['fields'][number] {
  const { type, offsetBytes, sizeBytes, isRegisterId } = memberPlace(descriptor, path);
  const meaning = isRegisterId && /^0x[0-9a-f]+$/.test(value) ? registerIdText(BigInt(value)) : null;
  return { path, type, offsetBytes, sizeBytes, value, meaning };
}
