/** Constants and enumerators: new, gone, renumbered, claimed twice. */

import type { NamedNumber, NumberChange, Routine } from '../diff/changes.ts';
import type { SideFacts } from './finding.ts';
import { answers, broken, harmless, type Judgement, kept, list, membersWords, placeOf, unknown } from './judgement.ts';
import { numberText, numberTexts } from './number-words.ts';
import type { RuleId } from './rules.ts';
import type { Witness } from './witness.ts';

function factsOfNumber(number: NamedNumber): SideFacts {
  return {
    header: number.declaration.header,
    ...placeOf(number.enumerator?.location ?? number.declaration.location),
    name: number.name,
    value: number.value,
  };
}

function subjectOfNumber(number: NamedNumber): string {
  return number.enum === undefined
    ? `constant ${number.name}`
    : `${number.enum.startsWith('enum ') ? '' : 'enum '}${number.enum}.${number.name}`;
}

/** A program that names a number, which compiles as long as the name is there. */
export const useOf = (name: string): Witness => ({
  kind: 'source',
  contract: 'rebuild',
  code: `long long f(void) { return ${name}; }`,
  problem: `'${name}' undeclared`,
});

const textOf = ({ name, value }: NamedNumber): string => numberText(value, name);

/** Whether the two numbers before it are of the same enum. */
function followsOthers({ declaration, enumerator, value }: NamedNumber): boolean {
  if (enumerator === undefined || !('type' in declaration)) return false;
  const { enumerators } = declaration.type;
  return [value - 1n, value - 2n].every((before) => enumerators.some((one) => one.value === before));
}

/** How wide the integers are in which a negative number and a large one are the same: 64 for -1 and 0xffffffffffffffff. */
function commonBits(a: bigint, b: bigint): 32 | 64 | undefined {
  return ([32, 64] as const).find(
    (bits) => [a, b].every((value) => isWithin(value, bits)) && BigInt.asUintN(bits, a) === BigInt.asUintN(bits, b),
  );
}

function isWithin(value: bigint, bits: 32 | 64): boolean {
  return value === BigInt.asUintN(bits, value) || value === BigInt.asIntN(bits, value);
}

const pick = (number: NamedNumber, enumerator: RuleId, constant: RuleId): RuleId =>
  number.enum === undefined ? constant : enumerator;

const routineWords = {
  end: ['sentinel-moved', 'it marks the end of a list or counts it, and the list grew; nobody may rely on its value'],
  version: ['sentinel-moved', 'a version is there to change'],
  'mask-grew': ['mask-grew', 'it gained the bits of flags that are new; the bits old programs know mean what they did'],
  reserve: [
    'sentinel-moved',
    'it says which bits are free, and some of them were given names that are judged by themselves',
  ],
} as const satisfies Record<Exclude<Routine, 'mask-shrank'>, readonly [RuleId, string]>;

