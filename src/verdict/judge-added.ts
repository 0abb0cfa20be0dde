/**
 * A field that is new: harmless or not is a question of what its bytes were before, who writes them, and whether the field
 * is read only behind a gate that an old program cannot open.
 */

import { readBits, writeBits } from './bits.ts';
import { byteWord } from './witness-words.ts';
import type { FieldChange, Occupant, RecordPair } from '../diff/changes.ts';
import type { PlacedFields } from '../abi/layout.ts';
import { differences } from '../diff/types.ts';
import { canCoexist, type FieldNode, isFiller, overlaps } from '../diff/placed.ts';
import {
  answers,
  at,
  broken,
  bytesOf,
  factsOfNode,
  harmless,
  type Judgement,
  kept,
  list,
  membersWords,
  subjectOf,
  unknown,
} from './judgement.ts';
import type { RuleId } from './rules.ts';
import { type Gate, gateOf, oldBytes, type Traffic, trafficOf } from './traffic.ts';
import { type BytesWitness, firstLeaf, isInside, offsetWitness, sampleFor, witnessBytes } from './witness.ts';
import type { Surroundings } from './surroundings.ts';

type Added = Extract<FieldChange, { kind: 'field-added' }>;

export function judgeFieldAdded(change: Added, surroundings: Surroundings): Judgement {
  const { pair, node, took } = change;
  if (isFiller(node)) return judgeFillerAdded(change);
  const sharing = sharers(pair, node, took);
  if (took.some((occupant) => occupant.kind === 'field')) {
    return sharing.length > 0 ? judgeShared(change, sharing, surroundings) : judgeReused(change, surroundings);
  }
  const traffic = trafficOf(pair, node, surroundings.carriers.new);
  const gate = gateOf(pair, node, surroundings.carriers.new);
  const isDeclared = isDescribed(pair);
  const bytes = oldBytes(took, isDeclared);
  const before = describeOccupants(took);
  const place = `${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}`;
  const base = {
    subject: subjectOf(pair, node),
    old: null,
    new: factsOfNode(pair.new, node),
  };
  if (bytes === 'absent') {
    return {
      ...base,
      rule: 'field-added-at-end',
      message: `${node.path} (${place}) is new${took.length > 0 ? ', after everything the old record had' : ''}`,
      answers: harmless(
        took.length > 0
          ? 'nothing old stood in its bytes; whether the record may grow is judged at its size'
          : 'it has no bytes of its own',
      ),
      witness: undefined,
    };
  }
  const rule = ruleForTaken(took);
  const isProtected = bytes === 'zero' || gate?.isClosed === true;
  const old = oldReason(traffic, bytes, gate, before);
  const wrong = `${before} may hold anything in an old program, and the new kernel reads it as ${node.path}`;
  const doubt = `the headers do not say whether the kernel ever refused non-zero bytes in ${before}`;
  const fate = (keptReason: string): ReturnType<typeof kept> =>
    isProtected || !traffic.toKernel ? kept(keptReason) : bytes === 'any' ? broken(wrong) : unknown(doubt);
  const witness =
    !isProtected && traffic.toKernel && bytes === 'any' ? garbageWitness(pair, node, took, surroundings) : undefined;
  return {
    ...base,
    rule,
    message: `${node.path} (${place}) is new in ${before}`,
    answers: answers({
      'old-binary': fate(old),
      rebuild: fate('every old name keeps its place and type; a program that does not know the field leaves it unset'),
      'mixed-objects': fate('objects built with the old headers neither read nor set these bytes'),
      'new-binary': newReason(traffic, bytes, gate, node),
    }),
    witness,
  };
}

/** Somebody described more than C says: then a hole is known to be unchecked, and silence means "ignored". */
function isDescribed(pair: RecordPair): boolean {
  const { semantics } = pair.new.declaration.record;
  return (
    semantics?.requests !== undefined || pair.new.nodes.some((node) => node.field.semantics?.nonZero !== undefined)
  );
}

function oldReason(traffic: Traffic, bytes: string, gate: Gate | undefined, before: string): string {
  if (!traffic.toKernel) return 'the kernel writes it, and old programs do not look there';
  const behind = gate === undefined ? '' : `, and it is read only if ${gate.text}`;
  if (bytes === 'zero') {
    return `the old kernel refuses non-zero bytes in ${before} (EINVAL), so no working program sends any${behind}`;
  }
  return gate === undefined
    ? 'old programs leave the bytes unset'
    : `it is read only if ${gate.text}, which no program built with the old headers does`;
}

