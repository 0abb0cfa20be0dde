/**
 * The founding question: what giving arm64's `kvm_vcpu_events` an `ext_abt_esr` does, in every form that was proposed.
 *
 * Offsets, sizes and request numbers are those of the patches and of the kernels that were built with them; what a kernel
 * answers to old and new programs was recorded from running kernels.
 */

import { describe, expect, test } from 'vitest';
import { adviseOn } from '../../src/verdict/advice.ts';
import { checkAbis, type CheckResult, countsOf } from '../../src/verdict/check.ts';
import { type Contract } from '../../src/verdict/contract.ts';
import { type Finding, touchedContracts } from '../../src/verdict/finding.ts';
import { abiOf, layoutFile } from '../layouts/support.ts';
import { runCli } from '../support/run-cli.ts';

const file = layoutFile('kvm_vcpu_events.arm64.json');
const check = (old: string, next: string, contracts?: readonly Contract[]): CheckResult =>
  checkAbis(
    [{ old: abiOf(file, old, 'arm64'), new: abiOf(file, next, 'arm64') }],
    contracts === undefined ? {} : { contracts },
  );

function find(result: CheckResult, rule: string, path?: string): Finding {
  const subject = path === undefined ? undefined : `struct kvm_vcpu_events${path}`;
  const found = result.findings.filter(
    (one) => one.rule === rule && (subject === undefined || one.subject === subject),
  );
  expect(found.map((one) => one.subject)).toHaveLength(1);
  const [finding] = found;
  if (finding === undefined) throw new Error(`no finding ${rule}`);
  return finding;
}

const reasons = (finding: Finding): Record<string, string> =>
  Object.fromEntries(finding.answers.map((one) => [one.contract, `${one.answer}: ${one.reason}`]));

describe('v1 → ext_abt_esr', () => {
  const result = check('v1', 'ext_abt_esr');

  test('is a break for rebuilt programs and mixed objects, and for nobody else', () => {
    expect(result.verdict).toBe('break');
    expect(countsOf(result.findings).break).toBe(2);
    for (const finding of result.findings.filter((one) => one.verdict === 'break')) {
      expect(touchedContracts(finding)).toEqual(['rebuild', 'mixed-objects']);
    }
    expect(check('v1', 'ext_abt_esr', ['old-binary', 'new-binary']).verdict).toBe('compatible');
  });

  test('exception grew from 16 to 24 bytes while the record kept its 64 and its requests their numbers', () => {
    const finding = find(result, 'inner-record-grew', '.exception');
    expect(finding.old?.sizeBits).toBe(16 * 8);
    expect(finding.new?.sizeBits).toBe(24 * 8);
    expect(finding.message).toContain('while struct kvm_vcpu_events stays 64 bytes');
    expect(result.findings.filter((one) => one.subject.startsWith('request '))).toEqual([]);
  });

  test('reserved moved from 16 to 24 and shrank from 12 to 10 words', () => {
    const finding = find(result, 'field-moved', '.reserved');
    expect([finding.old?.offsetBits, finding.new?.offsetBits]).toEqual([16 * 8, 24 * 8]);
    expect([finding.old?.type, finding.new?.type]).toEqual(['__u32[12]', '__u32[10]']);
    expect(finding.because).toBe('struct kvm_vcpu_events.exception');
  });

  test('the witness shows ext_abt_esr where the old side has reserved[0]', () => {
    const { witness } = find(result, 'inner-record-grew');
    if (witness?.kind !== 'bytes') throw new Error('no bytes');
    expect(witness.writer).toBe('new');
    // Byte 4 says that a syndrome is given, bytes 16 to 23 are the syndrome, the rest is zero.
    const touched = [...witness.bytes.entries()].filter(([, byte]) => byte !== 0).map(([at]) => at);
    expect(touched.every((at) => at === 4 || (at >= 16 && at < 24))).toBe(true);
    expect(witness.bytes).toHaveLength(64);
    const low = new DataView(witness.bytes.buffer).getUint32(16, true);
    expect(witness.read.find((one) => one.path === 'reserved[0]')?.value).toBe(BigInt(low));
    // The kernels that had the field accept no bit above 24.
    expect(low & ~0x1ffffff).toBe(0);
  });

  test('old programs are safe because the old kernel refuses non-zero reserved bytes and the field has a gate', () => {
    const answer = reasons(find(result, 'reserved-became-field', '.exception.ext_abt_esr'));
    expect(answer['old-binary']).toMatch(/^kept: .*refuses non-zero.*reserved.*EINVAL.*ext_abt_has_esr/);
    expect(answer['new-binary']).toMatch(/^kept: .*EINVAL.*clear error/);
  });

  test('a program that clears only the 16 bytes of exception is spoken of', () => {
    expect(reasons(find(result, 'inner-record-grew'))['old-binary']).toMatch(/clears only the 16 bytes of exception/);
  });

  test('the field at the end of reserved, byte 56, is offered and judged compatible', () => {
    const [first, second] = adviseOn(result, 'struct kvm_vcpu_events');
    expect(first?.places).toEqual(['ext_abt_esr at byte 56']);
    expect(first?.declaration).toContain('__u32 reserved[10];\n    __u64 ext_abt_esr;');
    expect(second?.title).toContain('struct kvm_vcpu_events_v2');
    // The offered layout is the one the author proposed himself later.
    expect(check('v1', 'tail_esr').verdict).toBe('compatible');
  });
});

