/**
 * Names that the fields of a record surely have in a variant, without reading it: a form of which one is missing is another form.
 */

import type { Target } from '../target.ts';
import type { FieldEntry, LayoutFile } from './document.ts';
import { Selection } from './limits.ts';

/** Type, name, dimensions, width. Whatever is written otherwise is not understood here. */
const declaration = /^.*[\s*]([A-Za-z_]\w*)\s*(?:\[.*\])?\s*(?::\s*\w+)?$/s;
/** In the place of a name, these end the type of a bit-field without one. */
const ofTypes = new Set(['char', 'double', 'float', 'int', 'long', 'short', 'signed', 'unsigned']);

/** Of the fields of `record` (`struct kvm_run`), and of those of records in it that have no tag. */
export function fieldNamesIn({ document }: LayoutFile, record: string, variant: string, target: Target): Set<string> {
  const selection = new Selection(document, variant, target.name);
  const names = new Set<string>();
  const add = (fields: readonly FieldEntry[]): void => {
    for (const entry of fields) {
      if (!selection.has(entry)) continue;
      const name = entry.field === undefined ? (entry.struct ?? entry.union) : declaration.exec(entry.field)?.[1];
      if (name === undefined || ofTypes.has(name)) continue;
      const [bare = ''] = /^\w*/.exec(name) ?? [];
      if (bare !== '') names.add(bare);
      // Of an array it is the elements that have fields.
      if (bare === name) add(entry.fields ?? []);
    }
  };
  if (document.record === record) {
    add(document.variants.find(({ name }) => name === variant)?.fields ?? document.fields ?? []);
  }
  for (const entry of document.records ?? []) {
    if (entry.record === record && selection.has(entry)) add(entry.fields);
  }
  return names;
}
