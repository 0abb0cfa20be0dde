/** A layout for programs: the document of `uabi layout --format json`. */

import type { Abi, EnumDeclaration, RecordDeclaration, RequestDeclaration } from '../abi/abi.ts';
import { fieldPathsOf } from '../abi/field-paths.ts';
import { spellType } from '../abi/types.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { listedLayout } from './listed-layout.ts';

/** What is to be listed: an `Abi`, or as much of it as was asked for. */
export type ListedAbi = Pick<
  Abi,
  'target' | 'headers' | 'notUnderstood' | 'records' | 'typedefs' | 'enums' | 'constants' | 'requests'
>;

/** The document for one target. Offsets and sizes are in bits, counted from the outermost record. */
export function layoutDocument(abi: ListedAbi): Record<string, unknown> {
  const { target } = abi;
  return {
    schemaVersion: 1,
    target: target.name,
    headers: abi.headers,
    notUnderstood: abi.notUnderstood.map(problemEntry),
    // A record that is only declared has no layout and no entry.
    records: [...abi.records.values()]
      .filter(({ record }) => record.isComplete)
      .map((declaration) => recordEntry(declaration, abi)),
    enums: [...abi.enums.values()].map(enumEntry),
    // A request is an object-like macro with an integer value too, so it stands in both lists.
    constants: Object.fromEntries(
      [
        ...abi.constants.values(),
        ...[...abi.requests.values()].map(({ name, number }) => ({ name, value: number })),
      ].map(({ name, value }) => [name, String(value)]),
    ),
    requests: [...abi.requests.values()].map(requestEntry),
  };
}

function recordEntry(declaration: RecordDeclaration, abi: ListedAbi): Record<string, unknown> {
  const { name, header, location } = declaration;
  const layout = listedLayout(declaration, abi);
  return {
    name,
    header,
    line: location?.line ?? null,
    sizeBytes: layout.sizeBytes,
    alignBytes: layout.alignBytes,
    fields: fieldPathsOf(layout).map(({ path, offsetBits, sizeBits, type }) => ({
      path,
      offsetBits,
      sizeBits,
      type: spellType(type),
    })),
  };
}

function enumEntry({ name, header, location, type }: EnumDeclaration): Record<string, unknown> {
  return {
    name,
    header,
    line: location?.line ?? null,
    enumerators: Object.fromEntries(type.enumerators.map((one) => [one.name, String(one.value)])),
  };
}

function requestEntry({ name, number, direction, type, nr, sizeBytes }: RequestDeclaration): Record<string, unknown> {
  return { name, number: `0x${number.toString(16).padStart(8, '0')}`, direction, type, nr, sizeBytes };
}

/** A problem as the published documents list it. */
function problemEntry({ location, message }: Diagnostic): Record<string, unknown> {
  return {
    header: location?.file ?? null,
    line: location?.line ?? null,
    column: location?.column ?? null,
    message,
  };
}
