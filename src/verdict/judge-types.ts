/**
 * Fields that kept their name and changed their size or type.
 */

import type { Abi } from '../abi/abi.ts';
import { spellType, type Type } from '../abi/types.ts';
import type { FieldChange, RecordPair, TypeAspect } from '../diff/changes.ts';
import { type FieldNode, isFiller } from '../diff/placed.ts';
import { recordMeantBy } from '../diff/renamed-records.ts';
import { asArray, elementOf } from '../diff/types.ts';
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
  subjectOf,
  unknown,
} from './judgement.ts';
import type { RuleId } from './rules.ts';
import { oldBytes, trafficOf } from './traffic.ts';
import { firstLeaf, sampleFor, type SourceWitness, witnessBytes } from './witness.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

const refused = 'the request number changed as well, so the kernel refuses bytes of the other layout';

type Of<K extends FieldChange['kind']> = Extract<FieldChange, { kind: K }>;

export function judgeResized(change: Of<'field-resized'>, surroundings: Surroundings): Judgement {
  const { pair, old, new: next, others } = change;
  const isArray = asArray(old.type) !== undefined && asArray(next.type) !== undefined;
  const grew = next.sizeBits > old.sizeBits;
  const isRefused = isRefusedByNumber(pair, surroundings);
  const traffic = trafficOf(pair, next, surroundings.carriers.new);
  const base = {
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} ${grew ? 'grew' : 'shrank'} from ${spellType(old.type)} (${bytesOf(old.sizeBits)}) to ${spellType(next.type)} (${bytesOf(next.sizeBits)})`,
  };
  const size = `sizeof(((${pair.name} *)0)->${old.path.replaceAll('[]', '[0]')})`;
  const check: SourceWitness = {
    kind: 'source',
    contract: 'rebuild',
    code: `_Static_assert(${size} == ${String(Math.ceil(old.sizeBits / 8))}, "${old.name} changed its size");`,
    problem: 'static assertion failed',
  };
  if (isArray && grew) {
    const bytes = oldBytes(others, false);
    const isFree = bytes === 'zero' || bytes === 'absent' || old.isArm;
    const doubt = isFree
      ? kept('the elements old programs know stay where they are')
      : unknown(`the new elements stand in ${describeOccupants(others)}, which an old program may leave unset`);
    return {
      ...base,
      rule: 'array-grew',
      answers: answers({
        'old-binary': isRefused
          ? kept(refused)
          : traffic.toKernel
            ? doubt
            : kept('the elements old programs know stay where they are'),
        rebuild: kept('a program that takes the length from the array follows it'),
        'mixed-objects': doubt,
        'new-binary': isRefused
          ? kept(refused)
          : isFree
            ? kept('what an old kernel does with the bytes is judged at the size of the record')
            : doubt,
      }),
      witness: undefined,
    };
  }
  const wrong = isRefused
    ? kept(refused)
    : isArray
      ? unknown(`an old program may use the elements that are gone (now ${describeOccupants(others)})`)
      : broken(`one side reads ${bytesOf(old.sizeBits)}, the other ${bytesOf(next.sizeBits)}`);
  const rule: RuleId =
    old.field.bitWidth === undefined
      ? isArray
        ? 'array-shrank'
        : grew
          ? 'field-grew'
          : 'field-shrank'
      : grew
        ? 'bit-field-grew'
        : 'bit-field-shrank';
  const wider = grew ? next : old;
  const top = { node: wider, value: (1n << BigInt(Math.min(64, wider.sizeBits))) - 1n };
  const bytes = isArray
    ? undefined
    : witnessBytes({
        pair,
        contract: 'mixed-objects',
        writer: grew ? 'new' : 'old',
        samples: [wider.isLeaf ? top : sampleFor(firstLeaf(grew ? pair.new : pair.old, wider))],
        show: [firstLeaf(grew ? pair.old : pair.new, grew ? old : next)],
        order: surroundings.order,
      });
  return {
    ...base,
    rule,
    answers: answers({
      'old-binary': wrong,
      rebuild: isArray
        ? broken(`a program that uses elements ${String(asArray(next.type)?.length ?? 0)} and up writes past the end`)
        : grew || !old.isLeaf
          ? kept('the compiler converts between the sizes')
          : unknown(`a value that needs more than ${bitsOf(next)} is cut off, and no compiler says so`),
      'mixed-objects': isArray
        ? wrong
        : broken(
            `objects built with different headers disagree about ${bytesOf(Math.abs(next.sizeBits - old.sizeBits))}`,
          ),
      'new-binary': wrong,
    }),
    witness: bytes ?? check,
  };
}

export function judgeRetyped(change: Of<'field-retyped'>, { abis }: Context): Judgement {
  const { pair, old, new: next, aspects } = change;
  const { order } = surroundingsOf(abis, pair);
  const types = `${spellType(old.type)} to ${spellType(next.type)}`;
  const base = {
    rule: ruleFor(aspects),
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} changed its type from ${types}${
      old.offsetBits === next.offsetBits && old.sizeBits === next.sizeBits
        ? `; its place (${at(next.offsetBits)}) and size did not`
        : ''
    }`,
  };
  if (isFiller(old))
    return { ...base, rule: 'padding-resized', answers: harmless('it carries no information'), witness: undefined };
  if (isStillMeant(old.type, next.type, abis.new)) {
    const why = `${tagged(old.type) ?? 'its old type'} is only another name for it now, and what became of that is judged by itself`;
    return { ...base, answers: harmless(why), witness: undefined };
  }
  const asFloat = 'one side reads a floating-point number, the other does not';
  const otherOrder =
    'the name of the type now promises another byte order: either the bytes changed, or only what is said about them';
  if (aspects.includes('pointer') || aspects.includes('shape')) {
    const bytes = aspects.includes('float')
      ? broken(asFloat)
      : aspects.includes('byte-order')
        ? unknown(otherOrder)
        : kept('the bytes are the same');
    return {
      ...base,
      answers: answers({
        'old-binary': bytes,
        rebuild: broken(`code that uses ${old.path} as ${spellType(old.type)} no longer compiles, or warns`),
        'mixed-objects': bytes,
        'new-binary': bytes,
      }),
      witness: {
        kind: 'source',
        contract: 'rebuild',
        code: useAsBefore(pair, old, next),
        problem: 'another type',
      },
    };
  }
  if (aspects.includes('float')) {
    const witness = witnessBytes({
      pair,
      contract: 'old-binary',
      writer: 'old',
      samples: [sampleFor(old)],
      order,
    });
    const wrong = broken(asFloat);
    return {
      ...base,
      answers: answers({
        'old-binary': wrong,
        rebuild: kept('the compiler converts'),
        'mixed-objects': wrong,
        'new-binary': wrong,
      }),
      witness: witness ?? {
        kind: 'source',
        contract: 'old-binary',
        code: `_Static_assert(_Generic(((${pair.name} *)0)->${old.path}, ${spellType(old.type)}: 1, default: 0), "type of ${old.name}");`,
        problem: 'static assertion failed',
      },
    };
  }
  const why = aspects.includes('byte-order')
    ? otherOrder
    : 'values with the top bit set are read as negative by one side only';
  return {
    ...base,
    answers: answers({
      'old-binary': unknown(why),
      rebuild: unknown(aspects.includes('byte-order') ? why : 'comparisons and conversions of the field change'),
      'mixed-objects': unknown(why),
      'new-binary': unknown(why),
    }),
    witness: undefined,
  };
}

