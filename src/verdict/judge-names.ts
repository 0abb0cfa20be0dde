/**
 * Numbers, requests, headers, typedefs and macros.
 */

import type { MacroDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { spellType } from '../abi/types.ts';
import type { NameChange, NamedNumber, NumberChange, RequestChange, Routine } from '../diff/changes.ts';
import { isVersionName } from '../diff/families.ts';
import type { SideFacts } from './finding.ts';
import {
  answers,
  broken,
  bytesOf,
  type Context,
  harmless,
  isDrm,
  type Judgement,
  kept,
  list,
  membersWords,
  placeOf,
  unknown,
  unknownErrno,
} from './judgement.ts';
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

const useOf = (name: string): Witness => ({
  kind: 'source',
  contract: 'rebuild',
  code: `long long f(void) { return ${name}; }`,
  problem: `'${name}' undeclared`,
});

/** Two values of one name; flags, which are single bits, are read in hexadecimal. */
function valueTexts(...values: readonly [bigint, bigint]): readonly [string, string] {
  const isFlag = (value: bigint): boolean => value > 0n && (value & (value - 1n)) === 0n;
  const isHex = values.every(isFlag) && values.some((value) => value >= 0x10n);
  const text = (value: bigint): string => (isHex ? `0x${value.toString(16)}` : String(value));
  return [text(values[0]), text(values[1])];
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
        message: `${number.name} = ${String(number.value)} is new`,
        answers: harmless('no old program uses it; what an old kernel says to it depends on where it is used'),
        witness: undefined,
      };
    }
    case 'number-removed': {
      const { number, heirs, family } = change;
      if (family !== undefined) return judgeFamilyRemoved(number, family);
      const names = list(heirs.map((heir) => heir.name));
      return {
        rule: heirs.length > 0 ? 'number-reused' : pick(number, 'enumerator-removed', 'constant-removed'),
        subject: subjectOfNumber(number),
        old: factsOfNumber(number),
        new: heirs[0] === undefined ? null : factsOfNumber(heirs[0]),
        message: `${number.name} (${String(number.value)}) is gone${heirs.length > 0 ? `, and its number is now ${names}` : ''}`,
        answers: answers({
          'old-binary':
            heirs.length > 0
              ? unknown(
                  `an old program that says ${String(number.value)} means ${number.name} and gets ${names}, unless that is only its new name`,
                )
              : unknown(
                  `an old program still says ${String(number.value)}; whether the kernel still knows it is not in the headers`,
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
      const [was, is] = valueTexts(old.value, next.value);
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
          name: old.name,
          old: old.value,
          new: next.value,
          holder: heir?.name,
        },
      };
    }
    case 'number-collision': {
      const { newcomer, holder, family } = change;
      const wrong = broken(
        `${String(newcomer.value)} means ${holder.name} to some programs and ${newcomer.name} to others`,
      );
      return {
        rule: 'number-collision',
        subject: subjectOfNumber(newcomer),
        old: factsOfNumber(holder),
        new: factsOfNumber(newcomer),
        message: `${newcomer.name} claims ${String(newcomer.value)}, which is ${holder.name}; every other ${family}* has a number of its own`,
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
      rebuild: broken(`a program that names one of them no longer compiles`),
      'mixed-objects': kept('the numbers stay what they were in old objects'),
      'new-binary': kept('a new program does not know them'),
    }),
    witness: useOf(number.name),
    members: names,
  };
}

function factsOfRequest(request: RequestDeclaration): SideFacts {
  const { header, name, number, direction, nr, sizeBytes } = request;
  return { header, ...placeOf(request.location), name, number, direction, nr, sizeBytes };
}

const hex = (number: number): string => `0x${number.toString(16).padStart(8, '0')}`;

export function judgeRequest(change: RequestChange, context: Context): Judgement {
  switch (change.kind) {
    case 'request-added': {
      const { request } = change;
      if (request.argument !== undefined && request.direction !== 'none' && request.sizeBytes === 0) {
        return judgeEmptyRequest(request, request.argument);
      }
      return {
        rule: 'request-added',
        subject: `request ${request.name}`,
        old: null,
        new: factsOfRequest(request),
        message: `${request.name} (${hex(request.number)}) is new`,
        answers: harmless('no old program sends it; an old kernel answers that it does not know it'),
        witness: undefined,
      };
    }
    case 'request-removed': {
      const { request } = change;
      return {
        rule: 'request-removed',
        subject: `request ${request.name}`,
        old: factsOfRequest(request),
        new: null,
        message: `${request.name} (${hex(request.number)}) is gone`,
        answers: answers({
          'old-binary': unknown(
            'old programs still send the number; whether the kernel still answers is not in the headers',
          ),
          rebuild: broken(`a program that names ${request.name} no longer compiles`),
          'mixed-objects': kept('the number is no part of any record'),
          'new-binary': kept('a new program does not send it'),
        }),
        witness: useOf(request.name),
      };
    }
    case 'request-changed':
      return judgeRequestChanged(change, context);
    case 'request-collision':
      return judgeRequestCollision(change);
    default:
      return change satisfies never;
  }
}

