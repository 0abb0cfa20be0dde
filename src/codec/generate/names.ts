/**
 * Names and texts on their way into generated code.
 *
 * Everything here comes from a header or a layout file somebody else wrote, so nothing is put into code as it is: a name
 * must be an identifier, a text in a comment must not be able to end it, and a class may not be called like something the
 * generated code itself uses.
 */

import { printable, UserError } from '../../diagnostic.ts';

/** Global names generated modules use; a record called like one gets `Record` behind its class name. */
const usedGlobals: ReadonlySet<string> = new Set([
  'Array',
  'ArrayLike',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'DecodeError',
  'EncodeError',
  'Float32Array',
  'Float64Array',
  'Inspection',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Kept',
  'Math',
  'Number',
  'Object',
  'Record',
  'RecordDescriptor',
  'RecordView',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
]);

/** `name` itself, where it is an identifier of C and JavaScript; anything else is refused. */
export function checkedIdentifier(name: string): string {
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) {
    throw new UserError(`no code can be generated for the name “${printable(name)}”, which is no identifier`);
  }
  return name;
}

/** `kvm_vcpu_events` → `KvmVcpuEvents`. */
export function pascalCase(name: string): string {
  const words = checkedIdentifier(name)
    .split(/[_$]+/)
    .filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `Record${joined}`;
}

/** Hands out each class name once. */
export class ClassNames {
  readonly #taken: Set<string>;

  /** `others` are names that the module uses for something else. */
  constructor(others: Iterable<string> = []) {
    this.#taken = new Set([...usedGlobals, ...others]);
  }

  take(wanted: string): string {
    const base = this.#taken.has(wanted) && usedGlobals.has(wanted) ? `${wanted}Record` : wanted;
    let name = base;
    for (let i = 2; this.#conflicts(name); i++) name = `${base}${String(i)}`;
    // The companions of a class, too, must not meet another record's class.
    for (const suffix of companions) this.#taken.add(name + suffix);
    return name;
  }

  #conflicts(name: string): boolean {
    return companions.some((suffix) => this.#taken.has(name + suffix));
  }
}

const companions = ['', 'Init', 'View', 'Columns', 'Descriptor'] as const;

/** A text for a comment: no way to end it, no control characters, no line breaks. */
export function commentText(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim())
    .replaceAll('*/', '*\u200b/')
    .replaceAll('/*', '/\u200b*')
    .replaceAll('@', '(at)');
}

/** A string literal in single quotes. */
export function stringLiteral(text: string): string {
  // JSON escapes everything but quotes of our kind and the two separators JavaScript once took for line ends.
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** Any plain data as a literal, one property a line where it is long. */
export function dataLiteral(value: unknown, indent = ''): string {
  if (typeof value === 'string') return stringLiteral(value);
  if (typeof value === 'bigint') return `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}n`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const inner = `${indent}  `;
  const isArray = Array.isArray(value);
  const parts = isArray
    ? value.map((item: unknown) => dataLiteral(item, inner))
    : Object.entries(value as object)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${propertyKey(key)}: ${dataLiteral(item, inner)}`);
  const [open, close] = isArray ? ['[', ']'] : ['{ ', ' }'];
  const short = `${open}${parts.join(', ')}${close}`;
  if (parts.length === 0) return isArray ? '[]' : '{}';
  if (short.length + indent.length <= 110 && !short.includes('\n')) return short;
  return `${open.trim()}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close.trim()}`;
}

function propertyKey(key: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) && key !== '__proto__' ? key : `[${stringLiteral(key)}]`;
}
