/**
 * Requests, by name and by the number a program of this target sends.
 *
 * One whole number may mean two things on two kinds of file descriptor (KVM does this on purpose), so an old pair of names
 * with one number is history; only a pair that is new is a collision.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import type { AbiPair, NamedNumber, RequestChange } from './changes.ts';
import type { NumberPair } from './numbers.ts';
import { entriesAmong, type Suspects } from './suspects.ts';

export function compareRequests(pair: AbiPair, numbers: NumberPair, suspects: Suspects | undefined): RequestChange[] {
  const changes: RequestChange[] = [];
  const old = pair.old.requests;
  const next = pair.new.requests;
  for (const [name, was] of entriesAmong(old, suspects?.numbers)) {
    const is = next.get(name);
    if (is === undefined) {
      // A request may become an enumerator: the name and the number are the same to every program.
      if (!isSame(numbers.new.get(name), was)) changes.push({ kind: 'request-removed', request: was });
    } else if (is.number !== was.number) {
      changes.push({ kind: 'request-changed', old: was, new: is, aspects: aspectsOf(was, is) });
    }
  }
  for (const [name, is] of entriesAmong(next, suspects?.numbers)) {
    if (!old.has(name) && !isSame(numbers.old.get(name), is)) {
      changes.push({ kind: 'request-added', request: is });
    }
  }

  const byNumber = new Map<number, RequestDeclaration[]>();
  for (const request of next.values()) {
    const sharers = byNumber.get(request.number);
    if (sharers === undefined) byNumber.set(request.number, [request]);
    else sharers.push(request);
  }
  for (const sharers of byNumber.values()) {
    for (const newcomer of sharers) {
      if (old.get(newcomer.name)?.number === newcomer.number) continue;
      for (const holder of sharers) {
        // Two headers are two drivers, and so two kinds of file descriptor.
        if (holder === newcomer || holder.header !== newcomer.header) continue;
        const isBothNew = old.get(holder.name)?.number !== holder.number;
        if (isBothNew && holder.name > newcomer.name) continue;
        changes.push({ kind: 'request-collision', newcomer, holder });
      }
    }
  }
  return changes;
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
