/**
 * Bytes written as hexadecimal text, in the forms people paste: plain digits, `0x01, 0x00`, C arrays, `\x01\x00` strings, and the
 * dumps of xxd, hexdump (plain and -C), od (-tx1, -tx2, -tx4, -tx8), gdb (`x/8xb`, `x/4xw`, `x/2xg`), lldb, crash and the kernel's log.
 *
 * Dumps are told by the offset in front of every line (`hex-forms.ts`). Three things make them treacherous, and each is dealt
 * with: a `*` stands for repeated lines (the next offset says how many), groups of more than two digits are bytes in memory order
 * or numbers of a machine (the text beside them decides; where it cannot, that is said), and digits may be octal, decimal or binary
 * (`digit-forms.ts`). Everything on a line must be understood, because a byte that is skipped silently shifts all
 * that follow.
 */

import { counted, type Diagnostic } from '../diagnostic.ts';
import { inHexadecimal } from './digit-forms.ts';
import { type HexForm, recogniseForm } from './hex-forms.ts';
import { readString } from './strace-text.ts';

export interface HexReading {
  readonly bytes: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
  /** What could be understood in two ways, and how it was. */
  readonly warnings: readonly string[];
  /** The form that was recognised: `xxd`, `hexdump -C`, `od`, `gdb`, `plain`. */
  readonly form: string;
}

/** Repeats (`*`) may not blow a short text up beyond this. */
const maxBytes = 1 << 26;

/** Reads hexadecimal text; what cannot be read is reported with its place and left out. `byteOrder` is that of the dumped machine. */
export function readHex(original: string, file: string, byteOrder: 'little' | 'big' = 'little'): HexReading {
  const text = inHexadecimal(original);
  const escaped = readEscapes(text);
  if (escaped !== undefined) return { bytes: escaped, diagnostics: [], warnings: [], form: 'string' };
  const lines = text.split(/\r?\n/);
  const form = recogniseForm(lines);
  const first = new Reader(file, form, form.words === 'little' || (form.words === 'target' && byteOrder === 'little'));
  const reader = first.read(lines);
  const warnings: string[] = [];
  if (form.width !== undefined) {
    const order = reader.isReversed ? 'little' : 'big';
    warnings.push(`the array was read as ${order}-endian numbers of ${String(form.width)} bytes`);
  }
  if (!reader.hasWords || form.hasText !== true) return { ...reader.result, warnings, form: form.name };
  // The text beside the digits is in the order of memory, whatever the words are.
  const other = new Reader(file, form, !reader.isReversed).read(lines);
  if (reader.textMismatches > other.textMismatches) return { ...other.result, warnings, form: form.name };
  if (reader.textMismatches === other.textMismatches && !Buffer.from(reader.bytes).equals(Buffer.from(other.bytes))) {
    const order = reader.isReversed ? 'little-endian numbers' : 'bytes in the order of memory';
    const how = form.name === 'xxd' ? ' (xxd -e prints the other way); dump with xxd -g1 to be sure' : '';
    warnings.push(`the words of several bytes in this ${form.name} dump were read as ${order}${how}`);
  }
  return { ...reader.result, warnings, form: form.name };
}

