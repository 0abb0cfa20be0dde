/**
 * What uabi knows about a record that a header declares.
 *
 * Headers do not say who writes a field or what the kernel refuses; the layouts that come with uabi do. Where the old header
 * declares a record exactly as one of their variants (every field at its place, with its size), it is that record, and what the
 * layout says about it holds. The new side is the variant that it equals, or else the old one as far as its fields are still there.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { attachSemantics } from '../abi/attach-semantics.ts';
import { replacing } from '../abi/declaration-map.ts';
import { ifLaidOut } from '../abi/layout.ts';
import { shapeOf } from '../abi/record-shape.ts';
import type { Target } from '../abi/target.ts';
import { areAlike } from '../diff/alike.ts';
import type { AbiPair } from '../diff/changes.ts';
import { suspectsOf } from '../diff/suspects.ts';
import { type BuiltInForm, formOfShape, namesOfKnownForms } from './known-forms.ts';

/** Both sides, with the records that changed told about as uabi's layouts tell; `said` hears whose word was taken. */
export function withKnownSemantics(pair: AbiPair, said: (record: string, layout: string) => void): AbiPair {
  const { target } = pair.old;
  const [old, next] = [new Map<string, RecordDeclaration>(), new Map<string, RecordDeclaration>()];
  // A layout file speaks for its own side.
  const isOfLayout = { old: pair.old.variant !== undefined, new: pair.new.variant !== undefined };
  // What did not change needs no word of anybody.
  const suspects = suspectsOf(pair);
  for (const name of namesOfKnownForms) {
    if (suspects?.records.has(name) === false) continue;
    const [was, is] = [pair.old.records.get(name), pair.new.records.get(name)];
    if (was === undefined || is === undefined || areAlike(was.record, is.record)) continue;
    const before = isOfLayout.old ? undefined : formOf(name, was, target);
    const after = isOfLayout.new ? undefined : (formOf(name, is, target) ?? before);
    const known = isOfLayout.old ? after : before;
    if (known === undefined || !tellsOfGarbage(known)) continue;
    if ((!isOfLayout.old && isTold(was)) || (!isOfLayout.new && isTold(is))) continue;
    if (before !== undefined) old.set(name, toldBy(before, was));
    if (after !== undefined) next.set(name, toldBy(after, is));
    said(name, known.label);
  }
  if (old.size + next.size === 0) return pair;
  return { old: withRecords(pair.old, old), new: withRecords(pair.new, next) };
}

function withRecords(abi: Abi, told: ReadonlyMap<string, RecordDeclaration>): Abi {
  return { ...abi, records: replacing(abi.records, told) };
}

/** Whether a layout file, a snapshot of one or the project's configuration has spoken already. */
function isTold({ record }: RecordDeclaration): boolean {
  return record.semantics !== undefined || record.fields.some(({ semantics }) => semantics !== undefined);
}

/**
 * Whether a layout knows what the kernel does with bytes that have no meaning. Where it does not, the little that it says (a size
 * rule) would be taken for all there is to know.
 */
function tellsOfGarbage({ fields }: BuiltInForm): boolean {
  return [...fields.values()].some(({ nonZero }) => nonZero !== undefined);
}

/** The form of uabi's layouts that a declared record has on a target. */
function formOf(name: string, { record }: RecordDeclaration, target: Target): BuiltInForm | undefined {
  const shape = ifLaidOut(() => shapeOf(record, target));
  return shape === undefined ? undefined : formOfShape(name, shape, target);
}

function toldBy({ semantics, fields }: BuiltInForm, declaration: RecordDeclaration): RecordDeclaration {
  const record = attachSemantics(declaration.record, fields);
  return { ...declaration, record: semantics === undefined ? record : { ...record, semantics } };
}
