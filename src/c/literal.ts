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

/** What stands before the quote (C17 §6.4.4.4, §6.4.5). */
export type Encoding = '' | 'L' | 'u' | 'U' | 'u8';

export function encodingOf(text: string): Encoding {
  const open = text.search(/["']/);
  return open <= 0 ? '' : (text.slice(0, open) as Encoding);
}

const encoder = new TextEncoder();

/** The code units of a character: bytes of UTF-8, halves of UTF-16, or the whole of it. */
function unitsOf(code: number, encoding: Encoding): readonly number[] {
  if (encoding === 'L' || encoding === 'U') return [code];
  if (encoding !== 'u') return code < 0x80 ? [code] : [...encoder.encode(String.fromCodePoint(code))];
  return code < 0x1_0000 ? [code] : [0xd800 + ((code - 0x1_0000) >> 10), 0xdc00 + ((code - 0x1_0000) & 0x3ff)];
}

const largestUnits: Readonly<Record<Encoding, number>> = { '': 0xff, u8: 0xff, u: 0xffff, L: -1, U: -1 };

/** The code units of the characters between the quotes. `undefined` where an escape is none. */
export function parseCharacters(text: string, encoding = encodingOf(text)): number[] | undefined {
  const inside = text.slice(text.search(/["']/) + 1, -1);
  const units: number[] = [];
  for (const [piece] of inside.matchAll(/\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])|[^]/gu)) {
    if (!piece.startsWith('\\')) {
      for (const unit of unitsOf(piece.codePointAt(0) ?? 0, encoding)) units.push(unit);
      continue;
    }
    const kind = piece.charAt(1);
    const simple = piece.length === 2 && Object.hasOwn(simpleEscapes, kind) ? simpleEscapes[kind] : undefined;
    if (simple !== undefined) units.push(simple);
    else if (/[0-7]/.test(kind)) units.push(Number.parseInt(piece.slice(1), 8) & largestUnits[encoding]);
    else if (kind === 'x' && piece.length > 2) {
      units.push((Number.parseInt(piece.slice(-8).replace(/^.*x/, ''), 16) & largestUnits[encoding]) >>> 0);
    } else if (/[uU]/.test(kind) && piece.length > 2) {
      const code = Number.parseInt(piece.slice(2), 16);
      if (code > 0x10_ffff) return undefined;
      for (const unit of unitsOf(code, encoding)) units.push(unit);
    } else return undefined;
  }
  return units;
}

/**
 * The value of a character constant as GCC computes it (`cpp_interpret_charconst`): of several plain characters each shifts those
 * before it up (`'AB'` is 0x4142), of several wide ones the last counts. Of a wide one it is the unit, which its type may make negative.
 */
export function parseCharacter(text: string, isCharSigned: boolean): bigint | undefined {
  const encoding = encodingOf(text);
  // C23's; in C17 it is a name and a constant behind it.
  const units = encoding === 'u8' ? undefined : parseCharacters(text, encoding);
  const [first] = units ?? [];
  if (units === undefined || first === undefined) return undefined;
  if (encoding !== '') return BigInt(units.at(-1) ?? first);
  if (units.length === 1) return BigInt(isCharSigned && first > 127 ? first - 256 : first);
  let value = 0;
  for (const unit of units) value = (value << 8) | unit;
  return BigInt(value);
}
