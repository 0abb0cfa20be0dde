/**
 * Proof of a break: something anybody can check without trusting uabi.
 *
 * - `bytes`: a buffer as one side writes it, with what each side reads in it. Byte for byte the same memory; two meanings.
 * - `request`: the number a program sends, and the number the other side knows.
 * - `refusal`: a buffer that the old kernel takes and the new one answers with an error.
 * - `number`: a constant compiled into a program, and what it means on the other side.
 * - `source`: C that compiles with the old headers and not with the new ones.
 *
 * A witness is verified when it is made (`verifyBytes` reads the bytes back under both layouts); one that proves nothing is
 * a bug in uabi and stops the run.
 */

import type { ByteOrder } from '../abi/target.ts';
import { fixedByteOrder, spellType, type Type, unalias } from '../abi/types.ts';
import type { RecordPair } from '../diff/changes.ts';
import { canCoexist, type FieldNode, isFiller, overlaps, type PlacedRecord } from '../diff/placed.ts';
import { asArray, isSignedType } from '../diff/types.ts';
import { readBits, swapBytes, writeBits } from './bits.ts';
import type { Contract } from './contract.ts';
import { resolve } from './traffic.ts';

export type Side = 'old' | 'new';

/** A field as one side sees it in the bytes. */
export interface Reading {
  readonly path: string;
  readonly offsetBits: number;
  readonly sizeBits: number;
  readonly type: string;
  readonly value: bigint;
}

export interface BytesWitness {
  readonly kind: 'bytes';
  readonly contract: Contract;
  readonly record: string;
  /** Whose layout the bytes were written with. The other side reads them. */
  readonly writer: Side;
  readonly bytes: Uint8Array;
  /** What the writer means by them. */
  readonly written: readonly Reading[];
  /** What the reader takes them for. */
  readonly read: readonly Reading[];
  /** C that holds with the old headers and fails with the new ones, where sizes or offsets themselves are the matter. */
  readonly check: string | undefined;
  /** What a kernel of each side did with the bytes, where one was there to run them. */
  readonly kernels?: readonly KernelAnswer[];
}

/** What came of giving a buffer to a kernel: `EINVAL`, `data abort 0x96000010`, `nothing`. */
export interface KernelAnswer {
  readonly side: Side;
  /** Version, with the patches it carries: `6.12+ext_abt_esr`. */
  readonly kernel: string;
  readonly answer: string;
}

export interface RequestWitness {
  readonly kind: 'request';
  readonly contract: Contract;
  readonly name: string;
  readonly old: number;
  readonly new: number | undefined;
  /** errno of a kernel that does not know the number. */
  readonly answer: string | undefined;
}

export interface NumberWitness {
  readonly kind: 'number';
  readonly contract: Contract;
  readonly name: string;
  readonly isCounted?: boolean;
  readonly old: bigint;
  readonly new: bigint | undefined;
  /** What the old number is called on the new side, where it is somebody else's. */
  readonly holder: string | undefined;
}

export interface SourceWitness {
  readonly kind: 'source';
  readonly contract: Contract;
  readonly code: string;
  /** What a compiler complains about. */
  readonly problem: string;
}

/** Bytes that one kernel takes and the other refuses. */
export interface RefusalWitness {
  readonly kind: 'refusal';
  readonly contract: Contract;
  readonly record: string;
  readonly bytes: Uint8Array;
  readonly path: string;
  readonly offsetBits: number;
  readonly value: bigint;
  readonly answer: string;
}

export type Witness = BytesWitness | RequestWitness | NumberWitness | SourceWitness | RefusalWitness;

/** A field to write, with the value that shows the break best. */
export interface Sample {
  readonly node: FieldNode;
  readonly value: bigint;
}

/** A telling value for a field: a valid one where the semantics say what is valid, else bytes that count up. */
export function sampleFor(node: FieldNode): Sample {
  const place = wordOf(node);
  const meaning = node.field.semantics?.meaning;
  const accepted = node.field.semantics?.acceptedMask ?? (1n << BigInt(place.sizeBits)) - 1n;
  let value = 0x1122334455667788n;
  if (place.sizeBits <= 8) value = 1n;
  if (meaning?.kind === 'boolean') value = 1n;
  if (meaning?.kind === 'flags') value = meaning.flags[0]?.value ?? 1n;
  if (meaning?.kind === 'enumeration')
    value = (meaning.values.find((entry) => entry.value !== 0n) ?? { value: 1n }).value;
  const masked = value & accepted & ((1n << BigInt(place.sizeBits)) - 1n);
  return { node, value: masked === 0n ? lowestBit(accepted) : masked };
}

