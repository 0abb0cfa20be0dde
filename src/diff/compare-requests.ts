/**
 * Requests, by name and by the number a program of this target sends.
 *
 * One whole number may mean two things on two kinds of file descriptor (KVM does this on purpose), so an old pair of names
 * with one number is history; only a pair that is new is a collision.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import type { AbiPair, RequestChange } from './changes.ts';

export function compareRequests(pair: AbiPair): RequestChange[] {
  const changes: RequestChange[] = [];
  const old = pair.old.requests;
  const next = pair.new.requests;
  for (const [name, was] of old) {
    const is = next.get(name);
    if (is === undefined) changes.push({ kind: 'request-removed', request: was });
    else if (is.number !== was.number) {
      changes.push({ kind: 'request-changed', old: was, new: is, aspects: aspectsOf(was, is) });
    }
  }
  for (const [name, is] of next) if (!old.has(name)) changes.push({ kind: 'request-added', request: is });

  const byNumber = new Map<number, RequestDeclaration[]>();
  for (const request of next.values()) byNumber.set(request.number, [...(byNumber.get(request.number) ?? []), request]);
  for (const sharers of byNumber.values()) {
    for (const newcomer of sharers) {
      if (old.get(newcomer.name)?.number === newcomer.number) continue;
      for (const holder of sharers) {
        if (holder === newcomer) continue;
        const isBothNew = old.get(holder.name)?.number !== holder.number;
        if (isBothNew && holder.name > newcomer.name) continue;
        changes.push({ kind: 'request-collision', newcomer, holder });
      }
    }
  }
  return changes;
}

function aspectsOf(old: RequestDeclaration, next: RequestDeclaration): ('size' | 'direction' | 'number')[] {
  const aspects: ('size' | 'direction' | 'number')[] = [];
  if (old.sizeBytes !== next.sizeBytes) aspects.push('size');
  if (old.direction !== next.direction) aspects.push('direction');
  if (old.type !== next.type || old.nr !== next.nr || aspects.length === 0) aspects.push('number');
  return aspects;
}
