/**
 * The forms that a record had in the kernels that uabi's layouts know, and what is known of their fields.
 *
 * A comparison asks for them on each of twenty targets, and to read a variant is dear. So which variant has a form stands in a table
 * that is generated from the layouts (`npm run generate`), by a digest of the form; only that one is read, once for all
 * targets on which the file says the same.
 */

import { createHash } from 'node:crypto';
import { groupBy } from '../abi/group-by.ts';
import { fileAbout } from '../abi/definition/document-about.ts';
import type { LayoutFile } from '../abi/definition/document.ts';
import { abiOfSoundVariant } from '../abi/definition/layout-file.ts';
import { readingClassIn } from '../abi/definition/target-class.ts';
import type { FieldSemantics, RecordSemantics } from '../abi/semantics.ts';
import type { Target } from '../abi/target.ts';
import { type RecordType, unalias } from '../abi/types.ts';
import { type FormRow, formTable } from '../generated/forms.ts';
import { bareName, builtInFile, labelOf } from './built-in-layouts.ts';

export interface BuiltInForm {
  readonly semantics: RecordSemantics | undefined;
  /** What is known of its fields, by path. */
  readonly fields: ReadonlyMap<string, FieldSemantics>;
  /** `kvm_run.json#6.12`. */
  readonly label: string;
}

const rowsByRecord = groupBy(formTable, ({ record }) => record);

/** Records (`struct kvm_run`) of which uabi's layouts know what the kernel does with bytes that have no meaning. */
export const namesOfKnownForms: ReadonlySet<string> = new Set(rowsByRecord.keys());

/** The first variant in which a record has a shape (`shapeOf`) on a target. */
export function formOfShape(record: string, shape: string, target: Target): BuiltInForm | undefined {
  const digest = digestOf(shape);
  const isIt = ({ targets }: FormRow): boolean =>
    Object.hasOwn(targets, digest) && targets[digest]?.includes(target.name) === true;
  const row = rowsByRecord.get(record)?.find(isIt);
  return row === undefined ? undefined : formIn(row, target);
}

/** As many digits as no two forms share, by chance or on purpose. */
export function digestOf(shape: string): string {
  return createHash('sha256').update(shape).digest('hex').slice(0, 32);
}

const abouts = new Map<string, LayoutFile>();
/** By record, label and class of targets. */
const forms = new Map<string, BuiltInForm | undefined>();

function formIn({ record, file, variant }: FormRow, target: Target): BuiltInForm | undefined {
  const about = aboutIn(file, record);
  const key = `${record} ${labelOf(about, variant)} ${readingClassIn(about, target)}`;
  if (!forms.has(key)) forms.set(key, readForm(about, record, variant, target));
  return forms.get(key);
}

function aboutIn(fileName: string, record: string): LayoutFile {
  const key = `${record} ${fileName}`;
  let about = abouts.get(key);
  if (about === undefined) abouts.set(key, (about = fileAbout(builtInFile(fileName), bareName(record))));
  return about;
}

function readForm(about: LayoutFile, name: string, variant: string, target: Target): BuiltInForm | undefined {
  const label = labelOf(about, variant);
  const record = abiOfSoundVariant(about, variant, target, label).records.get(name)?.record;
  if (record === undefined) return undefined;
  const fields = new Map<string, FieldSemantics>();
  addSemantics(record, '', fields);
  return { semantics: record.semantics, fields, label };
}

/** By paths as `fieldPathsOf` a layout names them. */
function addSemantics(record: RecordType, prefix: string, into: Map<string, FieldSemantics>): void {
  for (const { name, type, semantics } of record.fields) {
    if (name !== undefined && semantics !== undefined) into.set(prefix + name, semantics);
    const inner = unalias(type);
    if (inner.kind === 'record') addSemantics(inner, name === undefined ? prefix : `${prefix}${name}.`, into);
  }
}
