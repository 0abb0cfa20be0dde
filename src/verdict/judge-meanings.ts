/**
 * Declared meaning that changed while bytes stayed: flags, values, selectors of unions, checks.
 */

import type { MeaningChange, UnionChange } from '../diff/changes.ts';
import type { PlacedRecord } from '../diff/placed.ts';
import {
  answers,
  broken,
  factsOfNode,
  harmless,
  type Judgement,
  kept,
  placeOf,
  subjectOf,
  unknown,
} from './judgement.ts';
import type { SideFacts } from './finding.ts';
import { resolve, trafficOf } from './traffic.ts';
import { firstLeaf, type NumberWitness, refusalOf, sampleFor, type Witness, witnessBytes } from './witness.ts';
import type { Surroundings } from './surroundings.ts';

type Of<K extends MeaningChange['kind']> = Extract<MeaningChange, { kind: K }>;

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const shown = (sort: 'flag' | 'value', value: bigint): string => (sort === 'flag' ? hex(value) : String(value));

export function judgeValueMeaning(change: Of<'value-meaning'>): Judgement {
  const { pair, old, new: next, sort, was, is, value } = change;
  const livesOn = next.field.semantics?.meaning;
  const names = livesOn?.kind === 'flags' ? livesOn.flags : livesOn?.kind === 'enumeration' ? livesOn.values : [];
  const oldMeaning = old.field.semantics?.meaning;
  const oldNames =
    oldMeaning?.kind === 'flags' ? oldMeaning.flags : oldMeaning?.kind === 'enumeration' ? oldMeaning.values : [];
  // If the new name already existed, or the old one lives on elsewhere, this is no mere renaming.
  const isReuse = oldNames.some((entry) => entry.name === is.name) || names.some((entry) => entry.name === was.name);
  const sides = `${shown(sort, value)} in ${old.path}`;
  const fate = isReuse
    ? broken(`one side reads ${was.name} where the other says ${is.name}`)
    : unknown(`${sides} is ${was.name} to one side and ${is.name} to the other: renamed, or another meaning?`);
  const what = sort === 'flag' ? 'flag' : 'value';
  return {
    rule: sort === 'flag' ? 'flag-meaning-changed' : 'value-meaning-changed',
    subject: subjectOf(pair, old),
    old: { ...factsOfNode(pair.old, old), name: was.name, value },
    new: { ...factsOfNode(pair.new, next), name: is.name, value },
    message: `${what} ${shown(sort, value)} of ${old.path} changed its meaning from ${was.name} to ${is.name}`,
    answers: answers({
      'old-binary': fate,
      rebuild: isReuse
        ? broken(`the source says ${was.name} and gets something else, or no longer compiles`)
        : unknown(`does ${was.name} still exist?`),
      'mixed-objects': fate,
      'new-binary': fate,
    }),
    witness: isReuse
      ? numberWitness(was.name, value, names.find((entry) => entry.name === was.name)?.value, is.name)
      : undefined,
  };
}

function numberWitness(name: string, old: bigint, next: bigint | undefined, holder: string | undefined): NumberWitness {
  return { kind: 'number', contract: 'old-binary', name, old, new: next, holder };
}

export function judgeValueRenumbered(change: Of<'value-renumbered'>): Judgement {
  const { pair, old, new: next, sort, was, is } = change;
  const meaning = next.field.semantics?.meaning;
  const names = meaning?.kind === 'flags' ? meaning.flags : meaning?.kind === 'enumeration' ? meaning.values : [];
  const holder = names.find((entry) => entry.value === was.value)?.name;
  const wrong = broken(
    `${was.name} is ${shown(sort, was.value)} on one side and ${shown(sort, is.value)} on the other`,
  );
  return {
    rule: sort === 'flag' ? 'flag-renumbered' : 'value-renumbered',
    subject: subjectOf(pair, old),
    old: { ...factsOfNode(pair.old, old), name: was.name, value: was.value },
    new: { ...factsOfNode(pair.new, next), name: is.name, value: is.value },
    message: `${was.name} in ${old.path} changed from ${shown(sort, was.value)} to ${shown(sort, is.value)}${
      holder === undefined ? '' : `; ${shown(sort, was.value)} is now ${holder}`
    }`,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('a recompiled program has the new number'),
      'mixed-objects': wrong,
      'new-binary': wrong,
    }),
    witness: numberWitness(was.name, was.value, is.value, holder),
  };
}

