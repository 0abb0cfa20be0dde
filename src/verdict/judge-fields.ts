/**
 * Fields that stayed: moved, renamed, resized, retyped, converted; and fields that went.
 *
 * A field that moves is misread by whoever holds the other header, in the direction in which the bytes travel. If every
 * request that carries the record changed its number too, the kernel refuses the bytes instead of misreading them, and only
 * objects inside one process are left to be hurt.
 */

import { spellType } from '../abi/types.ts';
import type { FieldChange, MoveCause, Occupant, RecordPair } from '../diff/changes.ts';
import { type FieldNode, isFiller, overlaps } from '../diff/placed.ts';
import { repairOf } from './companions.ts';
import { describeOccupants } from './judge-added.ts';
import {
  answers,
  at,
  broken,
  bytesOf,
  type Context,
  factsOfNode,
  harmless,
  isRefusedByNumber,
  type Judgement,
  kept,
  list,
  subjectOf,
  unknown,
} from './judgement.ts';
import { nonZeroOf, trafficOf } from './traffic.ts';
import {
  type BytesWitness,
  firstLeaf,
  offsetWitness,
  refusalOf,
  sampleFor,
  type SourceWitness,
  witnessBytes,
} from './witness.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

type Of<K extends FieldChange['kind']> = Extract<FieldChange, { kind: K }>;

const REFUSED =
  'the request number changed as well, so the kernel refuses bytes of the other layout instead of misreading them';

