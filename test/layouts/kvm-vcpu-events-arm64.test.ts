/**
 * The eight forms of arm64's `struct kvm_vcpu_events`. The offsets were taken from the headers of the releases and from the
 * patches as mailed, and stand here a second time, so that a slip in the layout file or in the layout engine shows.
 */

import { describe, expect, test } from 'vitest';
import { checkLayoutFile, variantsOf } from '../../src/abi/definition/layout-file.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { abiOf, layoutFile, layoutText, membersOf, recordLayout } from './support.ts';

const file = layoutFile('kvm_vcpu_events.arm64.json');

/** Variant → total size and [offset, size] of every member, in bytes. */
const expected: Record<string, { total: number; members: Record<string, [number, number]> }> = {
  serror: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.pad': [2, 6],
      'exception.serror_esr': [8, 8],
      reserved: [16, 48],
    },
  },
  v1: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.pad': [3, 5],
      'exception.serror_esr': [8, 8],
      reserved: [16, 48],
    },
  },
  iabt: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_iabt_pending': [3, 1],
      'exception.pad': [4, 4],
      'exception.serror_esr': [8, 8],
      reserved: [16, 48],
    },
  },
  excl_atom: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_dabt_excl_atom_pending': [3, 1],
      'exception.pad': [4, 4],
      'exception.serror_esr': [8, 8],
      reserved: [16, 48],
    },
  },
  ext_abt_esr: {
    total: 64,
    members: {
      exception: [0, 24],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_iabt_pending': [3, 1],
      'exception.ext_abt_has_esr': [4, 1],
      'exception.pad': [5, 3],
      'exception.serror_esr': [8, 8],
      'exception.ext_abt_esr': [16, 8],
      reserved: [24, 40],
    },
  },
  ext_abt_esr_doc: {
    total: 72,
    members: {
      exception: [0, 24],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_iabt_pending': [3, 1],
      'exception.pad': [4, 4],
      'exception.serror_esr': [8, 8],
      'exception.ext_abt_esr': [16, 8],
      reserved: [24, 48],
    },
  },
  union_esr: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_iabt_pending': [3, 1],
      'exception.ext_abt_has_esr': [4, 1],
      'exception.pad': [5, 3],
      'exception.serror_esr': [8, 8],
      'exception.ext_abt_esr': [8, 8],
      reserved: [16, 48],
    },
  },
  tail_esr: {
    total: 64,
    members: {
      exception: [0, 16],
      'exception.serror_pending': [0, 1],
      'exception.serror_has_esr': [1, 1],
      'exception.ext_dabt_pending': [2, 1],
      'exception.ext_iabt_pending': [3, 1],
      'exception.ext_abt_has_esr': [4, 1],
      'exception.pad': [5, 3],
      'exception.serror_esr': [8, 8],
      reserved: [16, 40],
      ext_abt_esr: [56, 8],
    },
  },
};

test('the file has no mistakes and exactly these variants', async () => {
  expect((await checkLayoutFile(layoutText(file.fileName), file.fileName)).diagnostics).toEqual([]);
  expect(variantsOf(file).map(({ name }) => name)).toEqual(Object.keys(expected));
});

describe.each(Object.entries(expected))('%s', (variant, { total, members }) => {
  const abi = abiOf(file, variant, 'arm64');
  const layout = recordLayout(abi, 'struct kvm_vcpu_events');

  test('has the size and the offsets of its source', () => {
    expect([layout.sizeBytes, layout.alignBytes]).toEqual([total, 8]);
    expect(membersOf(layout)).toEqual(members);
  });

  test('every byte that carries nothing is refused when it is not zero', () => {
    const silent = fieldPathsOf(layout).filter(({ path }) => /(^|\.)(pad|reserved)$/.test(path));
    expect(silent).toHaveLength(2);
    expect(silent.map(({ field }) => field.semantics?.nonZero)).toEqual(['rejected', 'rejected']);
  });

  test('the request numbers follow the size', () => {
    const numbers = ['KVM_GET_VCPU_EVENTS', 'KVM_SET_VCPU_EVENTS'].map((name) => abi.requests.get(name)?.number);
    expect(numbers).toEqual(variant === 'ext_abt_esr_doc' ? [0x8048ae9f, 0x4048aea0] : [0x8040ae9f, 0x4040aea0]);
  });
});

test('each syndrome is valid behind its own flag, and 25 bits wide', () => {
  const record = abiOf(file, 'ext_abt_esr', 'arm64').records.get('struct kvm_vcpu_events')?.record;
  const exception = record?.fields[0]?.type;
  const fields = exception?.kind === 'record' ? exception.fields : [];
  const semanticsOf = (name: string) => fields.find((field) => field.name === name)?.semantics;
  expect(semanticsOf('serror_esr')?.validIf).toEqual({ kind: 'non-zero', path: 'exception.serror_has_esr' });
  expect(semanticsOf('ext_abt_esr')?.validIf).toEqual({ kind: 'non-zero', path: 'exception.ext_abt_has_esr' });
  expect(semanticsOf('serror_esr')?.acceptedMask).toBe(0x1ffffffn);
  expect(semanticsOf('ext_abt_esr')?.acceptedMask).toBe(0x1ffffffn);
  expect(semanticsOf('ext_dabt_pending')?.capability).toEqual({ name: 'KVM_CAP_ARM_INJECT_EXT_DABT', value: 178n });
  expect(record?.semantics?.requests).toEqual([
    { name: 'KVM_GET_VCPU_EVENTS', direction: 'read', unknownErrno: 'EINVAL' },
    { name: 'KVM_SET_VCPU_EVENTS', direction: 'write', unknownErrno: 'EINVAL' },
  ]);
});
