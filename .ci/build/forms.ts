/**
 * Makes `src/generated/forms.ts`: which forms the records have had of which uabi's layouts know what the kernel does with bytes
 * without a meaning, and in which variants (`src/cli/known-forms.ts` looks them up). Run by `npm run generate`.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LayoutFile } from '../../src/abi/definition/document.ts';
import { abiOfSoundVariant, variantsOf } from '../../src/abi/definition/layout-file.ts';
import { shapeOf } from '../../src/abi/record-shape.ts';
import { targets } from '../../src/abi/target.ts';
import { bareName, builtInFile, builtInNames, filesAbout, labelOf } from '../../src/cli/built-in-layouts.ts';
import { digestOf } from '../../src/cli/known-forms.ts';
import type { FormRow } from '../../src/generated/forms.ts';

/** Of each record, the file that is about it comes first, and older variants before newer ones. */
export function formRows(): readonly FormRow[] {
  const files = builtInNames().map(builtInFile);
  const records = new Set(files.flatMap((file) => recordsOfKnownGarbage(file)));
  return [...records].flatMap(rowsOf);
}

/** The text of the module. */
export function formModule(rows: readonly FormRow[]): string {
  const lines = rows.map((row) => `  ${JSON.stringify(row)},\n`);
  return `${heading}export const formTable: readonly FormRow[] = [\n${lines.join('')}];\n`;
}

const heading = `/* Written by npm run generate; do not edit. */

/** A form of a record, in the first variant that has it. */
export interface FormRow {
  /** \`struct kvm_run\` */
  readonly record: string;
  /** \`kvm_run.json\` */
  readonly file: string;
  readonly variant: string;
  /** By a digest of its form, the targets on which the record has it. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
}

`;

function recordsOfKnownGarbage({ document }: LayoutFile): readonly string[] {
  const tells = (part: unknown): boolean => JSON.stringify(part).includes('"nonZero"');
  const told = (document.records ?? []).filter(tells).map(({ record }) => record);
  return document.record !== undefined && tells(document) ? [document.record, ...told] : told;
}

function rowsOf(record: string): readonly FormRow[] {
  const rows = new Map<string, FormRow & { readonly targets: Record<string, string[]> }>();
  for (const target of targets) {
    const known = new Set<string>();
    for (const file of filesAbout(bareName(record), target)) {
      for (const { name: variant } of variantsOf(file, target)) {
        const shape = shapeOf(abiOfSoundVariant(file, variant, target, '').records.get(record)?.record, target);
        const digest = shape === undefined ? undefined : digestOf(shape);
        if (digest === undefined || known.has(digest)) continue;
        known.add(digest);
        const label = labelOf(file, variant);
        let row = rows.get(label);
        if (row === undefined) rows.set(label, (row = { record, file: file.fileName, variant, targets: {} }));
        (row.targets[digest] ??= []).push(target.name);
      }
    }
  }
  return [...rows.values()];
}

const path = fileURLToPath(new URL('../../src/generated/forms.ts', import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, formModule(formRows()));