export function judgeMoved(change: Of<'field-moved'>, surroundings: Surroundings): Judgement {
  if (isFiller(change.old)) return judgePushedFiller(change, surroundings);
  const { pair, old, new: next, cause, followers } = change;
  const traffic = trafficOf(pair, next, surroundings.carriers.new);
  const isRefused = isRefusedByNumber(pair, surroundings);
  const distance = `from ${at(old.offsetBits)} to ${at(next.offsetBits)}`;
  const wrong = isRefused
    ? kept(REFUSED)
    : broken(`one side has ${old.path} at ${at(old.offsetBits)}, the other at ${at(next.offsetBits)}`);
  const writer = traffic.toKernel ? 'old' : 'new';
  const train = followers.length === 0 ? '' : `, and ${trainOf(followers)} with it`;
  const isBits = old.field.bitWidth !== undefined;
  return {
    rule: isBits ? 'bit-field-moved' : 'field-moved',
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} moved ${distance}${becauseOf(cause, pair)}${train}`,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('a program that names the field finds it at its new place'),
      'mixed-objects': broken(`objects built with different headers look for ${old.path} in different bytes`),
      'new-binary': isRefused ? kept(REFUSED) : broken(`an old kernel has ${old.path} at ${at(old.offsetBits)}`),
    }),
    witness:
      moveWitness(pair, old, next, writer, isRefused ? 'mixed-objects' : 'old-binary', surroundings) ??
      offsetWitness(pair, old),
    ...because(cause, pair),
    ...repairOf(surroundings.takenFrom),
  };
}

function trainOf(followers: readonly { readonly old: FieldNode }[]): string {
  const names = followers.map((one) => one.old.path);
  return names.length <= 3 ? list(names) : list([...names.slice(0, 2), `${String(names.length - 2)} more fields`]);
}

function becauseOf(cause: MoveCause, pair: RecordPair): string {
  switch (cause.kind) {
    case 'neighbour-grew': {
      const node = pair.new.byPath.get(cause.path);
      const before = node === undefined ? undefined : pair.reverse.get(node);
      const grew = (node?.sizeBits ?? 0) >= (before?.sizeBits ?? 0) ? 'grew' : 'shrank';
      const sizes =
        node === undefined || before === undefined
          ? ''
          : ` from ${bytesOf(before.sizeBits)} to ${bytesOf(node.sizeBits)}`;
      return ` because ${cause.path} before it ${grew}${sizes}`;
    }
    case 'field-inserted':
      return ` because ${cause.path} was inserted before it`;
    case 'field-removed':
      return ` because ${cause.path} before it was removed`;
    case 'reordered':
      return ' because fields changed places';
    case 'alignment':
      return '';
    default:
      return cause satisfies never;
  }
}

function because(cause: MoveCause, pair: RecordPair): { because?: string } {
  return 'path' in cause ? { because: `${pair.name}.${cause.path}` } : {};
}

function moveWitness(
  pair: RecordPair,
  old: FieldNode,
  next: FieldNode,
  writer: 'old' | 'new',
  contract: BytesWitness['contract'],
  surroundings: Surroundings,
): BytesWitness | undefined {
  const [from, to, fromSide, toSide] =
    writer === 'old' ? [old, next, pair.old, pair.new] : [next, old, pair.new, pair.old];
  const leaf = firstLeaf(fromSide, from);
  const counterpart = (writer === 'old' ? pair.matches : pair.reverse).get(leaf) ?? firstLeaf(toSide, to);
  const sample = sampleFor(leaf);
  // Where the reader looks, and what it has in the bytes that were written.
  const others = toSide.nodes.filter(
    (node) => node.isLeaf && node !== counterpart && node.sizeBits > 0 && overlaps(node, leaf),
  );
  const sharing = others.filter((node) => !node.isArm || node.parent === counterpart.parent).slice(0, 2);
  return witnessBytes({
    pair,
    contract,
    writer,
    samples: [sample],
    show: [counterpart, ...sharing],
    order: surroundings.order,
  });
}

/** A reserve whose boundary moved because the record before it grew: not its name is the matter, but that boundary. */
function judgePushedFiller(change: Of<'field-moved'>, surroundings: Surroundings): Judgement {
  const { pair, old, new: next, cause } = change;
  const path = cause.kind === 'neighbour-grew' ? cause.path : '';
  const isRecord = cause.kind === 'neighbour-grew' && cause.isRecord;
  const sizes =
    old.sizeBits === next.sizeBits
      ? ''
      : ` and ${next.sizeBits < old.sizeBits ? 'shrank' : 'grew'} from ${spellType(old.type)} to ${spellType(next.type)}`;
  const base = {
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} moved from ${at(old.offsetBits)} to ${at(next.offsetBits)}${sizes}${becauseOf(cause, pair)}`,
    ...because(cause, pair),
  };
  if (!isRecord) {
    const why = 'it carries no information; what took its bytes is judged by itself';
    return { ...base, rule: 'padding-resized', answers: harmless(why), witness: undefined };
  }
  const check = `_Static_assert(offsetof(${pair.name}, ${old.path}) == ${at(old.offsetBits)}, "${old.path} moved");`;
  return {
    ...base,
    rule: 'field-moved',
    answers: answers({
      'old-binary': kept(fillerReason(old)),
      rebuild: broken(
        `offsetof(${old.path}), where ${path} ends, changes from ${at(old.offsetBits)} to ${at(next.offsetBits)}: code that clears, copies or saves by it does something else`,
      ),
      'mixed-objects': broken(`an object built with the old headers that clears ${old.path} wipes part of ${path}`),
      'new-binary': kept('nobody reads it'),
    }),
    witness: boundaryWitness(pair, between(old.offsetBits, next.offsetBits), check, surroundings),
  };
}

function fillerReason(node: FieldNode): string {
  return nonZeroOf(node) === 'rejected'
    ? `the kernel refuses non-zero bytes in ${node.path}, so working programs send zeros wherever it stands`
    : `${node.path} carries no information`;
}

/** Bytes of the new side in the range that crossed the boundary, as the old side takes them. */
function boundaryWitness(
  pair: RecordPair,
  range: { readonly offsetBits: number; readonly sizeBits: number },
  check: string,
  surroundings: Surroundings,
): BytesWitness | SourceWitness {
  const intruder = pair.new.nodes.find(
    (node) => node.isLeaf && node.sizeBits > 0 && !isFiller(node) && overlaps(node, range),
  );
  const bytes =
    intruder === undefined
      ? undefined
      : witnessBytes({
          pair,
          contract: 'mixed-objects',
          writer: 'new',
          samples: [sampleFor(intruder)],
          check,
          order: surroundings.order,
        });
  return bytes ?? { kind: 'source', contract: 'rebuild', code: check, problem: 'static assertion failed' };
}