function newReason(traffic: Traffic, bytes: string, gate: Gate | undefined, node: FieldNode): ReturnType<typeof kept> {
  const name = node.path;
  const capability = node.field.semantics?.capability?.name;
  if (traffic.toKernel) {
    if (bytes === 'zero') return kept(`an old kernel answers EINVAL as soon as ${name} is non-zero: a clear error`);
    if (gate?.isRefusedByOldKernel === true)
      return kept(`an old kernel answers EINVAL when ${gate.text}: a clear error`);
    if (gate?.isClosed === true)
      return kept(`an old kernel does not know that ${gate.text}, and refuses what it does not know`);
    if (capability !== undefined) {
      return kept(`an old kernel ignores ${name} without an error, so programs ask for ${capability} first`);
    }
    return unknown(`an old kernel ignores ${name} without an error; only a capability or a flag can tell a program`);
  }
  if (gate?.isClosed === true)
    return kept(`an old kernel never says that ${gate.text}, so a new program does not read it`);
  if (bytes === 'zero') return kept('an old kernel leaves these bytes zero');
  if (capability !== undefined) return kept(`a program asks for ${capability} before it reads ${name}`);
  return unknown(`an old kernel leaves whatever it has in these bytes; a new program needs a way to tell`);
}

function ruleForTaken(took: readonly Occupant[]): RuleId {
  const fillers = took.filter((occupant) => occupant.kind === 'filler');
  if (fillers.length > 0) {
    const isPadding = fillers.every(({ node }) =>
      node.field.semantics?.role === undefined ? /pad/i.test(node.name) : node.field.semantics.role === 'padding',
    );
    return isPadding ? 'padding-became-field' : 'reserved-became-field';
  }
  return took.some((occupant) => occupant.kind === 'hole') ? 'hole-became-field' : 'field-added-in-arm';
}

/** What stood somewhere, in words: `reserved`, `pad and a hole`. */
export function describeOccupants(occupants: readonly Occupant[], side: 'old' | 'new' = 'old'): string {
  const words = occupants.map((occupant) => {
    switch (occupant.kind) {
      case 'field':
      case 'filler':
        return occupant.node.path;
      case 'hole':
        return occupant.isTail ? 'the tail padding' : 'a hole';
      case 'slack':
        return 'unused bytes of the union';
      case 'beyond':
        return `bytes past the ${side} end`;
      default:
        return occupant satisfies never;
    }
  });
  const unique = [...new Set(words)];
  return unique.length > 4 ? list([...unique.slice(0, 3), `${String(unique.length - 3)} more`]) : list(unique);
}

/** Garbage where an old program may leave it, read by the new side as the field. */
function garbageWitness(
  pair: RecordPair,
  node: FieldNode,
  took: readonly Occupant[],
  surroundings: Surroundings,
): BytesWitness | undefined {
  const leaf = firstLeaf(pair.new, node);
  const filler = took.find((occupant) => occupant.kind === 'filler' && overlaps(occupant.node, leaf));
  if (filler?.kind === 'filler') {
    const word = byteWord(filler.node, leaf);
    return witnessBytes({
      pair,
      contract: 'old-binary',
      writer: 'old',
      samples: [word],
      show: [leaf],
      order: surroundings.order,
    });
  }
  // A hole has no name to write through: the bytes themselves are the old program's stack.
  const hole: FieldNode = { ...leaf, path: '(padding)', name: '(padding)', isLeaf: true, parent: undefined, arms: [] };
  const plain: FieldNode = { ...hole, field: { name: hole.name, type: leaf.type } };
  return witnessBytes({
    pair,
    contract: 'old-binary',
    writer: 'old',
    samples: [sampleFor(plain)],
    show: [leaf],
    order: surroundings.order,
  });
}

/** Fields that stood in these bytes and still do: old and new field now share a union. */
function sharers(pair: RecordPair, node: FieldNode, took: readonly Occupant[]): FieldNode[] {
  return took.flatMap((occupant) => {
    const other = occupant.kind === 'field' ? pair.matches.get(occupant.node) : undefined;
    return other !== undefined && overlaps(other, node) && !canCoexist(other, node) ? [other] : [];
  });
}

function judgeShared(change: Added, sharing: readonly FieldNode[], surroundings: Surroundings): Judgement {
  const { pair, node } = change;
  const names = list(sharing.map((other) => other.path));
  const gate = gateOf(pair, node, surroundings.carriers.new);
  const lookAt = `whether one call may need both ${node.path} and ${names}: they share their bytes, so only one can be given`;
  const doubt = unknown(`${node.path} and ${names} are one place: setting one overwrites the other`);
  const isGroup = groupsOnly(pair, node);
  if (isGroup || sharing.every((other) => readsTheSame(node, other, surroundings))) {
    return {
      rule: 'field-shares-bytes',
      subject: subjectOf(pair, node),
      old: null,
      new: factsOfNode(pair.new, node),
      message: `${node.path} (${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}) is new in the same bytes as ${names}`,
      answers: harmless(
        isGroup
          ? `it is a name for ${names} together, which keep their places and types`
          : `the only bits of ${node.path} that may be set are those that ${names} reads the same way`,
      ),
      witness: undefined,
    };
  }
  const isSafe = gate?.isClosed === true;
  return {
    rule: 'field-shares-bytes',
    subject: subjectOf(pair, node),
    old: sharing[0] === undefined ? null : factsOfNode(pair.old, pair.reverse.get(sharing[0]) ?? sharing[0]),
    new: factsOfNode(pair.new, node),
    message: `${node.path} (${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}) is new in the same bytes as ${names}`,
    answers: answers({
      'old-binary': isSafe
        ? kept(`the bytes mean ${node.path} only if ${gate.text}, which no program built with the old headers does`)
        : doubt,
      rebuild: kept('every old name keeps its place and type'),
      'mixed-objects': doubt,
      'new-binary':
        gate?.isRefusedByOldKernel === true ? kept(`an old kernel answers EINVAL when ${gate.text}`) : doubt,
    }),
    witness: undefined,
    lookAt,
  };
}

