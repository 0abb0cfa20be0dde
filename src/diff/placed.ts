/**
 * A record as the comparison sees it: a tree of named nodes with absolute offsets.
 *
 * `layout.ts` answers where each field of one record is. To compare two versions one also has to know what *may* share
 * bytes with what (two arms of a union do, two fields of a struct do not), where a record ends inside another one, and
 * which bytes nobody uses. That is what this tree adds. A nested record with a tag of its own is one opaque node: it is
 * compared once, under its own name, and not again in every record that contains it. An array of tagless records is opened
 * at its first element (`entries[].flags`).
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import type { FieldLayout, PlacedFields, RecordLayout } from '../abi/layout.ts';
import type { FieldSemantics, UnionArms } from '../abi/semantics.ts';
import { type Field, type RecordType, type Type, unalias } from '../abi/types.ts';
import { onceFor } from '../abi/once.ts';

/** One step through a union on the way to a node: the union, and the member (or anonymous arm) taken. */
export interface ArmStep {
  readonly union: UnionNode;
  readonly arm: string;
}

export interface FieldNode {
  readonly path: string;
  readonly name: string;
  /** From the start of the outermost record. */
  readonly offsetBits: number;
  readonly sizeBits: number;
  readonly type: Type;
  readonly field: Field;
  /** The named record around it; `undefined` at the top. */
  readonly parent: FieldNode | undefined;
  /** Whether the record it is declared in, anonymous or not, is a union. */
  readonly isArm: boolean;
  /** Unions passed on the way, outermost first. */
  readonly arms: readonly ArmStep[];
  /** Layout of the node's record, where it is one. */
  readonly record: PlacedFields | undefined;
  /** A record that is compared under its own name and so not opened here. */
  readonly isOpaque: boolean;
  /** Nothing named lies inside it. */
  readonly isLeaf: boolean;
}

export interface UnionNode {
  /** `undefined` for an anonymous union; the empty string where the outermost record is the union. */
  readonly path: string | undefined;
  readonly offsetBits: number;
  readonly sizeBits: number;
  readonly semantics: UnionArms | undefined;
  /** Paths of the members, in declaration order; the members of an anonymous struct arm are one entry each. */
  readonly members: string[];
}

export interface PlacedRecord {
  readonly declaration: RecordDeclaration;
  readonly layout: RecordLayout;
  /** Every named node, outer before inner, in declaration order. */
  readonly nodes: readonly FieldNode[];
  readonly byPath: ReadonlyMap<string, FieldNode>;
  readonly unions: readonly UnionNode[];
}

/**
 * What bytes without information are called where nothing better is declared. A hint about intent, never a verdict. `res` alone
 * may be a result.
 */
const FILLER_NAME =
  /^_*(?:pad|padding|reserved|resv|rsvd|rsv|unused|spare|filler?|mbz|dummy|hole)(?:_?[a-z0-9]{1,3})?_*$|^(?:_+res\d*|res\d+)_*$|^_+(?:align|opaque)\d*_*$|^[a-z]{1,3}_(?:pad|padding|spare|unused)\d*$|^_*(?!nr|num|max|min)[a-z\d]{1,6}_(?:rsvd?|resvd?|reserved|mbz)\d*$/i;
/** Bytes there are to align what follows; a single number of this name tells a program how something is aligned. */
const ALIGNING_BYTES = /^align\d*$/i;
/** Where a record ends, for `offsetof`: `char end[]` of `struct rseq`, which moves whenever a field comes. */
const END_MARK = /^_*end_*$/i;

/** Whether a node carries no information: declared so, or (with no declaration) named so. */
export function isFiller(node: FieldNode): boolean {
  const role = node.field.semantics?.role;
  if (role !== undefined) return true;
  if (hasMeaning(node.field.semantics)) return false;
  if (isEmptyRecord(node.type)) return true;
  const base = scalarOf(node.type);
  if (base !== 'integer' && base !== 'float') return false;
  if (FILLER_NAME.test(node.name)) return true;
  const type = unalias(node.type);
  if (type.kind !== 'array') return false;
  return ALIGNING_BYTES.test(node.name) || (type.length === undefined && END_MARK.test(node.name));
}

