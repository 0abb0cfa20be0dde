/**
 * The name of a finding that outlives its wording: a hash over what changed.
 *
 * Header, line, target and message are left out, so that a waiver still fits after the text around the declaration moved,
 * after a rule got a better sentence, and on a target that was added later.
 */

import { createHash } from 'node:crypto';
import type { SideFacts } from './finding.ts';

/** 12 hex digits of what changed. */
export function fingerprintOf(rule: string, subject: string, old: SideFacts | null, next: SideFacts | null): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, subject, factsOf(old), factsOf(next)]))
    .digest('hex')
    .slice(0, 12);
}

function factsOf(side: SideFacts | null): unknown {
  if (side === null) return null;
  return Object.entries(side)
    .filter(([key, value]) => key !== 'header' && key !== 'file' && key !== 'line' && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, String(value)]);
}
