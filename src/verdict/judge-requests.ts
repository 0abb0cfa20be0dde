/** Requests: their numbers, and what those say about direction and size. */

import type { RequestDeclaration } from '../abi/abi.ts';
import type { RequestChange } from '../diff/changes.ts';
import { type BufferCommand, bufferCommandOf } from './buffer-commands.ts';
import type { SideFacts } from './finding.ts';
import { useOf } from './judge-numbers.ts';
import {
  answers,
  broken,
  type Context,
  harmless,
  isDrm,
  type Judgement,
  kept,
  placeOf,
  unknown,
  unknownErrno,
} from './judgement.ts';
import type { RuleId } from './rules.ts';

function factsOfRequest(request: RequestDeclaration): SideFacts {
  const { header, name, number, direction, nr, sizeBytes, aliasOf } = request;
  const facts = { header, ...placeOf(request.location), name, number, direction, nr, sizeBytes };
  return aliasOf === undefined ? facts : { ...facts, text: aliasOf };
}

const hex = (number: number): string => `0x${number.toString(16).padStart(8, '0')}`;

type Changed = Extract<RequestChange, { kind: 'request-changed' }>;

export function judgeRequest(change: Exclude<RequestChange, Changed>): Judgement {
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
        answers: harmless(
          bufferCommandOf(request) === 'to-program'
            ? 'it stands in a buffer that programs read: an old kernel never sends it, and whether the new one sends it unasked is for its driver to say'
            : 'no old program sends it; an old kernel answers that it does not know it',
        ),
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
          'old-binary':
            bufferCommandOf(request) === 'to-program'
              ? unknown(
                  'it stands in a buffer that programs read; whether the kernel still sends it is not in the headers',
                )
              : unknown('old programs still send the number; whether the kernel still answers is not in the headers'),
          rebuild: broken(`a program that names ${request.name} no longer compiles`),
          'mixed-objects': kept('the number is no part of any record'),
          'new-binary': kept('a new program does not send it'),
        }),
        witness: useOf(request.name),
      };
    }
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
    case 'form':
      return {
        ...base,
        answers: harmless(
          'one is the form of the other for programs of one word size: their numbers differ for others',
        ),
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
    new: { ...factsOfRequest(request), type: argument },
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

export function judgeRequestChanged(change: Changed, context: Context): Judgement {
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
  const command = bufferCommandOf(old);
  if (command !== undefined) return { ...base, ...judgeCommandChanged(old, next, command) };
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

/** What only the reader of a buffer knows. */
function judgeCommandChanged(
  old: RequestDeclaration,
  next: RequestDeclaration,
  command: BufferCommand,
): Pick<Judgement, 'answers' | 'witness'> {
  const [was, is] = [hex(old.number), hex(next.number)];
  return {
    answers: answers({
      'old-binary': broken(
        command === 'to-kernel'
          ? `the new kernel does not know the command ${was} in a buffer and answers EINVAL, unless it keeps the old number as well`
          : `the new kernel puts ${is} into the buffer where an old program knows ${was}`,
      ),
      rebuild: kept('a recompiled program has the new number'),
      'mixed-objects': kept('the number is no part of any record'),
      'new-binary':
        command === 'to-kernel'
          ? kept(`an old kernel does not know the command ${is} and answers EINVAL: a clear error`)
          : broken(`an old kernel puts ${was} into the buffer, which a new program does not know`),
    }),
    witness: {
      kind: 'number',
      contract: 'old-binary',
      name: old.name,
      old: BigInt(old.number),
      new: BigInt(next.number),
      holder: undefined,
    },
  };
}
