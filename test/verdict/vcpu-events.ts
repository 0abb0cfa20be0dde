/** arm64's `kvm_vcpu_events` in the forms the founding question is about, built by hand. */

import type { Abi } from '../../src/abi/abi.ts';
import type { FieldSemantics } from '../../src/abi/semantics.ts';
import type { Field } from '../../src/abi/types.ts';
import { abi, field, record, struct } from './build.ts';

const pad: FieldSemantics = { role: 'padding', nonZero: 'rejected' };
const reserve: FieldSemantics = { role: 'reserved', nonZero: 'rejected' };
const flag: FieldSemantics = { meaning: { kind: 'boolean' } };
const onlyIf = (path: string): FieldSemantics => ({ validIf: { kind: 'non-zero', path }, acceptedMask: 0x1ffffffn });

const u8 = (name: string): Field => field('__u8', name, [], flag);
const esr = (): Field => field('__u64', 'serror_esr', [], onlyIf('exception.serror_has_esr'));
const abt = (): Field => field('__u64', 'ext_abt_esr', [], onlyIf('exception.ext_abt_has_esr'));

const forms = {
  serror: [[u8('serror_pending'), u8('serror_has_esr'), field('__u8', 'pad', [6], pad), esr()], 12, []],
  v1: [
    [u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), field('__u8', 'pad', [5], pad), esr()],
    12,
    [],
  ],
  iabt: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_iabt_pending')],
      ...[field('__u8', 'pad', [4], pad), esr()],
    ],
    12,
    [],
  ],
  excl_atom: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_dabt_excl_atom_pending')],
      ...[field('__u8', 'pad', [4], pad), esr()],
    ],
    12,
    [],
  ],
  ext_abt_esr: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_iabt_pending')],
      ...[u8('ext_abt_has_esr'), field('__u8', 'pad', [3], pad), esr(), abt()],
    ],
    10,
    [],
  ],
  ext_abt_esr_doc: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_iabt_pending')],
      ...[field('__u8', 'pad', [4], pad), esr(), field('__u64', 'ext_abt_esr')],
    ],
    12,
    [],
  ],
  tail_esr: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_iabt_pending')],
      ...[u8('ext_abt_has_esr'), field('__u8', 'pad', [3], pad), esr()],
    ],
    10,
    [abt()],
  ],
  union_esr: [
    [
      ...[u8('serror_pending'), u8('serror_has_esr'), u8('ext_dabt_pending'), u8('ext_iabt_pending')],
      ...[u8('ext_abt_has_esr'), field('__u8', 'pad', [3], pad)],
      field(record('union', undefined, [esr(), abt()]), undefined),
    ],
    12,
    [],
  ],
} satisfies Record<string, readonly [readonly Field[], number, readonly Field[]]>;

export type EventsForm = keyof typeof forms;
export const eventsForms = Object.keys(forms) as EventsForm[];

export function vcpuEvents(form: EventsForm): Abi {
  const [exception, words, tail] = forms[form];
  return abi({
    label: `kvm_vcpu_events#${form}`,
    records: [
      record(
        'struct',
        'kvm_vcpu_events',
        [field(struct(undefined, ...exception), 'exception'), field('__u32', 'reserved', [words], reserve), ...tail],
        {
          sizeRule: 'exact',
          requests: [
            { name: 'KVM_GET_VCPU_EVENTS', direction: 'read', unknownErrno: 'EINVAL' },
            { name: 'KVM_SET_VCPU_EVENTS', direction: 'write', unknownErrno: 'EINVAL' },
          ],
        },
      ),
    ],
    requests: {
      KVM_GET_VCPU_EVENTS: ['read', 0x9f, 'kvm_vcpu_events'],
      KVM_SET_VCPU_EVENTS: ['write', 0xa0, 'kvm_vcpu_events'],
    },
  });
}