export function judgeSelector(
  change: Extract<UnionChange, { kind: 'union-selector' }>,
  surroundings: Surroundings,
): Judgement {
  const { pair, discriminant, value, old, new: next } = change;
  const isReused = next !== undefined;
  const message = isReused
    ? `${discriminant} ${String(value)} selected ${old.arm} (${old.name}) and now selects ${next.arm} (${next.name})`
    : `${old.name} is no longer ${String(value)}, so ${discriminant} ${String(value)} no longer selects ${old.arm}`;
  const wrong = isReused
    ? broken(`on ${discriminant} ${String(value)} one side reads ${old.arm}, the other ${next.arm}`)
    : broken(`an old program waits for ${discriminant} ${String(value)}, which never comes`);
  return {
    rule: 'union-selector-changed',
    subject: `${pair.name}.${discriminant}`,
    old: { ...nameOf(pair.old), name: old.name, value },
    new: next === undefined ? null : { ...nameOf(pair.new), name: next.name, value },
    message,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('a recompiled program has the new number'),
      'mixed-objects': wrong,
      'new-binary': isReused ? wrong : broken('an old kernel still uses the old number'),
    }),
    witness: selectorWitness(change, surroundings) ?? {
      kind: 'number',
      contract: 'old-binary',
      name: old.name,
      old: value,
      new: undefined,
      holder: next?.name,
    },
  };
}

/** Facts that are the same on every target, whatever the sizes are there. */
function nameOf(side: PlacedRecord): SideFacts {
  const { header, location } = side.declaration;
  return { header, ...placeOf(location) };
}

function selectorWitness(
  change: Extract<UnionChange, { kind: 'union-selector' }>,
  surroundings: Surroundings,
): Witness | undefined {
  const { pair, union, discriminant, value } = change;
  if (change.new === undefined) return undefined;
  const arm = (side: typeof pair.old, name: string): ReturnType<typeof firstLeaf> | undefined => {
    const node = side.nodes.find((one) => one.isArm && one.name === name && one.arms.at(-1)?.union.path === union.path);
    return node === undefined ? undefined : firstLeaf(side, node);
  };
  const theirs = arm(pair.new, change.new.arm);
  const ours = arm(pair.old, change.old.arm);
  if (theirs === undefined || ours === undefined) return undefined;
  const selector = resolve(pair.new, theirs, discriminant);
  const traffic = trafficOf(pair, theirs, surroundings.carriers.new);
  if (traffic.toKernel && traffic.isKnown && !traffic.toUser) return undefined;
  return witnessBytes({
    pair,
    contract: 'old-binary',
    writer: 'new',
    samples: [...(selector === undefined ? [] : [{ node: selector, value }]), sampleFor(theirs)],
    show: [...pair.old.nodes.filter((node) => node.path === discriminant), ours],
    order: surroundings.order,
  });
}

/** "Yes" was any value, and in practice 1: a flag with that bit cannot be told from an old "yes". */
export function judgeBooleanMask(change: Of<'boolean-mask'>): Judgement {
  const { pair, old, new: next, flags } = change;
  const clash = flags.find(({ value }) => (value & 1n) !== 0n);
  const base = {
    rule: 'boolean-became-mask' as const,
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
    message: `${old.path} was yes or no and is a mask of flags now${clash === undefined ? '' : `, in which 1 is ${clash.name}`}`,
  };
  if (clash === undefined) {
    const why = 'no flag has the bit that meant yes, so an old answer promises nothing by mistake';
    return { ...base, answers: harmless(why), witness: undefined };
  }
  const wrong = broken(`1 is "yes" to one side and ${clash.name} to the other`);
  return {
    ...base,
    answers: answers({
      'old-binary': wrong,
      rebuild: kept('a program that tests for non-zero gets the answer it got'),
      'mixed-objects': wrong,
      'new-binary': broken(`an old kernel that says yes seems to say ${clash.name}`),
    }),
    witness: numberWitness(old.name, 1n, 1n, clash.name),
  };
}