/** Whether the old type of a field is by a macro what the new one is: `#define rkisp1_ext_params_block_header v4l2_isp_params_block_header`. */
function isStillMeant(old: Type, next: Type, abi: Abi): boolean {
  const [was, is] = [tagged(old), tagged(next)];
  return was !== undefined && is !== undefined && recordMeantBy(was, abi)?.name === is;
}

/** `struct foo` of a `struct foo [4]`. */
function tagged(type: Type): string | undefined {
  const element = elementOf(type);
  return element.kind === 'record' && element.tag !== undefined ? `${element.recordKind} ${element.tag}` : undefined;
}

function ruleFor(aspects: readonly TypeAspect[]): RuleId {
  if (aspects.includes('pointer')) return 'field-pointerness-changed';
  if (aspects.includes('shape') || aspects.includes('float')) return 'field-retyped';
  if (aspects.includes('byte-order')) return 'field-byte-order-changed';
  return 'field-sign-changed';
}

/** C that holds for the old type of a field only: its first member, or the type itself where it can be written down. */
function useAsBefore(pair: RecordPair, old: FieldNode, next: FieldNode): string {
  const place = `((${pair.name} *)0)->${old.path.replaceAll('[]', '[0]')}`;
  const member = old.record?.record.fields.find((field) => field.name !== undefined && field.bitWidth === undefined);
  const isShared = next.record?.record.fields.some((field) => field.name === member?.name) === true;
  if (member?.name !== undefined && !isShared)
    return `_Static_assert(sizeof(${place}.${member.name}) > 0, "${old.name}");`;
  const isSame = `__builtin_types_compatible_p(__typeof__(${place}), ${spellType(old.type)})`;
  return `_Static_assert(${isSame}, "${old.name} has another type");`;
}

