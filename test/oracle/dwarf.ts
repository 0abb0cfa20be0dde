/** Reads the types of an object file from its DWARF 5 debug information (DWARF 5, §7), as gcc writes it. */

import { type CompilerFacts, type DebugType, emptyType, flatten } from './facts.ts';
import { readElf } from './object-file.ts';

const tags = {
  array: 0x01,
  enumeration: 0x04,
  member: 0x0d,
  structure: 0x13,
  typedef: 0x16,
  union: 0x17,
  subrange: 0x21,
  enumerator: 0x28,
  qualifiers: new Set([0x26, 0x35, 0x37, 0x47]),
};

const attributes = {
  name: 0x03,
  byteSize: 0x0b,
  bitSize: 0x0d,
  constValue: 0x1c,
  upperBound: 0x2f,
  count: 0x37,
  memberLocation: 0x38,
  declaration: 0x3c,
  declFile: 0x3a,
  type: 0x49,
  dataBitOffset: 0x6b,
};

interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly { readonly name: number; readonly form: number; readonly implicit: bigint }[];
}

interface Entry {
  readonly offset: number;
  readonly tag: number;
  readonly values: ReadonlyMap<number, bigint | string>;
  readonly children: Entry[];
}

class Cursor {
  position = 0;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(view: DataView, isBigEndian: boolean) {
    this.#view = view;
    this.#little = !isBigEndian;
  }

