/**
 * The vocabulary of judges: how an answer is put, and what every judge can ask about its surroundings.
 */

import type { Abi, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { DeclarationMap, replacedIn } from '../abi/declaration-map.ts';
import type { SizeRule } from '../abi/semantics.ts';
import type { ByteOrder } from '../abi/target.ts';
import { spellType } from '../abi/types.ts';
import type { SourceLocation } from '../diagnostic.ts';
import type { AbiPair, RecordPair } from '../diff/changes.ts';
import type { FieldNode, PlacedRecord } from '../diff/placed.ts';
import { type Contract, contracts } from './contract.ts';
import { type Answer, type SideFacts } from './finding.ts';
import type { RuleId } from './rules.ts';
import type { Surroundings } from './surroundings.ts';
import { semanticsOf } from './traffic.ts';
import type { Witness } from './witness.ts';

/** A finding before its verdict is drawn from the answers. */
export interface Judgement {
  readonly rule: RuleId;
  readonly subject: string;
  readonly answers: readonly Answer[];
  readonly message: string;
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
  readonly witness: Witness | undefined;
  readonly lookAt?: string;
  readonly because?: string;
  /** Everything a finding about many things is about, where the message names only some. */
  readonly members?: readonly string[];
}

export interface Context {
  readonly abis: AbiPair;
  readonly order: ByteOrder;
}

type Put = Pick<Answer, 'answer' | 'reason'>;

export const kept = (reason: string): Put => ({ answer: 'kept', reason });
export const broken = (reason: string): Put => ({ answer: 'broken', reason });
export const unknown = (reason: string): Put => ({ answer: 'unknown', reason });

export function answers(puts: Readonly<Record<Contract, Put>>): Answer[] {
  return contracts.map((contract) => ({ contract, ...puts[contract] }));
}

/** All four kept for one reason. */
export function harmless(reason: string): Answer[] {
  return contracts.map((contract) => ({ contract, ...kept(reason) }));
}

export function bytesOf(bits: number): string {
  if (bits % 8 !== 0) return `${String(bits)} bit${bits === 1 ? '' : 's'}`;
  const count = bits / 8;
  return `${String(count)} byte${count === 1 ? '' : 's'}`;
}

/** `16`, or `16.3` for bit 3 of byte 16. */
export function at(offsetBits: number): string {
  const bit = offsetBits % 8;
  return bit === 0 ? String(offsetBits / 8) : `${String(Math.floor(offsetBits / 8))}.${String(bit)}`;
}

export function list(names: readonly string[], word = 'and'): string {
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}

/** Some of many names, and how many more there are. */
export function membersWords(names: readonly string[]): string {
  return list(names.length > 4 ? [...names.slice(0, 3), `${String(names.length - 3)} more`] : names);
}

export function subjectOf(pair: RecordPair, node: FieldNode): string {
  return `${pair.name}.${node.path}`;
}

/** Where a declaration was read, as far as that is known. */
export function placeOf(location: SourceLocation | undefined): Pick<SideFacts, 'file' | 'line'> {
  return location === undefined ? {} : { file: location.file, line: location.line };
}

export function factsOfNode(side: PlacedRecord, node: FieldNode): SideFacts {
  return {
    header: side.declaration.header,
    ...placeOf(node.field.location ?? side.declaration.location),
    name: node.path,
    offsetBits: node.offsetBits,
    sizeBits: node.sizeBits,
    type: spellType(node.type),
  };
}

export function factsOfRecord(side: PlacedRecord): SideFacts {
  return {
    header: side.declaration.header,
    ...placeOf(side.declaration.location),
    name: side.declaration.name,
    sizeBytes: side.layout.sizeBytes,
    alignBits: side.layout.alignBytes * 8,
  };
}

/** How the kernel decides how many bytes to copy; DRM does so by the request number, whatever nobody declared. */
export function sizeRuleOf(pair: RecordPair, { carriers }: Surroundings): SizeRule | undefined {
  const declared = semanticsOf(pair)?.sizeRule;
  if (declared !== undefined) return declared;
  if (carriers.old.length > 0 && carriers.old.every(isDrm)) return 'by-request-size';
  return undefined;
}

/**
 * DRM (type 'd') and amdkfd (type 'K') look a request up without its size, copy the smaller of the two sizes and zero-fill
 * the rest (drm_ioctl.c, kfd_chardev.c).
 */
export function isDrm({ type, header }: RequestDeclaration): boolean {
  return (type === 0x64 && header.startsWith('drm/')) || (type === 0x4b && header === 'linux/kfd_ioctl.h');
}

/**
 * Whether bytes of one layout can reach a kernel of the other at all: if every request that carries the record changed its
 * number, the kernel answers with an error and misreads nothing.
 */
export function isRefusedByNumber(pair: RecordPair, surroundings: Surroundings): boolean {
  const all = surroundings.renewals;
  const rule = sizeRuleOf(pair, surroundings);
  if (rule !== undefined && rule !== 'exact') return false;
  return all.length > 0 && all.every(({ old, new: next }) => next !== undefined && next.number !== old.number);
}

const described = new WeakMap<Abi['records'], readonly RecordDeclaration[]>();

/** The records of which somebody said what travels in them. */
function describedRecords({ records }: Abi): readonly RecordDeclaration[] {
  let found = described.get(records);
  if (found === undefined) {
    // Headers say nothing of the kind.
    const told = records instanceof DeclarationMap ? replacedIn<RecordDeclaration>(records) : records;
    found = [...told.values()].filter(({ record }) => record.semantics?.requests !== undefined);
    described.set(records, found);
  }
  return found;
}

/** The errno of a kernel that does not know a request. */
export function unknownErrno(name: string, record: string | undefined, abi: Abi): string | undefined {
  const declarations = record === undefined ? describedRecords(abi) : [abi.records.get(record)];
  for (const declaration of declarations) {
    const use = declaration?.record.semantics?.requests?.find((one) => one.name === name);
    if (use?.unknownErrno !== undefined) return use.unknownErrno;
  }
  return undefined;
}
