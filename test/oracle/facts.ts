/**
 * What a compiler says about one header on one target, whichever compiler and debug format it came from.
 *
 * Both readers (`dwarf.ts`, `llvm-ir.ts`) produce the graph of types below; `flatten` turns it into what `uabi layout` prints:
 * every named field at every depth, with its place counted from the outermost record.
 */

export interface DebugType {
  readonly kind: 'record' | 'enum' | 'typedef' | 'array' | 'plain';
  name: string | undefined;
  /** Size as stated; absent for arrays and names, whose size is worked out. */
  sizeBits: number | undefined;
  isDeclaration: boolean;
  /** File that declares it, as the compiler spells it. */
  file: string | undefined;
  base: DebugType | undefined;
  /** Elements of each dimension; 0 for a flexible array. */
  counts: number[];
  members: DebugMember[];
  enumerators: { name: string; value: bigint }[];
}

export interface DebugMember {
  readonly name: string | undefined;
  readonly type: DebugType;
  readonly offsetBits: number;
  /** Width of a bit-field. */
  readonly bitWidth: number | undefined;
}

export interface FieldFact {
  readonly path: string;
  readonly offsetBits: number;
  readonly sizeBits: number;
}

export interface RecordFact {
  readonly name: string;
  readonly file: string | undefined;
  readonly sizeBytes: number;
  readonly fields: readonly FieldFact[];
}

export interface CompilerFacts {
  readonly records: ReadonlyMap<string, RecordFact>;
  readonly enumerators: ReadonlyMap<string, { readonly value: bigint; readonly file: string | undefined }>;
  /** The numbers put into the section `uabi` (or the array `uabi_values`): pairs of value and "is negative". */
  readonly values: readonly bigint[];
}

export function emptyType(kind: DebugType['kind']): DebugType {
  return {
    kind,
    name: undefined,
    sizeBits: undefined,
    isDeclaration: false,
    file: undefined,
    base: undefined,
    counts: [],
    members: [],
    enumerators: [],
  };
}

function sizeOf(type: DebugType): number {
  // A vector states its size; an array of gcc's does not.
  const base = type.sizeBits ?? (type.base === undefined ? 0 : sizeOf(type.base));
  return type.kind === 'array' && type.sizeBits === undefined ? type.counts.reduce((a, b) => a * b, base) : base;
}

function recordBehind(type: DebugType): DebugType | undefined {
  if (type.kind === 'record') return type;
  return type.kind === 'typedef' && type.base !== undefined ? recordBehind(type.base) : undefined;
}

function collect(record: DebugType, prefix: string, base: number, into: FieldFact[]): void {
  for (const member of record.members) {
    const offsetBits = base + member.offsetBits;
    const inner = recordBehind(member.type);
    const isNamed = member.name !== undefined && member.name !== '';
    const path = isNamed ? `${prefix}${member.name}` : prefix;
    if (isNamed) into.push({ path, offsetBits, sizeBits: member.bitWidth ?? sizeOf(member.type) });
    if (inner !== undefined && member.bitWidth === undefined) {
      collect(inner, isNamed ? `${path}.` : prefix, offsetBits, into);
    }
  }
}

/** Every complete record with a tag, or with a typedef name where it has none. */
export function flatten(types: Iterable<DebugType>, recordKeyword: (type: DebugType) => string): CompilerFacts {
  const records = new Map<string, RecordFact>();
  const enumerators = new Map<string, { value: bigint; file: string | undefined }>();
  const add = (name: string, type: DebugType, file: string | undefined): void => {
    if (type.isDeclaration || records.has(name)) return;
    const fields: FieldFact[] = [];
    collect(type, '', 0, fields);
    records.set(name, { name, file, sizeBytes: (type.sizeBits ?? 0) / 8, fields });
  };
  for (const type of types) {
    if (type.kind === 'record' && type.name !== undefined) add(`${recordKeyword(type)} ${type.name}`, type, type.file);
    if (
      type.kind === 'typedef' &&
      type.name !== undefined &&
      type.base?.kind === 'record' &&
      type.base.name === undefined
    ) {
      add(type.name, type.base, type.file);
    }
    for (const { name, value } of type.enumerators) enumerators.set(name, { value, file: type.file });
  }
  return { records, enumerators, values: [] };
}
