/**
 * What every format of a check is made from: the result, and what the command line knows beside it.
 *
 * A format is a pure function from this to text. It decides nothing: what is shown, what is waived and where a finding is
 * stands here once, so that a line in a mail and an annotation in a merge request speak of the same thing.
 */

import type { CheckResult } from '../verdict/check.ts';
import type { Verdict } from '../verdict/contract.ts';
import { type Alternative, type Finding, type GrantedWaiver, type SideFacts, standing } from '../verdict/finding.ts';
import { Quotes, type TextOf } from './quotes.ts';
import { plainStyle, type Style } from './style.ts';

/** Another variant of the same layout file, judged against the same old side. */
export interface Sibling {
  readonly name: string;
  readonly verdict: CheckResult['verdict'];
}

/** One patch of a series, judged from the state its predecessor left. */
export interface SeriesStep {
  readonly title: string;
  readonly result: CheckResult;
}

export interface CheckReport {
  readonly result: CheckResult;
  /** The patches of a series, in order, where the result is about one. */
  readonly steps: readonly SeriesStep[];
  /** Whether only the hunks of a patch were there to be judged, and no tree. */
  readonly isFromHunks: boolean;
  /** List what is compatible as well. */
  readonly showAll: boolean;
  /** The verdict from which on the check fails; formats with passes and failures follow it. */
  readonly failOn: 'break' | 'review' | 'never';
  /** Safe layouts by record, already judged. */
  readonly alternatives: ReadonlyMap<string, readonly Alternative[]>;
  readonly siblings: readonly Sibling[];
  readonly style: Style;
  /** Quotations from both sides. */
  readonly quotes: Quotes;
  readonly toolVersion: string;
}

/** A report of a result; everything but the result has a default. */
export function makeReport(
  result: CheckResult,
  more: Partial<Omit<CheckReport, 'result' | 'quotes'>> & { readonly textOf?: TextOf } = {},
): CheckReport {
  const { textOf, ...rest } = more;
  return {
    result,
    showAll: false,
    failOn: 'break',
    alternatives: new Map(),
    siblings: [],
    steps: [],
    isFromHunks: false,
    style: plainStyle,
    toolVersion: '',
    quotes: new Quotes(result, textOf),
    ...rest,
  };
}

/** The findings a report lists: those that stand, without the compatible ones unless they were asked for. */
export function shownFindings(report: CheckReport): readonly Finding[] {
  return standing(report.result.findings).filter((one) => report.showAll || one.verdict !== 'compatible');
}

export type WaivedFinding = Finding & { readonly waiver: GrantedWaiver };

export function waivedFindings(result: CheckResult): readonly WaivedFinding[] {
  return result.findings.filter((finding): finding is WaivedFinding => finding.waiver !== undefined);
}

/** Whether a verdict fails the check. */
export function isFailing(verdict: Verdict, failOn: CheckReport['failOn']): boolean {
  return failOn !== 'never' && (verdict === 'break' || (failOn === 'review' && verdict === 'review'));
}

/** Whether there is nothing anybody has to read. */
export function isClean(report: CheckReport): boolean {
  return (
    shownFindings(report).length === 0 &&
    report.result.notUnderstood.length === 0 &&
    report.steps.every(({ result }) => result.verdict === 'compatible')
  );
}

export interface Place {
  readonly file: string;
  /** From 1; `undefined` where the side has no lines. */
  readonly line: number | undefined;
}

export function placeOfSide(side: SideFacts): Place {
  return { file: side.file ?? side.header, line: side.line };
}

/**
 * Where to point at in the new side. What is gone is pointed at where it stood: the old line, carried over to the new text
 * where both texts are at hand.
 */
export function placeOf(finding: Finding, report: CheckReport): Place {
  if (finding.new !== null) return placeOfSide(finding.new);
  if (finding.old === null) return { file: '', line: undefined };
  const { file, line } = placeOfSide(finding.old);
  return { file, line: report.quotes.newLineFor(finding) ?? line };
}
