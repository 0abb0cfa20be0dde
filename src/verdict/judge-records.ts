/**
 * Records as wholes: there or not, how large, how aligned.
 *
 * The size of a record is part of the numbers of the requests that carry it. Whether that is a break depends on who reads
 * the size: a `switch` over the whole number (KVM) no longer knows the request; a handler that copies the smaller of two
 * sizes (DRM, `copy_struct_from_user`) keeps old programs working as long as growth is at the end.
 */

import type { RecordDeclaration } from '../abi/abi.ts';
import type { SizeRule } from '../abi/semantics.ts';
import type { RecordChange } from '../diff/changes.ts';
import { recordMeantBy } from '../diff/renamed-records.ts';
import { signatureOfRecord } from '../diff/types.ts';
import {
  answers,
  broken,
  bytesOf,
  type Context,
  factsOfRecord,
  harmless,
  type Judgement,
  kept,
  membersWords,
  placeOf,
  sizeRuleOf,
  unknown,
  unknownErrno,
} from './judgement.ts';
import { repairOf } from './companions.ts';
import type { SideFacts } from './finding.ts';
import type { Witness } from './witness.ts';
import { counted } from '../diagnostic.ts';
import { type Surroundings, surroundingsOf } from './surroundings.ts';

type Of<K extends RecordChange['kind']> = Extract<RecordChange, { kind: K }>;

function factsOf(declaration: RecordDeclaration): SideFacts {
  return { header: declaration.header, ...placeOf(declaration.location), name: declaration.name };
}

const useOf = (name: string): Witness => ({
  kind: 'source',
  contract: 'rebuild',
  code: `${name} x;`,
  problem: `storage size of 'x' isn't known: ${name} is not declared`,
});

export function judgeRecordAdded(change: Of<'record-added'>): Judgement {
  const { declaration } = change;
  return {
    rule: 'record-added',
    subject: declaration.name,
    old: null,
    new: factsOf(declaration),
    message: `${declaration.name} is new`,
    answers: harmless('nobody knows it yet'),
    witness: undefined,
  };
}

export function judgeRecordRemoved(change: Of<'record-removed'>): Judgement {
  const { declaration } = change;
  return {
    rule: 'record-removed',
    subject: declaration.name,
    old: factsOf(declaration),
    new: null,
    message: `${declaration.name} is gone`,
    answers: answers({
      'old-binary': unknown(
        'old programs carry the layout in them; whether the kernel still takes it is not in the headers',
      ),
      rebuild: broken(`a program that names ${declaration.name} no longer compiles`),
      'mixed-objects': kept('no new object can pass it'),
      'new-binary': kept('a new program does not know it'),
    }),
    witness: useOf(declaration.name),
  };
}

export function judgeRecordRenamed(change: Of<'record-renamed'>, context: Context): Judgement {
  const areSame = signatureOfRecord(change.old.record) === signatureOfRecord(change.new.record);
  const why = areSame ? 'no byte moved' : 'the name of a record is no part of a program';
  const isAliased = recordMeantBy(change.old.name, context.abis.new)?.name === change.new.name;
  return {
    rule: 'record-renamed',
    subject: change.old.name,
    old: factsOf(change.old),
    new: factsOf(change.new),
    message: `${change.old.name} is now called ${change.new.name}${areSame ? ': the same fields at the same places' : ''}`,
    answers: answers({
      'old-binary': kept(why),
      rebuild: isAliased
        ? kept('the old name is still understood')
        : broken(`a program that names ${change.old.name} no longer compiles`),
      'mixed-objects': kept(why),
      'new-binary': kept(why),
    }),
    witness: isAliased ? undefined : useOf(change.old.name),
  };
}

export function judgeRecordKind(change: Of<'record-kind'>): Judgement {
  return {
    rule: 'record-kind-changed',
    subject: change.old.name,
    old: factsOf(change.old),
    new: factsOf(change.new),
    message: `${change.old.name} became ${change.new.name}`,
    answers: answers({
      'old-binary': unknown('a union puts all its members at one place: compare the fields one by one'),
      rebuild: broken(`a program that says ${change.old.name} no longer compiles`),
      'mixed-objects': unknown('a union puts all its members at one place: compare the fields one by one'),
      'new-binary': unknown('a union puts all its members at one place: compare the fields one by one'),
    }),
    witness: useOf(change.old.name),
  };
}

