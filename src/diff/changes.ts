/**
 * What can change between two ABIs of one target: facts, no opinions.
 *
 * Each change says what was and what is, with places; whether that hurts anybody is decided in `verdict/`. A change inside a
 * record carries the pair of records it was found in, because a judge needs to see who else uses the same bytes.
 */

import type {
  Abi,
  ConstantDeclaration,
  DocumentedRecord,
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from '../abi/abi.ts';
import type { NamedValue } from '../abi/semantics.ts';
import type { Enumerator } from '../abi/types.ts';
import type { SourceLocation } from '../diagnostic.ts';
import type { FieldNode, PlacedRecord, UnionNode } from './placed.ts';

/** One record on both sides. */
export interface RecordPair {
  /** The name C uses, on the old side: `struct kvm_run`. */
  readonly name: string;
  readonly old: PlacedRecord;
  readonly new: PlacedRecord;
  /** Nodes that are the same thing on both sides. */
  readonly matches: ReadonlyMap<FieldNode, FieldNode>;
  /** The same, from new to old. */
  readonly reverse: ReadonlyMap<FieldNode, FieldNode>;
}

/** What stood in bytes that something else wants: a field, a filler, or nothing. */
export type Occupant =
  | { readonly kind: 'field'; readonly node: FieldNode }
  | { readonly kind: 'filler'; readonly node: FieldNode }
  /** Bytes inside the record that no field covers; `isTail` for those at the end. */
  | { readonly kind: 'hole'; readonly offsetBits: number; readonly sizeBits: number; readonly isTail: boolean }
  /** Bytes of a union that this arm did not use. */
  | { readonly kind: 'slack'; readonly union: UnionNode }
  /** Bytes after the end of the record. */
  | { readonly kind: 'beyond' };

/** Why a field stands elsewhere. */
export type MoveCause =
  | { readonly kind: 'neighbour-grew'; readonly path: string; readonly isRecord: boolean }
  | { readonly kind: 'field-inserted'; readonly path: string }
  | { readonly kind: 'field-removed'; readonly path: string }
  | { readonly kind: 'reordered' }
  | { readonly kind: 'alignment' };

/** What differs about a type that kept its size. */
export type TypeAspect = 'signedness' | 'byte-order' | 'pointer' | 'float' | 'shape';

interface InRecord {
  readonly pair: RecordPair;
}

export type RecordChange =
  | { readonly kind: 'record-added'; readonly declaration: RecordDeclaration }
  | { readonly kind: 'record-removed'; readonly declaration: RecordDeclaration }
  | { readonly kind: 'record-renamed'; readonly old: RecordDeclaration; readonly new: RecordDeclaration }
  | { readonly kind: 'record-kind'; readonly old: RecordDeclaration; readonly new: RecordDeclaration }
  | (InRecord & { readonly kind: 'record-size'; readonly cause: 'flexible-array' | undefined })
  | (InRecord & { readonly kind: 'record-alignment' });

export type FieldChange =
  | (InRecord & { readonly kind: 'field-added'; readonly node: FieldNode; readonly took: readonly Occupant[] })
  | (InRecord & { readonly kind: 'field-removed'; readonly node: FieldNode; readonly takenBy: readonly Occupant[] })
  | (InRecord & {
      readonly kind: 'field-moved';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly cause: MoveCause;
      /** Further fields of the same record that moved by the same distance for the same reason. */
      readonly followers: readonly { readonly old: FieldNode; readonly new: FieldNode }[];
    })
  | (InRecord & { readonly kind: 'field-renamed'; readonly old: FieldNode; readonly new: FieldNode })
  | (InRecord & {
      readonly kind: 'field-resized';
      readonly old: FieldNode;
      readonly new: FieldNode;
      /** Old occupants of the bits it grew by; new occupants of the bits it gave up. */
      readonly others: readonly Occupant[];
    })
  | (InRecord & {
      readonly kind: 'inner-record-resized';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly others: readonly Occupant[];
    })
  | (InRecord & {
      readonly kind: 'field-retyped';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly aspects: readonly TypeAspect[];
    })
  | (InRecord & { readonly kind: 'filler-changed'; readonly old: FieldNode; readonly new: FieldNode })
  | (InRecord & {
      readonly kind: 'flexible-array';
      readonly change: 'added' | 'removed' | 'converted' | 'fixed';
      readonly old: FieldNode | undefined;
      readonly new: FieldNode | undefined;
    });

export type UnionChange =
  | (InRecord & {
      readonly kind: 'union-arm-added';
      /** The arm; of a record without a name its first field. */
      readonly node: FieldNode;
      /** What such a record has, fillers left out. */
      readonly fields?: readonly FieldNode[];
      /** The union as it was. */
      readonly old: UnionNode;
    })
  | (InRecord & {
      readonly kind: 'union-arm-removed';
      readonly node: FieldNode;
    })
  | (InRecord & { readonly kind: 'union-resized'; readonly old: UnionNode; readonly new: UnionNode })
  | (InRecord & { readonly kind: 'union-reordered'; readonly old: UnionNode; readonly new: UnionNode })
  | (InRecord & {
      readonly kind: 'union-selector';
      readonly union: UnionNode;
      readonly discriminant: string;
      readonly value: bigint;
      readonly old: { readonly arm: string; readonly name: string };
      readonly new: { readonly arm: string; readonly name: string } | undefined;
    });

/** Changes of declared meaning: same bytes, other sense. */
export type MeaningChange =
  | (InRecord & {
      readonly kind: 'value-meaning';
      readonly sort: 'flag' | 'value';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly value: bigint;
      readonly was: NamedValue;
      readonly is: NamedValue;
    })
  | (InRecord & {
      readonly kind: 'value-renumbered';
      readonly sort: 'flag' | 'value';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly was: NamedValue;
      readonly is: NamedValue;
    })
  | (InRecord & {
      readonly kind: 'boolean-mask';
      readonly old: FieldNode;
      readonly new: FieldNode;
      readonly flags: readonly NamedValue[];
    })
  | (InRecord & { readonly kind: 'filler-check'; readonly old: FieldNode; readonly new: FieldNode })
  | (InRecord & { readonly kind: 'accepted-mask'; readonly old: FieldNode; readonly new: FieldNode });

/** A number with a name: a macro or an enumerator. C lets one become the other without anybody noticing. */
export interface NamedNumber {
  readonly name: string;
  readonly value: bigint;
  readonly declaration: ConstantDeclaration | EnumDeclaration;
  /** The enum it belongs to, by its key in the ABI. */
  readonly enum: string | undefined;
  readonly enumerator: Enumerator | undefined;
}

/**
 * Changes that follow from others: the end or count of a list that grew, a version, a mask of flags that gained the bits of
 * new ones (or lost some), a reserve whose bits were given names.
 */
export type Routine = 'end' | 'version' | 'mask-grew' | 'mask-shrank' | 'reserve';

export type NumberChange =
  | { readonly kind: 'number-added'; readonly number: NamedNumber }
  | {
      readonly kind: 'number-removed';
      readonly number: NamedNumber;
      /** New names of the same enum or family that now have its value. */
      readonly heirs: readonly NamedNumber[];
      /** The only heir looks like another spelling of the name. */
      readonly isRenamed?: boolean;
      /** The enum or prefix that went entirely, with all its members, of which `number` is the first. */
      readonly family?: { readonly name: string; readonly members: readonly NamedNumber[] };
    }
  | {
      readonly kind: 'number-changed';
      readonly old: NamedNumber;
      readonly new: NamedNumber;
      /** What is expected to change along with others, and did; `undefined` for a number that just changed. */
      readonly routine: Routine | undefined;
      /** A name of the same enum or family that has its old number now. */
      readonly heir: NamedNumber | undefined;
    }
  /** A macro, perhaps beside an enumerator, that is an enumerator alone. */
  | { readonly kind: 'macro-became-enumerator'; readonly old: NamedNumber; readonly new: NamedNumber }
  | {
      readonly kind: 'number-collision';
      readonly family: string;
      /** The name that came to a number already claimed. */
      readonly newcomer: NamedNumber;
      readonly holder: NamedNumber;
      /** The numbers of the family are four characters each. */
      readonly areCodes?: true;
    };

export type RequestChange =
  | { readonly kind: 'request-added'; readonly request: RequestDeclaration }
  | { readonly kind: 'request-removed'; readonly request: RequestDeclaration }
  | {
      readonly kind: 'request-changed';
      readonly old: RequestDeclaration;
      readonly new: RequestDeclaration;
      readonly aspects: readonly ('size' | 'direction' | 'number')[];
    }
  | {
      readonly kind: 'request-collision';
      readonly newcomer: RequestDeclaration;
      readonly holder: RequestDeclaration;
      /**
       * `alias`: one is defined as the other. `apart`: they are sent to different kinds of file descriptor. `form`: what one
       * carries has the size of `long`, and the other is what programs of this word size send for it. `clash`: they
       * carry different records, and every other number of the header is one request's own (or both go to one kind of
       * descriptor). `unknown`: none of these can be told.
       */
      readonly relation: 'alias' | 'apart' | 'form' | 'clash' | 'unknown';
      /** Two requests of the old header that shared a number already. */
      readonly precedent: readonly [RequestDeclaration, RequestDeclaration] | undefined;
    };

export type NameChange =
  | { readonly kind: 'header-added'; readonly header: string }
  | {
      readonly kind: 'header-removed';
      readonly header: string;
      /** Where it stood, if it declared anything. */
      readonly file: string | undefined;
      /** Declarations of it that are nowhere else now; they are told here and not one by one. */
      readonly lost: readonly string[];
      /** Where most of what it declared is declared now. */
      readonly movedTo: string | undefined;
      /** Where that one stands. */
      readonly newFile?: string | undefined;
    }
  | {
      /** Declarations that another header holds now, which the old one does not include. */
      readonly kind: 'declarations-moved';
      readonly from: string;
      readonly to: string;
      readonly names: readonly string[];
      /** Of the first name, on both sides. */
      readonly places: { readonly old: SourceLocation | undefined; readonly new: SourceLocation | undefined };
    }
  | {
      /** Headers that are there, and that another one no longer includes, directly or through others. */
      readonly kind: 'includes-fewer';
      readonly header: string;
      /** Where it stands, if it declares anything. */
      readonly file: string | undefined;
      readonly lost: readonly string[];
    }
  | { readonly kind: 'macro-added' | 'macro-removed'; readonly macro: MacroDeclaration }
  | { readonly kind: 'macro-changed'; readonly old: MacroDeclaration; readonly new: MacroDeclaration }
  /** A tag that is gone while the names of its enum are there, in an enum of another tag or of none. */
  | { readonly kind: 'enum-renamed'; readonly old: EnumDeclaration; readonly new: EnumDeclaration | undefined }
  | { readonly kind: 'typedef-added' | 'typedef-removed'; readonly typedef: TypedefDeclaration }
  | {
      readonly kind: 'typedef-changed';
      readonly old: TypedefDeclaration;
      readonly new: TypedefDeclaration;
      readonly sizeBits: { readonly old: number | undefined; readonly new: number | undefined };
      readonly aspects: readonly (TypeAspect | 'size' | 'alignment')[];
    };

/** Documentation that shows another record than the header declares, since this change. */
export interface DocumentationChange {
  readonly kind: 'documentation-differs';
  readonly documented: DocumentedRecord;
  readonly declared: RecordDeclaration;
  /** Clauses, at least one. */
  readonly differences: readonly string[];
}

export type Change =
  | DocumentationChange
  | RecordChange
  | FieldChange
  | UnionChange
  | MeaningChange
  | NumberChange
  | RequestChange
  | NameChange;

/** The two sides of one target. */
export interface AbiPair {
  readonly old: Abi;
  readonly new: Abi;
}
