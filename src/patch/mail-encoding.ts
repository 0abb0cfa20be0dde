/**
 * How mail writes text in seven bits: quoted-printable and base64 (RFC 2045), encoded words in headers (RFC 2047), charsets,
 * and lines that flow (RFC 3676).
 *
 * Raw text comes here as one character per byte. Each decoder also says which raw line every decoded line began in, because
 * a patch that does not apply is told at a line of the file the user has, not of a text nobody sees. That is why this is
 * written here: mail libraries hand out the text and forget where it stood.
 */

/** Decoded bytes as lines (still one character per byte), with the index of the raw line each began in. */
export interface DecodedLines {
  readonly lines: readonly string[];
  readonly origins: readonly number[];
}

export function decodeQuotedPrintable(raw: readonly string[]): DecodedLines {
  const lines: string[] = [];
  const origins: number[] = [];
  let pending: string[] = [];
  let origin = 0;
  for (const [index, rawLine] of raw.entries()) {
    // Blanks before the end of a line were added on the way (RFC 2045, 6.7, rule 3).
    const line = rawLine.replace(/[ \t\r]+$/, '');
    const isSoft = line.endsWith('=');
    if (pending.length === 0) origin = index;
    pending.push(
      (isSoft ? line.slice(0, -1) : line).replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    );
    if (isSoft && index < raw.length - 1) continue;
    // An encoded line feed ends a line as a bare one does.
    for (const part of pending.join('').split('\n')) {
      lines.push(part);
      origins.push(origin);
    }
    pending = [];
  }
  return { lines, origins };
}

export function decodeBase64(raw: readonly string[]): DecodedLines {
  // Byte of the result at which each raw line begins.
  const starts: number[] = [];
  let digits = 0;
  const clean = raw.map((line) => {
    const text = line.replace(/[^A-Za-z0-9+/]/g, '');
    starts.push(Math.floor((digits * 3) / 4));
    digits += text.length;
    return text;
  });
  const lines = Buffer.from(clean.join(''), 'base64').toString('latin1').split('\n');
  const origins: number[] = [];
  let offset = 0;
  let line = 0;
  for (const text of lines) {
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= offset) line += 1;
    origins.push(line);
    offset += text.length + 1;
  }
  return { lines, origins };
}

/** Undoes `format=flowed`: a stuffed blank goes, and a line that ends in a blank continues on the next. */
export function unflow({ lines, origins }: DecodedLines, isDelSp: boolean): DecodedLines {
  const joined: string[] = [];
  const from: number[] = [];
  let isOpen = false;
  for (const [index, rawLine] of lines.entries()) {
    const hasReturn = rawLine.endsWith('\r');
    const bare = hasReturn ? rawLine.slice(0, -1) : rawLine;
    const line = bare.startsWith(' ') ? bare.slice(1) : bare;
    // A line of one blank is an empty context line of a diff; whoever wrote it meant it to end.
    const flows = line.endsWith(' ') && line !== '-- ' && line !== ' ';
    const text = flows && isDelSp ? line.slice(0, -1) : line;
    if (isOpen) joined[joined.length - 1] = `${joined.at(-1) ?? ''}${text}`;
    else {
      joined.push(text);
      from.push(origins[index] ?? 0);
    }
    isOpen = flows;
  }
  return { lines: joined, origins: from };
}

/** Text of bytes in a charset; an unknown charset, or none, is read as UTF-8. */
export function decodeCharset(bytes: string, charset: string | undefined): string {
  const buffer = Buffer.from(bytes, 'latin1');
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(buffer);
  } catch (error) {
    if (error instanceof RangeError) return buffer.toString('utf8');
    throw error;
  }
}

/** `=?utf-8?q?K=C3=A4se?=` in a header as text. */
export function decodeHeader(raw: string): string {
  const word = /=\?([\w-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi;
  // Blanks between two encoded words belong to neither.
  const text = raw.replace(/(\?=)\s+(?==\?[\w-]+(?:\*[\w-]*)?\?[bq]\?)/gi, '$1');
  if (!text.includes('=?')) return decodeCharset(text, 'utf-8');
  return text.replace(word, (_, charset: string, form: string, body: string) =>
    decodeCharset(
      form.toLowerCase() === 'b'
        ? Buffer.from(body, 'base64').toString('latin1')
        : body
            .replace(/_/g, ' ')
            .replace(/=([0-9A-Fa-f]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      charset,
    ),
  );
}
