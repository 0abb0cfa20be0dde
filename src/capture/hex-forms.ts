/**
 * The forms of hexadecimal dumps, told by their first line: where the offset stands, what follows the digits, and whether a word of
 * several bytes is a number of the machine that was dumped or bytes in the order of memory.
 *
 * | form | a line | words of several bytes |
 * |---|---|---|
 * | xxd | `00000000: 0101 0000  ....` | memory order; with `-e` little-endian numbers, which only its text column tells |
 * | hexdump -C | `00000000  01 01 00  \|...\|` | none |
 * | hexdump, od | `0000000 0101 0000`, od's offsets octal, decimal or hexadecimal, `>...<` with `z` | little-endian numbers |
 * | gdb | `0x7ffe10 <a+4>:  0x00000101` | numbers of the target |
 * | lldb | `0x7ffe10: 01 01 00  ...` | none |
 * | crash | `ffff888000001000:  0000000000000101  ........` | numbers of the target |
 * | array | `__u32 a[] = { 0x00000101, 0x0 }` | numbers of the target |
 * | kernel log | `[   12.345678] name: 00000000: 01 01  ..` (print_hex_dump) | numbers of the target |
 */

export interface HexForm {
  readonly name: string;
  /** Group 1 is the offset; missing for text without offsets. */
  readonly offset: RegExp | undefined;
  readonly offsetRadix: 8 | 10 | 16;
  readonly words: 'memory' | 'little' | 'target';
  /** The text of the bytes stands behind the digits and tells the order of words. */
  readonly hasText?: true;
  /** Bytes of each number, where the words are those of an array in C. */
  readonly width?: number;
  /** Lines of something else stand in between. */
  readonly skipsOthers?: true;
}

const plain: HexForm = { name: 'plain', offset: undefined, offsetRadix: 16, words: 'memory' };
const stamp = String.raw`^\s*(?:<\d>)?\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])?\s{1,16}`;
const kernelStart = new RegExp(`${stamp}(?:.{0,256}?\\s)?(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{16}):\\s`);
const bareKernelStart = /^[A-Za-z_][\w .-]{0,256}:? ?[0-9a-fA-F]{8,16}: (?:[0-9a-fA-F]{2} ){2}/;

/** Recognises the form by the first line that holds anything; offsets of the others tell their radix. */
export function recogniseForm(lines: readonly string[]): HexForm {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  if (lines.some((line) => kernelStart.test(line))) {
    const offset = new RegExp(`${stamp}(?:.{0,256}?\\s)?([0-9a-fA-F]{8}|[0-9a-fA-F]{16}):\\s+`);
    return { name: 'kernel log', offset, offsetRadix: 16, words: 'target', hasText: true, skipsOthers: true };
  }
  if (bareKernelStart.test(first)) {
    const offset = /^.{0,256}? ?([0-9a-fA-F]{8,16}):\s+/;
    return { name: 'kernel log', offset, offsetRadix: 16, words: 'target', hasText: true };
  }
  if (/^\s*[0-9a-fA-F]{8,16}:\s\s+(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{16})\s/.test(first)) {
    const offset = /^\s*([0-9a-fA-F]{8,16}):\s+/;
    return { name: 'crash', offset, offsetRadix: 16, words: 'target', hasText: true };
  }
  if (/^\s*[0-9a-fA-F]{4,16}:\s/.test(first)) {
    const offset = /^\s*([0-9a-fA-F]{4,16}):\s?/;
    return { name: 'xxd', offset, offsetRadix: radixOfXxd(lines), words: 'memory', hasText: true };
  }
  if (/^\s*0x[0-9a-fA-F]+:\s+[0-9a-fA-F]{2}\s/.test(first)) {
    const offset = /^\s*0x([0-9a-fA-F]{1,16}):\s+/;
    return { name: 'lldb', offset, offsetRadix: 16, words: 'memory', hasText: true };
  }
  if (/^\s*0x[0-9a-fA-F]+(?:\s+<[^>]*>)?:\s/.test(first)) {
    const offset = /^\s*0x([0-9a-fA-F]{1,16})(?:\s+<[^>]*>)?:\s*/;
    return { name: 'gdb', offset, offsetRadix: 16, words: 'target' };
  }
  if (/^[0-9a-fA-F]{8}\s\s.*\|/.test(first)) {
    const offset = /^([0-9a-fA-F]{7,16})(?=\s|$)\s*/;
    return { name: 'hexdump -C', offset, offsetRadix: 16, words: 'memory' };
  }
  if (/^\s*0{6,7}(?:\s|$)/.test(first)) return offsetForm(first, lines);
  if (/^\s*0{4,16}\s\s/.test(first)) {
    const offset = /^\s*([0-9a-fA-F]{4,16})\s\s\s*/;
    return { name: 'dump', offset, offsetRadix: 16, words: 'memory', hasText: true };
  }
  const width = elementBytes(lines.join('\n'));
  return width === undefined ? plain : { ...plain, name: 'array', words: 'target', width };
}

