/** Pairs of targets whose programs one 64-bit kernel runs, and what they show of a layout. */

import { ifLaidOut } from '../abi/layout.ts';
import { type Target, type TargetName, targets } from '../abi/target.ts';
import type { AbiPair, RecordPair } from '../diff/changes.ts';
import { type PlacedRecord, placeRecord } from '../diff/placed.ts';

/** A 64-bit target, and the one whose programs run on its kernel too. */
export const companions: readonly (readonly [TargetName, TargetName])[] = [
  ['x86_64', 'i386'],
  ['arm64', 'arm'],
  ['riscv64', 'riscv32'],
  ['ppc64', 'ppc'],
  ['mips64', 'mips'],
  ['sparc64', 'sparc'],
];

/** The target whose kernel runs the programs of a 32-bit one too. */
function wideCompanionOf({ name }: Target): Target | undefined {
  const [wide] = companions.find(([, narrow]) => narrow === name) ?? [];
  return targets.find((target) => target.name === wide);
}

/**
 * The 64-bit target that has had a record all along as a 32-bit one has it now: a gap that only the former had was written down. On its
 * kernel, 32-bit programs had misread the record before.
 */
export function layoutTakenFrom(pair: RecordPair, abis: AbiPair): TargetName | undefined {
  const wide = wideCompanionOf(abis.new.target);
  if (wide === undefined) return undefined;
  const [before, after] = [
    ifLaidOut(() => placeRecord(pair.old.declaration, { ...abis.old, target: wide })),
    ifLaidOut(() => placeRecord(pair.new.declaration, { ...abis.new, target: wide })),
  ];
  if (before === undefined || after === undefined) return undefined;
  return areAlike(pair.new, after) && !areAlike(pair.old, before) && keeps(before, after) ? wide.name : undefined;
}

function areAlike(one: PlacedRecord, other: PlacedRecord): boolean {
  return (
    one.layout.sizeBytes === other.layout.sizeBytes && one.nodes.length === other.nodes.length && keeps(one, other)
  );
}

/** Whether all that is in a record is in another at the same places. */
function keeps(one: PlacedRecord, other: PlacedRecord): boolean {
  return one.nodes.every((node) => {
    const same = other.byPath.get(node.path);
    return same?.offsetBits === node.offsetBits && same.sizeBits === node.sizeBits;
  });
}

/** What excuses a change of layout on 32-bit targets. */
export function repairOf(takenFrom: TargetName | undefined): { readonly lookAt?: string } {
  if (takenFrom === undefined) return {};
  return {
    lookAt: `Whether this record reaches 64-bit kernels unconverted: it is now laid out as ${takenFrom} always had it, so that 32-bit programs agree with such a kernel for the first time; those on 32-bit kernels are hurt.`,
  };
}
