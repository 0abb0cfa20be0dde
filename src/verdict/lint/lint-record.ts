/**
 * What is said about one record: its holes, its field types, and whether 32-bit programs see it the same way.
 *
 * A nested record with a name of its own is looked at where it is declared, not in every record around it.
 */

import type { RecordDeclaration } from '../../abi/abi.ts';
import { holesOf } from '../../abi/field-paths.ts';
import { ifLaidOut, type PlacedFields } from '../../abi/layout.ts';
import { layoutOf } from '../../abi/layout-engine.ts';
import { findTarget, type Target } from '../../abi/target.ts';
import { type Type, spellType, unalias } from '../../abi/types.ts';
import type { FieldNode, PlacedRecord } from '../../diff/placed.ts';
import { placeRecord } from '../../diff/placed.ts';
import { at, bytesOf } from '../judgement.ts';
import type { LintSubject, Remark } from './remark.ts';
import type { LintRuleId } from './rules.ts';

export function lintRecord(declaration: RecordDeclaration, { abi, narrow }: LintSubject): Remark[] {
  if (!declaration.record.isComplete) return [];
  // A record that no compiler could lay out is told by whoever reads the header.
  const placed = ifLaidOut(() => placeRecord(declaration, abi));
  if (placed === undefined) return [];
  const remarks: Remark[] = [];
  const say: Say = (rule, node, message, matter) => {
    remarks.push({
      rule,
      subject: node === undefined ? declaration.name : `${declaration.name}.${node.path}`,
      message,
      ...(matter === undefined ? {} : { matter }),
      header: declaration.header,
      location: node?.field.location ?? declaration.location,
    });
  };
  sayHoles(placed, say);
  // A record of libc that the front end brings along is nobody's to mend.
  const isOwn = (node: FieldNode): boolean =>
    node.field.location === undefined || node.field.location.file === declaration.location?.file;
  for (const node of placed.nodes) {
    if (!isOwn(node)) continue;
    const rule = ruleForType(node, placed);
    if (rule !== undefined) say(rule.id, node, rule.message);
  }
  const other = narrow === undefined ? undefined : narrowForm(declaration, narrow);
  const difference = other === undefined ? undefined : firstDifference(placed, other);
  if (difference !== undefined && other !== undefined) {
    const { words } = difference;
    let node = difference.node;
    while (node !== undefined && !isOwn(node)) node = node.parent;
    say(
      'layout-differs',
      node,
      `${words} in ${placed.layout.target.name} programs and ${difference.narrow} in ${other.layout.target.name} ones.`,
    );
    const wide = isI386(other) ? placed.nodes.find((one) => isOwn(one) && isUnalignedWide(one, other)) : undefined;
    if (wide !== undefined) {
      say(
        'unaligned-u64',
        wide,
        `${wide.path} (${spellType(wide.type)}) is aligned to 8 bytes in 64-bit programs and to 4 in i386 ones.`,
      );
    }
  }
  return remarks;
}

type Say = (rule: LintRuleId, node: FieldNode | undefined, message: string, matter?: string) => void;

function sayHoles(placed: PlacedRecord, say: Say): void {
  const look = (layout: PlacedFields, node: FieldNode | undefined, baseBits: number): void => {
    for (const { kind, offsetBits, sizeBits } of holesOf(layout)) {
      // Bits that bit-fields leave over are told with the bit-fields.
      if (sizeBits % 8 !== 0 || offsetBits % 8 !== 0) continue;
      const place = `${bytesOf(sizeBits)} at ${at(baseBits + offsetBits)}`;
      const have = sizeBits === 8 ? 'has' : 'have';
      const before = layout.fields.findLast((one) => one.offsetBits + one.sizeBits <= offsetBits)?.field.name;
      const after = before === undefined ? '' : `, after ${before},`;
      if (kind === 'hole') say('implicit-hole', node, `The ${place}${after} ${have} no name.`, after);
      else say('tail-padding', node, `The last ${place} ${have} no name.`, 'tail');
    }
  };
  look(placed.layout, undefined, 0);
  for (const node of placed.nodes) {
    if (node.record !== undefined && !node.isOpaque) look(node.record, node, node.offsetBits);
  }
}

const TIME_TYPES = /^(?:__kernel_(?:old_)?|__)?(?:time_t|suseconds_t|clock_t|old_timeval|old_timespec)$/;
const TIME_RECORDS = /^(?:timeval|timespec|itimerval|itimerspec|__kernel_old_(?:timeval|timespec|itimerval))$/;

