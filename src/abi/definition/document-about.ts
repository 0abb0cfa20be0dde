/**
 * The part of a layout file that one of its records needs: the record, those within it, the requests that carry one of them, and
 * the constants that any of these name.
 *
 * Whoever asks which forms a record has had reads all variants of a file for one of its hundred records, and on all targets. What
 * is needed is found by the words that stand in it: a word too many does no harm. What is left keeps its order, for what a file
 * says first is read first.
 */

import type { ConstantFamilyEntry, LayoutDocument, LayoutFile, RecordEntry } from './document.ts';
import { infoOf } from './read-variant.ts';

/** A file that says of the record with a tag what `file` says, and little else. What is wrong elsewhere in it is not met. */
export function fileAbout(file: LayoutFile, tag: string): LayoutFile {
  return { ...file, document: documentAbout(file.document, tag) };
}

function documentAbout(document: LayoutDocument, tag: string): LayoutDocument {
  const words = new Set([tag]);
  const isNamed = (name: string): boolean => wordsIn(name).every((word) => words.has(word));
  const isNeeded = ({ record }: Pick<RecordEntry, 'record'>): boolean => words.has(tagOf(record));
  const reach = (part: unknown): void => {
    for (const word of wordsIn(JSON.stringify(part))) words.add(word);
  };

  const { record, fields, variants, header, targets, unknownErrno } = document;
  const records = new Set<RecordEntry>();
  let isMainNeeded = false;
  for (let known = 0; known < words.size;) {
    known = words.size;
    if (record !== undefined && !isMainNeeded && isNeeded({ record })) {
      isMainNeeded = true;
      reach([fields, variants]);
    }
    for (const entry of document.records ?? []) {
      if (records.has(entry) || !isNeeded(entry)) continue;
      records.add(entry);
      reach(entry);
    }
  }
  const tags = new Set([...records].map((entry) => tagOf(entry.record)));
  if (isMainNeeded) tags.add(tagOf(record ?? ''));
  const requests = (document.requests ?? []).filter(({ define }) => wordsIn(define).some((word) => tags.has(word)));
  reach(requests);
  // A constant may be made of others that stand before it.
  const constants: ConstantFamilyEntry[] = [];
  for (const entry of [...(document.constants ?? [])].reverse()) {
    if (!isNamed(entry.family) && !Object.keys(entry.values).some((name) => words.has(name))) continue;
    constants.unshift(entry);
    reach(entry.values);
  }
  const about = { records: (document.records ?? []).filter((entry) => records.has(entry)), requests, constants };
  if (isMainNeeded) return { ...document, ...about };
  const errno = unknownErrno === undefined ? {} : { unknownErrno };
  return { header, targets, variants: variants.map(infoOf), ...errno, ...about };
}

/** `kvm_regs` of `struct kvm_regs`. */
function tagOf(name: string): string {
  return wordsIn(name)[1] ?? '';
}

function wordsIn(text: string): readonly string[] {
  return text.match(/\w+/g) ?? [];
}
