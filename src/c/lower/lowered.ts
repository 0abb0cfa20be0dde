/** What one external declaration adds to an ABI. */

import type {
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from '../../abi/abi.ts';

export type Lowered =
  | { readonly kind: 'record'; readonly declaration: RecordDeclaration }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration }
  | { readonly kind: 'request'; readonly declaration: RequestDeclaration }
  | { readonly kind: 'typedef'; readonly declaration: TypedefDeclaration }
  | { readonly kind: 'text'; readonly declaration: MacroDeclaration };
