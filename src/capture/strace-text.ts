/**
 * The small grammar of strace's arguments: where one argument ends, strings with escapes, comments, annotations.
 *
 * strace prints C-like text that is not C: `3</dev/kvm<char 10:232>>` annotates a descriptor, `"…"...` is a string cut
 * short, `0xae01 /* KVM_CREATE_VM *\/` carries a name in a comment, `{a=1, ...}` leaves members out. The scanner only has
 * to find commas and closing brackets that are not inside something else; what it meets unbalanced ends at the line's end.
 */

export interface ArgumentList {
  readonly parts: readonly string[];
  /** Index behind the closing bracket; the length of the text if there is none. */
  readonly end: number;
  readonly isClosed: boolean;
}

const maxDepth = 64;

const quote = 0x22;
const slash = 0x2f;
const star = 0x2a;
const less = 0x3c;
const comma = 0x2c;
const closers = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** The closing bracket for an opening one, by character code; 0 for every other character. */
const closerOf = new Uint8Array(256);
/** Characters at which something may begin or end; all others are stepped over. */
const isTelling = new Uint8Array(256);
for (const [open, close] of closers) {
  closerOf[open.charCodeAt(0)] = close.charCodeAt(0);
  isTelling[open.charCodeAt(0)] = 1;
  isTelling[close.charCodeAt(0)] = 1;
}
for (const code of [quote, slash, less, comma]) isTelling[code] = 1;

/** Splits the text behind an opening bracket at its top-level commas, up to the bracket that closes it. */
export function splitArguments(text: string, start: number, close = ')'): ArgumentList {
  const parts: string[] = [];
  const stack: number[] = [];
  const closeCode = close.charCodeAt(0);
  let annotations: ReadonlyMap<number, number> | undefined;
  let from = start;
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (isTelling[code] !== 1) {
      i += 1;
      continue;
    }
    if (code === quote) {
      i = stringEnd(text, i);
      continue;
    }
    if (code === slash && text.charCodeAt(i + 1) === star) {
      const end = text.indexOf('*/', i + 2);
      i = end === -1 ? text.length : end + 2;
      continue;
    }
    if (code === less && opensAnnotation(text, i)) {
      annotations ??= annotationEnds(text, i);
      i = annotations.get(i) ?? i + 1;
      continue;
    }
    const closer = closerOf[code] ?? 0;
    if (closer !== 0 && stack.length < maxDepth) stack.push(closer);
    else if (stack.length > 0 && code === stack.at(-1)) stack.pop();
    else if (stack.length === 0 && code === closeCode) {
      const last = text.slice(from, i).trim();
      if (last !== '' || parts.length > 0) parts.push(last);
      return { parts, end: i + 1, isClosed: true };
    } else if (stack.length === 0 && code === comma) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
    i += 1;
  }
  const last = text.slice(from).trim();
  if (last !== '') parts.push(last);
  return { parts, end: text.length, isClosed: false };
}

/** An annotation follows a descriptor number or AT_FDCWD directly; `1<<3` is a shift. */
function opensAnnotation(text: string, at: number): boolean {
  return /[0-9A-Za-z_]/.test(text.charAt(at - 1)) && text.charAt(at + 1) !== '<' && text.charAt(at - 1) !== '<';
}

/**
 * Index behind the annotation for each `<` that opens one; none for a `<` that nothing closes. All at once, because looking for
 * the end of each anew would take the square of the line's length.
 */
function annotationEnds(text: string, from: number): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i);
    // Sockets are annotated as `<TCP:[a->b]>`.
    if (character === '<') open.push(i);
    else if (character === '>' && text.charAt(i - 1) !== '-') {
      const start = open.pop();
      if (start !== undefined) ends.set(start, i + 1);
    }
  }
  return ends;
}

/** Index behind the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i += 1;
    else if (character === '"') return i + 1;
  }
  return text.length;
}

export interface StraceString {
  readonly bytes: Uint8Array;
  /** strace printed `...` behind it: the rest was not recorded. */
  readonly isTruncated: boolean;
}

const simpleEscapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  f: 12,
  v: 11,
  a: 7,
  b: 8,
  e: 27,
  '"': 34,
  "'": 39,
  '\\': 92,
};

/** Reads `"…"` or `"…"...`; `undefined` if the text is no string. Characters are bytes (the log is read as Latin-1). */
export function readString(text: string): StraceString | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return undefined;
  const bytes: number[] = [];
  let i = 1;
  for (; i < trimmed.length && trimmed.charAt(i) !== '"'; i++) {
    if (trimmed.charAt(i) !== '\\') {
      bytes.push(trimmed.charCodeAt(i) & 0xff);
      continue;
    }
    const digits = /^(?:x[0-9a-fA-F]{2}|[0-7]{1,3})/.exec(trimmed.slice(i + 1, i + 4))?.[0];
    if (digits !== undefined) {
      bytes.push((digits.startsWith('x') ? parseInt(digits.slice(1), 16) : parseInt(digits, 8)) & 0xff);
      i += digits.length;
    } else {
      i += 1;
      bytes.push(simpleEscapes[trimmed.charAt(i)] ?? trimmed.charCodeAt(i) & 0xff);
    }
  }
  const isClosed = trimmed.charAt(i) === '"';
  return { bytes: Uint8Array.from(bytes), isTruncated: !isClosed || trimmed.slice(i + 1).startsWith('...') };
}

const none: readonly string[] = [];

/** Text with the comments taken out, and the comments. */
export function splitComments(text: string): { readonly text: string; readonly comments: readonly string[] } {
  if (!text.includes('/*')) return { text: text.trim(), comments: none };
  const comments: string[] = [];
  const rest = text.replaceAll(/\/\*([^*]{0,4096})\*\//g, (_, comment: string) => {
    comments.push(comment.trim());
    return '';
  });
  return { text: rest.trim(), comments };
}

/** A number as strace prints one: decimal, `0x` or octal with a leading 0; `NULL` is 0. */
export function readNumber(text: string): bigint | undefined {
  // Most of what is asked is a small decimal number.
  if (/^[1-9]\d{0,14}$/.test(text)) return BigInt(Number(text));
  const { text: bare } = splitComments(text);
  if (bare === 'NULL') return 0n;
  const found = /^(-?)(0x[0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9]\d{0,19})$/.exec(bare);
  if (found === null) return undefined;
  const digits = found[2] ?? '0';
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return found[1] === '-' ? -value : value;
}
