/** An ABI without the declarations of some headers. */

import type { Abi } from '../abi/abi.ts';
import type { SourceLocation } from '../diagnostic.ts';

/** What is declared in the headers that `isKept` is true of, asked with a header's name and the path of what declares. */
export function declaredWithin(abi: Abi, isKept: (header: string, path?: string) => boolean): Abi {
  const among = <D extends { readonly header: string; readonly location?: SourceLocation }>(
    map: ReadonlyMap<string, D>,
  ): ReadonlyMap<string, D> => new Map([...map].filter(([, { header, location }]) => isKept(header, location?.file)));
  return {
    ...abi,
    headers: abi.headers.filter((header) => isKept(header)),
    records: among(abi.records),
    enums: among(abi.enums),
    typedefs: among(abi.typedefs),
    constants: among(abi.constants),
    requests: among(abi.requests),
    macros: among(abi.macros),
  };
}
