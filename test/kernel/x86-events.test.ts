import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { parseTranscript, type TranscriptRecord } from '../../src/kernel/replay/transcript.ts';
import { isX86Transcript, replayX86Transcript } from '../../src/kernel/x86/replay.ts';
import { X86VcpuEvents } from '../../src/kernel/x86/vcpu-events.ts';

function read(name: string): readonly TranscriptRecord[] {
  const file = new URL(`../../fixtures/captures/kernel-x86/${name}.jsonl.gz`, import.meta.url);
  return parseTranscript(gunzipSync(readFileSync(file)).toString('utf8'), name).records;
}

describe('x86 transcripts of real kernels', () => {
  test.each([
    { name: '6.12.117-deb-svm', version: '6.12', vendor: 'svm', skipped: 5 },
    { name: '6.18-pvm', version: '6.18', vendor: 'pvm', skipped: 9 },
  ] as const)('$name is answered byte for byte, all but what is not recorded', ({ name, version, vendor, skipped }) => {
    const records = read(name);
    expect(isX86Transcript(records)).toBe(true);
    const report = replayX86Transcript(records, parseKernelVersion(version), vendor);
    expect(report.mismatched).toEqual([]);
    expect(report.steps).toBe(1215);
    expect(report.skipped.length).toBe(skipped);
  });

  test('tell their hosts apart: the comparison can fail', () => {
    const report = replayX86Transcript(read('6.18-pvm'), parseKernelVersion('6.18'), 'svm');
    // kvm_pvm has executed the OUT when the user sees it.
    expect(report.mismatched.some(({ step, field }) => step === 'io-exit0' && field === 'hex')).toBe(true);
  });

  test('with a scenario nobody knows are skipped with a reason', () => {
    const records = parseTranscript(
      '{"i":1,"scn":"new","step":"a","op":"ioctl","fd":"vcpu","req":"0xae80","arg":"0x0","ret":0,"errno":0}\n',
      'x',
    ).records;
    const report = replayX86Transcript(records, parseKernelVersion('6.12'), 'svm');
    expect(report).toMatchObject({ steps: 1, matched: 0, mismatched: [] });
    expect(report.skipped[0]?.reason).toContain('new');
  });
});

describe('x86 events', () => {
  test('before 6.0 have no triple fault flag, so the bit is unknown', () => {
    const bytes = new Uint8Array(64);
    bytes[20] = 0x20;
    const set = (version: string): number => {
      const events = new X86VcpuEvents({ version: parseKernelVersion(version), vendor: 'vmx' });
      events.enableCapability(218, true);
      return events.set(bytes);
    };
    expect(set('6.0')).toBe(0);
    expect(set('5.19')).toBe(-22);
  });

  test('VMX keeps both bits of the interrupt shadow, SVM one that reads back as two', () => {
    const bytes = new Uint8Array(64);
    bytes[11] = 1;
    bytes[20] = 4;
    const shadow = (vendor: 'svm' | 'vmx'): number | undefined => {
      const events = new X86VcpuEvents({ version: parseKernelVersion('6.12'), vendor });
      expect(events.set(bytes)).toBe(0);
      return events.get()[11];
    };
    expect(shadow('svm')).toBe(3);
    expect(shadow('vmx')).toBe(1);
  });
});