function judgeRequestCollision({
  newcomer,
  holder,
  relation,
  precedent,
}: Extract<RequestChange, { kind: 'request-collision' }>): Judgement {
  const base = {
    rule: 'request-collision' as const,
    subject: `request ${newcomer.name}`,
    old: factsOfRequest(holder),
    new: factsOfRequest(newcomer),
    message: `${newcomer.name} has the number of ${holder.name}, ${hex(newcomer.number)}`,
  };
  switch (relation) {
    case 'alias':
      return {
        ...base,
        answers: harmless('one is defined as the other: two names of one request'),
        witness: undefined,
      };
    case 'apart':
      return {
        ...base,
        answers: harmless('they are sent to different kinds of file descriptor'),
        witness: undefined,
      };
    case 'clash': {
      const records = `${newcomer.argument ?? ''} and not ${holder.argument ?? ''}`;
      const wrong = broken(
        `${hex(newcomer.number)} means ${holder.name} to programs already built and ${newcomer.name} to others, with different records`,
      );
      return {
        ...base,
        message: `${base.message}, but carries ${records}; every other request of <${newcomer.header}> has a number of its own`,
        answers: answers({
          'old-binary': wrong,
          rebuild: kept('both names compile; a switch over both does not'),
          'mixed-objects': kept('the number is no part of any record'),
          'new-binary': broken(`an old kernel takes ${newcomer.name} for ${holder.name}`),
        }),
        witness: {
          kind: 'number',
          contract: 'old-binary',
          name: newcomer.name,
          old: BigInt(newcomer.number),
          new: BigInt(newcomer.number),
          holder: holder.name,
        },
      };
    }
    case 'unknown': {
      const habit =
        precedent === undefined
          ? ''
          : ` (as ${precedent[0].name} and ${precedent[1].name}, which share a number, are not)`;
      return {
        ...base,
        answers: answers({
          'old-binary': unknown(`are both ever sent to one kind of file descriptor${habit}?`),
          rebuild: kept('both names compile; a switch over both does not'),
          'mixed-objects': kept('the number is no part of any record'),
          'new-binary': unknown(`an old kernel takes ${newcomer.name} for ${holder.name} where both can be sent`),
        }),
        witness: undefined,
      };
    }
    default:
      return relation satisfies never;
  }
}

/** C gives a record without fields no bytes; C++ gives it one, and the size is part of the number. */
function judgeEmptyRequest(request: RequestDeclaration, argument: string): Judgement {
  return {
    rule: 'request-differs-in-cxx',
    subject: `request ${request.name}`,
    old: null,
    new: factsOfRequest(request),
    message: `${request.name} is ${hex(request.number)} in C only: ${argument} is empty, and C++ gives it 1 byte`,
    answers: answers({
      'old-binary': kept('no old program sends it'),
      rebuild: kept('no old program names it'),
      'mixed-objects': unknown('objects compiled as C and as C++ send different numbers'),
      'new-binary': unknown('does the kernel take the number that C++ programs send?'),
    }),
    witness: undefined,
  };
}

