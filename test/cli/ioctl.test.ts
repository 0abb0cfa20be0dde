import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

describe('uabi ioctl', () => {
  test('takes a number apart and names it, as the published JSON shape', async () => {
    const { code, stdout } = await runCli(['ioctl', '0x4040aea0', '--target', 'arm64', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      number: '0x4040aea0',
      direction: 'write',
      type: 174,
      nr: 160,
      sizeBytes: 64,
      names: ['KVM_SET_VCPU_EVENTS'],
      record: 'struct kvm_vcpu_events',
    });
  });

  test('gives every name of a number its own record and descriptor', async () => {
    const { stdout } = await runCli(['ioctl', '0x4010aeab', '--target', 'arm64', '--format', 'json']);
    expect((JSON.parse(stdout) as { requests: unknown }).requests).toEqual([
      { name: 'KVM_ARM_SET_DEVICE_ADDR', record: 'struct kvm_arm_device_addr', descriptors: ['vm'] },
      { name: 'KVM_GET_ONE_REG', record: 'struct kvm_one_reg', descriptors: ['vcpu'] },
    ]);
  });

  test('finds a request by name', async () => {
    const { stdout } = await runCli(['ioctl', 'KVM_GET_VCPU_EVENTS', '--target', 'arm64', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ number: '0x8040ae9f', direction: 'read', sizeBytes: 64 });
  });

  test('a number without a name is still taken apart, with null for the record', async () => {
    const { code, stdout } = await runCli(['ioctl', '0xc0105512', '--target', 'x86_64', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      direction: 'readwrite',
      type: 0x55,
      nr: 0x12,
      sizeBytes: 16,
      names: [],
      record: null,
    });
  });

  test.each(['0x4040zz', '-1', '0x100000000', '09'])('%s is no request number: exit 2', async (text) => {
    const { code, stderr, stdout } = await runCli(['ioctl', '--', text]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('is not a request number');
  });

  test('a misspelt name is answered with the nearest one, exit 2', async () => {
    const { code, stderr } = await runCli(['ioctl', 'KVM_SET_VCPU_EVENT']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean KVM_SET_VCPU_EVENTS?');
  });

  test('a name cannot smuggle escapes to the terminal', async () => {
    const { stderr } = await runCli(['ioctl', 'KVM\u001b[31m']);
    expect(stderr).not.toContain('\u001b');
  });
});
