/**
 * The rules of KVM_SET_VCPU_EVENTS, from what real kernels answered (fixtures/captures/kernel) and, for the syndromes, from
 * the Arm architecture: ESR_EL1 is EC << 26 | IL << 25 | ISS.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCpuModel } from '../../src/kernel/cpu-models.ts';
import { matrixPrograms, runEventsMatrix } from '../../src/kernel/events-matrix.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { describeOutcome, tryEvents } from '../../src/kernel/probe-events.ts';

function events(...fields: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(64);
  for (const [at, value] of fields) bytes[at] = value;
  return bytes;
}

function outcome(kernel: string, cpu: string, ...fields: readonly (readonly [number, number])[]): string {
  return describeOutcome(tryEvents(events(...fields), parseKernelVersion(kernel), parseCpuModel(cpu)));
}

describe('one SET on a fresh vCPU', () => {
  test.each([
    // A data abort before the first run: IL is 0 until 7.2 sets it always.
    ['6.1', 'max', [[2, 1]], 'data abort 0x94000010'],
    ['6.12', 'max', [[2, 1]], 'data abort 0x94000010'],
    ['6.19', 'max', [[2, 1]], 'data abort 0x94000010'],
    ['7.2', 'max', [[2, 1]], 'data abort 0x96000010'],
    // Any non-zero byte is true.
    ['6.12', 'max', [[2, 255]], 'data abort 0x94000010'],
    // Before 5.5 byte 2 is pad.
    ['5.4', 'max', [[2, 1]], 'EINVAL'],
    ['5.5', 'max', [[2, 1]], 'data abort 0x94000010'],
    // SErrors wait: PSTATE.A is set after an init.
    ['6.12', 'max', [[0, 1]], 'SError 0x1000000 pending'],
    [
      '6.12',
      'max',
      [
        [0, 1],
        [1, 1],
        [8, 0x45],
      ],
      'SError 0x45 pending',
    ],
    ['6.12', 'cortex-a57', [[0, 1]], 'SError 0x0 pending'],
    [
      '6.12',
      'cortex-a57',
      [
        [0, 1],
        [1, 1],
      ],
      'EINVAL',
    ],
    ['6.12', 'cortex-a57', [[1, 1]], 'nothing'],
    // 25 bits of syndrome, not 24 as the document says.
    [
      '6.12',
      'max',
      [
        [0, 1],
        [1, 1],
        [11, 1],
      ],
      'SError 0x1000000 pending',
    ],
    [
      '6.12',
      'max',
      [
        [0, 1],
        [1, 1],
        [11, 2],
      ],
      'EINVAL',
    ],
    // A syndrome that is not used is not looked at.
    [
      '6.12',
      'max',
      [
        [1, 1],
        [15, 1],
      ],
      'nothing',
    ],
    [
      '6.12+ext_abt_esr',
      'max',
      [
        [1, 1],
        [15, 1],
      ],
      'EINVAL',
    ],
    ['6.12+ext_abt_esr', 'cortex-a57', [[1, 1]], 'EINVAL'],
    // Partial effects: since 6.17 the abort is in before the SError is refused.
    [
      '6.16',
      'max',
      [
        [2, 1],
        [0, 1],
        [1, 1],
        [11, 2],
      ],
      'EINVAL',
    ],
    [
      '6.17',
      'max',
      [
        [2, 1],
        [0, 1],
        [1, 1],
        [11, 2],
      ],
      'EINVAL, data abort 0x94000010',
    ],
    [
      '6.12+iabt',
      'max',
      [
        [2, 1],
        [3, 1],
        [0, 1],
      ],
      'EINVAL, SError 0x1000000 pending',
    ],
    [
      '7.3+ext_abt_esr',
      'max',
      [
        [2, 1],
        [3, 1],
        [0, 1],
      ],
      'EINVAL',
    ],
    // The proposed fields.
    ['6.12+iabt', 'max', [[3, 1]], 'instruction abort 0x84000010'],
    ['6.12', 'max', [[3, 1]], 'EINVAL'],
    [
      '6.12+ext_abt_esr',
      'max',
      [
        [2, 1],
        [4, 1],
        [17, 0xc7],
        [18, 0xc0],
        [19, 1],
      ],
      'data abort 0x95c0c710',
    ],
    [
      '6.12+ext_abt_esr',
      'max',
      [
        [3, 1],
        [4, 1],
        [17, 6],
        [19, 1],
      ],
      'instruction abort 0x85000610',
    ],
    [
      '6.12+ext_abt_esr',
      'max',
      [
        [2, 1],
        [16, 0x23],
      ],
      'data abort 0x94000010',
    ],
    [
      '6.12+ext_abt_esr',
      'max',
      [
        [2, 1],
        [24, 1],
      ],
      'EINVAL',
    ],
  ] as const)('%s on %s: %j gives %s', (kernel, cpu, fields, expected) => {
    expect(outcome(kernel, cpu, ...fields)).toBe(expected);
  });
});

const kernels = ['4.19', '5.5', '6.1', '6.12', '6.16', '6.17', '6.18', '6.19', '7.2', '7.3'];
const patches = ['', '+iabt', '+ext_abt_esr', '+sea-v1', '+sea-v2'];
const anyKernel = fc.constantFrom(...kernels.flatMap((kernel) => patches.map((patch) => kernel + patch)));
const anyCpu = fc.constantFrom('max', 'cortex-a57', 'neoverse-n1', 'max,-ras');
const anyEvents = fc
  .tuple(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.uint8Array({ minLength: 64, maxLength: 64, max: 7 }))
  // Most bytes are zero, or every record would be refused.
  .map(([bytes, mask]) => bytes.map((byte, at) => (mask[at] === 0 ? byte & 1 : 0)));

describe('any SET', () => {
  test('of a byte no form names is refused on every kernel, and nothing happens', () => {
    fc.assert(
      fc.property(anyKernel, anyCpu, anyEvents, fc.integer({ min: 24, max: 63 }), (kernel, cpu, bytes, at) => {
        bytes[at] = 1;
        const result = tryEvents(bytes, parseKernelVersion(kernel), parseCpuModel(cpu));
        expect(describeOutcome(result)).toBe('EINVAL');
      }),
    );
  });

  test('that mainline refuses leaves no trace before 6.17', () => {
    fc.assert(
      fc.property(fc.constantFrom('4.19', '5.5', '6.1', '6.12', '6.16'), anyCpu, anyEvents, (kernel, cpu, bytes) => {
        const result = tryEvents(bytes, parseKernelVersion(kernel), parseCpuModel(cpu));
        if (result.error !== '') expect(describeOutcome(result)).toBe(result.error);
      }),
    );
  });

  test('gives the same twice', () => {
    fc.assert(
      fc.property(anyKernel, anyCpu, anyEvents, (kernel, cpu, bytes) => {
        const once = tryEvents(bytes, parseKernelVersion(kernel), parseCpuModel(cpu));
        expect(tryEvents(bytes, parseKernelVersion(kernel), parseCpuModel(cpu))).toEqual(once);
      }),
    );
  });
});

describe('the matrix of programs and kernels', () => {
  const cells = runEventsMatrix(parseCpuModel('max'));
  const cell = (program: string, form: string): string | undefined =>
    cells.find((one) => one.program === program && one.kernel.startsWith(`${form} `))?.verdict;

  test('is complete', () => {
    expect(cells).toHaveLength(matrixPrograms.length * 4);
  });

  test('careful programs work on their own form and every later one', () => {
    for (const form of ['serror', 'v1', 'iabt', 'ext_abt_esr']) expect(cell('SError, careful', form)).toBe('as meant');
    for (const form of ['v1', 'iabt', 'ext_abt_esr']) expect(cell('data abort, careful', form)).toBe('as meant');
    expect(cell('data abort with syndrome, careful', 'ext_abt_esr')).toBe('as meant');
  });

  test('new programs on old kernels are refused, never misunderstood', () => {
    for (const form of ['serror', 'v1']) expect(cell('instruction abort, careful', form)).toBe('refused');
    for (const form of ['serror', 'v1', 'iabt']) {
      expect(cell('data abort with syndrome, careful', form)).toBe('refused');
    }
  });

  test('a dirty pad byte that a newer form names is taken for what it is not', () => {
    expect(cell('SError, only byte 2 dirty', 'serror')).toBe('refused');
    expect(cell('SError, only byte 2 dirty', 'v1')).toBe('otherwise');
    expect(cell('SError, only byte 3 dirty', 'v1')).toBe('refused');
    expect(cell('SError, only byte 3 dirty', 'iabt')).toBe('otherwise');
  });
});
