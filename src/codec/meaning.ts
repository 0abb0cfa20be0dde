/**
 * What a number means to people, and what is odd about it.
 *
 * Deliberately shallow: names of enumerators and flags, the kind of address, the kind of count. Values with a structure of
 * their own (syndrome registers, register ids) are explained by a function the caller hands in.
 */

import type { NamedValue, ValueMeaning } from '../abi/semantics.ts';
import type { FieldDescriptor } from './record-descriptor.ts';

/** Explains a value that has a structure of its own; `undefined` if it cannot. */
export type Explain = (meaning: ValueMeaning, value: bigint) => string | undefined;

const addressSpaces = {
  'guest-physical': 'guest physical address',
  'guest-virtual': 'guest virtual address',
  'host-virtual': 'address in the program',
} as const;

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** The "meaning" column of a decoded field. */
export function meaningOf(meaning: ValueMeaning, value: bigint, explain?: Explain): string | undefined {
  switch (meaning.kind) {
    case 'boolean':
      return value === 0n ? 'no' : value === 1n ? 'yes' : 'yes (any non-zero byte is)';
    case 'enumeration':
      return meaning.values.find((known) => known.value === value)?.name ?? `no known ${familyText(meaning.name)}`;
    case 'flags':
      return flagsText(meaning.flags, value);
    case 'address':
      return addressSpaces[meaning.space];
    case 'count':
      return `number of ${meaning.of}`;
    case 'file-descriptor':
      return value === -1n || value === 0xffff_ffffn ? 'no file descriptor' : 'file descriptor';
    case 'errno':
      return 'errno';
    case 'syndrome':
      return explain?.(meaning, value) ?? `${meaning.register} syndrome`;
    case 'register-id':
      return explain?.(meaning, value) ?? 'register id';
    default:
      return meaning satisfies never;
  }
}

function flagsText(flags: readonly NamedValue[], value: bigint): string {
  if (value === 0n) return 'none';
  const names: string[] = [];
  let rest = value;
  for (const flag of flags) {
    if (flag.value !== 0n && (value & flag.value) === flag.value) {
      names.push(flag.name);
      rest &= ~flag.value;
    }
  }
  if (rest !== 0n) names.push(hex(rest));
  return names.join(' | ');
}

/** Families of constants are named by their prefix. */
function familyText(name: string): string {
  return name.endsWith('_') ? `${name}*` : name;
}

interface ValueNote {
  readonly severity: 'error' | 'warning' | 'info';
  readonly rule: string;
  readonly message: string;
}

/** What is odd about a value; `isLive` is false where a condition says that the field has no meaning now. */
export function valueNotes(field: FieldDescriptor, value: bigint, path: string, isLive: boolean): ValueNote[] {
  const notes: ValueNote[] = [];
  const { meaning, acceptedMask, element } = field;
  const isBoolean = meaning?.kind === 'boolean' || (element.kind === 'integer' && element.isBoolean === true);
  if (isBoolean && value !== 0n && value !== 1n) {
    notes.push({
      severity: 'warning',
      rule: 'boolean-not-0-or-1',
      message: `${path} is ${hex(value)}; every non-zero value counts as true, and it reads back as 1.`,
    });
  }
  if (acceptedMask !== undefined && (value & ~acceptedMask) !== 0n) {
    const outside = `${path} has bits ${hex(value & ~acceptedMask)} outside of ${hex(acceptedMask)}`;
    notes.push(
      isLive
        ? {
            severity: 'error',
            rule: 'outside-accepted-mask',
            message: `${outside}: the kernel refuses them with EINVAL.`,
          }
        : { severity: 'info', rule: 'outside-accepted-mask', message: `${outside}; nothing reads the field now.` },
    );
  }
  if (meaning?.kind === 'enumeration' && !meaning.values.some((known) => known.value === value)) {
    notes.push({
      severity: 'warning',
      rule: 'unknown-value',
      message: `${path} is ${String(value)}, which is no known ${familyText(meaning.name)}.`,
    });
  }
  if (meaning?.kind === 'flags') {
    const known = meaning.flags.reduce((all, flag) => all | flag.value, 0n);
    const unknown = value & ~known;
    if (unknown !== 0n && (acceptedMask === undefined || (unknown & acceptedMask) !== 0n)) {
      notes.push({
        severity: 'warning',
        rule: 'unknown-flags',
        message: `${path} has bits ${hex(unknown)} that are no known ${familyText(meaning.name)}.`,
      });
    }
  }
  return notes;
}