/** `struct_group()`, with a tag or without one: the new field is a record of the very fields beside it. */
function groupsOnly(pair: RecordPair, node: FieldNode): boolean {
  if (node.record?.record.recordKind !== 'struct') return false;
  const isBeside = (one: Grouped): boolean =>
    pair.new.nodes.some(
      (other) =>
        other.name === one.name &&
        other.offsetBits === one.offsetBits &&
        other.sizeBits === one.sizeBits &&
        other !== node &&
        !isInside(other, node) &&
        pair.reverse.has(other) &&
        differences(other.type, one.type).length === 0,
    );
  const inner = fieldsIn(node.record, node.offsetBits);
  return inner.length > 0 && inner.every(isBeside);
}

type Grouped = Pick<FieldNode, 'name' | 'offsetBits' | 'sizeBits' | 'type'>;

/** The named fields of a record that stands at `offsetBits`, those of anonymous records in it among them. */
function fieldsIn({ fields }: PlacedFields, offsetBits: number): readonly Grouped[] {
  return fields.flatMap(({ field: { name, type }, offsetBits: own, sizeBits, record }) => {
    const place = offsetBits + own;
    if (name !== undefined) return [{ name, type, offsetBits: place, sizeBits }];
    return record === undefined ? [] : fieldsIn(record, place);
  });
}

/** Whether the bits that the new field may have set leave the old field at 0, or mean the same truth in it. */
function readsTheSame(node: FieldNode, other: FieldNode, surroundings: Surroundings): boolean {
  const accepted = node.field.semantics?.acceptedMask;
  if (accepted === undefined || node.sizeBits > 64) return false;
  const bytes = new Uint8Array((node.offsetBits + node.sizeBits) / 8 + 8);
  writeBits(bytes, node, surroundings.order, accepted);
  const seen = readBits(bytes, other, surroundings.order);
  return seen === 0n || (seen === 1n && other.sizeBits <= 64);
}

/** The bytes belonged to a field that is gone or elsewhere. */
function judgeReused(change: Added, surroundings: Surroundings): Judgement {
  const { pair, node, took } = change;
  const victims = took.flatMap((occupant) => (occupant.kind === 'field' ? [occupant.node] : []));
  const names = membersWords(victims.map((victim) => victim.path));
  const traffic = trafficOf(pair, node, surroundings.carriers.new);
  const leaves = pair.new.nodes.filter((one) => one.isLeaf && (one === node || isInside(one, node)));
  const [victim = victims[0], leaf] = victims
    .flatMap((one) => leaves.filter((other) => overlaps(one, other)).map((other) => [one, other] as const))
    .at(0) ?? [undefined, undefined];
  // Of an array of records only the first element is opened; further ones are read as plain bytes of the array.
  const reader = leaf ?? (victim === undefined ? node : byteWord(node, victim).node);
  const contract = traffic.toKernel ? 'old-binary' : 'mixed-objects';
  const witness =
    victim === undefined
      ? undefined
      : (witnessBytes({
          pair,
          contract,
          writer: 'old',
          samples: [byteWord(victim, reader)],
          show: [reader],
          order: surroundings.order,
        }) ?? offsetWitness(pair, victim));
  const wrong = broken(`the bytes an old program knows as ${names} now mean ${node.path}`);
  return {
    rule: 'bytes-reused',
    subject: subjectOf(pair, node),
    old: victim === undefined ? null : factsOfNode(pair.old, victim),
    new: factsOfNode(pair.new, node),
    message: `${node.path} (${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}) stands where ${names} stood`,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('source code names fields, not bytes'),
      'mixed-objects': wrong,
      'new-binary': broken(`an old kernel takes ${node.path} for ${names}`),
    }),
    witness,
  };
}

function judgeFillerAdded(change: Added): Judgement {
  const { pair, node, took } = change;
  const before = describeOccupants(took);
  return {
    rule: 'padding-made-explicit',
    subject: subjectOf(pair, node),
    old: null,
    new: factsOfNode(pair.new, node),
    message: `${node.path} (${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}) gives a name to ${before}`,
    answers: harmless('it carries no information; nobody reads it'),
    witness: undefined,
  };
}