describe('v1 → ext_abt_esr_doc (the form in the documentation, 72 bytes)', () => {
  const result = check('v1', 'ext_abt_esr_doc');

  test.each([
    ['KVM_GET_VCPU_EVENTS', 0x8040ae9f, 0x8048ae9f],
    ['KVM_SET_VCPU_EVENTS', 0x4040aea0, 0x4048aea0],
  ])('%s changes its number, and arm64 answers EINVAL to one it does not know', (name, old, next) => {
    expect(find(result, 'record-grew').message).toContain(name);
    const finding = result.findings.find((one) => one.subject === `request ${name}`);
    expect(finding?.because).toBe('struct kvm_vcpu_events');
    expect(finding?.rule).toBe('request-size-changed');
    expect(finding?.verdict).toBe('break');
    expect(finding?.witness).toEqual({
      kind: 'request',
      contract: 'old-binary',
      name,
      old,
      new: next,
      answer: 'EINVAL',
    });
  });

  test('the record grew from 64 to 72 bytes', () => {
    const finding = find(result, 'record-grew');
    expect([finding.old?.sizeBytes, finding.new?.sizeBytes]).toEqual([64, 72]);
  });
});

describe('every other pair', () => {
  test.each([
    ['serror', 'v1', 'compatible'],
    ['v1', 'iabt', 'compatible'],
    ['v1', 'excl_atom', 'compatible'],
    ['iabt', 'tail_esr', 'compatible'],
    // One byte, two meanings: the two proposals cannot coexist.
    ['iabt', 'excl_atom', 'break'],
    ['excl_atom', 'iabt', 'break'],
    // One place for two syndromes, while one call may pend both.
    ['v1', 'union_esr', 'review'],
    // Backwards a field disappears.
    ['v1', 'serror', 'break'],
    ['tail_esr', 'ext_abt_esr', 'break'],
  ] as const)('%s → %s: %s', (old, next, verdict) => {
    expect(check(old, next).verdict).toBe(verdict);
  });

  test('excl_atom and iabt are told as two meanings of byte 3, with the byte as proof', () => {
    const finding = find(check('iabt', 'excl_atom'), 'bytes-reused');
    expect(finding.new?.offsetBits).toBe(24);
    if (finding.witness?.kind !== 'bytes') throw new Error('no bytes');
    expect(finding.witness.bytes[3]).toBe(1);
    expect(finding.witness.read[0]?.path).toBe('exception.ext_dabt_excl_atom_pending');
  });

  const names = file.document.variants.map((variant) => variant.name);
  test.each(names)('%s against itself finds nothing', (name) => {
    expect(check(name, name).findings).toEqual([]);
  });

  test('every break of every pair has a witness, and every finding answers all four contracts', () => {
    for (const old of names) {
      for (const next of names) {
        for (const finding of check(old, next).findings) {
          expect(finding.witness !== null).toBe(finding.verdict === 'break');
          expect(finding.answers).toHaveLength(4);
        }
      }
    }
  });
});

describe('the witness, run', () => {
  test('the bytes of the founding case on a kernel of each side, as the check reports them', async () => {
    const { stdout } = await runCli([
      'check',
      'layouts/kvm_vcpu_events.arm64.json#v1',
      'layouts/kvm_vcpu_events.arm64.json#ext_abt_esr',
      ...['--format', 'json'],
    ]);
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; witness: { kernels?: unknown } }[] };
    // Linux 6.12 refuses every non-zero word of reserved (kvm_arm_vcpu_set_events); no event is pending in these bytes.
    expect(findings.find(({ rule }) => rule === 'inner-record-grew')?.witness.kernels).toEqual([
      { side: 'old', kernel: '6.12', answer: 'EINVAL' },
      { side: 'new', kernel: '6.12+ext_abt_esr', answer: 'nothing' },
    ]);
  });

  test('a form that no simulated kernel has is not run', async () => {
    const { stdout } = await runCli([
      'check',
      'layouts/kvm_vcpu_events.arm64.json#v1',
      'layouts/kvm_vcpu_events.arm64.json#ext_abt_esr_doc',
      ...['--format', 'json'],
    ]);
    expect(stdout).toContain('"break"');
    expect(stdout).not.toContain('"kernels"');
  });
});
