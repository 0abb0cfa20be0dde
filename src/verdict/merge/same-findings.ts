/** What says the same about several targets, kept once. */

import type { TargetName } from '../../abi/target.ts';
import type { Finding } from '../finding.ts';

interface SameFinding {
  readonly finding: Finding;
  readonly targets: TargetName[];
}

/** What was found so far. */
export class SameFindings {
  readonly #found = new Map<string, SameFinding>();
  readonly #byFinding = new WeakMap<Finding, SameFinding>();

  /** `findings` were made for `target`, and may have been added for others. */
  add(findings: Iterable<Finding>, target: TargetName): void {
    for (const finding of findings) {
      let same = this.#byFinding.get(finding);
      if (same === undefined) this.#byFinding.set(finding, (same = this.#likeIt(finding)));
      same.targets.push(target);
    }
  }

  *all(): Iterable<Finding> {
    for (const { finding, targets } of this.#found.values()) yield { ...finding, targets };
  }

  #likeIt(finding: Finding): SameFinding {
    const key = `${finding.fingerprint} ${finding.verdict} ${finding.message}`;
    let same = this.#found.get(key);
    if (same === undefined) this.#found.set(key, (same = { finding, targets: [] }));
    return same;
  }
}
