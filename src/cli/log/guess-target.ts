/**
 * Which architecture a log comes from. No log says it; a request that succeeded and that only some targets have is evidence, and
 * so are register ids and the width of what is handed over.
 */

import { findTarget, type Target } from '../../abi/target.ts';
import type { JsonlItem } from '../../capture/jsonl.ts';
import type { StraceItem } from '../../capture/strace.ts';
import { UserError } from '../../diagnostic.ts';
import { CallRecords } from './call-records.ts';

/** One entry of a log, whichever tool wrote it. */
export type LogItem = StraceItem | JsonlItem;

const guesses = ['arm64', 'x86_64', 'riscv64', 's390x', 'ppc64le', 'loongarch64', 'i386'];

/** Requests that other headers define too, but only KVM on x86 answers with success. */
const x86Only = new Set([
  'KVM_SET_TSS_ADDR',
  'KVM_SET_IDENTITY_MAP_ADDR',
  'KVM_GET_SREGS',
  'KVM_SET_SREGS',
  'KVM_SET_CPUID2',
]);

interface Guess {
  readonly target: Target;
  readonly evidence: string;
}

/**
 * The target with the most successful requests that not every target has. An argument of more than 32 bits rules out
 * programs of 32 bits, which share all of KVM's requests with those of 64.
 */
export function guessTarget(items: readonly LogItem[], programBits: 32 | 64 | undefined): Guess {
  const wide = items.find(isWide);
  const known = guesses.flatMap((name) => findTarget(name) ?? []);
  const possible = known.filter(({ dataModel }) =>
    programBits === 32 ? dataModel === 'ILP32' : dataModel !== 'ILP32' || (wide === undefined && programBits !== 64),
  );
  const candidates = possible.map((target) => ({
    target,
    records: new CallRecords(target),
    score: 0,
    seen: new Set<string>(),
  }));
  for (const item of items) {
    const isArmRegister = item.kind === 'registers' && item.registers.some(({ id }) => id >> 60n === 6n);
    for (const candidate of candidates) {
      if (isArmRegister && candidate.target.name === 'arm64') candidate.score += 1;
      if (item.kind !== 'call' || item.call.errno !== undefined || item.call.result === undefined) continue;
      if (!candidate.records.knows(item.call)) continue;
      const { name } = candidate.records.meaningOf(item.call);
      if (x86Only.has(name) && !/^(?:x86|i386)/.test(candidate.target.name)) continue;
      candidate.score += 1;
      candidate.seen.add(name);
    }
  }
  const [best, second] = candidates.toSorted((a, b) => b.score - a.score);
  if (best === undefined) throw new UserError('no target is known');
  const { name } = best.target;
  if (second === undefined) {
    return {
      target: best.target,
      evidence: `read as ${name}: strace says that it is a program of 32 bits (--target overrules)`,
    };
  }
  const width =
    wide === undefined || name !== 'x86_64'
      ? ''
      : `; a program of 64 bits, as line ${String(lineOf(wide))} hands over more than 32`;
  if (best.score === second.score) {
    const rivals = candidates.filter(({ score }) => score === best.score).map(({ target }) => target.name);
    return {
      target: best.target,
      evidence: `cannot tell the target: nothing in the log is missing on one of ${rivals.join(', ')}${width}; read as ${name} (--target decides)`,
    };
  }
  const own = [...best.seen].filter((request) => !second.seen.has(request)).slice(0, 3);
  const reason =
    own.length > 0 ? `only there ${own.length === 1 ? 'is' : 'are'} ${own.join(', ')}` : 'its registers are read';
  return { target: best.target, evidence: `read as ${name}: ${reason}${width} (--target overrules)` };
}

const widest32 = 0xffff_ffffn;

/** Whether a call hands over, or points into, memory above 4 GiB. */
function isWide(item: LogItem): boolean {
  if (item.kind !== 'call') return false;
  const { argument } = item.call;
  // A negative number is a small one, whatever its width.
  if (argument.kind === 'number') return argument.value > widest32;
  if (argument.kind !== 'members') return false;
  return argument.members.some(
    ({ path, value }) => path === 'userspace_addr' && value !== undefined && value > widest32,
  );
}

function lineOf(item: LogItem): number {
  return item.kind === 'call' ? item.call.line : item.line;
}