function judgeRequestChanged(change: Extract<RequestChange, { kind: 'request-changed' }>, context: Context): Judgement {
  const { old, new: next, aspects } = change;
  const rule: RuleId = aspects.includes('number')
    ? 'request-number-changed'
    : aspects.includes('direction')
      ? 'request-direction-changed'
      : 'request-size-changed';
  const how: string[] = [];
  if (aspects.includes('size')) how.push(`size ${String(old.sizeBytes)} to ${String(next.sizeBytes)}`);
  if (aspects.includes('direction')) how.push(`direction ${old.direction} to ${next.direction}`);
  if (aspects.includes('number')) how.push(`number ${String(old.nr)} to ${String(next.nr)}`);
  const errno = unknownErrno(old.name, undefined, context.abis.old);
  const refusal = errno ?? 'an error (ENOTTY, or EINVAL in older subsystems)';
  const base = {
    rule,
    subject: `request ${old.name}`,
    old: factsOfRequest(old),
    new: factsOfRequest(next),
    message: `${old.name} changed from ${hex(old.number)} to ${hex(next.number)} (${how.join(', ')})`,
    ...(aspects.includes('size') && old.argument !== undefined ? { because: old.argument } : {}),
  };
  const record = old.argument === undefined ? undefined : context.abis.old.records.get(old.argument);
  const sizeRule = record?.record.semantics?.sizeRule ?? (isDrm(old) ? 'by-request-size' : undefined);
  if (sizeRule === 'by-request-size' && !aspects.includes('number') && next.sizeBytes >= old.sizeBytes) {
    return {
      ...base,
      answers: harmless('the kernel looks up the request without its size and copies as many bytes as both sides know'),
      witness: undefined,
    };
  }
  return {
    ...base,
    answers: answers({
      'old-binary': broken(
        `the new kernel does not know ${hex(old.number)} and answers ${refusal}, unless it keeps the old number as well`,
      ),
      rebuild: kept('a recompiled program sends the new number'),
      'mixed-objects': kept('the number is no part of any record'),
      'new-binary': kept(`an old kernel does not know ${hex(next.number)} and answers ${refusal}: a clear error`),
    }),
    witness: {
      kind: 'request',
      contract: 'old-binary',
      name: old.name,
      old: old.number,
      new: next.number,
      answer: errno,
    },
  };
}

function lostWords(names: readonly string[], movedTo: string | undefined): string {
  const rest = movedTo === undefined ? '' : `; most of it is in <${movedTo}> now`;
  return names.length === 0 ? '' : `, and with it ${membersWords(names)}${rest}`;
}

/** C that needs a name of any kind: a record or an enum has its word before it. */
function useOfAny(name: string): string {
  if (/^(?:struct|union|enum) /.test(name)) return `unsigned long f(void) { return sizeof(${name}); }`;
  return `#ifndef ${name}\nunsigned long f(void) { return sizeof(${name}); }\n#endif`;
}

export function judgeName(change: NameChange): Judgement {
  switch (change.kind) {
    case 'header-added':
      return {
        rule: 'header-added',
        subject: `header ${change.header}`,
        old: null,
        new: { header: change.header },
        message: `<${change.header}> is new`,
        answers: harmless('nobody includes it yet'),
        witness: undefined,
      };
    case 'header-removed':
      return {
        rule: change.movedTo !== undefined && change.lost.length === 0 ? 'header-moved' : 'header-removed',
        subject: `header ${change.header}`,
        old: { header: change.header },
        new: change.movedTo === undefined ? null : { header: change.movedTo },
        message: `<${change.header}> is gone${
          change.lost.length === 0 && change.movedTo !== undefined
            ? `; all it declared is in <${change.movedTo}> now`
            : lostWords(change.lost, change.movedTo)
        }`,
        ...(change.lost.length === 0 ? {} : { members: change.lost }),
        answers: answers({
          'old-binary': kept('programs do not carry headers; its declarations are judged one by one'),
          rebuild: broken('a program that includes it no longer compiles'),
          'mixed-objects': kept('its declarations are judged one by one'),
          'new-binary': kept('a new program does not include it'),
        }),
        witness: {
          kind: 'source',
          contract: 'rebuild',
          code: `#include <${change.header}>`,
          problem: 'no such file or directory',
        },
      };
    case 'declarations-moved': {
      const { from, to, names } = change;
      const isOne = names.length === 1;
      return {
        rule: 'declaration-moved',
        subject: `header ${from}`,
        old: { header: from, text: names.join(' ') },
        new: { header: to },
        message: `<${from}> no longer declares ${membersWords(names)}: ${isOne ? 'it is' : 'they are'} in <${to}> now, which it does not include`,
        members: names,
        answers: answers({
          'old-binary': kept('programs do not carry headers; the declarations are judged one by one'),
          rebuild: broken(`a program that includes <${from}> only no longer finds ${isOne ? 'it' : 'them'}`),
          'mixed-objects': kept('the declarations are judged one by one'),
          'new-binary': kept('a new program includes the header it needs'),
        }),
        witness: {
          kind: 'source',
          contract: 'rebuild',
          code: `#include <${from}>\n${useOfAny(names[0] ?? '')}`,
          problem: `${names[0] ?? ''} is not declared`,
        },
      };
    }
    case 'macro-added':
    case 'macro-removed':
    case 'macro-changed':
      return judgeMacro(change);
    case 'typedef-added':
    case 'typedef-removed':
    case 'typedef-changed':
      return judgeTypedef(change);
    default:
      return change satisfies never;
  }
}

