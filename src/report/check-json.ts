/** The report for programs: what INTERFACE promises, in one JSON document. `check-schema.ts` describes it. */

import type { Diagnostic } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import { type Alternative, type Finding, type SideFacts, touchedContracts } from '../verdict/finding.ts';
import type { Reading, Witness } from '../verdict/witness.ts';
import { type CheckReport, type SeriesStep, shownFindings, waivedFindings } from './check-report.ts';
import { verdictSentence } from './check-words.ts';
import { safeJson } from './safe-text.ts';

export function checkJson(report: CheckReport): string {
  const { result } = report;
  const document = {
    schemaVersion: 1,
    old: result.old,
    new: result.new,
    targets: result.targets,
    contracts: result.contracts,
    verdict: result.verdict,
    summary: verdictSentence(result),
    counts: countsOf(result.findings),
    findings: shownFindings(report).map(findingJson),
    waived: waivedFindings(result).map(findingJson),
    alternatives: [...report.alternatives].flatMap(([record, all]) => all.map((one) => alternativeJson(record, one))),
    notUnderstood: result.notUnderstood.map(diagnosticJson),
    ...(report.steps.length === 0 ? {} : { patches: report.steps.map((step) => stepJson(step, report)) }),
  };
  return `${safeJson(document, 2)}\n`;
}

export function stepJson({ title, result }: SeriesStep, report: CheckReport): Record<string, unknown> {
  return {
    title,
    verdict: result.verdict,
    summary: verdictSentence(result),
    counts: countsOf(result.findings),
    findings: shownFindings({ ...report, result }).map(findingJson),
    notUnderstood: result.notUnderstood.map(diagnosticJson),
  };
}

export function alternativeJson(record: string, alternative: Alternative): Record<string, unknown> {
  const { title, verdict, places, reason, declaration } = alternative;
  return { record, title, verdict, places, reason, declaration };
}

export function findingJson(finding: Finding): Record<string, unknown> {
  return {
    rule: finding.rule,
    verdict: finding.verdict,
    subject: finding.subject,
    targets: finding.targets,
    contracts: touchedContracts(finding),
    old: sideJson(finding.old),
    new: sideJson(finding.new),
    fingerprint: finding.fingerprint,
    message: finding.message,
    witness: finding.witness === null ? null : witnessJson(finding.witness),
    answers: finding.answers,
    lookAt: finding.lookAt,
    because: finding.because,
    ...(finding.language === undefined ? {} : { language: finding.language }),
    members: finding.members ?? [],
    follows: (finding.follows ?? []).map(({ rule, verdict, subject, old, new: next, message, witness }) => ({
      rule,
      verdict,
      subject,
      old: sideJson(old),
      new: sideJson(next),
      message,
      witness: witness === null ? null : witnessJson(witness),
    })),
    variants: (finding.variants ?? []).map(({ targets, old, new: next, message, fingerprint }) => ({
      targets,
      old: sideJson(old),
      new: sideJson(next),
      message,
      fingerprint,
    })),
    ...(finding.waiver === undefined ? {} : { waiver: finding.waiver }),
  };
}

function hex(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function number(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function sideJson(side: SideFacts | null): unknown {
  if (side === null) return null;
  const { value, number: request, line, ...facts } = side;
  return {
    ...facts,
    line: line ?? null,
    ...(value === undefined ? {} : { value: value.toString() }),
    ...(request === undefined ? {} : { number: number(request) }),
  };
}

function witnessJson(witness: Witness): unknown {
  switch (witness.kind) {
    case 'bytes':
      return {
        kind: witness.kind,
        contract: witness.contract,
        record: witness.record,
        writer: witness.writer,
        reader: witness.writer === 'old' ? 'new' : 'old',
        bytes: hexOf(witness.bytes),
        written: witness.written.map(readingJson),
        read: witness.read.map(readingJson),
        check: witness.check ?? null,
        ...(witness.kernels === undefined ? {} : { kernels: witness.kernels }),
      };
    case 'request':
      return {
        kind: witness.kind,
        contract: witness.contract,
        name: witness.name,
        old: number(witness.old),
        new: witness.new === undefined ? null : number(witness.new),
        answer: witness.answer ?? null,
      };
    case 'number':
      return {
        kind: witness.kind,
        contract: witness.contract,
        name: witness.name,
        old: witness.old.toString(),
        new: witness.new?.toString() ?? null,
        holder: witness.holder ?? null,
      };
    case 'source':
      return { kind: witness.kind, contract: witness.contract, code: witness.code, problem: witness.problem };
    case 'refusal':
      return {
        kind: witness.kind,
        contract: witness.contract,
        record: witness.record,
        bytes: hexOf(witness.bytes),
        path: witness.path,
        offsetBits: witness.offsetBits,
        value: hex(witness.value),
        answer: witness.answer,
      };
    default:
      return witness satisfies never;
  }
}

function readingJson(reading: Reading): unknown {
  return { ...reading, value: hex(reading.value) };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function diagnosticJson({ location, message, code }: Diagnostic): Record<string, unknown> {
  return {
    header: location?.file ?? null,
    line: location?.line ?? null,
    column: location?.column ?? null,
    code,
    message,
  };
}
