/**
 * Bytes written as hexadecimal text: `01 00 ff`, `0100ff`, `0x01, 0x00`, `\x01\x00`, and the dumps of xxd and hexdump -C.
 *
 * A dump line is told by the offset in front of it; its text column is left out. Everything else on a line must be digits,
 * because a byte that is skipped silently shifts all that follow.
 */

import type { Diagnostic } from '../diagnostic.ts';

export interface HexReading {
  readonly bytes: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads hexadecimal text; what cannot be read is reported and left out. */
export function readHex(text: string, file: string): HexReading {
  const bytes: number[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const { digits, start } = digitsOf(line);
    const bad = /[^0-9a-fA-F\s]/.exec(digits);
    const packed = digits.replaceAll(/\s+/g, '');
    if (bad !== null || packed.length % 2 === 1) {
      const column = start + (bad === null ? digits.trimEnd().length : bad.index + 1);
      const message =
        bad === null
          ? 'A byte has two hexadecimal digits; this line has an odd number of them.'
          : `${JSON.stringify(bad[0])} is no hexadecimal digit.`;
      diagnostics.push({ severity: 'error', code: 'bad-hex', message, location: { file, line: index + 1, column } });
      continue;
    }
    for (let at = 0; at < packed.length; at += 2) bytes.push(Number.parseInt(packed.slice(at, at + 2), 16));
  }
  return { bytes: Uint8Array.from(bytes), diagnostics };
}

function digitsOf(line: string): { digits: string; start: number } {
  const dump = /^\s*[0-9a-fA-F]{4,16}(?::\s|\s\s)\s*/.exec(line);
  const isFinalOffset = /^\s*[0-9a-fA-F]{7,8}\s*$/.test(line) && line.trim().startsWith('0000');
  if (isFinalOffset) return { digits: '', start: 0 };
  const start = dump?.[0].length ?? 0;
  const rest = line.slice(start);
  // xxd separates its text column with two blanks, hexdump with a bar.
  const body =
    dump === null
      ? rest
      : (/^(.*?)(?:\s\s+(?=\S*$)|\s+\|)/.exec(rest)?.[1] ?? rest.split(/\s{2,}(?=[^ ]{0,16}$)/)[0] ?? rest);
  return { digits: body.replaceAll(/0[xX]|\\x|[,;:{}[\]"']/g, (mark) => ' '.repeat(mark.length)), start };
}
