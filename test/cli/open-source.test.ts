import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, UndecidedError, UserError } from '../../src/diagnostic.ts';
import { findBuiltInConstant, findBuiltInRecord, findBuiltInRequests } from '../../src/cli/built-in-layouts.ts';
import { openLayout } from '../../src/cli/open-source.ts';
import { targetOf } from '../layouts/support.ts';

const arm64 = targetOf('arm64');

async function refusalOf(source: string, cwd: string): Promise<Error & { diagnostics: readonly Diagnostic[] }> {
  try {
    await openLayout(source, cwd);
  } catch (error) {
    if (error instanceof UserError || error instanceof UndecidedError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('a layout file as SOURCE', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'uabi-open-source-'));

  test('a built-in file is found from any directory', async () => {
    const opened = await openLayout('layouts/kvm_vcpu_events.arm64.json#ext_abt_esr', cwd);
    expect(opened.variant.name).toBe('ext_abt_esr');
    expect(opened.abiFor(arm64).mainRecord).toBe('struct kvm_vcpu_events');
  });

  test('without a variant it is the newest merged one', async () => {
    expect((await openLayout('kvm_vcpu_events.arm64.json', cwd)).variant.name).toBe('v1');
  });

  test('a misspelt variant gets a suggestion', async () => {
    const { message } = await refusalOf('kvm_vcpu_events.arm64.json#ext_abt_ers', cwd);
    expect(message).toContain('did you mean "ext_abt_esr"?');
  });

  test('a file that is not there is said to be missing, and no other directory is tried', async () => {
    expect((await refusalOf('elsewhere/kvm_vcpu_events.arm64.json', cwd)).message).toBe(
      'There is no file elsewhere/kvm_vcpu_events.arm64.json.',
    );
  });

  test('mistakes are listed with their places', async () => {
    writeFileSync(join(cwd, 'mine.json'), '{\n  "header": "x.h",\n  "targts": ["arm64"]\n}\n');
    const { diagnostics } = await refusalOf('mine.json', cwd);
    expect(diagnostics[0]?.location).toMatchObject({ file: 'mine.json' });
    expect(diagnostics.map(({ hint }) => hint)).toContain('did you mean "targets"?');
  });
});

describe('built-in layouts by name', () => {
  test('a record is found with and without struct, and with a variant', () => {
    expect(findBuiltInRecord('kvm_vcpu_events', arm64)?.label).toBe('kvm_vcpu_events.arm64.json#v1');
    expect(findBuiltInRecord('struct kvm_vcpu_events#serror', arm64)?.label).toBe('kvm_vcpu_events.arm64.json#serror');
  });

  test('names out of Object.prototype are no records', () => {
    expect(findBuiltInRecord('constructor', arm64)).toBeUndefined();
    expect(findBuiltInConstant('__proto__', arm64)).toBeUndefined();
  });

  test('a variant the record does not have is a wrong call', () => {
    expect(() => findBuiltInRecord('kvm_vcpu_events#v2', arm64)).toThrow(UserError);
  });

  test('a request is found by name and by number', () => {
    const names = findBuiltInRequests(0x4040aea0, arm64).map(({ declaration }) => declaration.name);
    expect(names).toEqual(['KVM_SET_VCPU_EVENTS']);
    expect(findBuiltInRequests('KVM_GET_VCPU_EVENTS', arm64)[0]?.declaration.number).toBe(0x8040ae9f);
  });
});
