/**
 * The forms that a record had in the kernels that uabi's layouts know: which members, and what is known of them.
 *
 * A comparison asks for them on each of twenty targets, and to read a variant is dear. So what can be told without that is told first,
 * and what is read is read once for all targets on which the file says the same.
 */

import { fileAbout, fileOfShapes } from '../abi/definition/document-about.ts';
import type { LayoutFile } from '../abi/definition/document.ts';
import { type FormNames, formNamesIn } from '../abi/definition/field-names.ts';
import { abiOfSoundVariant } from '../abi/definition/layout-file.ts';
import { readingClassIn, targetClassIn } from '../abi/definition/target-class.ts';
import { fieldPathsOf } from '../abi/field-paths.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import type { FieldSemantics } from '../abi/semantics.ts';
import type { Target } from '../abi/target.ts';
import type { RecordType } from '../abi/types.ts';
import { bareName, filesAbout, labelOf } from './built-in-layouts.ts';

export interface BuiltInForm {
  readonly record: RecordType;
  /** What is known of its fields, by path. */
  readonly fields: ReadonlyMap<string, FieldSemantics>;
  /** `kvm_run.json#6.12`. */
  readonly label: string;
}

/**
 * The forms a built-in record (`struct kvm_run`) has had on a target, from the variants that declare it: those of its own file first.
 * A variant that differs from others in nothing that shows in a form is left out, and so is one whose fields have names unlike all
 * that is looked for.
 */
export function* builtInForms(
  name: string,
  target: Target,
  isUnlike: (names: FormNames) => boolean,
): Generator<BuiltInForm> {
  const bare = bareName(name);
  for (const file of filesAbout(bare, target)) {
    const parts = partsIn(file, bare);
    for (const { name: variant } of parts.shapes.document.variants) {
      if (isUnlike(namesIn(parts, name, variant, target))) continue;
      const form = formIn(parts, name, variant, target);
      if (form !== undefined) yield form;
    }
  }
}

/** The same for targets on which a built-in record is said to be the same, but for the sizes of types. */
export function builtInClassOf(name: string, target: Target): string {
  const bare = bareName(name);
  return Array.from(
    filesAbout(bare, target),
    (file) => `${file.fileName} ${targetClassIn(partsIn(file, bare).about, target)}`,
  ).join();
}

/** What a file says of one record. */
interface Parts {
  /** Its variants are those that may differ in the form. */
  readonly shapes: LayoutFile;
  readonly about: LayoutFile;
  /** By variant and class of targets. */
  readonly names: Map<string, FormNames>;
  /** By variant and class of targets, types included. */
  readonly forms: Map<string, BuiltInForm | undefined>;
}

const partsByRecord = new Map<string, Parts>();

function partsIn(file: LayoutFile, bare: string): Parts {
  const key = `${file.fileName} ${bare}`;
  let parts = partsByRecord.get(key);
  if (parts === undefined) {
    parts = { shapes: fileOfShapes(file, bare), about: fileAbout(file, bare), names: new Map(), forms: new Map() };
    partsByRecord.set(key, parts);
  }
  return parts;
}

function namesIn({ shapes, names }: Parts, record: string, variant: string, target: Target): FormNames {
  const key = `${variant} ${targetClassIn(shapes, target)}`;
  let found = names.get(key);
  if (found === undefined) names.set(key, (found = formNamesIn(shapes, record, variant, target)));
  return found;
}

function formIn({ about, forms }: Parts, name: string, variant: string, target: Target): BuiltInForm | undefined {
  const key = `${variant} ${readingClassIn(about, target)}`;
  if (!forms.has(key)) forms.set(key, readForm(about, name, variant, target));
  return forms.get(key);
}

function readForm(about: LayoutFile, name: string, variant: string, target: Target): BuiltInForm | undefined {
  const label = labelOf(about, variant);
  const record = abiOfSoundVariant(about, variant, target, label).records.get(name)?.record;
  if (record === undefined) return undefined;
  const fields = new Map<string, FieldSemantics>();
  for (const { path, field } of fieldPathsOf(layoutOf(record, target))) {
    if (field.semantics !== undefined) fields.set(path, field.semantics);
  }
  return { record, fields, label };
}
