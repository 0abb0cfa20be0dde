import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonlItem, readJsonLine } from '../../src/capture/jsonl.ts';

const read = (text: string): JsonlItem | undefined => readJsonLine({ number: 1, text, cutBytes: 0 });

describe('JSON lines', () => {
  test('an ioctl with its buffer before and after', () => {
    const item = read(
      '{"scn":"events","step":"get","op":"ioctl","fd":"vcpu","name":"KVM_GET_VCPU_EVENTS","req":"0x8040ae9f","size":4,"in":"a5a5a5a5","out":"00010000","ret":0,"errno":0,"err":""}',
    );
    expect(item).toMatchObject({
      kind: 'call',
      step: 'events/get',
      call: {
        descriptor: { kind: 'vcpu' },
        request: { number: 0x8040ae9f },
        result: 0n,
        errno: undefined,
        argument: {
          kind: 'buffers',
          buffers: [
            { moment: 'before', bytes: Buffer.from('a5a5a5a5', 'hex') },
            { moment: 'after', bytes: Buffer.from('00010000', 'hex') },
          ],
        },
      },
    });
  });

  test('registers keep all 64 bits', () => {
    expect(
      read('{"op":"regs","regs":{"esr":{"id":"0x603000000013c290","val":"0xffffffff96000010"},"__proto__":7}}'),
    ).toMatchObject({
      kind: 'registers',
      registers: [{ name: 'esr', id: 0x603000000013c290n, value: 0xffffffff96000010n }],
    });
  });

  test('remarks are read over, anything else is skipped with a reason', () => {
    expect(read('{"op":"note","text":"x"}')).toBeUndefined();
    expect(read('')).toBeUndefined();
    expect(read('{"op":')).toMatchObject({ kind: 'skipped' });
    expect(read('[1]')).toMatchObject({ kind: 'skipped' });
    expect(read('{"op":"kvm_run","hex":"abc"}')).toMatchObject({ kind: 'skipped' });
  });

  test('no JSON makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.constantFrom('ioctl', 'kvm_run', 'regs'), (json, op) => {
        expect(() => [read(json), read(`{"op":"${op}","in":${json},"regs":${json},"req":${json}}`)]).not.toThrow();
      }),
    );
  });
});