function lowestBit(mask: bigint): bigint {
  return mask === 0n ? 1n : mask & -mask;
}

/** The first word of an array, the first 64 bits of anything larger; the whole of anything else. */
function wordOf(node: FieldNode): { readonly offsetBits: number; readonly sizeBits: number } {
  const array = asArray(node.type);
  let sizeBits = node.sizeBits;
  if (array?.length !== undefined && array.length > 0) sizeBits = node.sizeBits / array.length;
  if (sizeBits > 64) sizeBits = 64;
  return { offsetBits: node.offsetBits, sizeBits };
}

interface BytesRequest {
  readonly pair: RecordPair;
  readonly contract: Contract;
  readonly writer: Side;
  /** Fields to write; what makes them valid is written too. */
  readonly samples: readonly Sample[];
  /** Reader's fields to show; by default every leaf of the reader that overlaps what was written. */
  readonly show?: readonly FieldNode[];
  readonly check?: string;
  readonly order: ByteOrder;
}

/** Bytes as one side writes them and the other reads them; `undefined` if both read the same. */
export function witnessBytes(request: BytesRequest): BytesWitness | undefined {
  const { pair, writer, order } = request;
  const from = writer === 'old' ? pair.old : pair.new;
  const to = writer === 'old' ? pair.new : pair.old;
  const bytes = new Uint8Array(from.layout.sizeBytes);
  const written = new Map<string, FieldNode>();
  const put = (node: FieldNode, value: bigint): void => {
    const place = wordOf(node);
    const stored = fieldOrder(node.type, order) === order ? value : swapBytes(value, place.sizeBits);
    writeBits(bytes, place, order, stored);
    written.set(node.path, node);
  };
  for (const { node } of request.samples) for (const gate of gatesOf(from, node)) put(gate.node, gate.value);
  for (const { node, value } of request.samples) put(node, value);

  const inReader = new Uint8Array(Math.max(to.layout.sizeBytes, bytes.length));
  inReader.set(bytes);
  const read: Reading[] = [];
  const readNodes = request.show ?? overlappingLeaves(to, request.samples);
  for (const node of readNodes) read.push(...readingsOf(node, request.samples, inReader, order));
  const witness: BytesWitness = {
    kind: 'bytes',
    contract: request.contract,
    record: pair.name,
    writer,
    bytes,
    written: [...written.values()].map((node) => readingOf(node, wordOf(node), bytes, order)),
    read,
    check: request.check,
  };
  return provesSomething(witness, pair) ? witness : undefined;
}

/**
 * Whether the two readings differ in a way that matters: the reader finds another value in a field both know, or a value in
 * a field that the writer does not have there.
 */
export function provesSomething(witness: BytesWitness, pair: RecordPair): boolean {
  const isOld = witness.writer === 'old';
  const to = isOld ? pair.new : pair.old;
  const toWriter = isOld ? pair.reverse : pair.matches;
  return witness.read.some((reading) => {
    const node = to.byPath.get(withoutIndex(reading.path));
    const meant = node === undefined ? undefined : toWriter.get(node);
    const index = reading.path.slice(withoutIndex(reading.path).length);
    const said = witness.written.find((one) => meant !== undefined && one.path === meant.path + index);
    return reading.value !== (said?.value ?? 0n);
  });
}

function withoutIndex(path: string): string {
  return path.replace(/\[\d+\]$/, '');
}

/** That a field stands elsewhere, for fields without bytes of their own (flexible arrays). */
export function offsetWitness(pair: RecordPair, node: FieldNode): SourceWitness {
  const path = node.path.replaceAll('[]', '[0]');
  return {
    kind: 'source',
    contract: 'mixed-objects',
    code: `_Static_assert(offsetof(${pair.name}, ${path}) == ${String(Math.floor(node.offsetBits / 8))}, "${node.name} moved");`,
    problem: 'static assertion failed',
  };
}