function ruleForType(
  node: FieldNode,
  placed: PlacedRecord,
): { readonly id: LintRuleId; readonly message: string } | undefined {
  const { type, path, field } = node;
  if (field.bitWidth !== undefined) {
    const all = placed.nodes.filter((one) => one.parent === node.parent && one.field.bitWidth !== undefined);
    if (all[0] !== node) return undefined;
    const count = all.length === 1 ? 'is a bit-field' : `is the first of ${String(all.length)} bit-fields`;
    return { id: 'bit-field-in-record', message: `${path} ${count}.` };
  }
  const element = elementOf(type);
  const names = typedefNames(element);
  const bare = unalias(element);
  const spelt = spellType(element);
  const isTimeRecord = bare.kind === 'record' && bare.tag !== undefined && TIME_RECORDS.test(bare.tag);
  if (isTimeRecord || names.some((name) => TIME_TYPES.test(name))) {
    return { id: 'time-in-record', message: `${path} has the type ${spelt}.` };
  }
  if (bare.kind === 'pointer') return { id: 'pointer-in-record', message: `${path} is a pointer (${spelt}).` };
  if (bare.kind === 'enum') return { id: 'enum-in-record', message: `${path} has the type ${spelt}.` };
  if (bare.kind === 'integer' && (bare.base === 'long' || bare.base === 'unsigned long') && !isFixedWidth(names)) {
    return {
      id: 'long-in-record',
      message: `${path} has the type ${spelt}${spelt === bare.base ? '' : `, which is ${bare.base}`}.`,
    };
  }
  return undefined;
}

/** Some 64-bit architectures spell `__u64` as `unsigned long` (asm-generic/int-l64.h): the width is fixed all the same. */
function isFixedWidth(names: readonly string[]): boolean {
  return names.some((name) => /^_*(?:[su]|u?int|le|be|aligned_u|sum|poll)_?(?:8|16|32|64)(?:_t)?$/.test(name));
}

function elementOf(type: Type): Type {
  let element = type;
  for (;;) {
    const bare = unalias(element);
    if (bare.kind !== 'array') return element;
    element = bare.element;
  }
}

function typedefNames(type: Type): string[] {
  const names: string[] = [];
  for (let current = type; current.kind === 'typedef'; current = current.type) names.push(current.name);
  return names;
}

/** The record as 32-bit programs see it. */
function narrowForm(
  declaration: RecordDeclaration,
  { target, abi }: NonNullable<LintSubject['narrow']>,
): PlacedRecord | undefined {
  const own = abi?.records.get(declaration.name);
  if (abi !== undefined && own === undefined) return undefined;
  const abiOfTarget = abi ?? emptyAbi(target);
  return ifLaidOut(() => placeRecord(own ?? declaration, abiOfTarget));
}

function emptyAbi(target: Target): Parameters<typeof placeRecord>[1] {
  const none = new Map<string, never>();
  return {
    target,
    label: '',
    headers: [],
    records: none,
    enums: none,
    typedefs: none,
    constants: none,
    requests: none,
    macros: none,
    notUnderstood: [],
  };
}

interface Difference {
  readonly node: FieldNode | undefined;
  readonly words: string;
  readonly narrow: string;
}

/** The first field that stands elsewhere or has another size, or the size of the whole; alignment alone is no difference. */
function firstDifference(wide: PlacedRecord, narrow: PlacedRecord): Difference | undefined {
  for (const node of wide.nodes) {
    const other = narrow.byPath.get(node.path);
    if (other === undefined) continue;
    if (node.offsetBits !== other.offsetBits) {
      return { node, words: `${node.path} is at byte ${at(node.offsetBits)}`, narrow: `at ${at(other.offsetBits)}` };
    }
    if (node.isLeaf && node.sizeBits !== other.sizeBits) {
      return { node, words: `${node.path} has ${bytesOf(node.sizeBits)}`, narrow: String(other.sizeBits / 8) };
    }
  }
  const [size, narrowSize] = [wide.layout.sizeBytes, narrow.layout.sizeBytes];
  if (size === narrowSize) return undefined;
  return { node: undefined, words: `The record has ${String(size)} bytes`, narrow: String(narrowSize) };
}

function isI386(placed: PlacedRecord): boolean {
  return placed.layout.target === findTarget('i386');
}

/** An 8-byte integer that i386 aligns to 4, and that no declaration around it aligns to more. */
function isUnalignedWide(node: FieldNode, i386: PlacedRecord): boolean {
  const bare = unalias(elementOf(node.type));
  const isWide = bare.kind === 'integer' && node.field.bitWidth === undefined;
  if (!isWide || node.field.alignBytes !== undefined) return false;
  const [base] = [bare.base];
  if (!(base === 'long long' || base === 'unsigned long long' || isFixedWidth(typedefNames(elementOf(node.type)))))
    return false;
  const alone = layoutOf(
    {
      kind: 'record',
      recordKind: 'struct',
      tag: undefined,
      isComplete: true,
      fields: [{ name: 'x', type: elementOf(node.type) }],
    },
    i386.layout.target,
  );
  return alone.sizeBytes === 8 && alone.alignBytes === 4;
}
