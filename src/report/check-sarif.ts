/**
 * SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), as code scanning services read it.
 *
 * - One run; the rules that results name stand in the driver, with help in text and Markdown.
 * - A break is an `error`, a review a `warning`, a compatible change a `note`. `kind` stays `fail`, because by 3.27.10 any
 *   other kind would take the level away.
 * - Where something is gone the result points at the place in the new file where it stood, and `relatedLocations` at the old
 *   one. Waived findings stay results, with an accepted suppression (3.35).
 * - What could not be read is a notification, and the invocation is then not successful: never silently green.
 */

import { printable } from '../diagnostic.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import { type Finding, spokenSubject } from '../verdict/finding.ts';
import type { Rule } from '../verdict/rule.ts';
import { type RuleId, rules } from '../verdict/rules.ts';
import { type CheckReport, placeOf, placeOfSide, shownFindings, waivedFindings } from './check-report.ts';
import { findingProse } from './check-prose.ts';
import { patchOf, type SeriesPart, seriesParts } from './check-series.ts';
import { verdictSentence } from './check-words.ts';
import { codeBlock, safeJson, safeMarkdown, uriOf } from './safe-text.ts';

const levels = { break: 'error', review: 'warning', compatible: 'note' } as const;

export function checkSarif(report: CheckReport): string {
  const { result } = report;
  const findings = [...shownFindings(report), ...waivedFindings(result)];
  const ids = [...new Set(findings.map((finding) => finding.rule))].sort();
  const seen = new Map<string, number>();
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'uabi',
            ...(report.toolVersion === '' ? {} : { version: report.toolVersion, semanticVersion: report.toolVersion }),
            rules: ids.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The top of the tree that was checked.' } } },
        invocations: [
          {
            executionSuccessful: result.notUnderstood.length === 0,
            toolExecutionNotifications: result.notUnderstood.map(notificationOf),
          },
        ],
        results: findings.map((finding) => {
          const count = (seen.get(finding.fingerprint) ?? 0) + 1;
          seen.set(finding.fingerprint, count);
          return resultOf(finding, ids.indexOf(finding.rule), count, report);
        }),
        properties: {
          old: printable(result.old),
          new: printable(result.new),
          targets: result.targets,
          verdict: result.verdict,
          summary: printable(verdictSentence(result)),
          counts: countsOf(result.findings),
          ...(report.steps.length === 0 ? {} : { patches: seriesParts(report).map(partOf) }),
        },
      },
    ],
  };
  return `${safeJson(document, 2)}\n`;
}

/** A patch of a series: what it does by itself, and what of that a later one mends. */
function partOf({ label, title, result, summary, passing }: SeriesPart): unknown {
  return {
    patch: label,
    title: printable(title),
    verdict: result.verdict,
    summary: printable(summary),
    counts: countsOf(result.findings),
    mendedLater: passing.map(({ rule, subject, fingerprint }) => ({ rule, subject: printable(subject), fingerprint })),
  };
}

function ruleOf(id: RuleId): unknown {
  const rule = rules.get(id);
  if (rule === undefined) throw new TypeError(`no rule ${id}`);
  const { title, explanation, verdict, contracts, object, aspect } = rule;
  return {
    id,
    name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: explanation },
    help: helpOf(rule),
    defaultConfiguration: { level: levels[verdict] },
    properties: { tags: ['abi', object, aspect], contracts },
  };
}

function helpOf({ explanation, lookAt, wayOut, example }: Rule): unknown {
  const side = (text: string): string => (text === '' ? '/* nothing */' : text);
  return {
    text: [
      explanation,
      `Look at: ${lookAt}`,
      `Way out: ${wayOut}`,
      `Old: ${side(example.old)}`,
      `New: ${side(example.new)}`,
    ].join('\n'),
    markdown: [
      safeMarkdown(explanation),
      `**Look at:** ${safeMarkdown(lookAt)}`,
      `**Way out:** ${safeMarkdown(wayOut)}`,
      `Old:\n\n${codeBlock(side(example.old).split('\n'), 'c')}`,
      `New:\n\n${codeBlock(side(example.new).split('\n'), 'c')}`,
    ].join('\n\n'),
  };
}

/** `count` tells findings apart that are one change seen by several targets, each in its own way. */
function resultOf(finding: Finding, ruleIndex: number, count: number, report: CheckReport): unknown {
  const { old, waiver } = finding;
  const patch = patchOf(finding, report);
  const prose = findingProse(finding, patch);
  const message = printable(`${spokenSubject(finding)}: ${finding.message}.`);
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.verdict],
    message: {
      text: prose.join('\n'),
      markdown: [`**${safeMarkdown(message)}**`, codeBlock(prose.slice(1))].join('\n\n'),
    },
    locations: [locationOf(placeOf(finding, report), finding.subject)],
    ...(old === null
      ? {}
      : {
          relatedLocations: [
            {
              id: 1,
              ...locationOf(placeOfSide(old)),
              message: { text: `As it was in ${printable(report.result.old)}` },
            },
          ],
        }),
    partialFingerprints: {
      'uabi/v1': finding.fingerprint,
      // Spelt as GitHub spells its own, so that the alert survives edits above the line.
      primaryLocationLineHash: `${finding.fingerprint}:${String(count)}`,
    },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: printable(waiver.reason),
              ...(waiver.file === undefined ? {} : { location: locationOf({ file: waiver.file, line: waiver.line }) }),
              properties: { expires: waiver.expires },
            },
          ],
        }),
    properties: {
      verdict: finding.verdict,
      targets: finding.targets,
      contracts: finding.answers,
      ...(patch === undefined ? {} : { patch: printable(patch) }),
    },
  };
}

function locationOf(place: { readonly file: string; readonly line: number | undefined }, name?: string): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place.file), uriBaseId: 'SRCROOT' },
      region: { startLine: Math.max(1, place.line ?? 1) },
    },
    ...(name === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: printable(name) }] }),
  };
}

function notificationOf({ location, message, code }: Diagnostic): unknown {
  return {
    level: 'error',
    descriptor: { id: code },
    message: { text: printable(message) },
    ...(location === undefined ? {} : { locations: [locationOf({ file: location.file, line: location.line })] }),
  };
}
