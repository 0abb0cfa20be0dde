/**
 * Records that have another name on the new side.
 *
 * Where the old name still leads to a record, by a typedef or a macro, that is the one: an anonymous record that a typedef names is
 * given a tag so. Otherwise a record that vanished is the one that appeared with the same fields, where there is no doubt which.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { unalias } from '../abi/types.ts';
import type { AbiPair } from './changes.ts';
import type { Suspected, SuspectedPair } from './suspected.ts';
import { signatureOfRecord } from './types.ts';

/** New declarations, by the old ones. */
export function renamedRecords(
  pair: AbiPair,
  suspected: SuspectedPair,
): ReadonlyMap<RecordDeclaration, RecordDeclaration> {
  const gone = withoutNames(suspected.old, pair.new);
  const come = withoutNames(suspected.new, pair.old);
  const renamed = new Map<RecordDeclaration, RecordDeclaration>();
  for (const declaration of gone) {
    const meant = recordMeantBy(declaration.name, pair.new);
    if (meant?.record.isComplete === true) renamed.set(declaration, meant);
  }
  // A record lost its tag, and the typedef that names it is there as before.
  for (const declaration of come) {
    const meant = recordMeantBy(declaration.name, pair.old);
    if (meant !== undefined && gone.has(meant) && !renamed.has(meant)) renamed.set(meant, declaration);
  }
  const taken = new Set(renamed.values());
  const goneByFields = byFields(gone, (declaration) => !renamed.has(declaration));
  const comeByFields = byFields(come, (declaration) => !taken.has(declaration));
  for (const [fields, [declaration, ...others]] of goneByFields) {
    const [candidate, ...rivals] = comeByFields.get(fields) ?? [];
    if (declaration === undefined || candidate === undefined || others.length + rivals.length > 0) continue;
    renamed.set(declaration, candidate);
  }
  return renamed;
}

/** Complete records of one side whose names the other does not have. */
function withoutNames({ records }: Suspected, other: Abi): ReadonlySet<RecordDeclaration> {
  const found = new Set<RecordDeclaration>();
  for (const [name, declaration] of records) {
    if (!other.records.has(name) && declaration.record.isComplete) found.add(declaration);
  }
  return found;
}

/** The record that a name leads to which is not its own: `region_t` by a typedef, `struct region` by a macro `region`. */
export function recordMeantBy(name: string, abi: Abi): RecordDeclaration | undefined {
  const [, tag = '', bare = name] = /^((?:struct|union) )(.*)$/.exec(name) ?? [];
  const { parameters, body = '' } = abi.macros.get(bare) ?? {};
  if (parameters === undefined && /^[A-Za-z_]\w*$/.test(body)) return abi.records.get(tag + body);
  const typedef = tag === '' ? abi.typedefs.get(name) : undefined;
  const type = typedef && unalias(typedef.type);
  return type?.kind === 'record' && type.tag !== undefined
    ? abi.records.get(`${type.recordKind} ${type.tag}`)
    : undefined;
}

/** Records with two fields at least, by what these are. */
function byFields(
  records: Iterable<RecordDeclaration>,
  isOpen: (declaration: RecordDeclaration) => boolean,
): ReadonlyMap<string, readonly RecordDeclaration[]> {
  const found = new Map<string, RecordDeclaration[]>();
  for (const declaration of records) {
    const { record } = declaration;
    if (record.fields.length < 2 || !isOpen(declaration)) continue;
    const fields = signatureOfRecord(record);
    const same = found.get(fields);
    if (same === undefined) found.set(fields, [declaration]);
    else same.push(declaration);
  }
  return found;
}