export function judgeNumber(change: NumberChange): Judgement {
  switch (change.kind) {
    case 'number-added': {
      const { number } = change;
      return {
        rule: pick(number, 'enumerator-added', 'constant-added'),
        subject: subjectOfNumber(number),
        old: null,
        new: factsOfNumber(number),
        message: `${number.name} = ${textOf(number)} is new`,
        answers: harmless('no old program uses it; what an old kernel says to it depends on where it is used'),
        witness: undefined,
      };
    }
    case 'number-removed': {
      const { number, heirs, family, isRenamed } = change;
      if (family !== undefined) return judgeFamilyRemoved(number, family);
      if (isRenamed === true && heirs[0] !== undefined) return judgeNumberRenamed(number, heirs[0]);
      const names = list(heirs.map((heir) => heir.name));
      return {
        rule: heirs.length > 0 ? 'number-reused' : pick(number, 'enumerator-removed', 'constant-removed'),
        subject: subjectOfNumber(number),
        old: factsOfNumber(number),
        new: heirs[0] === undefined ? null : factsOfNumber(heirs[0]),
        message: `${number.name} (${textOf(number)}) is gone${heirs.length > 0 ? `, and its number is now ${names}` : ''}`,
        answers: answers({
          'old-binary':
            heirs.length > 0
              ? unknown(
                  `an old program that says ${textOf(number)} means ${number.name} and gets ${names}, unless that is only its new name`,
                )
              : unknown(
                  `an old program still says ${textOf(number)}; whether the kernel still knows it is not in the headers`,
                ),
          rebuild: broken(`a program that names ${number.name} no longer compiles`),
          'mixed-objects': kept('the number stays what it was in old objects'),
          'new-binary': kept('a new program does not know it'),
        }),
        witness: useOf(number.name),
      };
    }
    case 'number-changed': {
      const { old, new: next, routine, heir } = change;
      const { name } = old;
      const isCounted = followsOthers(old) || followsOthers(next);
      const [was, is] = numberTexts({ name, isCounted }, old.value, next.value);
      const base = {
        subject: subjectOfNumber(old),
        old: factsOfNumber(old),
        new: factsOfNumber(next),
        message: `${old.name} changed from ${was} to ${is}${heir === undefined || routine !== undefined ? '' : `, and ${was} is ${heir.name} now`}`,
      };
      if (routine !== undefined && routine !== 'mask-shrank') {
        const [rule, why] = routineWords[routine];
        return { ...base, rule, answers: harmless(why), witness: undefined };
      }
      if (routine === 'mask-shrank') {
        const lost = `0x${(old.value & ~next.value).toString(16)}`;
        return {
          ...base,
          rule: 'mask-shrank',
          answers: answers({
            'old-binary': unknown(`an old program may still set ${lost}; the headers do not say what it gets for it`),
            rebuild: kept('the flag that left the mask is judged by itself'),
            'mixed-objects': kept('both masks agree in the bits that are left'),
            'new-binary': kept('a new program sets fewer bits'),
          }),
          witness: undefined,
        };
      }
      const bits = commonBits(old.value, next.value);
      if (bits !== undefined) {
        const only = `both are the same ${String(bits)} bits: who stores or compares more than these sees another number`;
        return {
          ...base,
          rule: pick(old, 'enumerator-renumbered', 'constant-changed'),
          message: `${base.message}: the same ${String(bits)} bits`,
          answers: answers({
            'old-binary': unknown(only),
            rebuild: unknown(only),
            'mixed-objects': unknown(only),
            'new-binary': unknown(only),
          }),
          witness: undefined,
        };
      }
      const wrong = broken(`${old.name} is ${was} on one side and ${is} on the other`);
      const taken = broken(`an old program that says ${was} means ${old.name} and gets ${heir?.name ?? ''}`);
      return {
        ...base,
        rule: pick(old, 'enumerator-renumbered', 'constant-changed'),
        answers: answers({
          'old-binary': heir === undefined ? wrong : taken,
          rebuild: kept('a recompiled program has the new number'),
          'mixed-objects': wrong,
          'new-binary': wrong,
        }),
        witness: {
          kind: 'number',
          contract: 'old-binary',
          ...{ name, isCounted },
          old: old.value,
          new: next.value,
          holder: heir?.name,
        },
      };
    }
    case 'macro-became-enumerator': {
      const { old, new: next } = change;
      return {
        rule: 'macro-became-enumerator',
        subject: subjectOfNumber(old),
        old: factsOfNumber(old),
        new: factsOfNumber(next),
        message: `${old.name} (${textOf(old)}) is no macro any more, only an enumerator`,
        answers: answers({
          'old-binary': kept('old programs have the number in them'),
          rebuild: unknown(`a program that asks for ${old.name} with #ifdef or #if takes another branch`),
          'mixed-objects': kept('the preprocessor leaves nothing of a name in objects'),
          'new-binary': kept('a new program has the number in it'),
        }),
        witness: undefined,
      };
    }
    case 'number-collision': {
      const { newcomer, holder, family, areCodes } = change;
      const why =
        areCodes === true
          ? `the ${family}* of <${newcomer.declaration.header}> are told apart by their four characters`
          : `every other ${family}* of <${newcomer.declaration.header}> has a number of its own`;
      const wrong = broken(`${textOf(newcomer)} means ${holder.name} to some programs and ${newcomer.name} to others`);
      return {
        rule: 'number-collision',
        subject: subjectOfNumber(newcomer),
        old: factsOfNumber(holder),
        new: factsOfNumber(newcomer),
        message: `${newcomer.name} claims ${textOf(newcomer)}, which is ${holder.name}; ${why}`,
        answers: answers({
          'old-binary': wrong,
          rebuild: kept('both names compile'),
          'mixed-objects': wrong,
          'new-binary': broken(`an old kernel takes ${newcomer.name} for ${holder.name}`),
        }),
        witness: {
          kind: 'number',
          contract: 'old-binary',
          name: newcomer.name,
          old: newcomer.value,
          new: newcomer.value,
          holder: holder.name,
        },
      };
    }
    default:
      return change satisfies never;
  }
}

function judgeNumberRenamed(number: NamedNumber, heir: NamedNumber): Judgement {
  return {
    rule: 'number-renamed',
    subject: subjectOfNumber(number),
    old: factsOfNumber(number),
    new: factsOfNumber(heir),
    message: `${number.name} (${textOf(number)}) is now called ${heir.name}`,
    answers: answers({
      'old-binary': unknown(`if ${heir.name} is only a new name, nothing changed for programs that are built`),
      rebuild: broken(`a program that names ${number.name} no longer compiles`),
      'mixed-objects': kept('the number stays what it was in old objects'),
      'new-binary': kept('the number is the old one'),
    }),
    witness: useOf(number.name),
  };
}

function judgeFamilyRemoved(
  number: NamedNumber,
  family: NonNullable<Extract<NumberChange, { kind: 'number-removed' }>['family']>,
): Judgement {
  const names = family.members.map(({ name }) => name);
  const isEnum = number.enum !== undefined;
  const old = { ...factsOfNumber(number), name: family.name, text: names.join(' ') };
  return {
    rule: isEnum ? 'enumerator-removed' : 'constant-removed',
    subject: isEnum ? `${family.name.startsWith('enum ') ? '' : 'enum '}${family.name}` : `constant ${family.name}`,
    old,
    new: null,
    message: `${family.name} is gone with all its ${String(names.length)} names: ${membersWords(names)}`,
    answers: answers({
      'old-binary': unknown('old programs still use the numbers; whether the kernel knows them is not in the headers'),
      rebuild: broken(`a program that uses a name of ${family.name} no longer compiles`),
      'mixed-objects': kept('the numbers stay what they were in old objects'),
      'new-binary': kept('a new program does not know them'),
    }),
    witness: useOf(number.name),
    members: names,
  };
}