/** `struct { } __empty_entries`, without which a struct may not consist of an open array alone: see `__DECLARE_FLEX_ARRAY`. */
function isEmptyRecord(type: Type): boolean {
  const bare = unalias(type);
  return bare.kind === 'record' && bare.tag === undefined && bare.fields.length === 0;
}

function hasMeaning(semantics: FieldSemantics | undefined): boolean {
  return semantics?.meaning !== undefined || semantics?.validIf !== undefined || semantics?.acceptedMask !== undefined;
}

function scalarOf(type: Type): string {
  let current = unalias(type);
  while (current.kind === 'array') current = unalias(current.element);
  return current.kind;
}

/**
 * Lays a record of an ABI out and opens it into nodes.
 *
 * @param opened paths to open although what stands there has a name of its own
 */
export function placeRecord(
  declaration: RecordDeclaration,
  abi: Abi,
  opened: ReadonlySet<string> = new Set(),
): PlacedRecord {
  return openRecord(declaration, layoutOf(declaration.record, abi.target), (name) => abi.records.has(name), opened);
}

/** What a record was opened into, and what that depended on. */
interface Opened {
  readonly placed: PlacedRecord;
  readonly paths: string;
  /** Whether records of these names are listed. */
  readonly asked: ReadonlyMap<string, boolean>;
}

const openedBefore = onceFor<RecordDeclaration, Opened[]>(() => []);

/** As `placeRecord`, with one result for all targets that show the same; the layout may name another of them. */
export function placeRecordOnce(declaration: RecordDeclaration, abi: Abi, opened: ReadonlySet<string>): PlacedRecord {
  const layout = layoutOf(declaration.record, abi.target);
  const paths = opened.size === 0 ? '' : JSON.stringify([...opened]);
  const before = openedBefore(declaration);
  const same = before.find(
    (one) => one.placed.layout.fields === layout.fields && one.paths === paths && isAnsweredSo(one.asked, abi),
  );
  if (same !== undefined) return same.placed;
  const asked = new Map<string, boolean>();
  const isListed = (name: string): boolean => {
    const answer = abi.records.has(name);
    asked.set(name, answer);
    return answer;
  };
  const placed = openRecord(declaration, layout, isListed, opened);
  before.push({ placed, paths, asked });
  return placed;
}

function isAnsweredSo(asked: ReadonlyMap<string, boolean>, { records }: Abi): boolean {
  for (const [name, isListed] of asked) if (records.has(name) !== isListed) return false;
  return true;
}

type IsListed = (name: string) => boolean;

