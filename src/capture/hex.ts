/**
 * Bytes written as hexadecimal text, in the forms people paste: plain digits, `0x01, 0x00`, C arrays, `\x01\x00` strings, and the
 * dumps of xxd, hexdump (plain and -C), od (-tx1, -tx2, -tx4, -tx8) and gdb (`x/8xb`, `x/4xw`, `x/2xg`).
 *
 * Dumps are told by the offset in front of every line. Three things make them treacherous, and each is dealt with: a `*`
 * stands for repeated lines (the next offset says how many), groups of more than two digits are numbers of the machine the
 * dump was made on (little-endian, as all of these hosts are; xxd's groups are bytes in memory order), and od prints octal
 * unless told otherwise, which is refused. Everything on a line must be understood, because a byte that is
 * skipped silently shifts all that follow.
 */

import type { Diagnostic } from '../diagnostic.ts';

export interface HexReading {
  readonly bytes: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
  /** The form that was recognised: `xxd`, `hexdump -C`, `od`, `gdb`, `plain`. */
  readonly form: string;
}

/** Repeats (`*`) may not blow a short text up beyond this. */
const maxBytes = 1 << 26;

interface Form {
  readonly name: string;
  /** Groups: the offset where the line has one, then its words. */
  readonly offset: RegExp | undefined;
  readonly wordsAreNumbers: boolean;
  /** od counts offsets in octal. */
  readonly offsetRadix: 8 | 16;
}

const plainForm: Form = { name: 'plain', offset: undefined, wordsAreNumbers: false, offsetRadix: 16 };

/** Recognises the form by the first line that holds anything. */
function recognise(lines: readonly string[]): Form {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  if (/^\s*[0-9a-fA-F]{4,16}:\s/.test(first)) {
    return { name: 'xxd', offset: /^\s*([0-9a-fA-F]{4,16}):\s?/, wordsAreNumbers: false, offsetRadix: 16 };
  }
  if (/^\s*0x[0-9a-fA-F]+(?:\s+<[^>]*>)?:\s/.test(first)) {
    return {
      name: 'gdb',
      offset: /^\s*0x([0-9a-fA-F]{1,16})(?:\s+<[^>]*>)?:\s*/,
      wordsAreNumbers: true,
      offsetRadix: 16,
    };
  }
  if (/^[0-9a-fA-F]{8}\s\s.*\|/.test(first)) {
    return { name: 'hexdump -C', offset: /^([0-9a-fA-F]{7,16})(?=\s|$)\s*/, wordsAreNumbers: false, offsetRadix: 16 };
  }
  // Both print 7 digits; od counts in octal, hexdump in hexadecimal. The second line's offset tells: 20 or 10.
  if (/^\s*0000000(?:\s|$)/.test(first)) {
    const isOctal =
      lines.some((line) => /^\s*(?:0000020|0000040)(?:\s|$)/.test(line)) &&
      !lines.some((line) => /^\s*0000010(?:\s|$)/.test(line));
    return {
      name: isOctal ? 'od' : 'hexdump',
      offset: /^\s*([0-9a-fA-F]{7,16})(?=\s|$)\s*/,
      wordsAreNumbers: true,
      offsetRadix: isOctal ? 8 : 16,
    };
  }
  if (/^\s*0{4,16}\s\s/.test(first)) {
    return { name: 'dump', offset: /^\s*([0-9a-fA-F]{4,16})\s\s\s*/, wordsAreNumbers: false, offsetRadix: 16 };
  }
  return plainForm;
}

/** Reads hexadecimal text; what cannot be read is reported with its place and left out. */
export function readHex(text: string, file: string): HexReading {
  const lines = text.split(/\r?\n/);
  const form = recognise(lines);
  const reader = new Reader(file, form);
  for (const [index, line] of lines.entries()) reader.line(line, index + 1);
  return { bytes: Uint8Array.from(reader.bytes), diagnostics: reader.diagnostics, form: form.name };
}