export function judgeRecordSize(change: Of<'record-size'>, { abis }: Context): Judgement {
  const { pair } = change;
  const { sizeBytes: was } = pair.old.layout;
  const { sizeBytes: is } = pair.new.layout;
  const grew = is > was;
  const surroundings = surroundingsOf(abis, pair);
  const all = surroundings.renewals;
  const renumbered = all.filter(({ old, new: next }) => next !== undefined && next.number !== old.number);
  const declared = sizeRuleOf(pair, surroundings);
  // Without a declaration a changed request number means what it says: the old one is not known any more.
  const rule = declared ?? (renumbered.length > 0 ? 'exact' : undefined);
  const names = membersWords(all.map(({ old }) => old.name));
  const base = {
    rule: grew ? ('record-grew' as const) : ('record-shrank' as const),
    subject: pair.name,
    old: factsOfRecord(pair.old),
    new: factsOfRecord(pair.new),
    message: `${pair.name} ${grew ? 'grew' : 'shrank'} from ${bytesOf(was * 8)} to ${bytesOf(is * 8)}${
      renumbered.length > 0
        ? `, and so ${membersWords(renumbered.map(({ old }) => old.name))} changed ${renumbered.length === 1 ? 'its number' : 'their numbers'}`
        : ''
    }`,
  };
  if (change.cause === 'flexible-array') {
    const why = 'only what sizeof counts of the trailing array differs; every element stays where it is';
    return { ...base, answers: harmless(why), witness: undefined };
  }
  const first = renumbered[0];
  if (rule === 'exact' && first?.new !== undefined) {
    const errno = unknownErrno(first.old.name, pair.name, abis.old);
    const refusal = errno ?? 'an error (ENOTTY, or EINVAL in older subsystems)';
    return {
      ...base,
      answers: answers({
        'old-binary': broken(
          `the new kernel does not know the old number${all.length > 1 ? 's' : ''} of ${names} and answers ${errno ?? 'with an error'}, unless it keeps ${all.length > 1 ? 'them' : 'it'} as well`,
        ),
        rebuild: kept('a recompiled program sends the new number'),
        'mixed-objects': broken(`one object passes ${bytesOf(was * 8)} where the other expects ${String(is)}`),
        'new-binary': kept(`an old kernel does not know the new number and answers ${refusal}: a clear error`),
      }),
      witness: {
        kind: 'request',
        contract: 'old-binary',
        name: first.old.name,
        old: first.old.number,
        new: first.new.number,
        answer: errno,
      },
      ...repairOf(surroundings.takenFrom),
    };
  }
  return { ...base, answers: grew ? growth(rule, is - was) : shrinking(rule), witness: undefined };
}

function growth(rule: SizeRule | undefined, bytes: number): Judgement['answers'] {
  switch (rule) {
    case 'by-request-size':
      return answers({
        'old-binary': kept('the kernel takes the size from the request number and zero-fills the rest'),
        rebuild: kept('a recompiled program sends the new size'),
        'mixed-objects': kept('the object that makes the call says in the number how long its record is'),
        'new-binary': kept('an old kernel copies the part it knows'),
      });
    case 'extensible':
      return answers({
        'old-binary': kept('the kernel zero-extends a shorter record'),
        rebuild: kept('a recompiled program passes the new size'),
        'mixed-objects': kept('every call says how long its record is'),
        'new-binary': kept('an old kernel answers E2BIG unless the part it does not know is zero: a clear error'),
      });
    case 'by-size-field':
      return answers({
        'old-binary': kept('the record says how long it is'),
        rebuild: kept('a recompiled program says the new size'),
        'mixed-objects': kept('the record says how long it is'),
        'new-binary': kept('the record says how long it is; an old kernel uses the part it knows'),
      });
    case 'mapped':
      return answers({
        'old-binary': kept('the record lives in a mapped page; nobody passes its size'),
        rebuild: kept('the record lives in a mapped page'),
        'mixed-objects': kept('the record lives in a mapped page; the known part stays where it is'),
        'new-binary': kept('the record lives in a mapped page; an old kernel leaves the rest of it zero'),
      });
    case 'exact':
    case undefined: {
      const why = `the headers do not say how many bytes the kernel copies: ${String(bytes)} more, or as many as the caller says`;
      return answers({
        'old-binary': unknown(why),
        rebuild: kept('a recompiled program passes the new size'),
        'mixed-objects': unknown(
          'an object that passes the shorter record to one that expects the longer one is read past its end',
        ),
        'new-binary': unknown(why),
      });
    }
    default:
      return rule satisfies never;
  }
}

function shrinking(rule: SizeRule | undefined): Judgement['answers'] {
  if (rule === 'mapped') return harmless('the record lives in a mapped page; nobody passes its size');
  const why = 'the headers do not say what the kernel does with the bytes a longer record has';
  return answers({
    'old-binary': unknown(why),
    rebuild: kept('a recompiled program passes the new size'),
    'mixed-objects': unknown('an object that expects the longer record reads past the end of the shorter one'),
    'new-binary': unknown('an old kernel may copy more bytes than a new program passes'),
  });
}

/**
 * A record is passed by its address, so its alignment alone is seen only by a record around it. With another size too, an array
 * of it, or whatever follows it, is laid out differently.
 */
export function judgeAlignment(change: Of<'record-alignment'>, surroundings: Surroundings): Judgement {
  const { pair } = change;
  const isPassedAlone = surroundings.renewals.length > 0;
  const was = pair.old.layout.alignBytes;
  const is = pair.new.layout.alignBytes;
  const isSameSize = pair.old.layout.sizeBytes === pair.new.layout.sizeBytes;
  const elsewhere = `in a record of the program's own, ${pair.name} stands at another offset in old and new objects`;
  return {
    rule: is > was ? 'record-alignment-raised' : 'record-alignment-lowered',
    subject: pair.name,
    old: factsOfRecord(pair.old),
    new: factsOfRecord(pair.new),
    message: `${pair.name} is now aligned to ${counted(is, 'byte')} instead of ${String(was)}`,
    answers: answers({
      'old-binary': kept('the kernel copies the record byte by byte; its fields are judged one by one'),
      rebuild: kept('the compiler follows the new alignment'),
      'mixed-objects': isPassedAlone
        ? kept('it is passed by its address; records of these headers that contain it are judged themselves')
        : isSameSize
          ? unknown(elsewhere)
          : broken(elsewhere),
      'new-binary': kept('the kernel copies the record byte by byte'),
    }),
    witness: isSameSize
      ? undefined
      : {
          kind: 'source',
          contract: 'mixed-objects',
          code: `struct outer { char c; ${pair.name} x; };\n_Static_assert(offsetof(struct outer, x) == ${String(was)}, "alignment changed");`,
          problem: 'static assertion failed',
        },
  };
}
