/**
 * Hostile and damaged input: mutations of real logs, and shapes made to be slow. Nothing may be thrown, nothing may take long,
 * and nothing of the input may reach the terminal as a control character.
 */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHex } from '../../src/capture/hex.ts';
import { readJsonLine } from '../../src/capture/jsonl.ts';
import { LineSplitter } from '../../src/capture/lines.ts';
import { StraceReader } from '../../src/capture/strace.ts';
import { parseStraceLine } from '../../src/capture/strace-line.ts';
import { readRequest } from '../../src/capture/strace-request.ts';
import { readRecord } from '../../src/capture/strace-struct.ts';
import { readNumber, readString, splitArguments } from '../../src/capture/strace-text.ts';
import { repository, runCli } from '../support/run-cli.ts';

const linesOf = (name: string): string[] =>
  readFileSync(`${repository}fixtures/captures/${name}`, 'latin1')
    .split('\n')
    .filter((line) => line !== '');
const strace = linesOf('x86.strace');
const jsonl = linesOf('arm64.jsonl');

/** A real line with pieces cut out, doubled, swapped for bytes that mean something to a parser, or cut short. */
function mutated(lines: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    text: fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        ',',
        '<',
        '>',
        '/*',
        '*/',
        '...',
        '\0',
        '\x1b[2J',
        '=',
        '-1',
      ),
      fc.string({ maxLength: 6 }),
      fc.constantFrom('999999999999999999999999', '0xffffffffffffffffff', '-9223372036854775808', '1e400', '__proto__'),
    ),
  });
  return fc.tuple(fc.constantFrom(...lines), fc.array(edit, { minLength: 1, maxLength: 6 })).map(([line, edits]) => {
    let text = line;
    for (const { at, length, text: inserted } of edits) {
      const start = Math.floor(at * text.length);
      text = text.slice(0, start) + inserted + text.slice(start + length);
    }
    return text;
  });
}

const line = (text: string): Parameters<typeof readJsonLine>[0] => ({ number: 1, text, cutBytes: 0 });
const runs = { numRuns: 500 };

describe('mutations of real logs', () => {
  test('strace lines are read or skipped with a reason', () => {
    fc.assert(
      fc.property(fc.array(mutated(strace), { maxLength: 8 }), (texts) => {
        const reader = new StraceReader();
        for (const text of texts) {
          const item = reader.read(line(text));
          if (item?.kind === 'skipped') expect(item.reason).not.toBe('');
        }
      }),
      runs,
    );
  });

  test('each of the small parsers takes anything', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(strace), fc.string({ unit: 'binary', maxLength: 80 })), (text) => {
        parseStraceLine(text);
        readRequest(text);
        readRecord(text);
        readString(text);
        readNumber(text);
        const { end } = splitArguments(text, 0);
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      runs,
    );
  });

  test('JSON lines are read or skipped with a reason', () => {
    fc.assert(
      fc.property(mutated(jsonl), (text) => {
        const item = readJsonLine(line(text));
        if (item?.kind === 'skipped') expect(item.reason).not.toBe('');
      }),
      runs,
    );
  });

  test('any JSON whatsoever is no crash', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        readJsonLine(
          line(JSON.stringify({ op: 'ioctl', name: a, req: b, in: a, out: b, ret: a, arg: b, id: a, val: b })),
        );
        readJsonLine(line(JSON.stringify({ op: 'regs', regs: a })));
        readJsonLine(line(JSON.stringify(a)));
      }),
      runs,
    );
  });

  test('hexadecimal text is read, or its mistakes are located', () => {
    const dumps = [
      '00000000  01 00 00 00 00 00 00 00  ed d1 01 01 00 00 00 00  |................|',
      '00000000: 0100 0000 0000 0000 edd1 0101 0000 0000  ................',
      '0000000 000001 000000 000000 000000\n0000020',
      '0x7ffe0000:\t0x01\t0x00\t0x00\t0x00',
      'unsigned char b[] = { 0x01, 0x00, /* pad */ 0x00 };',
      '"\\x01\\x00\\x00"',
    ];
    fc.assert(
      fc.property(mutated(dumps), (text) => {
        const { bytes, diagnostics } = readHex(text, 'dump');
        expect(bytes.length).toBeLessThanOrEqual(1 << 26);
        for (const { location } of diagnostics) expect(location?.line).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  test('whole logs through the command: an exit code, and no control character of the input', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('strace', 'jsonl'),
        fc.array(fc.nat(1000), { maxLength: 4 }),
        fc.array(mutated(strace), { maxLength: 6 }),
        fc.array(mutated(jsonl), { maxLength: 6 }),
        async (form, picks, straceLines, jsonLines) => {
          const real = form === 'strace' ? strace : jsonl;
          const log = [
            ...picks.map((pick) => real[pick % real.length] ?? ''),
            ...(form === 'strace' ? straceLines : jsonLines),
          ];
          const { code, stdout, stderr } = await runCli(
            ['decode', '--input', form, '--target', form === 'strace' ? 'x86_64' : 'arm64', '-'],
            { stdin: Buffer.from(log.join('\n'), 'latin1') },
          );
          expect([0, 3], stderr).toContain(code);
          expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('shapes made to be slow or large', () => {
  const million = 1 << 20;
  test.each([
    ['annotations that never close', 'ioctl(' + '3<'.repeat(million / 2)],
    ['annotations that half close', 'ioctl(' + '3<a<b>'.repeat(million / 6)],
    ['comments that never close', 'ioctl(' + '/*'.repeat(million / 2)],
    ['brackets as deep as the line is long', 'ioctl(3, KVM_RUN, ' + '['.repeat(million)],
    ['a record of many members', `ioctl(3, KVM_SET_REGS, {${'a=1, '.repeat(million / 5)}}) = 0`],
    ['a string of escapes', `ioctl(3, KVM_RUN, "${'\\1'.repeat(million / 2)}") = 0`],
    ['commas', `ioctl(${','.repeat(million)}) = 0`],
  ])('%s', (_name, text) => {
    const start = performance.now();
    new StraceReader().read(line(text));
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('a line of 100 MB is cut, and how much was cut is known', () => {
    const splitter = new LineSplitter(1 << 20);
    const chunk = Buffer.alloc(1 << 20, 'a');
    let lines = 0;
    for (let i = 0; i < 100; i++) lines += [...splitter.push(chunk)].length;
    const [only] = [...splitter.push(Buffer.from('\nnext\n'))];
    expect(lines).toBe(0);
    expect(only?.text.length).toBe(1 << 20);
    expect(only?.cutBytes).toBe(99 * (1 << 20));
  });

  test('counts no buffer could hold', async () => {
    const stdin = Buffer.alloc(24, 0xff);
    for (const type of ['kvm_reg_list', 'kvm_cpuid2', 'kvm_msrs', 'kvm_irq_routing', 'kvm_signal_mask']) {
      const { code, stdout } = await runCli(
        ['decode', '--type', type, '--target', 'x86_64', '--input', 'bin', '--format', 'json'],
        { stdin },
      );
      expect(code, type).toBe(3);
      const decoded = JSON.parse(stdout) as { fields: unknown[]; missingBytes: number };
      expect(decoded.missingBytes, type).toBeGreaterThan(0);
      expect(decoded.fields.length, type).toBeLessThan(50);
    }
  });
});
