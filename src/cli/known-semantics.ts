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
import type { FormNames } from '../abi/definition/field-names.ts';
import { LayoutError } from '../abi/layout.ts';
import { shapeOf } from '../abi/record-shape.ts';
import type { Target } from '../abi/target.ts';
import { areAlike } from '../diff/alike.ts';
import type { AbiPair } from '../diff/changes.ts';
import { suspectsOf } from '../diff/suspects.ts';
import { builtInClassOf, type BuiltInForm, builtInForms } from './built-in-forms.ts';
import { namesOfKnownGarbage } from './built-in-layouts.ts';

/** Both sides, with the records that changed told about as uabi's layouts tell; `said` hears whose word was taken. */
export function withKnownSemantics(pair: AbiPair, said: (record: string, layout: string) => void): AbiPair {
  const { target } = pair.old;
  const [old, next] = [new Map<string, RecordDeclaration>(), new Map<string, RecordDeclaration>()];
  // What did not change needs no word of anybody.
  for (const name of namesOfKnownGarbage(changedRecords(pair))) {
    const [was, is] = [pair.old.records.get(name), pair.new.records.get(name)];
    if (was === undefined || is === undefined || areAlike(was.record, is.record) || isTold(was) || isTold(is)) continue;
    const [before, after] = formsOf(name, target, [shapeIfAny(was, target), shapeIfAny(is, target)]);
    if (before === undefined || !tellsOfGarbage(before)) continue;
    old.set(name, toldBy(before, was));
    next.set(name, toldBy(after ?? before, is));
    said(name, before.label);
  }
  if (old.size === 0) return pair;
  return { old: withRecords(pair.old, old), new: withRecords(pair.new, next) };
}

/** Records that both sides have and that are not alike; `undefined` where that takes looking at each. */
function changedRecords(pair: AbiPair): ReadonlySet<string> | undefined {
  const suspects = suspectsOf(pair);
  if (suspects === undefined) return undefined;
  const changed = new Set<string>();
  for (const name of suspects.records) {
    const [was, is] = [pair.old.records.get(name), pair.new.records.get(name)];
    if (was !== undefined && is !== undefined && !areAlike(was.record, is.record)) changed.add(name);
  }
  return changed;
}

/** Some forms of a record, by name, shapes and class of targets: most targets have one of few. */
const knownForms = new Map<string, readonly (BuiltInForm | undefined)[]>();

/** The first variants of uabi's layouts that give a record these shapes, as a target has them that is like this one. */
function formsOf(
  name: string,
  target: Target,
  shapes: readonly (string | undefined)[],
): readonly (BuiltInForm | undefined)[] {
  const key = [name, builtInClassOf(name, target), ...shapes].join('\n');
  let forms = knownForms.get(key);
  if (forms === undefined) knownForms.set(key, (forms = findForms(name, target, shapes)));
  return forms;
}

function findForms(
  name: string,
  target: Target,
  shapes: readonly (string | undefined)[],
): readonly (BuiltInForm | undefined)[] {
  const forms = new Map<string, BuiltInForm>();
  const wanted = new Set(shapes.filter((shape) => shape !== undefined));
  const named = [...wanted].map((shape) => new Set(shape.match(/[A-Za-z_]\w*/g)));
  const isUnlike = ({ sure, possible }: FormNames): boolean =>
    !named.some((names) => areWithin(sure, names) && areWithin(names, possible()));
  for (const form of builtInForms(name, target, isUnlike)) {
    const shape = shapeOf(form.record, target);
    if (shape !== undefined && wanted.has(shape) && !forms.has(shape)) forms.set(shape, form);
    if (forms.size === wanted.size) break;
  }
  return shapes.map((shape) => forms.get(shape ?? ''));
}

function areWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const one of some) if (!all.has(one)) return false;
  return true;
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

function shapeIfAny({ record }: RecordDeclaration, target: Target): string | undefined {
  try {
    return shapeOf(record, target);
  } catch (error) {
    // What no compiler could lay out is told by the comparison.
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}

function toldBy({ record: known, fields }: BuiltInForm, declaration: RecordDeclaration): RecordDeclaration {
  const record = attachSemantics(declaration.record, fields);
  const { semantics } = known;
  return { ...declaration, record: semantics === undefined ? record : { ...record, semantics } };
}