export function judgeFlexible(change: Of<'flexible-array'>): Judgement {
  const { pair, old, new: next } = change;
  const node = next ?? old;
  if (node === undefined) throw new TypeError('a flexible array change without a field');
  const base = {
    subject: subjectOf(pair, node),
    old: old === undefined ? null : factsOfNode(pair.old, old),
    new: next === undefined ? null : factsOfNode(pair.new, next),
    witness: undefined,
  };
  const spelling = (one: typeof old): string => (one === undefined ? '' : spellType(one.type));
  switch (change.change) {
    case 'added':
      return {
        ...base,
        rule: 'flexible-array-added',
        message: `${node.path} (${spelling(next)}) was added at the end`,
        answers: answers({
          'old-binary': kept('old programs send and read only the fixed part'),
          rebuild: kept('sizeof counts only the fixed part'),
          'mixed-objects': kept('the fixed part stays'),
          'new-binary': unknown('an old kernel does not look behind the fixed part'),
        }),
      };
    case 'converted':
      return {
        ...base,
        rule: 'flexible-array-converted',
        message: `${node.path} changed from ${spelling(old)} to ${spelling(next)}`,
        answers: harmless('the elements stay where they are; only what sizeof counts may differ'),
      };
    case 'fixed':
      return {
        ...base,
        rule: 'flexible-array-fixed',
        message: `${node.path} changed from ${spelling(old)} to ${spelling(next)}`,
        answers: answers({
          'old-binary': unknown('an old program may pass more elements than the new header has'),
          rebuild: unknown('sizeof now counts the elements: allocations that add them count them twice'),
          'mixed-objects': unknown('objects disagree about how many elements there can be'),
          'new-binary': kept('the elements stay where they are'),
        }),
      };
    case 'removed':
      return {
        ...base,
        rule: 'flexible-array-removed',
        message: `${node.path} (${spelling(old)}) is gone from the end`,
        answers: answers({
          'old-binary': unknown('an old program may still pass elements'),
          rebuild: broken(`a program that names ${node.path} no longer compiles`),
          'mixed-objects': unknown('old objects may still pass elements'),
          'new-binary': kept('a new program passes none'),
        }),
        witness: {
          kind: 'source',
          contract: 'rebuild',
          code: `void *f(${pair.name} *p) { return p->${node.path}; }`,
          problem: `no member named '${node.name}'`,
        },
      };
    default:
      return change.change satisfies never;
  }
}

function bitsOf({ sizeBits }: { readonly sizeBits: number }): string {
  return sizeBits === 1 ? 'one bit' : `${String(sizeBits)} bits`;
}
