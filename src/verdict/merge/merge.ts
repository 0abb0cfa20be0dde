/**
 * One thing told once, however many targets see it.
 *
 * Findings that say the same about several targets are one finding with several targets. Where only numbers differ (a
 * request's number on powerpc, an offset on i386), the finding speaks of the first target and holds the others as variants.
 */

import { groupBy } from '../../abi/group-by.ts';
import type { Target } from '../../abi/target.ts';
import type { AbiPair } from '../../diff/changes.ts';
import type { Finding, Variant } from '../finding.ts';
import { fingerprintOfAll } from '../fingerprint.ts';
import { list } from '../judgement.ts';
import { foldNames } from '../names-together.ts';
import { confine } from './confined.ts';
import { differsIn32Bit, foldAlikeIn32Bit } from './different-in-32-bit.ts';
import { Elsewhere, type SeenTarget } from './elsewhere.ts';
import { goneRules } from './gone-rules.ts';
import { withoutOldCollision } from './old-collision.ts';
import type { SameFindings } from './same-findings.ts';

/** Merges what was found on each target. `open` may have to read a target again. */
export function mergeFindings(
  found: SameFindings,
  seen: readonly SeenTarget[],
  open: (target: Target) => AbiPair,
): Finding[] {
  const targets = seen.map(({ target }) => target);
  const merged = [...groupBy(found.all(), keyOf).values()].map((group) => mergeVariants(group, targets));
  const elsewhere = new Elsewhere(seen, open);
  merged.push(...foldAlikeIn32Bit(merged.flatMap((finding) => differsIn32Bit(finding, elsewhere))));
  const told = confine(
    merged.map((finding) => withoutOldCollision(finding, elsewhere)),
    elsewhere,
  );
  return foldNames(
    told,
    targets.map(({ name }) => name),
  );
}

function keyOf(finding: Finding): string {
  return `${finding.language ?? ''} ${placeInListOf(finding)}`;
}

function placeInListOf({ rule, verdict, subject, old, new: next }: Finding): string {
  // What went to two places is two findings.
  if (rule === 'declaration-moved') return JSON.stringify([rule, verdict, subject, next?.header]);
  const isGone = goneRules.includes(rule) && old?.name !== undefined;
  return JSON.stringify(isGone ? ['gone', verdict, old.header, old.name] : [rule, verdict, subject]);
}

function mergeVariants(group: readonly Finding[], targets: readonly Target[]): Finding {
  const weight = ({ rule }: Finding): number => goneRules.indexOf(rule);
  const [first, ...others] = [...group].sort((a, b) => weight(a) - weight(b));
  if (first === undefined) throw new TypeError('a group without findings');
  if (others.length === 0) return first;
  const names = new Set(group.flatMap((finding) => finding.targets));
  const differing = others.filter((other) => other.message !== first.message && other.rule === first.rule);
  const where = differing.flatMap((other) => other.targets);
  const tail =
    where.length === 0
      ? ''
      : `; with other numbers on ${where.length > 4 ? `${String(where.length)} targets` : list(where)}`;
  const variants: Variant[] = others.map(({ targets: own, old, new: next, message, fingerprint }) => ({
    targets: own,
    old,
    new: next,
    message,
    fingerprint,
  }));
  return {
    ...first,
    targets: targets.map(({ name }) => name).filter((name) => names.has(name)),
    message: first.message + tail,
    variants,
    // Only numbers that a target gives to a constant or an enumerator are not the same everywhere.
    fingerprint: fingerprintOfAll(group),
  };
}