class Reader {
  readonly bytes: number[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #form: Form;
  #base: number | undefined;
  #isRepeating = false;
  #last: readonly number[] = [];

  constructor(file: string, form: Form) {
    this.#file = file;
    this.#form = form;
  }

  line(line: string, number: number): void {
    if (line.trim() === '') return;
    if (line.trim() === '*' && this.#form.offset !== undefined) {
      this.#isRepeating = true;
      return;
    }
    const offset = this.#form.offset?.exec(line);
    if (this.#form.offset !== undefined && offset === null) {
      this.#problem(
        number,
        1,
        `The line does not begin with an offset, as the other lines of this ${this.#form.name} dump do.`,
      );
      return;
    }
    if (offset != null && !this.#jump(offset[1] ?? '', number)) return;
    const start = offset?.[0].length ?? 0;
    const read = this.#words(cleaned(line.slice(start), this.#form), start, number);
    if (read === undefined) return;
    for (const byte of read) this.bytes.push(byte);
    this.#last = read;
  }

  /** Fills a gap that a `*` stands for. False where the offset makes no sense. */
  #jump(digits: string, number: number): boolean {
    const offset = Number.parseInt(digits, this.#form.offsetRadix);
    this.#base ??= offset;
    const gap = offset - this.#base - this.bytes.length;
    if (gap === 0) {
      this.#isRepeating = false;
      return true;
    }
    // A last line cut short leaves its offset behind; only whole repeated lines can be filled in.
    if (gap > 0 && this.#isRepeating && this.#last.length > 0 && gap <= maxBytes) {
      for (let i = 0; i < gap; i++) this.bytes.push(this.#last[i % this.#last.length] ?? 0);
      this.#isRepeating = false;
      return true;
    }
    // hexdump and od end with the offset behind the last byte, which a padded last word passes.
    if (gap === -1 && this.#form.wordsAreNumbers) {
      this.bytes.pop();
      return true;
    }
    const expected = (this.#base + this.bytes.length).toString(this.#form.offsetRadix);
    this.#problem(number, 1, `The offset is ${digits}, but the lines before end at ${expected}: bytes are missing.`);
    return false;
  }

  #words(body: string, start: number, number: number): number[] | undefined {
    const bytes: number[] = [];
    for (const word of body.matchAll(/\S+/g)) {
      const [digits] = word;
      const column = start + word.index + 1;
      if (!/^[0-9a-fA-F]+$/.test(digits)) {
        const bad = /[^0-9a-fA-F]/.exec(digits);
        this.#problem(
          number,
          column + (bad?.index ?? 0),
          `${JSON.stringify(bad?.[0] ?? digits)} is no hexadecimal digit.`,
        );
        return undefined;
      }
      if (digits.length % 2 === 1) {
        const isOctal = this.#form.offsetRadix === 8 && /^[0-7]{3}(?:[0-7]{3})?$/.test(digits);
        this.#problem(
          number,
          column,
          isOctal
            ? 'This looks like octal, which od prints unless told otherwise; dump with od -An -tx1 instead.'
            : 'A byte has two hexadecimal digits; this line has an odd number of them.',
        );
        return undefined;
      }
      if (this.#form.name === 'od' && digits.length === 6) {
        this.#problem(
          number,
          column,
          'This looks like octal, which od prints unless told otherwise; dump with od -tx1 instead.',
        );
        return undefined;
      }
      const pairs = digits.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
      bytes.push(...(this.#form.wordsAreNumbers ? pairs.reverse() : pairs));
    }
    return bytes;
  }

  #problem(line: number, column: number, message: string): void {
    if (this.diagnostics.length >= 100) return;
    this.diagnostics.push({
      severity: 'error',
      code: 'bad-hex',
      message,
      location: { file: this.#file, line, column },
    });
  }
}

/** The line without its text column and without the marks of C; what is taken out is blanked, so that columns stay. */
function cleaned(body: string, form: Form): string {
  const blank = (mark: string): string => ' '.repeat(mark.length);
  if (form.name === 'xxd' || form.name === 'dump') {
    // Two blanks end the digits; xxd -g0 and -g1 have single ones between.
    return /^((?:[0-9a-fA-F]+ ?)+)(?: {1,})/.exec(body)?.[1] ?? body;
  }
  if (form.name === 'hexdump -C') return body.replace(/\s*\|.*$/, blank);
  if (form.name === 'gdb') return body.replaceAll(/0[xX]/g, blank);
  const uncommented = body.replaceAll(/\/\*.*?\*\/|\/\/.*$/g, blank);
  const declared = uncommented.replace(/^.*[=]\s*(?=[{"])/, blank);
  return declared.replaceAll(/0[xX]|\\x|[,;:{}[\]"']/g, blank);
}