/** xxd -d counts in decimal: the second offset then is as far from the first as there are bytes between them. */
function radixOfXxd(lines: readonly string[]): 10 | 16 {
  const [first, second] = lines.flatMap((line) => {
    const found = /^\s*([0-9a-fA-F]{4,16}):\s((?:[0-9a-fA-F]+ ?)+)/.exec(line);
    return found === null ? [] : [{ offset: found[1] ?? '', digits: (found[2] ?? '').replaceAll(' ', '') }];
  });
  if (first === undefined || second === undefined) return 16;
  const step = (radix: number): number => Number.parseInt(second.offset, radix) - Number.parseInt(first.offset, radix);
  const length = first.digits.length / 2;
  return step(16) !== length && step(10) === length ? 10 : 16;
}

/** Bytes of the elements of an array of numbers: by its type, or where all are written with as many digits. */
function elementBytes(text: string): number | undefined {
  const bits = /\b(?:__)?(?:u?int|[us])(16|32|64)(?:_t)?\s+\w+\s*\[/.exec(text)?.[1];
  if (bits !== undefined) return Number(bits) / 8;
  const digits = new Set([...text.matchAll(/\b0[xX]([0-9a-fA-F]+)\b/g)].map(([, word = '']) => word.length));
  const [only = 0] = digits;
  const isSeveral = /0[xX][0-9a-fA-F]+\W+0[xX]/.test(text);
  return digits.size === 1 && isSeveral && (only === 4 || only === 8 || only === 16) ? only / 2 : undefined;
}

/** od and plain hexdump: both begin with 0000000, and the offset of the second line tells in what they count. */
function offsetForm(first: string, lines: readonly string[]): HexForm {
  const offset = /^\s*([0-9a-fA-F]{6,16})(?=\s|$)\s*/;
  // With several types (-tx1c) od prints a line for each, and the offset in front of the first.
  const isMixed = lines.some((line) => /^\s{7,}\S/.test(line));
  const form = (name: string, offsetRadix: 8 | 10 | 16): HexForm => ({
    name,
    offset,
    offsetRadix,
    words: 'little',
    ...(isMixed ? { skipsOthers: true as const } : {}),
  });
  // od -A x has six digits.
  if (/^\s*0{6}(?!0)/.test(first)) return form('od', 16);
  const bytes = first.replace(offset, '').replace(/>.*$/, '').replaceAll(/\s/g, '').length / 2;
  const second = lines.filter((line) => line.trim() !== '')[1] ?? '';
  const digits = offset.exec(second)?.[1];
  if (digits !== undefined) {
    for (const radix of [16, 8, 10] as const) {
      if (Number.parseInt(digits, radix) === bytes) return form(radix === 16 ? 'hexdump' : 'od', radix);
    }
  }
  const isOctal = lines.some((line) => /^\s*(?:0000020|0000040|0000100)(?:\s|$)/.test(line));
  const isHexadecimal = lines.some((line) => /^\s*0000010(?:\s|$)/.test(line));
  return isOctal && !isHexadecimal ? form('od', 8) : form('hexdump', 16);
}
