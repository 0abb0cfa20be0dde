/** Reads the types of a translation unit from the debug metadata of LLVM's assembly language, as clang writes it. */

import { type CompilerFacts, type DebugType, emptyType, flatten } from './facts.ts';

interface Node {
  readonly kind: string;
  readonly text: string;
}

/** Facts from the output of `clang -S -emit-llvm -g -fno-eliminate-unused-debug-types`. */
export function readLlvmIr(ir: string): CompilerFacts {
  const nodes = new Map<string, Node>();
  for (const match of ir.matchAll(/^(!\d+) = (?:distinct )?!(\w*)[({](.*)[)}]$/gm)) {
    nodes.set(match[1] ?? '', { kind: match[2] ?? '', text: match[3] ?? '' });
  }
  const types = new Map<string, DebugType>();
  const keywords = new Map<DebugType, string>();

  const typeOf = (id: string | undefined): DebugType | undefined => {
    const node = id === undefined ? undefined : nodes.get(id);
    if (id === undefined || node === undefined) return undefined;
    const known = types.get(id);
    if (known !== undefined) return known;
    const tag = value(node, 'tag') ?? '';
    const isRecord = tag === 'DW_TAG_structure_type' || tag === 'DW_TAG_union_type';
    const isName = /^DW_TAG_(typedef|const_type|volatile_type|restrict_type|atomic_type)$/.test(tag);
    const type = emptyType(
      isRecord
        ? 'record'
        : tag === 'DW_TAG_enumeration_type'
          ? 'enum'
          : isName
            ? 'typedef'
            : tag === 'DW_TAG_array_type'
              ? 'array'
              : 'plain',
    );
    types.set(id, type);
    if (isRecord) keywords.set(type, tag === 'DW_TAG_union_type' ? 'union' : 'struct');
    type.name = tag === 'DW_TAG_typedef' || isRecord || type.kind === 'enum' ? string(node, 'name') : undefined;
    type.isDeclaration = /flags: [^,]*DIFlagFwdDecl/.test(node.text);
    type.file = string(nodes.get(value(node, 'file') ?? ''), 'filename');
    const size = value(node, 'size');
    if (type.kind !== 'typedef')
      type.sizeBits = size === undefined ? (isRecord || type.kind === 'array' ? 0 : undefined) : Number(size);
    type.base = typeOf(value(node, 'baseType'));
    for (const element of references(nodes.get(value(node, 'elements') ?? ''))) {
      const child = nodes.get(element);
      if (child?.kind === 'DIEnumerator') {
        type.enumerators.push({ name: string(child, 'name') ?? '', value: BigInt(value(child, 'value') ?? '0') });
      } else if (child !== undefined && value(child, 'tag') === 'DW_TAG_member') {
        const member = typeOf(value(child, 'baseType'));
        if (member === undefined) continue;
        type.members.push({
          name: string(child, 'name'),
          type: member,
          offsetBits: Number(value(child, 'offset') ?? '0'),
          bitWidth: /flags: [^,]*DIFlagBitField/.test(child.text) ? Number(value(child, 'size') ?? '0') : undefined,
        });
      }
    }
    return type;
  };
  for (const [id, node] of nodes) if (/^DI(Composite|Derived)Type$/.test(node.kind)) typeOf(id);

  const array = /^@uabi_values = .*? constant \[\d+ x i64\] (?:\[(.*?)\]|(zeroinitializer))/m.exec(ir);
  const values = [...(array?.[1] ?? '').matchAll(/i64 (-?\d+)/g)].map((match) =>
    BigInt.asUintN(64, BigInt(match[1] ?? '0')),
  );
  return { ...flatten(types.values(), (type) => keywords.get(type) ?? 'struct'), values };
}

function value(node: Node | undefined, key: string): string | undefined {
  return node === undefined ? undefined : new RegExp(`(?:^|, )${key}: ([^",\\s]+)(?:,|$)`).exec(node.text)?.[1];
}

function string(node: Node | undefined, key: string): string | undefined {
  return node === undefined ? undefined : new RegExp(`(?:^|, )${key}: "([^"]*)"`).exec(node.text)?.[1];
}

function references(node: Node | undefined): readonly string[] {
  return node === undefined ? [] : (node.text.match(/!\d+/g) ?? []);
}
