/**
 * Records built by hand, for tests that need semantics or want to say exactly what is compared.
 *
 * `struct('ev', field('__u8', 'pending'), field('__u32', 'reserved', [12], { nonZero: 'rejected' }))`
 */

import type { Abi, RequestDeclaration, RequestDirection } from '../../src/abi/abi.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { encodeRequest } from '../../src/abi/request.ts';
import type { FieldSemantics, RecordSemantics } from '../../src/abi/semantics.ts';
import { findTarget, type TargetName } from '../../src/abi/target.ts';
import type { EnumType, Field, IntegerBase, RecordType, Type } from '../../src/abi/types.ts';

const bases: Readonly<Record<string, IntegerBase>> = {
  __u8: 'unsigned char',
  __u16: 'unsigned short',
  __u32: 'unsigned int',
  __u64: 'unsigned long long',
  __s8: 'signed char',
  __s16: 'short',
  __s32: 'int',
  __s64: 'long long',
  __le32: 'unsigned int',
  __be32: 'unsigned int',
};

export function integer(name: string): Type {
  const base = bases[name];
  if (base === undefined) return { kind: 'integer', base: name as IntegerBase };
  return { kind: 'typedef', name, type: { kind: 'integer', base } };
}

export function field(
  type: string | Type,
  name: string | undefined,
  dimensions: readonly (number | undefined)[] = [],
  semantics?: FieldSemantics,
  extra: Partial<Field> = {},
): Field {
  let full: Type = typeof type === 'string' ? integer(type) : type;
  for (const length of [...dimensions].reverse()) full = { kind: 'array', element: full, length };
  return { name, type: full, ...(semantics === undefined ? {} : { semantics }), ...extra };
}

export function record(
  recordKind: 'struct' | 'union',
  tag: string | undefined,
  fields: readonly Field[],
  semantics?: RecordSemantics,
): RecordType {
  return {
    kind: 'record',
    recordKind,
    tag,
    isComplete: true,
    fields,
    ...(semantics === undefined ? {} : { semantics }),
  };
}

export const struct = (tag: string | undefined, ...fields: Field[]): RecordType => record('struct', tag, fields);
export const union = (tag: string | undefined, ...fields: Field[]): RecordType => record('union', tag, fields);

interface Parts {
  readonly label?: string;
  readonly target?: TargetName;
  readonly records?: readonly RecordType[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly enums?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** name → [direction, nr, record tag]. */
  readonly requests?: Readonly<Record<string, readonly [RequestDirection, number, string]>>;
}

export function abi(parts: Parts): Abi {
  const target = findTarget(parts.target ?? 'arm64');
  if (target === undefined) throw new Error(`no target ${String(parts.target)}`);
  const header = 'linux/test.h';
  const records = new Map(
    (parts.records ?? []).map((one) => {
      const name = `${one.recordKind} ${one.tag ?? ''}`;
      return [name, { name, header, record: one }] as const;
    }),
  );
  const requests = new Map<string, RequestDeclaration>();
  for (const [name, [direction, nr, tag]] of Object.entries(parts.requests ?? {})) {
    const carried = records.get(`struct ${tag}`);
    const sizeBytes = carried === undefined ? 0 : layoutOf(carried.record, target).sizeBytes;
    const number = encodeRequest({ direction, type: 0xae, nr, sizeBytes }, target);
    requests.set(name, { name, header, number, direction, type: 0xae, nr, sizeBytes, argument: `struct ${tag}` });
  }
  return {
    target,
    label: parts.label ?? 'test',
    headers: [header],
    records,
    enums: new Map(
      Object.entries(parts.enums ?? {}).map(([tag, values]) => {
        const type: EnumType = {
          kind: 'enum',
          tag,
          underlying: 'unsigned int',
          enumerators: Object.entries(values).map(([name, value]) => ({ name, value: BigInt(value) })),
        };
        return [`enum ${tag}`, { name: `enum ${tag}`, header, type }];
      }),
    ),
    typedefs: new Map(),
    constants: new Map(
      Object.entries(parts.constants ?? {}).map(([name, value]) => [name, { name, header, value: BigInt(value) }]),
    ),
    requests,
    macros: new Map(),
    notUnderstood: [],
  };
}