/** Strings of C and Python that hold more than `\x` escapes: `b'\x01AB\n'`. */
function readEscapes(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  if (!/^b?["']/.test(trimmed) || !trimmed.includes('\\')) return undefined;
  const parts: Uint8Array[] = [];
  const rest = trimmed.replaceAll(/b?(["'])((?:\\[^]|(?!\1)[^\\])*)\1/g, (_, _quote, inner: string) => {
    const read = readString(`"${inner.replaceAll('"', '\\x22').replaceAll('\\\\x22', '\\x22')}"`);
    if (read !== undefined) parts.push(read.bytes);
    return '';
  });
  return /^[\s,;+()]*$/.test(rest) ? Buffer.concat(parts) : undefined;
}

class Reader {
  readonly bytes: number[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** Words of several bytes are numbers whose first byte comes last. */
  readonly isReversed: boolean;
  hasWords = false;
  /** Lines whose text is not that of their bytes. */
  textMismatches = 0;
  readonly #file: string;
  readonly #form: HexForm;
  #base: number | undefined;
  #isRepeating = false;
  #last: readonly number[] = [];

  constructor(file: string, form: HexForm, isReversed: boolean) {
    this.#file = file;
    this.#form = form;
    this.isReversed = isReversed;
  }

  read(lines: readonly string[]): this {
    for (const [index, line] of lines.entries()) this.#line(line, index + 1);
    return this;
  }

  get result(): Pick<HexReading, 'bytes' | 'diagnostics'> {
    return { bytes: Uint8Array.from(this.bytes), diagnostics: this.diagnostics };
  }

  #line(line: string, number: number): void {
    if (line.trim() === '') return;
    if (line.trim() === '*') {
      if (this.#form.offset !== undefined) this.#isRepeating = true;
      else
        this.#problem(number, 1, 'A * stands for repeated lines; without offsets nothing says how many: dump with -v.');
      return;
    }
    const offset = this.#form.offset?.exec(line);
    if (this.#form.offset !== undefined && offset === null) {
      if (this.#form.skipsOthers === true) return;
      this.#problem(
        number,
        1,
        `The line does not begin with an offset, as the other lines of this ${this.#form.name} dump do.`,
      );
      return;
    }
    if (this.#form.offset === undefined && this.#isLength(line, number)) return;
    if (offset != null && !this.#jump(offset[1] ?? '', number)) return;
    const start = offset?.[0].length ?? 0;
    const read = this.#words(cleaned(line.slice(start), this.#form), start, number);
    if (read === undefined) return;
    for (const byte of read) this.bytes.push(byte);
    this.#last = read;
    if (this.#form.hasText === true && !agrees(read, line)) this.textMismatches += 1;
  }

  /** `unsigned int events_bin_len = 64;`, which xxd -i writes behind the array. */
  #isLength(line: string, number: number): boolean {
    const length = /^\s*(?:[a-z_]\w*\s+)+\w+\s*=\s*(?:sizeof\b.*|(0x[0-9a-fA-F]+|\d+)\w*)\s*;\s*$/.exec(line);
    if (length === null) return false;
    const said = length[1] === undefined ? undefined : Number(length[1]);
    if (/len|size/i.test(line) && said !== undefined && said !== this.bytes.length) {
      this.#problem(
        number,
        1,
        `This says ${counted(said, 'byte')}, but ${counted(this.bytes.length, 'byte')} stand above it.`,
      );
    }
    return true;
  }

  /** Fills a gap that a `*` stands for. False where the offset makes no sense. */
  #jump(digits: string, number: number): boolean {
    // An address of a kernel has 64 bits; the low 48 tell one line from the next, and are exact.
    const offset = Number.parseInt(digits.slice(-12), this.#form.offsetRadix);
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
    if (gap === -1 && this.#form.words === 'little') {
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
      const { width } = this.#form;
      const digits = width === undefined ? word[0] : word[0].padStart(width * 2, '0');
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
            : `A byte has two hexadecimal digits; this line has an odd number of them${this.#form.name === 'od' ? ': dump with od -tx1 instead' : ''}.`,
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
      // xxd prints words of two bytes unless told otherwise: nothing to wonder about.
      if (pairs.length > (this.#form.name === 'xxd' ? 2 : 1)) this.hasWords = true;
      if (this.isReversed) pairs.reverse();
      for (const byte of pairs) bytes.push(byte);
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

/** Whether the end of a line is the text of its bytes; a line without such text agrees with everything. */
function agrees(bytes: readonly number[], line: string): boolean {
  const text = line.slice(-bytes.length);
  if (!/\s/.test(line.charAt(line.length - bytes.length - 1)) || /^[0-9a-fA-F ]*$/.test(text)) return true;
  return bytes.every(
    (byte, index) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.') === text.charAt(index),
  );
}

/** Two blanks end the digits, xxd -g0 and -g1 have single ones between; so does one blank in front of what is no digit. */
function digitsBeforeText(body: string): string {
  const run = /^[0-9a-fA-F ]*/.exec(body)?.[0] ?? '';
  const gap = run.indexOf('  ');
  const end = gap === -1 && run.length < body.length ? run.lastIndexOf(' ') : gap;
  return end <= 0 ? body : body.slice(0, end);
}

function blankedFrom(body: string, start: number): string {
  return start === -1 ? body : body.slice(0, start) + ' '.repeat(body.length - start);
}

/** The line without its text column and without the marks of C; what is taken out is blanked, so that columns stay. */
function cleaned(body: string, form: HexForm): string {
  const blank = (mark: string): string => ' '.repeat(mark.length);
  if (form.hasText === true) {
    return digitsBeforeText(body);
  }
  switch (form.name) {
    case 'hexdump -C':
      return blankedFrom(body, body.indexOf('|'));
    case 'gdb':
      return body.replaceAll(/0[xX]/g, blank);
    case 'od':
    case 'hexdump':
      return blankedFrom(body, body.trimEnd().endsWith('<') ? body.indexOf('>') : -1);
    default: {
      const uncommented = body.replaceAll(/\/\*.*?\*\/|\/\/.*$/g, blank);
      const declared = uncommented.replace(/^.*[=]\s*(?=[{"])/, blank);
      // One digit is a whole byte where it is written as a number.
      const even = declared.replaceAll(/\b0[xX]([0-9a-fA-F])(?![0-9a-fA-F])/g, ' 0$1');
      return even.replaceAll(/0[xX]|\\x|[,;:{}[\]"']/g, blank);
    }
  }
}
