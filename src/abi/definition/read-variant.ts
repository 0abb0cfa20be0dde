/**
 * One variant of a layout file on one target, as an `Abi`.
 *
 * Constants come first because everything else may name them, then the definitions of requests, then records, then the
 * requests' numbers, which need the records' sizes. What the file expects of its layouts is checked at the end.
 */

import type { Abi, ConstantDeclaration, RecordDeclaration, RequestDeclaration, VariantInfo } from '../abi.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { fieldPathsOf } from '../field-paths.ts';
import { layoutOf } from '../layout-engine.ts';
import { LayoutError, type RecordLayout } from '../layout.ts';
import { suggestionFor } from '../suggest.ts';
import type { Target } from '../target.ts';
import { type RecordType } from '../types.ts';
import { isIdentifier } from './declaration.ts';
import type { Expectations, LayoutDocument, LayoutFile, RecordEntry, VariantEntry } from './document.ts';
import { Selection } from './limits.ts';
import type { JsonPath } from './located-json.ts';
import { Problems } from './problems.ts';
import { type Constants, readConstants } from './read-constants.ts';
import { type PlacedRecord, RecordReader } from './read-records.ts';
import { completeRequest, readDefinitions, usesByRecord } from './read-requests.ts';

export interface VariantReading {
  readonly abi: Abi;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether a file is the user's, or one of uabi's own: that its layouts are what it expects, its tests have seen. */
type Trust = 'checked' | 'sound';

/** Reads one variant for one target. The variant must exist (`findVariant`). */
export function readVariant(
  file: LayoutFile,
  variant: VariantEntry,
  target: Target,
  label: string,
  trust: Trust = 'checked',
): VariantReading {
  const { document, locate } = file;
  const problems = new Problems(locate);
  const selection = new Selection(document, variant.name, target.name);
  const constants = readConstants(document, selection, problems, locate);
  const definitions = readDefinitions(document, selection, constants, problems);
  const uses = usesByRecord(document, definitions, target);

  const entries = recordEntries(document, variant, selection, problems);
  const reader = new RecordReader(entries, target, constants, selection, problems, locate);
  const records = new Map<string, RecordDeclaration>();
  for (const [key, { entry, path }] of entries) {
    const requests = uses.get(key);
    const record = reader.record(key, requests === undefined ? undefined : { requests });
    if (record === undefined) continue;
    const location = locate([...path, 'record']);
    records.set(key, {
      name: key,
      header: entry.header ?? document.header,
      ...(location === undefined ? {} : { location }),
      record,
    });
  }

  const requests = new Map<string, RequestDeclaration>();
  for (const definition of definitions) {
    const request = completeRequest(definition, document, target, reader, problems, locate);
    if (request !== undefined) requests.set(request.name, request);
  }
  // A layout is worth checking only where its declarations are sound.
  if (trust === 'checked' && problems.diagnostics.length === 0)
    checkLayouts(file, variant, target, entries, reader, problems);

  const abi: Abi = {
    target,
    label,
    headers: headersOf(records, requests, constants),
    records,
    enums: new Map(),
    typedefs: new Map(),
    constants: constants.declarations,
    requests,
    macros: new Map(),
    variant: infoOf(variant),
    ...(document.record === undefined ? {} : { mainRecord: document.record }),
    notUnderstood: [],
  };
  return { abi, diagnostics: problems.diagnostics };
}

/** The variant as data for reports. */
export function infoOf({
  name,
  status,
  since,
  until,
  date,
  doc,
  source,
  supersedes,
  targets,
}: VariantEntry): VariantInfo {
  return {
    name,
    status,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(date === undefined ? {} : { date }),
    ...(doc === undefined ? {} : { doc }),
    ...(source === undefined ? {} : { source }),
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(targets === undefined ? {} : { targets }),
  };
}

function headersOf(
  records: ReadonlyMap<string, RecordDeclaration>,
  requests: ReadonlyMap<string, RequestDeclaration>,
  constants: Constants,
): string[] {
  const declarations: Iterable<RecordDeclaration | RequestDeclaration | ConstantDeclaration>[] = [
    records.values(),
    requests.values(),
    constants.declarations.values(),
  ];
  return [...new Set(declarations.flatMap((some) => [...some].map(({ header }) => header)))];
}

/** The main record first, then the others, each with the place of its fields. */
function recordEntries(
  document: LayoutDocument,
  variant: VariantEntry,
  selection: Selection,
  problems: Problems,
): Map<string, PlacedRecord> {
  const entries = new Map<string, PlacedRecord>();
  const add = (entry: RecordEntry, path: JsonPath, fieldsPath: JsonPath): void => {
    const [kind, tag, ...rest] = entry.record.split(' ');
    if ((kind !== 'struct' && kind !== 'union') || tag === undefined || !isIdentifier(tag) || rest.length > 0) {
      problems.add([...path, 'record'], 'bad-name', `"${entry.record}" is not the name of a record.`, {
        hint: 'write "struct NAME" or "union NAME"',
      });
    } else if (entries.has(entry.record)) {
      problems.add(
        [...path, 'record'],
        'duplicate-name',
        `${entry.record} is given twice for variant "${variant.name}" on ${selection.target}.`,
      );
    } else entries.set(entry.record, { entry, path, fieldsPath });
  };

  const index = document.variants.indexOf(variant);
  const fields = variant.fields ?? document.fields;
  if (document.record !== undefined && fields !== undefined) {
    const { record, sizeRule, packed, aligned } = document;
    const entry: RecordEntry = {
      record,
      fields,
      ...(document.doc === undefined ? {} : { doc: document.doc }),
      ...(sizeRule === undefined ? {} : { sizeRule }),
      ...(packed === undefined ? {} : { packed }),
      ...(aligned === undefined ? {} : { aligned }),
    };
    add(entry, [], variant.fields === undefined ? ['fields'] : ['variants', index, 'fields']);
  } else if (document.record === undefined && fields !== undefined) {
    problems.add(
      variant.fields === undefined ? ['fields'] : ['variants', index, 'fields'],
      'missing-key',
      'These fields belong to no record.',
      {
        hint: 'add "record": "struct NAME" at the top of the file',
      },
    );
  }
  (document.records ?? []).forEach((entry, at) => {
    const path: JsonPath = ['records', at];
    selection.check(entry, path, problems);
    if (selection.has(entry)) add(entry, path, [...path, 'fields']);
  });
  if (document.record !== undefined && !entries.has(document.record) && fields === undefined) {
    const known = (document.records ?? []).map(({ record }) => record);
    if (!known.includes(document.record)) {
      problems.add(
        ['record'],
        'missing-key',
        `Nothing lists the fields of ${document.record}.`,
        suggestionFor(document.record, known),
      );
    }
  }
  return entries;
}

function checkLayouts(
  { document }: LayoutFile,
  variant: VariantEntry,
  target: Target,
  entries: ReadonlyMap<string, PlacedRecord>,
  reader: RecordReader,
  problems: Problems,
): void {
  const layouts = new Map<string, RecordLayout>();
  for (const [key, { path }] of entries) {
    const record = reader.records.get(key);
    if (record === undefined) continue;
    const layout = tryLayout(record, target, path, problems);
    if (layout === undefined) continue;
    layouts.set(key, layout);
    const { entry } = entries.get(key) ?? {};
    if (entry?.expect !== undefined) checkExpectations(entry.expect, key, layout, [...path, 'expect'], problems);
  }
  const main = document.record === undefined ? undefined : layouts.get(document.record);
  if (main === undefined || document.record === undefined) return;
  if (document.expect !== undefined) checkExpectations(document.expect, document.record, main, ['expect'], problems);
  if (variant.expect !== undefined) {
    const path = ['variants', document.variants.indexOf(variant), 'expect'];
    checkExpectations(variant.expect, document.record, main, path, problems);
  }
}

function tryLayout(record: RecordType, target: Target, path: JsonPath, problems: Problems): RecordLayout | undefined {
  try {
    return layoutOf(record, target);
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    problems.add(path, 'no-layout', `${error.message}.`);
    return undefined;
  }
}

function checkExpectations(
  expectations: Expectations,
  key: string,
  layout: RecordLayout,
  path: JsonPath,
  problems: Problems,
): void {
  const target = layout.target.name;
  for (const [on, expected] of Object.entries(expectations)) {
    if (on !== target && on !== '*') continue;
    const at = [...path, on];
    const compare = (what: string, computed: number, wanted: number | undefined, where: JsonPath): void => {
      if (wanted === undefined || wanted === computed) return;
      problems.add(
        where,
        'unexpected-layout',
        `${what} is ${String(computed)} on ${target}, not ${String(wanted)} as expected here.`,
      );
    };
    compare(`The size of ${key}`, layout.sizeBytes, expected.sizeBytes, [...at, 'sizeBytes']);
    compare(`The alignment of ${key}`, layout.alignBytes, expected.alignBytes, [...at, 'alignBytes']);
    if (expected.offsets === undefined) continue;
    const offsets = new Map(fieldPathsOf(layout).map((field) => [field.path, field.offsetBits / 8]));
    for (const [fieldPath, wanted] of Object.entries(expected.offsets)) {
      const where = [...at, 'offsets', fieldPath];
      const computed = offsets.get(fieldPath);
      if (computed === undefined) {
        problems.add(
          where,
          'unknown-member',
          `${key} has no member "${fieldPath}".`,
          suggestionFor(fieldPath, offsets.keys()),
        );
      } else compare(`The offset of ${fieldPath}`, computed, wanted, where);
    }
  }
}
