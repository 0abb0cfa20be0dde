/** The tree of a decoded record. The MMIO exit is what Linux 6.12.117 wrote on arm64 for a store of 0x12345678 to 0x0a000000. */

import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

async function tree(type: string, bytes: Uint8Array): Promise<string[]> {
  const args = ['decode', '--type', type, '--target', 'arm64', '--input', 'bin', '--format', 'tree', '-'];
  const { stdout } = await runCli(args, { stdin: bytes });
  return stdout.split('\n');
}

describe('a record as a tree', () => {
  test('fields stand in their records, with values and meanings', async () => {
    const bytes = Buffer.alloc(64);
    bytes[0] = 1;
    expect((await tree('kvm_vcpu_events#v1', bytes)).slice(0, 8)).toEqual([
      'struct kvm_vcpu_events#v1 on arm64: 64 bytes',
      '├─ exception struct {…}',
      '│  ├─ serror_pending __u8 = 0x1 — yes',
      '│  ├─ serror_has_esr __u8 = 0x0 — no',
      '│  ├─ ext_dabt_pending __u8 = 0x0 — no',
      '│  ├─ pad __u8[5] = 00 × 5',
      '│  └─ serror_esr __u64 = 0x0 — zero: no syndrome, or an uncategorized error',
      '└─ reserved __u32[12] = [0x0 × 12]',
    ]);
  });

  test('the arm that is meant, what is left over behind it, and nothing of what is zero', async () => {
    const page = Buffer.alloc(2352);
    page.writeUInt32LE(6, 8);
    page.writeBigUInt64LE(0x0a000000n, 32);
    page.writeUInt32LE(0x12345678, 40);
    page.writeUInt32LE(4, 48);
    page[52] = 1;
    page[60] = 0xa5;
    const lines = await tree('kvm_run', page);
    const start = lines.indexOf('├─ (union) union {…}');
    expect(lines.slice(start + 1, start + 7)).toEqual([
      '│  ├─ mmio struct {…}',
      '│  │  ├─ phys_addr __u64 = 0xa000000 — guest physical address',
      '│  │  ├─ data __u8[8] = 78 56 34 12 00 00 00 00',
      '│  │  ├─ len __u32 = 0x4 — number of bytes',
      '│  │  └─ is_write __u8 = 0x1 — yes',
      expect.stringMatching(/^│ {2}└─ \(unused by the arm\): 00 00 00 00 a5 00/),
    ]);
  });

  test('elements, and what the bytes do not reach', async () => {
    const list = Buffer.alloc(28);
    list.writeUInt32LE(2);
    // KVM_IRQ_ROUTING_IRQCHIP; the bytes end before the pin.
    list.writeUInt32LE(1, 12);
    const lines = await tree('kvm_irq_routing', list);
    expect(lines).toContain('   └─ [0] struct kvm_irq_routing_entry');
    expect(lines.join('\n')).toMatch(/irqchip __u32 = 0x0\n.*pin __u32 = \(missing\)/);
  });
});
