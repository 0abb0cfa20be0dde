/** A finding in plain lines, for formats that have one box of text for it: what, for whom, what to look at, and the proof. */

import { printable } from '../diagnostic.ts';
import { type Finding, spokenSubject, touchedContracts } from '../verdict/finding.ts';
import { contractNames, describeTargets, someNames } from './check-words.ts';
import { plainStyle } from './style.ts';
import { witnessText } from './witness-text.ts';

/** `patch`: where in a series it comes from, as `patchOf` says it. */
export function findingProse(finding: Finding, patch?: string): string[] {
  const touched = touchedContracts(finding);
  const lines = [`${spokenSubject(finding)}: ${finding.message}.`];
  for (const { contract, answer, reason } of finding.answers) {
    if (touched.length > 0 && !touched.includes(contract)) continue;
    const word = answer === 'broken' ? 'Breaks' : answer === 'unknown' ? 'To be checked' : 'Kept';
    lines.push(`${word}, ${contract} (${contractNames[contract]}): ${reason}.`);
  }
  if (finding.lookAt !== null) lines.push(`Look at: ${finding.lookAt}`);
  if (finding.because !== null) lines.push(`Because of: ${finding.because}`);
  if (patch !== undefined) lines.push(`Comes from ${patch}.`);
  const { members = [] } = finding;
  if (members.length > 0) lines.push(`It is about: ${someNames(members)}`);
  lines.push(`Targets: ${describeTargets(finding.targets)}. Rule ${finding.rule}, fingerprint ${finding.fingerprint}.`);
  const proof = finding.witness === null ? [] : witnessText(finding.witness, plainStyle);
  return [...lines.map(printable), ...proof];
}
