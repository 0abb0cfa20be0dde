/**
 * Requests, by name and by the number a program of this target sends.
 *
 * One whole number may mean two things on two kinds of file descriptor (KVM does this on purpose), so an old pair of names
 * with one number is history; only a pair that is new is a collision. Where none of a header's requests ever shared a number
 * and two now do with different records, it is no such pair.
 */

import type { Abi, RequestDeclaration } from '../abi/abi.ts';
import { listOf, replacedIn } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import type { Portion } from '../abi/portion.ts';
import { findTarget, type Target } from '../abi/target.ts';
import type { RecordType } from '../abi/types.ts';
import { areAlike, isSurelyLaidOut } from './alike.ts';
import type { AbiPair, NamedNumber, RequestChange } from './changes.ts';
import type { NumberPair } from './number-pair.ts';
import { requestAdded, requestRemoved } from './shared-changes.ts';
import type { SuspectedPair } from './suspected.ts';

export function compareRequests(pair: AbiPair, numbers: NumberPair, suspected: SuspectedPair): RequestChange[] {
  const changes: RequestChange[] = [];
  const old = pair.old.requests;
  const next = pair.new.requests;
  for (const [name, was] of suspected.old.requests) {
    const is = next.get(name);
    if (is === undefined) {
      // A request may become an enumerator: the name and the number are the same to every program.
      if (!isSame(numbers.new.get(name), was)) changes.push(requestRemoved(was));
    } else if (is.number !== was.number) {
      changes.push({ kind: 'request-changed', old: was, new: is, aspects: aspectsOf(was, is) });
    }
  }
  for (const [name, is] of suspected.new.requests) {
    if (!old.has(name) && !isSame(numbers.old.get(name), is)) {
      changes.push(requestAdded(is));
    }
  }

  const [before, after] = [new RequestsByHeader(pair.old), new RequestsByHeader(pair.new)];
  // Two headers are two drivers, and so two kinds of file descriptor.
  const newcomers = [...suspected.new.requests].flatMap(([, request]) =>
    wasThere(request, pair.old) ? [] : [request],
  );
  for (const [header, some] of groupBy(newcomers, (request) => request.header)) {
    for (const sharers of after.sharing(header, new Set(some.map(({ number }) => number)))) {
      changes.push(...collisionsAmong(sharers, pair, before));
    }
  }
  return changes;
}

/** `sharers`: requests of the new side, of one header and with one number. */
function collisionsAmong(
  sharers: readonly RequestDeclaration[],
  pair: AbiPair,
  before: RequestsByHeader,
): readonly RequestChange[] {
  const changes: RequestChange[] = [];
  for (const newcomer of sharers) {
    if (wasThere(newcomer, pair.old)) continue;
    for (const holder of sharers) {
      if (holder === newcomer) continue;
      if (!wasThere(holder, pair.old) && holder.name > newcomer.name) continue;
      const siblings = before.of(newcomer.header).filter((one) => isSibling(one, newcomer));
      const precedent = precedentAmong(siblings);
      const areNumbersUnique = precedent === undefined && siblings.length >= fewRequests;
      const relation = relationOf(newcomer, holder, pair.new, areNumbersUnique);
      changes.push({ kind: 'request-collision', newcomer, holder, relation, precedent });
    }
  }
  return changes;
}

/** Whether the old side has it, be it as another meaning of a name that a header before it has. */
function wasThere({ name, header, number }: RequestDeclaration, old: Abi): boolean {
  return [name, `${name}@${header}`].some((key) => old.requests.get(key)?.number === number);
}

/** More numbers than this are not looked for one by one. */
const fewNumbers = 16;

/** The requests of an ABI by their headers, for as long as it is compared. */
class RequestsByHeader {
  readonly #abi: Abi;
  readonly #known = new Map<string, readonly RequestDeclaration[]>();

  constructor(abi: Abi) {
    this.#abi = abi;
  }

  of(header: string): readonly RequestDeclaration[] {
    let found = this.#known.get(header);
    if (found === undefined) this.#known.set(header, (found = this.#find(header, undefined)));
    return found;
  }

  /** Those of a header that have one of some numbers, each number by itself. */
  sharing(header: string, numbers: ReadonlySet<number>): Iterable<readonly RequestDeclaration[]> {
    const isAsked = ({ number }: RequestDeclaration): boolean => numbers.has(number);
    const few = numbers.size > fewNumbers ? undefined : [...numbers];
    const found = this.#known.get(header) ?? (few === undefined ? this.of(header) : this.#find(header, few));
    return groupBy(found.filter(isAsked), ({ number }) => number).values();
  }