function openRecord(
  declaration: RecordDeclaration,
  layout: RecordLayout,
  isListed: IsListed,
  opened: ReadonlySet<string>,
): PlacedRecord {
  const nodes: FieldNode[] = [];
  const unions: UnionNode[] = [];

  const open = (
    record: PlacedFields,
    baseBits: number,
    prefix: string,
    parent: FieldNode | undefined,
    outerArms: readonly ArmStep[],
    unionPath: string | undefined,
    semantics: UnionArms | undefined,
  ): void => {
    let union: UnionNode | undefined;
    if (record.record.recordKind === 'union') {
      union = { path: unionPath, offsetBits: baseBits, sizeBits: record.sizeBytes * 8, semantics, members: [] };
      unions.push(union);
    }
    for (const [index, placed] of record.fields.entries()) {
      const name = placed.field.name;
      const arms = union === undefined ? outerArms : [...outerArms, { union, arm: name ?? `#${String(index)}` }];
      if (name === undefined) {
        // An unnamed bit-field is a hole with a width; an anonymous record lends its names to the record around it.
        if (placed.record === undefined) continue;
        const before = nodes.length;
        open(placed.record, baseBits + placed.offsetBits, prefix, parent, arms, undefined, unionOf(placed));
        if (union !== undefined) for (const node of nodes.slice(before)) union.members.push(node.path);
        continue;
      }
      const path = prefix + name;
      union?.members.push(path);
      openNamed(placed, baseBits + placed.offsetBits, path, name, parent, arms, union !== undefined);
    }
  };

  const openNamed = (
    placed: FieldLayout,
    offsetBits: number,
    path: string,
    name: string,
    parent: FieldNode | undefined,
    arms: readonly ArmStep[],
    isArm: boolean,
  ): void => {
    const inner = placed.record;
    const isForced = opened.has(path);
    const element = inner === undefined ? elementToOpen(placed.field.type, isListed, isForced) : undefined;
    const isOpaque = inner !== undefined && !isForced && isComparedAlone(placed.field.type, inner.record, isListed);
    const node: FieldNode = {
      path,
      name,
      offsetBits,
      sizeBits: placed.sizeBits,
      type: placed.field.type,
      field: placed.field,
      parent,
      isArm,
      arms,
      record: inner,
      isOpaque,
      isLeaf: (inner === undefined && element === undefined) || isOpaque,
    };
    nodes.push(node);
    if (isOpaque) return;
    if (inner !== undefined) open(inner, offsetBits, `${path}.`, node, arms, path, unionOf(placed));
    else if (element !== undefined) {
      open(layoutOf(element, layout.target), offsetBits, `${path}[].`, node, arms, `${path}[]`, undefined);
    }
  };

  open(layout, 0, '', undefined, [], '', undefined);
  // Two members of one name cannot exist in C; the first wins where a broken header has them.
  const byPath = new Map<string, FieldNode>();
  for (const node of nodes) if (!byPath.has(node.path)) byPath.set(node.path, node);
  return { declaration, layout, nodes, byPath, unions };
}

function unionOf(placed: FieldLayout): UnionArms | undefined {
  return placed.field.semantics?.union;
}

/**
 * Paths at which one of two forms of a record lists fields and the other has a record with a name: `union {…} data` that
 * became `union event_data data`. Seen from the record around it, the name changes nothing.
 */
export function openedByOne(a: PlacedRecord, b: PlacedRecord): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const node of a.nodes) {
    const other = b.byPath.get(node.path);
    if (other !== undefined && node.isLeaf !== other.isLeaf && holdsRecord(node.type) && holdsRecord(other.type)) {
      paths.add(node.path);
    }
  }
  return paths;
}

function holdsRecord(type: Type): boolean {
  let bare = unalias(type);
  while (bare.kind === 'array') bare = unalias(bare.element);
  return bare.kind === 'record' && bare.isComplete;
}

/** The record an array is made of, where nobody else tells of its fields or where it is asked for. */
function elementToOpen(type: Type, isListed: IsListed, isForced: boolean): RecordType | undefined {
  if (unalias(type).kind !== 'array') return undefined;
  let current = type;
  for (let bare = unalias(current); bare.kind === 'array'; bare = unalias(current)) current = bare.element;
  const element = unalias(current);
  if (element.kind !== 'record' || !element.isComplete) return undefined;
  if (isForced) return element;
  if (element.tag !== undefined) return undefined;
  return isComparedAlone(current, element, isListed) ? undefined : element;
}

/** A record that the ABI also lists by itself, under its tag or under the typedef name used here. */
function isComparedAlone(type: Type, record: RecordType, isListed: IsListed): boolean {
  if (record.tag !== undefined) return isListed(`${record.recordKind} ${record.tag}`);
  for (let current = type; current.kind === 'typedef'; current = current.type) {
    if (isListed(current.name)) return true;
  }
  return false;
}

/** Whether two nodes of one record can hold values at the same time: they are not in different arms of one union. */
export function canCoexist(a: FieldNode, b: FieldNode): boolean {
  return !a.arms.some((step) => b.arms.some((other) => other.union === step.union && other.arm !== step.arm));
}

export function overlaps(
  a: { readonly offsetBits: number; readonly sizeBits: number },
  b: { readonly offsetBits: number; readonly sizeBits: number },
): boolean {
  return a.offsetBits < b.offsetBits + b.sizeBits && b.offsetBits < a.offsetBits + a.sizeBits;
}
