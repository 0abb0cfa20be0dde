/**
 * From a judgement to a finding: the verdict is drawn from the answers, and the finding gets its fingerprint.
 *
 * Nothing here depends on which target sees the change, except where a request is looked up to take its fingerprint; anything
 * else is drawn once for all targets that share the judgement.
 */

import type { AbiPair, Change } from '../diff/changes.ts';
import type { Contract, Verdict } from './contract.ts';
import type { Finding } from './finding.ts';
import { fingerprintOfChange } from './fingerprint.ts';
import type { Judgement } from './judgement.ts';
import { rules } from './rules.ts';

/** The findings of one run. They have no targets yet: whoever puts them together knows for whom they are (`merge.ts`). */
export class Drawing {
  readonly #contracts: readonly Contract[];
  readonly #drawn = { C: new WeakMap<Judgement, Finding>(), 'C++': new WeakMap<Judgement, Finding>() };
  readonly #hashes = new Map<string, string>();

  constructor(contracts: readonly Contract[]) {
    this.#contracts = contracts;
  }

  /** Throws for a break without a witness: that is a bug in uabi. */
  draw(judgement: Judgement, change: Change, abis: AbiPair): Finding {
    if (isOfRequest(judgement)) return this.#drawOne(judgement, change, abis);
    const drawn = this.#drawn[abis.old.target.language];
    let finding = drawn.get(judgement);
    if (finding === undefined) drawn.set(judgement, (finding = this.#drawOne(judgement, change, abis)));
    return finding;
  }

  #drawOne(judgement: Judgement, change: Change, abis: AbiPair): Finding {
    const answers = judgement.answers.filter((answer) => this.#contracts.includes(answer.contract));
    const verdict: Verdict = answers.some((answer) => answer.answer === 'broken')
      ? 'break'
      : answers.some((answer) => answer.answer === 'unknown')
        ? 'review'
        : 'compatible';
    if (verdict === 'break' && judgement.witness === undefined) {
      throw new Error(`break without a witness: ${judgement.rule} ${judgement.subject} (${change.kind})`);
    }
    const { rule, subject, old, new: next, message } = judgement;
    const { language } = abis.old.target;
    return {
      rule,
      verdict,
      subject,
      targets: [],
      answers,
      old,
      new: next,
      message,
      witness: verdict === 'break' ? (judgement.witness ?? null) : null,
      lookAt: lookAtOf(judgement, verdict),
      because: judgement.because ?? null,
      ...(judgement.members === undefined ? {} : { members: judgement.members }),
      ...(language === 'C' ? {} : { language }),
      fingerprint: fingerprintOfChange(judgement, change, abis, this.#hashes),
    };
  }
}

/** Whether the fingerprint is made of a request as the ABI has it. */
function isOfRequest({ old, new: next }: Judgement): boolean {
  return old?.number !== undefined || next?.number !== undefined;
}

/** A doubt always has something to look at; a break where its judge knows what may excuse it. */
function lookAtOf({ rule, lookAt }: Judgement, verdict: Verdict): string | null {
  if (verdict === 'compatible') return null;
  return lookAt ?? (verdict === 'review' ? rules.get(rule)?.lookAt : undefined) ?? null;
}