  get length(): number {
    return this.#view.byteLength;
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  unsigned(bytes: 1 | 2 | 4 | 8): bigint {
    const at = this.position;
    this.position += bytes;
    if (bytes === 8) return this.#view.getBigUint64(at, this.#little);
    if (bytes === 4) return BigInt(this.#view.getUint32(at, this.#little));
    return BigInt(bytes === 2 ? this.#view.getUint16(at, this.#little) : this.#view.getUint8(at));
  }

  leb(isSigned: boolean): bigint {
    let result = 0n;
    let shift = 0n;
    for (;;) {
      const byte = this.#view.getUint8(this.position);
      this.position += 1;
      result |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if ((byte & 0x80) === 0) return isSigned && (byte & 0x40) !== 0 ? result - (1n << shift) : result;
    }
  }

  text(): string {
    const start = this.position;
    while (this.#view.getUint8(this.position) !== 0) this.position += 1;
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, this.position - start);
    this.position += 1;
    return new TextDecoder('latin1').decode(bytes);
  }
}

export function readDwarf(object: Uint8Array): CompilerFacts {
  const elf = readElf(object);
  const relocations = elf.relocations('.debug_info');
  const info = new Cursor(elf.section('.debug_info'), elf.isBigEndian);
  const strings = new Cursor(elf.section('.debug_str'), elf.isBigEndian);
  const lineStrings = new Cursor(elf.section('.debug_line_str'), elf.isBigEndian);
  const types = new Map<number, DebugType>();
  const keywords = new Map<DebugType, string>();

  while (info.position < info.length) {
    const unitAt = info.position;
    const end = Number(info.unsigned(4)) + unitAt + 4;
    const version = info.unsigned(2);
    if (version !== 5n) throw new Error(`DWARF ${version} where 5 was asked for`);
    info.unsigned(1);
    const addressSize = Number(info.unsigned(1)) as 4 | 8;
    const abbreviationsAt = Number(relocated(info, relocations));
    const abbreviations = readAbbreviations(new Cursor(elf.section('.debug_abbrev'), elf.isBigEndian), abbreviationsAt);
    const read = (form: number, implicit: bigint): bigint | string =>
      readForm({ info, strings, lineStrings, relocations, addressSize, unitAt }, form, implicit);
    const roots = readEntries(info, end, abbreviations, read);
    for (const entry of walk(roots)) makeType(entry, types, keywords);
    for (const entry of walk(roots)) connect(entry, types);
    info.position = end;
  }

  const facts = flatten(types.values(), (type) => keywords.get(type) ?? 'struct');
  const section = elf.section('uabi');
  const values = Array.from({ length: section.byteLength / 8 }, (_, index) =>
    section.getBigUint64(index * 8, !elf.isBigEndian),
  );
  return { ...facts, values };
}

function relocated(info: Cursor, relocations: ReadonlyMap<number, number>): bigint {
  const at = info.position;
  const stored = info.unsigned(4);
  const value = relocations.get(at);
  return value === undefined ? stored : BigInt(value);
}

function readAbbreviations(cursor: Cursor, at: number): ReadonlyMap<bigint, Abbreviation> {
  const result = new Map<bigint, Abbreviation>();
  cursor.position = at;
  for (let code = cursor.leb(false); code !== 0n; code = cursor.leb(false)) {
    const tag = Number(cursor.leb(false));
    const hasChildren = cursor.unsigned(1) !== 0n;
    const list: { name: number; form: number; implicit: bigint }[] = [];
    for (;;) {
      const name = Number(cursor.leb(false));
      const form = Number(cursor.leb(false));
      const implicit = form === 0x21 ? cursor.leb(true) : 0n;
      if (name === 0 && form === 0) break;
      list.push({ name, form, implicit });
    }
    result.set(code, { tag, hasChildren, attributes: list });
  }
  return result;
}

interface FormContext {
  readonly info: Cursor;
  readonly strings: Cursor;
  readonly lineStrings: Cursor;
  readonly relocations: ReadonlyMap<number, number>;
  readonly addressSize: 4 | 8;
  readonly unitAt: number;
}

function readForm(context: FormContext, form: number, implicit: bigint): bigint | string {
  const { info, strings, lineStrings, relocations, addressSize, unitAt } = context;
  switch (form) {
    case 0x01: // addr
      return info.unsigned(addressSize);
    case 0x0b: // data1
    case 0x0c: // flag
      return info.unsigned(1);
    case 0x05: // data2
      return info.unsigned(2);
    case 0x06: // data4
    case 0x17: // sec_offset
      return info.unsigned(4);
    case 0x07: // data8
      return info.unsigned(8);
    case 0x0d: // sdata
      return info.leb(true);
    case 0x0f: // udata
      return info.leb(false);
    case 0x08: // string
      return info.text();
    case 0x0e: // strp
      strings.position = Number(relocated(info, relocations));
      return strings.text();
    case 0x1f: // line_strp
      lineStrings.position = Number(relocated(info, relocations));
      return lineStrings.text();
    case 0x13: // ref4
      return info.unsigned(4) + BigInt(unitAt);
    case 0x18: // exprloc
      info.skip(Number(info.leb(false)));
      return 0n;
    case 0x19: // flag_present
      return 1n;
    case 0x1e: // data16
      info.skip(16);
      return 0n;
    case 0x21: // implicit_const
      return implicit;
    default:
      throw new Error(`unknown DWARF form 0x${form.toString(16)}`);
  }
}

function readEntries(
  info: Cursor,
  end: number,
  abbreviations: ReadonlyMap<bigint, Abbreviation>,
  read: (form: number, implicit: bigint) => bigint | string,
): readonly Entry[] {
  const roots: Entry[] = [];
  const open: Entry[][] = [roots];
  while (info.position < end) {
    const offset = info.position;
    const code = info.leb(false);
    if (code === 0n) {
      open.pop();
      if (open.length <= 1) break;
      continue;
    }
    const abbreviation = abbreviations.get(code);
    if (abbreviation === undefined) throw new Error(`unknown abbreviation ${code}`);
    const values = new Map<number, bigint | string>();
    for (const { name, form, implicit } of abbreviation.attributes) values.set(name, read(form, implicit));
    const entry: Entry = { offset, tag: abbreviation.tag, values, children: [] };
    open.at(-1)?.push(entry);
    if (abbreviation.hasChildren) open.push(entry.children);
  }
  return roots;
}

function* walk(entries: readonly Entry[]): Generator<Entry> {
  for (const entry of entries) {
    yield entry;
    yield* walk(entry.children);
  }
}

function number(entry: Entry, attribute: number): number | undefined {
  const value = entry.values.get(attribute);
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function text(entry: Entry, attribute: number): string | undefined {
  const value = entry.values.get(attribute);
  return typeof value === 'string' ? value : undefined;
}

function makeType(entry: Entry, types: Map<number, DebugType>, keywords: Map<DebugType, string>): void {
  const isRecord = entry.tag === tags.structure || entry.tag === tags.union;
  const kind = isRecord
    ? 'record'
    : entry.tag === tags.enumeration
      ? 'enum'
      : entry.tag === tags.typedef || tags.qualifiers.has(entry.tag)
        ? 'typedef'
        : entry.tag === tags.array
          ? 'array'
          : 'plain';
  const type = emptyType(kind);
  if (!tags.qualifiers.has(entry.tag)) type.name = text(entry, attributes.name);
  const bytes = number(entry, attributes.byteSize);
  type.sizeBits = bytes === undefined ? undefined : bytes * 8;
  type.isDeclaration = entry.values.has(attributes.declaration);
  if (isRecord) keywords.set(type, entry.tag === tags.union ? 'union' : 'struct');
  types.set(entry.offset, type);
}

function connect(entry: Entry, types: ReadonlyMap<number, DebugType>): void {
  const type = types.get(entry.offset);
  if (type === undefined) return;
  const base = number(entry, attributes.type);
  if (base !== undefined) type.base = types.get(base);
  for (const child of entry.children) {
    const childType = types.get(number(child, attributes.type) ?? -1);
    if (child.tag === tags.member && childType !== undefined) {
      const bits = number(child, attributes.dataBitOffset);
      type.members.push({
        name: text(child, attributes.name),
        type: childType,
        offsetBits: bits ?? (number(child, attributes.memberLocation) ?? 0) * 8,
        bitWidth: number(child, attributes.bitSize),
      });
    } else if (child.tag === tags.subrange) {
      const upper = child.values.get(attributes.upperBound);
      const last = typeof upper === 'bigint' ? Number(BigInt.asIntN(64, upper)) : undefined;
      type.counts.push(number(child, attributes.count) ?? (last === undefined ? 0 : last + 1));
    } else if (child.tag === tags.enumerator) {
      const value = child.values.get(attributes.constValue);
      if (typeof value === 'bigint') type.enumerators.push({ name: text(child, attributes.name) ?? '', value });
    }
  }
}
