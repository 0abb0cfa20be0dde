/**
 * What gdb prints of memory in other digits than hexadecimal ones: `x/8ub`, `x/4dw`, `x/8c`, and arrays by `print`, where
 * `0x0 <repeats 62 times>` and `'\000' <repeats 15 times>` stand for what was left out.
 */

import { readString } from './strace-text.ts';

const maxRepeated = 1 << 20;
const examined = /^(\s*0x[0-9a-fA-F]{1,16}(?:\s+<[^>]{0,256}>)?:)((?:\s+-?\d{1,20}(?: '(?:\\.[^']{0,3}|[^'])')?)+)\s*$/;

/** The same in hexadecimal; `undefined` for text that is none of these. */
export function gdbInHexadecimal(text: string): string | undefined {
  const value = /^\s*\$\d{1,9} = ([^]*)$/.exec(text)?.[1];
  if (value !== undefined) return printedString(value) ?? withRepeats(value);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const read = lines.map((line) => examined.exec(line));
  const [first, second] = read;
  if (first === undefined || first === null) return /<repeats \d+ times>/.test(text) ? withRepeats(text) : undefined;
  const values = (found: RegExpExecArray): string[] =>
    (found[2] ?? '')
      .replaceAll(/ '(?:\\.[^']{0,3}|[^'])'/g, '')
      .trim()
      .split(/\s+/);
  const address = (found: RegExpExecArray): bigint => BigInt((found[1] ?? '').trim().replace(/[\s:].*$/, ''));
  const count = values(first).length;
  const isOfBytes = (first[2] ?? '').includes(" '");
  const step = second === undefined || second === null ? 0 : Number(address(second) - address(first));
  const size = isOfBytes ? 1 : step / count;
  if (![1, 2, 4, 8].includes(size)) return undefined;
  return read
    .map((found, index) => {
      if (found === null) return lines[index] ?? '';
      const words = values(found).map((digits) =>
        BigInt.asUintN(size * 8, BigInt(digits))
          .toString(16)
          .padStart(size * 2, '0'),
      );
      return `${found[1] ?? ''} ${words.map((word) => `0x${word}`).join(' ')}`;
    })
    .join('\n');
}

const printed = /"((?:\\[^]|[^"\\])*)"|'((?:\\[^][^']{0,3}|[^']))' <repeats (\d{1,7}) times>/g;

/** `"\001\001", '\000' <repeats 13 times>, "A"` */
function printedString(value: string): string | undefined {
  if (!/^\s*["']/.test(value) || !/^[\s,]*$/.test(value.replaceAll(printed, ''))) return undefined;
  let room = maxRepeated;
  const bytes = [...value.matchAll(printed)].flatMap(([, string, character, times]) => {
    const text = (string ?? character ?? '').replaceAll('"', '\\x22').replaceAll('\\\\x22', '\\x22');
    const read = Buffer.from(readString(`"${text}"`)?.bytes ?? []);
    const count = Math.min(room, Number(times ?? 1));
    room -= count;
    return Array.from({ length: count }, () => read);
  });
  return Buffer.concat(bytes).toString('hex');
}

function withRepeats(value: string): string {
  let room = maxRepeated;
  return value.replaceAll(/(0x[0-9a-fA-F]+|\d+) <repeats (\d{1,7}) times>/g, (_, item: string, times: string) => {
    const count = Math.min(room, Number(times));
    room -= count;
    return Array.from({ length: count }, () => item).join(', ');
  });
}