export function judgeCheck(change: Of<'filler-check'>, surroundings: Surroundings): Judgement {
  const { pair, old, new: next } = change;
  const isTighter = next.field.semantics?.nonZero === 'rejected';
  const base = {
    subject: subjectOf(pair, old),
    old: factsOfNode(pair.old, old),
    new: factsOfNode(pair.new, next),
  };
  if (!isTighter) {
    return {
      ...base,
      rule: 'check-loosened',
      message: `the kernel no longer refuses non-zero bytes in ${old.path}: they can never be given a meaning safely`,
      answers: answers({
        'old-binary': kept('what was accepted still is'),
        rebuild: kept('what was accepted still is'),
        'mixed-objects': kept('no byte moved'),
        'new-binary': kept('an old kernel answers EINVAL: a clear error'),
      }),
      witness: undefined,
    };
  }
  const leaf = firstLeaf(pair.old, old);
  return {
    ...base,
    rule: 'check-tightened',
    message: `the kernel now refuses non-zero bytes in ${old.path}, which it used to ignore`,
    answers: answers({
      'old-binary': broken(`an old program that leaves anything in ${old.path} now gets EINVAL`),
      rebuild: broken(`a program that leaves anything in ${old.path} now gets EINVAL`),
      'mixed-objects': kept('no byte moved'),
      'new-binary': kept('an old kernel ignores the bytes'),
    }),
    witness: refusalOf(pair, { node: leaf, value: 0xffn }, surroundings.order),
  };
}

export function judgeAcceptedMask(change: Of<'accepted-mask'>, surroundings: Surroundings): Judgement {
  const { pair, old, new: next } = change;
  const all = (1n << BigInt(old.sizeBits)) - 1n;
  const was = old.field.semantics?.acceptedMask ?? all;
  const is = next.field.semantics?.acceptedMask ?? all;
  const lost = was & ~is;
  const base = {
    subject: subjectOf(pair, old),
    old: { ...factsOfNode(pair.old, old), value: was },
    new: { ...factsOfNode(pair.new, next), value: is },
  };
  if (lost === 0n) {
    return {
      ...base,
      rule: 'check-loosened',
      message: `the kernel accepts more bits in ${old.path}: ${hex(is)} instead of ${hex(was)}`,
      answers: harmless('what was accepted still is; an old kernel answers EINVAL to the new bits'),
      witness: undefined,
    };
  }
  const isReadOnly = !trafficOf(pair, old, surroundings.carriers.old).toKernel;
  if (isReadOnly) {
    return {
      ...base,
      rule: 'check-tightened',
      message: `the kernel sets fewer bits in ${old.path}`,
      answers: harmless('programs only read it'),
      witness: undefined,
    };
  }
  return {
    ...base,
    rule: 'check-tightened',
    message: `the kernel refuses bits in ${old.path} that it used to accept: ${hex(lost)}`,
    answers: answers({
      'old-binary': broken(`an old program that sets ${hex(lost & -lost)} in ${old.path} now gets EINVAL`),
      rebuild: broken(`a program that sets ${hex(lost & -lost)} in ${old.path} now gets EINVAL`),
      'mixed-objects': kept('no byte moved'),
      'new-binary': kept('an old kernel accepts what the new one does'),
    }),
    witness: refusalOf(pair, { node: old, value: lost & -lost }, surroundings.order),
  };
}

export function judgeUnionReordered(change: Extract<UnionChange, { kind: 'union-reordered' }>): Judgement {
  const { pair, old, new: next } = change;
  const was = old.members[0] ?? '';
  const is = next.members[0] ?? '';
  return {
    rule: 'union-arm-reordered',
    subject: old.path === undefined || old.path === '' ? pair.name : `${pair.name}.${old.path}`,
    old: { ...nameOf(pair.old), name: was },
    new: { ...nameOf(pair.new), name: is },
    message: `the first member of the union is now ${is} instead of ${was}`,
    answers: answers({
      'old-binary': kept('all arms of a union stand at one place'),
      rebuild: unknown(`an initialiser without a designator now sets ${is}`),
      'mixed-objects': kept('all arms of a union stand at one place'),
      'new-binary': kept('all arms of a union stand at one place'),
    }),
    witness: undefined,
  };
}
