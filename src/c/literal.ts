/**
 * Numbers and character constants as C reads them (C17 §6.4.4), without deciding their type: that depends on the target in
 * an expression, and is always `intmax_t` or `uintmax_t` in `#if`.
 */

export interface IntegerLiteral {
  readonly value: bigint;
  readonly isDecimal: boolean;
  readonly isUnsigned: boolean;
  readonly length: '' | 'l' | 'll';
}

const integer =
  /^(?:0[xX](?<hex>[0-9a-fA-F](?:'?[0-9a-fA-F])*)|0[bB](?<binary>[01](?:'?[01])*)|(?<octal>0(?:'?[0-7])*)|(?<decimal>[1-9](?:'?[0-9])*))(?<suffix>[uU](?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU]?)?$/;

/** Longer numbers than any type can hold are refused before anything is computed from them. */
const longestNumber = 200;

/** The same few numbers stand everywhere; headers may hold any others. */
const known = new Map<string, IntegerLiteral | undefined>();
const mostKnown = 10_000;

/** The integer that a preprocessing number spells, or `undefined`: `1.5`, `09`, `12ab`. */
export function parseInteger(text: string): IntegerLiteral | undefined {
  if (text.length > longestNumber) return undefined;
  let literal = known.get(text);
  if (literal === undefined && !known.has(text)) {
    literal = parse(text);
    if (known.size < mostKnown) known.set(text, literal);
  }
  return literal;
}

function parse(text: string): IntegerLiteral | undefined {
  const groups = integer.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const digits = (group: string): string => group.replaceAll("'", '');
  const { hex, binary, octal, decimal } = groups;
  let value: bigint;
  if (hex !== undefined) value = BigInt(`0x${digits(hex)}`);
  else if (binary !== undefined) value = BigInt(`0b${digits(binary)}`);
  else if (octal !== undefined) value = BigInt(`0o${digits(octal)}`);
  else value = BigInt(digits(decimal ?? '0'));
  const suffix = (groups['suffix'] ?? '').toLowerCase();
  const isUnsigned = suffix.includes('u');
  const length = suffix.includes('ll') ? 'll' : suffix.includes('l') ? 'l' : '';
  return { value, isDecimal: decimal !== undefined, isUnsigned, length };
}

export interface FloatingLiteral {
  readonly value: number;
  /** In lower case: `''`, `f`, `l`, or `f64` and the like of ISO/IEC TS 18661-3. */
  readonly suffix: string;
}

/** The floating constant that a preprocessing number spells, or `undefined` where it is none. */
export function parseFloating(text: string): FloatingLiteral | undefined {
  const match = /^((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([fFlL]|[fF]\d+x?)?$/.exec(text);
  return match === null ? undefined : { value: Number(match[1]), suffix: (match[2] ?? '').toLowerCase() };
}

const simpleEscapes: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27, E: 27 },
  ...{ '\\': 92, "'": 39, '"': 34, '?': 63 },
};

/**
 * The codes of the characters between the quotes: bytes for plain literals (UTF-8), code points for wide ones. `undefined`
 * where an escape is none.
 */
export function parseCharacters(text: string): number[] | undefined {
  const open = text.search(/["']/);
  const isWide = open > 0 && !text.startsWith('u8');
  const inside = text.slice(open + 1, -1);
  const codes: number[] = [];
  for (const [piece] of inside.matchAll(/\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])|[^]/gu)) {
    if (piece.startsWith('\\')) {
      const kind = piece.charAt(1);
      const simple = piece.length === 2 && Object.hasOwn(simpleEscapes, kind) ? simpleEscapes[kind] : undefined;
      if (simple !== undefined) codes.push(simple);
      else if (/[0-7]/.test(kind)) codes.push(Number.parseInt(piece.slice(1), 8) & (isWide ? -1 : 0xff));
      else if (/[xuU]/.test(kind) && piece.length > 2) {
        const code = Number.parseInt(piece.slice(-8).replace(/^.*[xuU]/, ''), 16);
        codes.push(isWide ? code : code & 0xff);
      } else return undefined;
    } else if (isWide) codes.push(piece.codePointAt(0) ?? 0);
    else codes.push(...new TextEncoder().encode(piece));
  }
  return codes;
}

/** The value of a character constant as GCC computes it: several characters shift each other up (`'AB'` is 0x4142). */
export function parseCharacter(text: string, isCharSigned: boolean): bigint | undefined {
  const codes = parseCharacters(text);
  const [first] = codes ?? [];
  if (codes === undefined || first === undefined) return undefined;
  if (/^(?:L|u8?|U)/.test(text)) return BigInt(first);
  if (codes.length === 1) return BigInt(isCharSigned && first > 127 ? first - 256 : first);
  let value = 0;
  for (const code of codes) value = (value << 8) | code;
  return BigInt(value);
}
