import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { parseTranscript } from '../../src/kernel/replay/transcript.ts';
import { isX86Transcript, replayX86Events } from '../../src/kernel/x86/replay-events.ts';
import { X86VcpuEvents } from '../../src/kernel/x86/vcpu-events.ts';

const file = new URL('../../fixtures/captures/kernel-x86/6.12.117-deb-svm.jsonl.gz', import.meta.url);
const { records } = parseTranscript(gunzipSync(readFileSync(file)).toString('utf8'), 'svm');

describe('x86 events', () => {
  test('of a real kernel are answered byte for byte', () => {
    expect(isX86Transcript(records)).toBe(true);
    const report = replayX86Events(records, parseKernelVersion('6.12'), 'svm');
    expect(report.mismatched).toEqual([]);
    expect(report.skipped).toEqual([]);
    expect(report.steps).toBeGreaterThan(190);
  });

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
