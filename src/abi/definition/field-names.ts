/**
 * What the fields of a record are called in a variant, without reading it: a form of which a name is missing, or that has one
 * more, is another form.
 */

import { onceFor } from '../once.ts';
import type { Target } from '../target.ts';
import type { FieldEntry, LayoutFile } from './document.ts';
import { Selection } from './limits.ts';

/** Type, name, dimensions, width. Whatever is written otherwise is not understood here. */
const declaration = /^.*[\s*]([A-Za-z_]\w*)\s*(?:\[.*\])?\s*(?::\s*\w+)?$/s;
/** In the place of a name, these end the type of a bit-field without one. */
const ofTypes = new Set(['char', 'double', 'float', 'int', 'long', 'short', 'signed', 'unsigned']);

/** What is known of a form before it is read. */
export interface FormNames {
  /** Fields of the record, and of those records in it that have no tag, surely have these names. */
  readonly sure: ReadonlySet<string>;
  /** No field at any depth has a name that is not among these. To find them takes longer. */
  readonly possible: () => ReadonlySet<string>;
}

/** The names of `record` (`struct kvm_run`) in a variant on a target. */
export function formNamesIn({ document }: LayoutFile, record: string, variant: string, target: Target): FormNames {
  const selection = new Selection(document, variant, target.name);
  const own = document.variants.find(({ name }) => name === variant)?.fields ?? document.fields;
  const all = (document.records ?? []).filter((entry) => selection.has(entry));
  if (document.record !== undefined && own !== undefined) all.unshift({ record: document.record, fields: own });

  const ofRecord = all.filter((entry) => entry.record === record);
  // Of an array it is the elements that have fields.
  const sure = entriesIn(ofRecord, selection, (entry) => entryName(entry) === writtenIn(entry).name);
  const names = sure.flatMap((entry) => writtenIn(entry).name ?? []).filter((name) => name !== '');
  let possible: ReadonlySet<string> | undefined;
  return {
    sure: new Set(names),
    // Which of the others are within the record takes reading it.
    possible: () =>
      (possible ??= new Set(entriesIn(all, selection, () => true).flatMap((entry) => writtenIn(entry).words))),
  };
}

/** The members of some records, at all depths that are entered. */
function entriesIn(
  records: readonly Pick<FieldEntry, 'fields'>[],
  selection: Selection,
  isEntered: (entry: FieldEntry) => boolean,
): readonly FieldEntry[] {
  const found: FieldEntry[] = [];
  const add = ({ fields = [] }: Pick<FieldEntry, 'fields'>): void => {
    for (const entry of fields) {
      if (!selection.has(entry)) continue;
      found.push(entry);
      if (entry.fields !== undefined && isEntered(entry)) add(entry);
    }
  };
  for (const one of records) add(one);
  return found;
}

/** What a member declares, as far as it shows at first sight. */
interface Written {
  readonly words: readonly string[];
  /** Empty where it has none, missing where that is not understood. */
  readonly name: string | undefined;
}

/** Asked for each variant and target. */
const writtenIn = onceFor((entry: FieldEntry): Written => {
  return { words: entryText(entry).match(/[A-Za-z_]\w*/g) ?? [], name: nameIn(entry) };
});

function entryText({ field, struct, union }: FieldEntry): string {
  return field ?? struct ?? union ?? '';
}

/** What stands in the place of a name: `b[6]` of a nested record. */
function entryName({ field, struct, union }: FieldEntry): string | undefined {
  return field === undefined ? (struct ?? union) : declaration.exec(field)?.[1];
}

function nameIn(entry: FieldEntry): string | undefined {
  const name = entryName(entry);
  if (name === undefined || ofTypes.has(name)) return undefined;
  return /^\w*/.exec(name)?.[0];
}
