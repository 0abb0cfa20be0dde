/** Decoded values as JSON can hold them. */

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Lowercase hexadecimal without separators. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

/** `0x…`, with the sign in front: the one spelling of 64-bit values in JSON, which has no integers that wide. */
export function hexOfInteger(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A decoded value as JSON can hold it: 64-bit integers and bytes as text, everything else as it is. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return hexOfInteger(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if ('toJSON' in value && typeof value.toJSON === 'function') return (value as { toJSON: () => unknown }).toJSON();
  const result = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) result[name] = jsonOf(item);
  return result;
}

/** The fields of a record, in their order in memory. */
export function jsonOfFields<T extends object>(
  value: T,
  names: readonly (keyof T & string)[],
): Record<string, unknown> {
  const result = Object.create(null) as Record<string, unknown>;
  for (const name of names) result[name] = jsonOf(value[name]);
  return result;
}
