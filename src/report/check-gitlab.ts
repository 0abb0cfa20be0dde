/**
 * GitLab's code quality report: a JSON array of issues with a description, a rule, a fingerprint, a severity and a place.
 *
 * The fingerprint has to be its own for every issue, so a change that several targets see in different ways gets their names
 * hashed in. Waived findings are left out: the format has no way to say so.
 */

import { createHash } from 'node:crypto';
import { printable } from '../diagnostic.ts';
import { type Finding, spokenSubject, touchedContracts } from '../verdict/finding.ts';
import { type CheckReport, type Place, placeOf, shownFindings } from './check-report.ts';
import { findingProse } from './check-prose.ts';
import { patchOf, seriesParts } from './check-series.ts';
import { safeJson } from './safe-text.ts';

type Severity = 'info' | 'minor' | 'major' | 'critical' | 'blocker';

export function checkGitlab(report: CheckReport): string {
  const used = new Set<string>();
  const issues = [
    ...shownFindings(report).map((finding) => ({
      description: printable(`${spokenSubject(finding)}: ${finding.message}`),
      check_name: finding.rule,
      fingerprint: unique(finding.fingerprint, finding.targets.join(','), used),
      severity: severityOf(finding),
      location: locationOf(placeOf(finding, report)),
      content: { body: findingProse(finding, patchOf(finding, report)).join('\n') },
    })),
    ...seriesParts(report).flatMap(({ label, title, passing }) =>
      passing.map((finding) => ({
        description: printable(`${label}, mended by a later patch: ${spokenSubject(finding)}: ${finding.message}`),
        check_name: finding.rule,
        fingerprint: unique(finding.fingerprint, label, used),
        severity: 'minor' satisfies Severity,
        location: locationOf(placeOf(finding, report)),
        content: { body: findingProse(finding, `${label} "${title}"`).join('\n') },
      })),
    ),
    ...report.result.notUnderstood.map(({ location, message, code }) => ({
      description: printable(`not understood: ${message}`),
      check_name: code,
      fingerprint: unique(hash(JSON.stringify([code, location?.file ?? '', message])), String(location?.line), used),
      severity: 'major' satisfies Severity,
      location: locationOf({ file: location?.file ?? '.', line: location?.line }),
    })),
  ];
  return `${safeJson(issues, 2)}\n`;
}

/** What hurts programs that exist weighs most. */
function severityOf(finding: Finding): Severity {
  if (finding.verdict === 'compatible') return 'info';
  if (finding.verdict === 'review') return 'major';
  return touchedContracts(finding).includes('old-binary') ? 'blocker' : 'critical';
}

function locationOf({ file, line }: Place): object {
  return { path: printable(file.replace(/^(\.\/)+/, '')), lines: { begin: Math.max(1, line ?? 1) } };
}

function unique(fingerprint: string, more: string, used: Set<string>): string {
  let candidate = fingerprint;
  for (let count = 0; used.has(candidate); count++) candidate = hash(JSON.stringify([fingerprint, more, count]));
  used.add(candidate);
  return candidate;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