function judgeMacro(
  change: Extract<NameChange, { kind: 'macro-added' | 'macro-removed' | 'macro-changed' }>,
): Judgement {
  const facts = (macro: MacroDeclaration): SideFacts => ({
    header: macro.header,
    ...placeOf(macro.location),
    name: macro.name,
    text: macro.body,
  });
  if (change.kind === 'macro-changed') {
    const doubt = unknown('both definitions are text: only reading them tells whether they mean the same');
    return {
      rule: 'macro-changed',
      subject: `constant ${change.old.name}`,
      old: facts(change.old),
      new: facts(change.new),
      message: `the macro ${change.old.name} is defined differently`,
      answers: isVersionName(change.old.name)
        ? harmless('a version is there to change')
        : answers({
            'old-binary': kept('old programs have the old text in them'),
            rebuild: doubt,
            'mixed-objects': doubt,
            'new-binary': kept('judged where its value is used'),
          }),
      witness: undefined,
    };
  }
  const isAdded = change.kind === 'macro-added';
  const { macro } = change;
  return {
    rule: isAdded ? 'macro-added' : 'macro-removed',
    subject: `constant ${macro.name}`,
    old: isAdded ? null : facts(macro),
    new: isAdded ? facts(macro) : null,
    message: `the macro ${macro.name} is ${isAdded ? 'new' : 'gone'}`,
    answers: isAdded
      ? harmless('no old program uses it')
      : answers({
          'old-binary': kept('old programs have the text in them'),
          rebuild: broken(`a program that uses ${macro.name} no longer compiles, or takes another #ifdef branch`),
          'mixed-objects': kept('macros are no part of any record'),
          'new-binary': kept('a new program does not use it'),
        }),
    witness: isAdded
      ? undefined
      : {
          kind: 'source',
          contract: 'rebuild',
          code: `#ifndef ${macro.name}\n#error ${macro.name} is gone\n#endif`,
          problem: `${macro.name} is gone`,
        },
  };
}

function judgeTypedef(
  change: Extract<NameChange, { kind: 'typedef-added' | 'typedef-removed' | 'typedef-changed' }>,
): Judgement {
  if (change.kind !== 'typedef-changed') {
    const { typedef } = change;
    const isAdded = change.kind === 'typedef-added';
    const facts: SideFacts = {
      header: typedef.header,
      ...placeOf(typedef.location),
      name: typedef.name,
      type: spellType(typedef.type),
    };
    return {
      rule: isAdded ? 'typedef-added' : 'typedef-removed',
      subject: `constant ${typedef.name}`,
      old: isAdded ? null : facts,
      new: isAdded ? facts : null,
      message: `the type name ${typedef.name} is ${isAdded ? 'new' : 'gone'}`,
      answers: isAdded
        ? harmless('no old program uses it')
        : answers({
            'old-binary': kept('old programs have its bytes in them'),
            rebuild: broken(`a program that names ${typedef.name} no longer compiles`),
            'mixed-objects': kept('no new object can name it'),
            'new-binary': kept('a new program does not know it'),
          }),
      witness: isAdded
        ? undefined
        : {
            kind: 'source',
            contract: 'rebuild',
            code: `${typedef.name} *x;`,
            problem: `unknown type name '${typedef.name}'`,
          },
    };
  }
  const { old, new: next, sizeBits, aspects } = change;
  const facts = (typedef: typeof old, bits: number | undefined): SideFacts => ({
    header: typedef.header,
    ...placeOf(typedef.location),
    name: typedef.name,
    type: spellType(typedef.type),
    ...(bits === undefined ? {} : { sizeBits: bits }),
  });
  const isSize = aspects.includes('size');
  const doubt = unknown(
    `values of ${old.name} mean something else to one side; its fields and parameters tell whether anybody sees it`,
  );
  const wrong = broken(
    `${old.name} has ${bytesOf(sizeBits.old ?? 0)} on one side and ${bytesOf(sizeBits.new ?? 0)} on the other`,
  );
  return {
    rule: 'typedef-changed',
    subject: `constant ${old.name}`,
    old: facts(old, sizeBits.old),
    new: facts(next, sizeBits.new),
    message: `the type name ${old.name} changed from ${spellType(old.type)} to ${spellType(next.type)} (${aspects.join(', ')})`,
    answers: answers({
      'old-binary': isSize ? wrong : doubt,
      rebuild: isSize ? broken(`sizeof(${old.name}) changed`) : doubt,
      'mixed-objects': isSize ? wrong : doubt,
      'new-binary': isSize ? wrong : doubt,
    }),
    witness: isSize
      ? {
          kind: 'source',
          contract: 'rebuild',
          code: `_Static_assert(sizeof(${old.name}) == ${String((sizeBits.old ?? 0) / 8)}, "${old.name} changed");`,
          problem: 'static assertion failed',
        }
      : undefined,
  };
}
