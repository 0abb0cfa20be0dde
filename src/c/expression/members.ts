/** Members of records, and where they stand: `a.b`, `p->b`, and the path in `offsetof` (C17 §6.5.2.3, §7.19p3). */

import { layoutOf } from '../../abi/layout-engine.ts';
import { type FieldLayout, LayoutError } from '../../abi/layout.ts';
import { type RecordType, unalias } from '../../abi/types.ts';
import { targetFact } from '../environment.ts';
import type { Expression } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import type { Token } from '../token.ts';
import type { Computing, Operand } from './operand.ts';

interface Found {
  readonly member: NonNullable<Operand['member']>;
  /** `undefined` for a bit-field, and where nobody needs it. */
  readonly offsetBytes: bigint | undefined;
}

export function memberOf(outer: Operand, name: string, token: Token, computing: Computing): Operand {
  const record = unalias(computing.context.complete(outer.type));
  if (record.kind !== 'record' || !record.isComplete) {
    throw new SyntaxProblem('unknown-member', `Only records have members such as ${name}.`, token);
  }
  const { address } = outer;
  const found = findMember(record, name, address !== undefined, token, computing);
  if (found === undefined) throw new SyntaxProblem('unknown-member', `There is no member ${name}.`, token);
  const member = { type: found.member.field.type, value: undefined, member: found.member };
  if (address === undefined || found.offsetBytes === undefined) return member;
  const sum = address + found.offsetBytes;
  return { ...member, address: address === 0n ? sum : computing.wrap(sum, 'unsigned long') };
}

function findMember(
  record: RecordType,
  name: string,
  needsOffset: boolean,
  token: Token,
  computing: Computing,
): Found | undefined {
  for (const [index, field] of record.fields.entries()) {
    const isMember = field.name === name;
    const behind = field.name === undefined ? unalias(field.type) : undefined;
    const inner = behind?.kind === 'record' ? findMember(behind, name, needsOffset, token, computing) : undefined;
    if (!isMember && inner === undefined) continue;
    if (!needsOffset || field.bitWidth !== undefined) {
      return inner ?? { member: { field, record }, offsetBytes: undefined };
    }
    if (inner !== undefined && inner.offsetBytes === undefined) return inner;
    const { scope, target } = computing.context;
    scope.binding(targetFact);
    const places = placesOf(record, target, token);
    // Fields of width 0 have no place, so that the place of a field is at its index or before it.
    let at = Math.min(index, places.length - 1);
    while (at > 0 && places[at]?.field !== field) at--;
    const offsetBytes = BigInt((places[at]?.offsetBits ?? 0) / 8);
    return inner?.offsetBytes === undefined
      ? { member: { field, record }, offsetBytes }
      : { member: inner.member, offsetBytes: inner.offsetBytes + offsetBytes };
  }
  return undefined;
}

function placesOf(record: RecordType, target: Computing['context']['target'], token: Token): readonly FieldLayout[] {
  try {
    return layoutOf(record, target).fields;
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    throw new SyntaxProblem('no-layout', `${error.message}.`, token);
  }
}

/** The member that a path in `offsetof` names. */
export function designate(outer: Operand, path: Expression, computing: Computing): Operand {
  if (path.kind === 'name') return memberOf(outer, path.token.text, path.token, computing);
  if (path.kind === 'member') {
    return memberOf(designate(outer, path.operand, computing), path.name, path.token, computing);
  }
  if (path.kind !== 'index') throw new SyntaxProblem('syntax', 'This names no member.', path.token);
  const array = designate(outer, path.operand, computing);
  const behind = unalias(array.type);
  if (behind.kind !== 'array') throw new SyntaxProblem('syntax', 'Only arrays have elements.', path.token);
  const index = computing.integer(path.index).value;
  const size = BigInt(computing.sizeBytes(behind.element, path.token));
  return { type: behind.element, value: undefined, address: (array.address ?? 0n) + index * size };
}
