/**
 * Random records have the layout that compilers give them, on every target for which this machine has one.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { type Target, targets } from '../../src/abi/target.ts';
import type { RecordType } from '../../src/abi/types.ts';
import { askGcc, findGcc, type OracleLayout } from '../oracle/gcc.ts';
import { arbitraryRecord } from '../support/arbitrary-record.ts';
import { printRecords } from '../support/print-c.ts';

/** Differences between our layout and a compiler's, each with the C text that shows it. */
function differences(records: readonly RecordType[], answers: readonly OracleLayout[], target: Target): string[] {
  return records.flatMap((record, index) => {
    const answer = answers[index];
    if (answer === undefined) return [`no answer for ${record.tag ?? ''}`];
    const layout = layoutOf(record, target);
    const ours = new Map(fieldPathsOf(layout).map(({ path, offsetBits }) => [path, offsetBits]));
    const wrong: string[] = [];
    const compare = (what: string, mine: number | undefined, theirs: number): void => {
      if (mine !== theirs) wrong.push(`${what}: ${String(mine)}, compiler says ${theirs}`);
    };
    compare('size', layout.sizeBytes, answer.sizeBytes);
    compare('alignment', layout.alignBytes, answer.alignBytes);
    for (const [name, offsetBits] of answer.offsetsBits) compare(name, ours.get(name), offsetBits);
    return wrong.length === 0 ? [] : [`${printRecords([record])}\n${wrong.join('\n')}`];
  });
}

for (const target of targets) {
  const gcc = findGcc(target.name);
  test.skipIf(gcc === undefined)(`random records are laid out as gcc does for ${target.name}`, () => {
    if (gcc === undefined) return;
    // One compiler run answers for all; a new seed each time, which the failure names.
    const seed = Date.now() & 0x7fffffff;
    const records = fc.sample(arbitraryRecord(), { numRuns: 300, seed });
    expect(differences(records, askGcc(gcc, records), target), `seed ${seed}`).toEqual([]);
  });
}