  /** `numbers`: of macros that are read late, only those are read that may come to one of these. */
  #find(header: string, numbers: readonly number[] | undefined): readonly RequestDeclaration[] {
    const { requests } = this.#abi;
    const list = listOf(this.#abi);
    if (list === undefined) return [...requests.values()].filter((one) => one.header === header);
    const found = new Map<string, RequestDeclaration>();
    const add = (key: string): void => {
      const request = requests.get(key);
      if (request?.header === header) found.set(key, request);
    };
    for (const portion of list.portionsIn(header)) {
      for (const name of namesOfRequests(portion, numbers)) {
        add(name);
        add(`${name}@${header}`);
      }
    }
    for (const key of replacedIn(requests).keys()) add(key);
    return [...found.values()];
  }
}

function namesOfRequests(portion: Portion, numbers: readonly number[] | undefined): readonly string[] {
  const { late } = portion;
  if (late === undefined || numbers === undefined) return portion.ofKind('request').map((one) => one.declaration.name);
  return late.names.filter((_, at) => late.mayBeRequest(at, numbers) && late.read(at).kind === 'request');
}

/** As few requests as this, all different, say nothing of the numbers to come. */
const fewRequests = 4;

function relationOf(
  newcomer: RequestDeclaration,
  holder: RequestDeclaration,
  abi: Abi,
  areNumbersUnique: boolean,
): 'alias' | 'apart' | 'form' | 'clash' | 'unknown' {
  if (newcomer.aliasOf === holder.name || holder.aliasOf === newcomer.name) return 'alias';
  const [a, b] = [newcomer.descriptors, holder.descriptors];
  const areKnown = a !== undefined && b !== undefined;
  if (areKnown && !a.some((kind) => b.includes(kind))) return 'apart';
  if (isSizedByWord(newcomer) !== isSizedByWord(holder)) return 'form';
  if (!carryOtherRecords(newcomer, holder, abi)) return 'unknown';
  return areKnown || areNumbersUnique ? 'clash' : 'unknown';
}

/** `const char *` and `long` have 4 bytes here and 8 there; `DMA_BUF_SET_NAME_B` with a `__u64` is one form of such a request. */
function isSizedByWord({ argument = '' }: RequestDeclaration): boolean {
  return /\*\s*$|\b(?:long|size_t)\b/.test(argument) && !/\blong\s+long\b/.test(argument);
}

/** Different records of one size in both data models: 32-bit forms of a request agree with it on 32-bit targets only. */
function carryOtherRecords(one: RequestDeclaration, other: RequestDeclaration, abi: Abi): boolean {
  const [a, b] = [one, other].map(({ argument }) => abi.records.get(argument ?? ''));
  if (a === undefined || b === undefined || areAlike(a.record, b.record)) return false;
  return models.every((target) => sizeOn(a.record, target) === sizeOn(b.record, target));
}

const models = ['x86_64', 'i386'].flatMap((name) => findTarget(name) ?? []);

function sizeOn(record: RecordType, target: Target): number | undefined {
  return isSurelyLaidOut(record) ? layoutOf(record, target).sizeBytes : undefined;
}

function isSibling(one: RequestDeclaration, { header, type }: RequestDeclaration): boolean {
  return one.header === header && one.type === type;
}

/** Two requests that are no second names of each other and had one number all along. */
function precedentAmong(
  siblings: readonly RequestDeclaration[],
): readonly [RequestDeclaration, RequestDeclaration] | undefined {
  const holders = new Map<number, RequestDeclaration>();
  for (const one of siblings) {
    const holder = holders.get(one.number);
    if (holder === undefined) holders.set(one.number, one);
    else if (one.aliasOf !== holder.name && holder.aliasOf !== one.name) return [holder, one];
  }
  return undefined;
}

function isSame(number: NamedNumber | undefined, request: RequestDeclaration): boolean {
  return number !== undefined && BigInt.asUintN(32, number.value) === BigInt(request.number);
}

function aspectsOf(old: RequestDeclaration, next: RequestDeclaration): ('size' | 'direction' | 'number')[] {
  const aspects: ('size' | 'direction' | 'number')[] = [];
  if (old.sizeBytes !== next.sizeBytes) aspects.push('size');
  if (old.direction !== next.direction) aspects.push('direction');
  if (old.type !== next.type || old.nr !== next.nr || aspects.length === 0) aspects.push('number');
  return aspects;
}