/** A buffer with one value in it that the new kernel refuses. */
export function refusalOf(pair: RecordPair, sample: Sample, order: ByteOrder): RefusalWitness {
  const bytes = new Uint8Array(pair.old.layout.sizeBytes);
  const place = wordOf(sample.node);
  writeBits(bytes, place, order, sample.value);
  return {
    kind: 'refusal',
    contract: 'old-binary',
    record: pair.name,
    bytes,
    path: sample.node.path,
    offsetBits: place.offsetBits,
    value: readBits(bytes, place, order),
    answer: 'EINVAL',
  };
}

/** The leaves of the other side whose bytes were written. */
function overlappingLeaves(side: PlacedRecord, samples: readonly Sample[]): FieldNode[] {
  return side.nodes.filter(
    (node) => node.isLeaf && node.sizeBits > 0 && samples.some((sample) => overlaps(node, wordOf(sample.node))),
  );
}

/** Readings of a node: the whole field, or for an array the elements that were touched. */
function readingsOf(node: FieldNode, samples: readonly Sample[], bytes: Uint8Array, order: ByteOrder): Reading[] {
  const array = asArray(node.type);
  if (array?.length === undefined || array.length === 0) return [readingOf(node, wordOf(node), bytes, order)];
  const step = node.sizeBits / array.length;
  if (step > 64 || !Number.isInteger(step)) return [readingOf(node, wordOf(node), bytes, order)];
  const result: Reading[] = [];
  for (let index = 0; index < array.length && result.length < 8; index++) {
    const place = { offsetBits: node.offsetBits + index * step, sizeBits: step };
    const isTouched = samples.some((sample) => overlaps(place, wordOf(sample.node)));
    if (!isTouched) continue;
    result.push(readingOf(node, place, bytes, order));
  }
  return result.length > 0 ? result : [readingOf(node, wordOf(node), bytes, order)];
}

function readingOf(
  node: FieldNode,
  place: { readonly offsetBits: number; readonly sizeBits: number },
  bytes: Uint8Array,
  order: ByteOrder,
): Reading {
  const raw = readBits(bytes, place, order);
  const ordered = fieldOrder(node.type, order) === order ? raw : swapBytes(raw, place.sizeBits);
  const isNegative = isSignedType(node.type) && ((ordered >> BigInt(place.sizeBits - 1)) & 1n) === 1n;
  const value = isNegative ? ordered - (1n << BigInt(place.sizeBits)) : ordered;
  const array = asArray(node.type);
  const step = array?.length === undefined || array.length === 0 ? 0 : node.sizeBits / array.length;
  const index = step === 0 ? '' : `[${String(Math.floor((place.offsetBits - node.offsetBits) / step))}]`;
  return { path: node.path + index, ...place, type: spellType(array?.element ?? node.type), value };
}

function fieldOrder(type: Type, order: ByteOrder): ByteOrder {
  return fixedByteOrder(asArray(type)?.element ?? type) ?? order;
}

/** What has to be set for a field to mean anything. */
function gatesOf(side: PlacedRecord, node: FieldNode): Sample[] {
  const result: Sample[] = [];
  const add = (path: string, value: bigint): void => {
    const gate = resolve(side, node, path);
    if (gate !== undefined && unalias(gate.type).kind === 'integer') result.push({ node: gate, value });
  };
  for (let current: FieldNode | undefined = node; current !== undefined; current = current.parent) {
    const condition = current.field.semantics?.validIf;
    if (condition?.kind === 'non-zero') add(condition.path, 1n);
    if (condition?.kind === 'flag-set') add(condition.path, condition.mask);
    if (condition?.kind === 'equals' && condition.values[0] !== undefined)
      add(condition.path, condition.values[0].value);
  }
  for (const { union, arm } of node.arms) {
    const values = union.semantics?.arms.find((one) => one.field === arm)?.values ?? [];
    if (union.semantics !== undefined && values[0] !== undefined) add(union.semantics.discriminant, values[0].value);
  }
  return result;
}

/** The first leaf inside a node that carries information (or the first leaf of all). */
export function firstLeaf(side: PlacedRecord, node: FieldNode): FieldNode {
  if (node.isLeaf) return node;
  const leaves = side.nodes.filter((other) => other.isLeaf && isInside(other, node) && canCoexist(other, node));
  return leaves.find((leaf) => !isFiller(leaf)) ?? leaves[0] ?? node;
}

export function isInside(node: FieldNode, outer: FieldNode): boolean {
  for (let current = node.parent; current !== undefined; current = current.parent) if (current === outer) return true;
  return false;
}
