/** The targets that a finding is not about, which may show what it means. */

import type { Target } from '../../abi/target.ts';
import type { AbiPair } from '../../diff/changes.ts';
import type { Finding } from '../finding.ts';

/** A target that was compared, and the headers its old side had. */
export interface SeenTarget {
  readonly target: Target;
  readonly headers: ReadonlySet<string>;
}

/** Looks at the targets that a finding is not about. */
export class Elsewhere {
  readonly targets: readonly SeenTarget[];
  readonly #open: (target: Target) => AbiPair;
  #last: AbiPair | undefined;

  constructor(targets: readonly SeenTarget[], open: (target: Target) => AbiPair) {
    this.targets = targets;
    this.#open = open;
  }

  /** Targets that `finding` leaves out although they had its header; 64-bit ones first, which have more of everything. */
  others({ targets, old, new: next }: Finding): readonly Target[] {
    const header = (old ?? next)?.header ?? '';
    const rest = this.targets.filter(({ target, headers }) => !targets.includes(target.name) && headers.has(header));
    const isWide = ({ target }: SeenTarget): boolean => target.dataModel === 'LP64';
    return [...rest.filter(isWide), ...rest.filter((one) => !isWide(one))].map(({ target }) => target);
  }

  pair(target: Target): AbiPair {
    if (this.#last?.old.target !== target) this.#last = this.#open(target);
    return this.#last;
  }
}
