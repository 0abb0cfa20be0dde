/**
 * Records as documentation shows them, held against the headers they are about.
 *
 * One document shows the records of several architectures under one name, so a record that differs is no mistake by itself. It
 * is one where the change made it: the text agreed with the old header and does not with the new one, or it is new or was
 * changed and nothing else that documents the name agrees.
 */

import type { Abi, DocumentedRecord, RecordDeclaration } from '../abi/abi.ts';
import { fieldPathsOf } from '../abi/field-paths.ts';
import { layoutOf } from '../abi/layout-engine.ts';
import { ifLaidOut } from '../abi/layout.ts';
import type { Target } from '../abi/target.ts';
import type { AbiPair, DocumentationChange } from './changes.ts';

export function compareDocumentation(pair: AbiPair): DocumentationChange[] {
  const changes: DocumentationChange[] = [];
  const seen = new Map<string, number>();
  for (const documented of pair.new.documentation ?? []) {
    const { name } = documented.declaration;
    const key = `${documented.file}\0${name}`;
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    const declared = pair.new.records.get(name);
    const differences = declared === undefined ? [] : differencesOf(documented.declaration, declared, pair.new.target);
    if (declared === undefined || differences.length === 0) continue;
    const before = (pair.old.documentation ?? []).filter((one) => one.declaration.name === name);
    const same = before.filter((one) => one.file === documented.file)[ordinal];
    const others = pair.new.documentation?.filter((one) => one !== documented && one.declaration.name === name) ?? [];
    const wasRight = same !== undefined && agrees(same, pair.old);
    const isNews = same?.text !== documented.text && resembles(documented.declaration, declared, pair.new.target);
    if (wasRight || (isNews && !others.some((other) => agrees(other, pair.new)))) {
      changes.push({ kind: 'documentation-differs', documented, declared, differences });
    }
  }
  return changes;
}

function agrees({ declaration }: DocumentedRecord, abi: Abi): boolean {
  const declared = abi.records.get(declaration.name);
  return declared !== undefined && differencesOf(declaration, declared, abi.target).length === 0;
}

/** Whether a text is about this declaration, and not about that of another architecture: most fields have the same names. */
function resembles(documented: RecordDeclaration, declared: RecordDeclaration, target: Target): boolean {
  const [shown, real] = [placesOf(documented, target), placesOf(declared, target)];
  if (shown === undefined || real === undefined) return false;
  const common = [...shown.fields.keys()].filter((path) => real.fields.has(path)).length;
  return common * 2 >= Math.max(shown.fields.size, real.fields.size);
}

/** What the text says otherwise than the header, as clauses; empty where both have the same layout. */
function differencesOf(documented: RecordDeclaration, declared: RecordDeclaration, target: Target): string[] {
  const shown = placesOf(documented, target);
  const real = placesOf(declared, target);
  // What cannot be laid out is no text to compare with: an excerpt, or words between the fields.
  if (shown === undefined || real === undefined) return [];
  const clauses: string[] = [];
  if (shown.sizeBytes !== real.sizeBytes) {
    clauses.push(`it has ${String(shown.sizeBytes)} bytes in the text and ${String(real.sizeBytes)} in the header`);
  }
  for (const [path, place] of real.fields) {
    const other = shown.fields.get(path);
    if (other === undefined) clauses.push(`the text has no ${path}`);
    else if (other !== place) clauses.push(`${path} is ${other} in the text and ${place} in the header`);
  }
  for (const path of shown.fields.keys()) if (!real.fields.has(path)) clauses.push(`the header has no ${path}`);
  return clauses;
}

function placesOf(
  { record }: RecordDeclaration,
  target: Target,
): { readonly sizeBytes: number; readonly fields: ReadonlyMap<string, string> } | undefined {
  const layout = ifLaidOut(() => layoutOf(record, target));
  if (layout === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const { path, sizeBits, offsetBits } of fieldPathsOf(layout)) {
    fields.set(path, `${String(sizeBits / 8)} bytes at ${String(offsetBits / 8)}`);
  }
  return { sizeBytes: layout.sizeBytes, fields };
}