/** The bits between two offsets, whichever is first. */
function between(a: number, b: number): { readonly offsetBits: number; readonly sizeBits: number } {
  return { offsetBits: Math.min(a, b), sizeBits: Math.abs(a - b) };
}

export function judgeInnerResized(change: Of<'inner-record-resized'>, surroundings: Surroundings): Judgement {
  const { pair, old, new: next, others } = change;
  const grew = next.sizeBits > old.sizeBits;
  const sizes = `from ${bytesOf(old.sizeBits)} to ${bytesOf(next.sizeBits)}`;
  const total = pair.old.layout.sizeBytes;
  const isSameTotal = total === pair.new.layout.sizeBytes;
  const base = {
    rule: grew ? ('inner-record-grew' as const) : ('inner-record-shrank' as const),
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} ${grew ? 'grew' : 'shrank'} ${sizes}${
      isSameTotal ? ` while ${pair.name} stays ${bytesOf(total * 8)}` : ''
    }${grew ? `${isSameTotal ? ' at the cost of' : ' over'} ${describeOccupants(others)}` : ''}`,
    ...(old.isOpaque && old.record?.record.tag !== undefined
      ? { because: `${old.record.record.recordKind} ${old.record.record.tag}` }
      : {}),
  };
  if (old.isArm && (!grew || others.every((one) => one.kind === 'slack' || one.kind === 'filler'))) {
    return { ...base, answers: harmless('it is an arm of a union and stays within it'), witness: undefined };
  }
  if (grew && others.every((one) => one.kind === 'beyond')) {
    const why = `it is the last field of ${pair.name}, whose size is judged by itself`;
    return { ...base, answers: harmless(why), witness: undefined };
  }
  const size = (node: FieldNode): string => String(Math.ceil(node.sizeBits / 8));
  const check = `_Static_assert(sizeof(((${pair.name} *)0)->${old.path}) == ${size(old)}, "${old.path} ${grew ? 'grew' : 'shrank'}");`;
  return {
    ...base,
    answers: answers({
      'old-binary': kept(oldReasonForInner(old, others)),
      rebuild: broken(
        `sizeof(${old.path}) changes from ${size(old)} to ${size(next)}: code that clears, copies or saves it by size does something else`,
      ),
      'mixed-objects': broken(
        grew
          ? `an object built with the old headers copies only the first ${bytesOf(old.sizeBits)} of ${old.path}`
          : `an object built with the old headers copies ${bytesOf(old.sizeBits)} where ${bytesOf(next.sizeBits)} belong to ${old.path}`,
      ),
      'new-binary': kept('by itself the size moves no byte'),
    }),
    witness: boundaryWitness(
      pair,
      between(old.offsetBits + old.sizeBits, old.offsetBits + next.sizeBits),
      check,
      surroundings,
    ),
  };
}

function oldReasonForInner(old: FieldNode, others: readonly Occupant[]): string {
  const fillers = others.flatMap((one) => (one.kind === 'filler' ? [one.node] : []));
  if (fillers.length === others.length && fillers.every((filler) => nonZeroOf(filler) === 'rejected')) {
    const names = describeOccupants(others);
    return `built programs send zeros in ${names}; one that clears only the ${bytesOf(old.sizeBits)} of ${old.path} and leaves garbage behind it already gets EINVAL`;
  }
  return `by itself the size moves no byte; what stands in and behind ${old.path} is judged field by field`;
}

export function judgeRenamed(change: Of<'field-renamed'>, { abis }: Context): Judgement {
  const { pair, old, new: next } = change;
  const alias = abis.new.macros.get(old.name)?.body.trim();
  const isAliased =
    alias !== undefined && (alias === next.name || alias === next.path || next.path.endsWith(`.${alias}`));
  const isNoField = isFiller(old) && isFiller(next);
  const isSameMeaning =
    isAliased ||
    isNoField ||
    old.name === next.name ||
    old.field.semantics?.doc !== undefined ||
    old.record !== undefined;
  const fate = isSameMeaning
    ? kept('no byte moved')
    : unknown(
        `if ${next.path} is only a new name, no byte moved; if it means something else, the bytes were given away`,
      );
  return {
    rule: isNoField ? 'padding-renamed' : 'field-renamed',
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} is now called ${next.path}: same place, size and type`,
    answers: answers({
      'old-binary': fate,
      rebuild: isAliased
        ? kept(`${old.name} is still understood, as a macro for ${alias}`)
        : isNoField
          ? unknown(`a program that sets ${old.path} to zero by name no longer compiles`)
          : broken(`a program that names ${old.path} no longer compiles`),
      'mixed-objects': fate,
      'new-binary': fate,
    }),
    witness: isAliased || isNoField ? undefined : memberWitness(pair, old),
  };
}

