/** What was found: a rule that applies to something, answered for each of the four contracts. */

import type { RecordDeclaration } from '../abi/abi.ts';
import type { TargetName } from '../abi/target.ts';
import type { Contract, Verdict } from './contract.ts';
import type { RuleId } from './rules.ts';
import type { Witness } from './witness.ts';

export interface Answer {
  readonly contract: Contract;
  readonly answer: 'kept' | 'broken' | 'unknown';
  /** One clause, without a full stop. */
  readonly reason: string;
}

/** Facts of one side, for reports and fingerprints. */
export interface SideFacts {
  readonly header: string;
  /** Where the declaration was read, and the line in it: a header, or the layout file that describes it. */
  readonly file?: string;
  readonly line?: number;
  readonly offsetBits?: number;
  readonly sizeBits?: number;
  readonly alignBits?: number;
  readonly type?: string;
  readonly name?: string;
  readonly value?: bigint;
  readonly number?: number;
  readonly direction?: string;
  readonly nr?: number;
  readonly sizeBytes?: number;
  readonly text?: string;
}

/** On the record: somebody accepted a finding. */
export interface GrantedWaiver {
  readonly reason: string;
  /** The last day it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  /** Where it stands. */
  readonly file?: string;
  readonly line?: number;
}

/** The same finding with other numbers, on other targets. */
export interface Variant {
  readonly targets: readonly TargetName[];
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
  readonly message: string;
  /** What its fingerprint would be if it stood alone. */
  readonly fingerprint: string;
}

/** What the same cause did besides, told with the finding that says best what happened. */
export interface Consequence {
  readonly rule: RuleId;
  readonly verdict: Verdict;
  readonly subject: string;
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
  readonly message: string;
  /** Its own proof, where it is a break by itself. */
  readonly witness: Witness | null;
}

export interface Finding {
  readonly rule: RuleId;
  readonly verdict: Verdict;
  /** `struct NAME`, `struct NAME.field.path`, `enum NAME.ENUMERATOR`, `constant NAME`, `request NAME`, `header PATH`. */
  readonly subject: string;
  readonly targets: readonly TargetName[];
  /** Where only programs of this language see it; both do where there is none. */
  readonly language?: 'C++';
  /** All four, or those the user asked for, in the order of `contracts`. */
  readonly answers: readonly Answer[];
  readonly old: SideFacts | null;
  readonly new: SideFacts | null;
  /** One sentence. */
  readonly message: string;
  readonly witness: Witness | null;
  /** What to look at where the answer is not in the headers. */
  readonly lookAt: string | null;
  /** The subject whose change explains this one. */
  readonly because: string | null;
  /** Everything it is about, where it is about many things: what a header took along, a family that went. */
  readonly members?: readonly string[];
  /** What else the same cause did. */
  readonly follows?: readonly Consequence[];
  /** Where other targets have other numbers; their targets are among `targets`. */
  readonly variants?: readonly Variant[];
  /** 12 hex digits of what changed: independent of words, lines and targets. */
  readonly fingerprint: string;
  /** A waived finding keeps its verdict; it no longer counts towards that of the whole check. */
  readonly waiver?: GrantedWaiver;
}

/**
 * The subject for people. `constant NAME` stands in what programs read, and in fingerprints, for all that the preprocessor or
 * the compiler knows by a bare name; whoever reads of a type or a macro wants that word.
 */
export function spokenSubject({ rule, subject, message }: Pick<Finding, 'rule' | 'subject' | 'message'>): string {
  const word = rule.startsWith('typedef-')
    ? 'type'
    : !rule.startsWith('macro-')
      ? 'constant'
      : // Inline functions are compared as macros are.
        message.startsWith('the function ')
        ? 'function'
        : 'macro';
  return subject.replace(/^constant /, `${word} `);
}

/** `exception.esr` of `struct kvm_vcpu_events.exception.esr`, a name of an enum without the enum; any other subject as it is. */
export function pathOf(subject: string): string {
  return subject.replace(/^[^.]*\./, '');
}

/** The findings nobody has waived. */
export function standing(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.waiver === undefined);
}

/** The contracts a finding touches: those it breaks, or (where it breaks none) those it leaves open. */
export function touchedContracts(finding: Pick<Finding, 'answers'>): Contract[] {
  const of = (answer: Answer['answer']): Contract[] =>
    finding.answers.filter((one) => one.answer === answer).map((one) => one.contract);
  const broken = of('broken');
  return broken.length > 0 ? broken : of('unknown');
}

/** An offered layout that was judged and breaks nothing. */
export interface Alternative {
  readonly title: string;
  /** `review` where it takes padding or reserved bytes of which the headers do not say whether the kernel checked them. */
  readonly verdict: 'compatible' | 'review';
  /** C declaration, several lines; empty where the author's own is meant. */
  readonly declaration: string;
  /** Where the new fields are: `ext_abt_esr at byte 56`. */
  readonly places: readonly string[];
  readonly reason: string;
  /** The record as it was judged. */
  readonly record: RecordDeclaration;
}
