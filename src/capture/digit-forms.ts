/**
 * Bytes written in other digits than hexadecimal ones, rewritten as such, so that one reader serves all.
 *
 * | form | digits |
 * |---|---|
 * | `xxd -b` | eight binary digits a byte |
 * | `od`, `od -b`, `od -t o4`, `hexdump -b`, `hexdump -o` | 3, 6, 11 or 22 octal digits for 1, 2, 4 or 8 bytes |
 * | `od -t d1` … `-t u8`, `hexdump -d` | decimal numbers; how many stand on a line of so many bytes tells their size |
 * | `{1, 2}`, `[1, 2]` | decimal bytes of C and Python |
 * | `<Buffer 01 02>`, `bytearray(b'…')`, `01-02` | hexadecimal in the clothes of a language |
 *
 * Offsets stay what they are. A line that is in none of these forms is handed on as it is: the reader says what is wrong with it.
 */

import { gdbInHexadecimal } from './gdb-values.ts';

const colour = /\u001b\[[0-9;]{0,16}m/g;
const octalSizes: ReadonlyMap<number, number> = new Map([
  [3, 1],
  [6, 2],
  [11, 4],
  [22, 8],
]);
const dumped = /^(\s*[0-9a-fA-F]{6,16})((?:\s+[^\s]+)*)\s*$/;

/** Text in hexadecimal digits, as far as the form of the digits is known. */
export function inHexadecimal(text: string): string {
  const bare = text.replace(/^\ufeff|^\u00ef\u00bb\u00bf/, '').replaceAll(colour, '');
  const plain = gdbInHexadecimal(bare) ?? bare;
  const dressed = /^\s*(?:<Buffer ([^>]*)>|bytearray\(([^]*)\))\s*$/.exec(plain);
  if (dressed !== null) return dressed[1] ?? dressed[2] ?? '';
  const bytes = decimalBytes(plain);
  if (bytes !== undefined) return bytes;
  if (/^\s*[0-9a-fA-F]{2}(?:-[0-9a-fA-F]{2})+\s*$/.test(plain)) return plain.replaceAll('-', ' ');
  const lines = plain.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== '') ?? '';
  if (isBinary(first)) return lines.map(fromBinary).join('\n');
  if (!/^\s*0{6,8}\s/.test(first)) return plain;
  const words = wordsOf(first);
  const octal = octalSizes.get(words[0]?.length ?? 0);
  if (octal !== undefined && words.every((word) => word.length === words[0]?.length && /^[0-7]+$/.test(word))) {
    return lines.map((line) => withWords(line, (word) => toHex(BigInt(`0o${word}`), octal))).join('\n');
  }
  const size = decimalSize(first, lines);
  if (size === undefined) return plain;
  return lines.map((line) => withWords(line, (word) => toHex(BigInt(word), size))).join('\n');
}

/** `{1, 2, 255}` and `[1, 2, 255]`: no byte is written as 0x…, and they are not all of two digits. */
function decimalBytes(text: string): string | undefined {
  const list = /^[^{[]{0,256}(?:\[\s{0,16}\w{0,64}\s{0,16}\][^{[]{0,64})?[{[]([\d\s,]*)[}\]]\s{0,16};?\s*$/.exec(
    text,
  )?.[1];
  if (list === undefined || !/^\s*\d{1,3}(?:\s*,\s*\d{1,3})*\s*,?\s*$/.test(list.replaceAll(/\s+/g, ' ')))
    return undefined;
  const numbers = list.match(/\d+/g) ?? [];
  if (numbers.some((digits) => /^0\d/.test(digits))) return undefined;
  if (numbers.every((digits) => digits.length === 2)) return undefined;
  return numbers.every((digits) => Number(digits) < 256)
    ? numbers.map((digits) => toHex(BigInt(digits), 1)).join(' ')
    : undefined;
}

/** Words of xxd -g4 may have only these two digits as well, but a character of text for each two of them. */
function isBinary(line: string): boolean {
  const found = /^\s*[0-9a-fA-F]{4,16}:((?: [01]{8})+)\s{2}(.*)$/.exec(line);
  return found !== null && (found[1] ?? '').length / 9 === (found[2] ?? '').trimStart().length;
}

function fromBinary(line: string): string {
  const found = /^(\s*[0-9a-fA-F]{4,16}:)((?: [01]{8})+)(.*)$/.exec(line);
  if (found === null) return line;
  const [, offset = '', digits = '', rest = ''] = found;
  return `${offset}${digits.replaceAll(/[01]{8}/g, (byte) => toHex(BigInt(`0b${byte}`), 1))}${rest}`;
}

function wordsOf(line: string): string[] {
  const body = dumped.exec(line)?.[2] ?? '';
  return body.split(/\s+/).filter((word) => word !== '');
}

function withWords(line: string, rewrite: (word: string) => string): string {
  const found = dumped.exec(line);
  if (found === null) return line;
  const [, offset = '', body = ''] = found;
  const words = body.split(/\s+/).filter((word) => word !== '');
  return words.every((word) => /^-?\d+$/.test(word)) ? `${offset} ${words.map(rewrite).join(' ')}` : line;
}

/**
 * Bytes of each decimal number; `undefined` for what may be hexadecimal. od pads decimal numbers with blanks, hexdump -d to five
 * digits; hexadecimal words all have the same, even number of digits and begin with zeros.
 */
function decimalSize(first: string, lines: readonly string[]): number | undefined {
  const words = lines.slice(0, 4).flatMap(wordsOf);
  if (words.length === 0 || !words.every((word) => /^-?\d{1,20}$/.test(word))) return undefined;
  const lengths = new Set(words.map((word) => word.length));
  const isPadded = /\d\s{2,}\d/.test(first.trim().replace(/^\S+\s+/, '')) && words.every((word) => !/^0\d/.test(word));
  const isOdd = [...lengths].some((length) => length % 2 === 1);
  if (!isPadded && !isOdd && lengths.size === 1 && !words.some((word) => word.startsWith('-'))) return undefined;
  const next = lines.filter((line) => dumped.test(line))[1];
  const count = wordsOf(first).length;
  if (next === undefined || count === 0) return undefined;
  const offsetOf = (line: string, radix: number): number => Number.parseInt(line.trim(), radix);
  for (const radix of [8, 16, 10]) {
    const size = (offsetOf(next, radix) - offsetOf(first, radix)) / count;
    const isMultiple = (offsetOf(next, radix) - offsetOf(first, radix)) % 16 === 0 || lines.length < 4;
    if ([1, 2, 4, 8].includes(size) && isMultiple) return size;
  }
  return undefined;
}

function toHex(value: bigint, sizeBytes: number): string {
  return BigInt.asUintN(sizeBytes * 8, value)
    .toString(16)
    .padStart(sizeBytes * 2, '0');
}
