/**
 * A layout as C: a file that a compiler accepts exactly when its layout is this one.
 *
 * `_Static_assert` (C17 §6.7.10) over `sizeof`, `_Alignof` and `offsetof`. What C cannot ask is said in a comment: the place
 * of a bit-field (`offsetof` refuses it) and the size of a flexible array member.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { fieldPathsOf } from '../abi/field-paths.ts';
import type { FieldPath } from '../abi/layout.ts';
import { unalias } from '../abi/types.ts';
import { printable } from '../diagnostic.ts';
import { listedLayout } from './listed-layout.ts';

const identifierPath = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const typeName = /^(?:(?:struct|union) )?[A-Za-z_][A-Za-z0-9_]*$/;
const headerName = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/** As much of an `Abi` as is asserted. */
type AssertedAbi = Pick<Abi, 'target' | 'records' | 'typedefs'>;

/** The C file for some records on one target. */
export function renderAssertions(abi: AssertedAbi): string {
  const { target } = abi;
  const declarations = [...abi.records.values()];
  const headers = new Set(declarations.map(({ header }) => header).filter((header) => headerName.test(header)));
  const lines = [
    `/* Layouts on ${target.name}; to be compiled for ${target.triples[0] ?? target.name}. */`,
    '#include <stddef.h>',
    ...[...headers].map((header) => `#include <${header}>`),
  ];
  for (const declaration of declarations) lines.push('', ...assertRecord(declaration, abi));
  return `${lines.join('\n')}\n`;
}

function assertRecord(declaration: RecordDeclaration, abi: AssertedAbi): string[] {
  const { name } = declaration;
  if (!typeName.test(name)) return [`/* ${comment(name)} has no name that C could ask for. */`];
  const layout = listedLayout(declaration, abi);
  return [
    `_Static_assert(sizeof(${name}) == ${layout.sizeBytes}, "size of ${name}");`,
    `_Static_assert(_Alignof(${name}) == ${layout.alignBytes}, "alignment of ${name}");`,
    ...fieldPathsOf(layout).flatMap((field) => assertField(name, field)),
  ];
}

function assertField(record: string, { path, offsetBits, sizeBits, field, type }: FieldPath): string[] {
  if (!identifierPath.test(path)) return [`/* ${comment(path)}: no C identifier */`];
  if (field.bitWidth !== undefined) {
    const place = `byte ${Math.floor(offsetBits / 8)} bit ${offsetBits % 8}`;
    return [`/* ${path}: bit-field of ${sizeBits} bits at ${place} */`];
  }
  const behind = unalias(type);
  const isFlexible = behind.kind === 'array' && behind.length === undefined;
  return [
    `_Static_assert(offsetof(${record}, ${path}) == ${offsetBits / 8}, "offset of ${path}");`,
    isFlexible
      ? `/* ${path}: flexible array member */`
      : `_Static_assert(sizeof(((${record} *)0)->${path}) == ${sizeBits / 8}, "size of ${path}");`,
  ];
}

/** Text that cannot end the comment it stands in. */
function comment(text: string): string {
  return printable(text).replaceAll('*/', '*\\/');
}