function memberWitness(pair: RecordPair, node: FieldNode): SourceWitness {
  const path = node.path.replaceAll('[]', '[0]');
  const code =
    node.field.bitWidth === undefined
      ? `void f(${pair.name} *p) { (void)sizeof(p->${path}); }`
      : `int f(${pair.name} *p) { return (int)p->${path}; }`;
  return { kind: 'source', contract: 'rebuild', code, problem: `no member named '${node.name}'` };
}

export function judgeRemoved(change: Of<'field-removed'>, { abis, order }: Context): Judgement {
  const { pair, node, takenBy } = change;
  const base = { subject: subjectOf(pair, node), old: factsOfNode(pair.old, node), new: null };
  if (isFiller(node)) {
    return {
      ...base,
      rule: 'padding-resized',
      message: `${node.path} is gone (${describeOccupants(takenBy, 'new')} in its place)`,
      answers: harmless('it carried no information; what took its bytes is judged by itself'),
      witness: undefined,
    };
  }
  const traffic = trafficOf(pair, node, surroundingsOf(abis, pair).carriers.old);
  const fields = takenBy.flatMap((one) => (one.kind === 'field' ? [one.node] : []));
  const fillers = takenBy.flatMap((one) => (one.kind === 'filler' ? [one.node] : []));
  const alias = abis.new.macros.get(node.name)?.body.trim();
  const heir =
    alias === undefined
      ? undefined
      : pair.new.nodes.find((one) => one.path === alias || one.path.endsWith(`.${alias}`));
  const isRefused = traffic.toKernel && fillers.some((filler) => nonZeroOf(filler) === 'rejected');
  const isRetaken = fields.length > 0;
  const fate = isRetaken
    ? broken(`its bytes are now ${list(fields.map((field) => field.path).slice(0, 3))}`)
    : isRefused
      ? broken(`the new kernel refuses non-zero bytes where ${node.path} was (EINVAL)`)
      : traffic.toKernel
        ? unknown(`an old program still sets ${node.path}; the headers do not say what the new kernel does with it`)
        : unknown(`an old program still reads ${node.path}; the headers do not say what the new kernel puts there`);
  const bytes =
    isRefused && !isRetaken
      ? refusalOf(pair, sampleFor(firstLeaf(pair.old, node)), order)
      : isRetaken
        ? witnessBytes({
            pair,
            contract: 'old-binary',
            writer: 'old',
            samples: [sampleFor(firstLeaf(pair.old, node))],
            order,
          })
        : undefined;
  return {
    ...base,
    rule: 'field-removed',
    message: `${node.path} (${bytesOf(node.sizeBits)} at ${at(node.offsetBits)}) is gone; in its place: ${describeOccupants(takenBy, 'new') || 'nothing'}`,
    answers: answers({
      'old-binary': fate,
      rebuild:
        heir === undefined
          ? broken(`a program that names ${node.path} no longer compiles`)
          : kept(`${node.name} is still understood, as a macro for ${heir.path}`),
      'mixed-objects': fate,
      'new-binary': kept('a new program does not know the field'),
    }),
    witness: bytes ?? (heir === undefined ? memberWitness(pair, node) : offsetWitness(pair, node)),
  };
}

export function judgeFillerChanged(change: Of<'filler-changed'>): Judgement {
  const { pair, old, new: next } = change;
  return {
    rule: 'padding-resized',
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} changed from ${bytesOf(old.sizeBits)} at ${at(old.offsetBits)} to ${bytesOf(next.sizeBits)} at ${at(next.offsetBits)}`,
    answers: harmless('it carries no information; what took or left its bytes is judged by itself'),
    witness: undefined,
  };
}
