/**
 * How a number is written for people.
 *
 * Flags, magic numbers and codes of four characters are made in hexadecimal and mean nothing in decimal; counts, sizes and round
 * numbers are decimal. What programs read has every number in decimal (`check --format json`).
 */

/** From here on a number is rarely a count. */
const large = 1n << 24n;
const fourccName = /FMT|FORMAT|FOURCC/;

/** One number of a name: `12`, `0xcafe4a11`, `0x56595559 'YUYV'`. */
export function numberText(value: bigint, name: string): string {
  return isHexadecimal(value) ? hexText(value, name) : String(value);
}

/** A name of which two values are told. */
export interface Renumbered {
  readonly name: string;
  /** Whether its list counts, as most enums do: 32 comes after 31 there and is no flag. */
  readonly isCounted?: boolean;
}

/** Two values of one name, written alike. */
export function numberTexts(
  { name, isCounted = false }: Renumbered,
  ...values: readonly [bigint, bigint]
): readonly [string, string] {
  const areFlags = !isCounted && values.every(isFlag) && values.some((value) => value >= 0x10n);
  const isHex = areFlags || values.some(isHexadecimal);
  const text = (value: bigint): string => (isHex && value >= 0n ? hexText(value, name) : String(value));
  return [text(values[0]), text(values[1])];
}

function isFlag(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}

function isHexadecimal(value: bigint): boolean {
  return value >= large && value % 1000n !== 0n;
}

function hexText(value: bigint, name: string): string {
  const code = fourccName.test(name) ? fourccOf(value) : undefined;
  return `0x${value.toString(16)}${code === undefined ? '' : ` '${code}'`}`;
}

/** Four letters, digits or spaces, the first in the lowest byte. */
function fourccOf(value: bigint): string | undefined {
  if (value < large || value > 0xffffffffn) return undefined;
  const bytes = [0n, 8n, 16n, 24n].map((shift) => Number((value >> shift) & 0xffn));
  const code = String.fromCharCode(...bytes);
  return /^[A-Za-z0-9 ]{4}$/.test(code) ? code : undefined;
}
