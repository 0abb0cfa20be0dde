/**
 * The shape of what a header declares, before any name is looked up or any number computed: C17 §6.7 as far as headers go.
 *
 * Parameters of functions, bodies and initializers leave no trace here, because no layout depends on them. Every node knows
 * a token to point at; expressions know how deeply they nest, so that nothing that walks them can overflow the stack.
 */

import type { Token } from './token.ts';

interface Node {
  readonly token: Token;
}

interface ExpressionNode extends Node {
  /** Levels of expressions below and including this one. */
  readonly depth: number;
}

export type Expression =
  | (ExpressionNode & { readonly kind: 'number' | 'character' | 'name' })
  /** `others`: the strings behind the first that are joined to it (C17 §5.1.1.2, phase 6). */
  | (ExpressionNode & { readonly kind: 'string'; readonly others: readonly Token[] })
  | (ExpressionNode & { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression })
  | (ExpressionNode & {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (ExpressionNode & {
      readonly kind: 'conditional';
      readonly condition: Expression;
      /** `undefined` in GNU's `a ?: b`. */
      readonly then: Expression | undefined;
      readonly otherwise: Expression;
    })
  | (ExpressionNode & { readonly kind: 'cast'; readonly type: TypeName; readonly operand: Expression })
  | (ExpressionNode & { readonly kind: 'sizeof'; readonly operand: Expression | TypeName })
  | (ExpressionNode & {
      readonly kind: 'alignof';
      readonly operand: Expression | TypeName;
      /** C's `_Alignof`: the least alignment that an object of the type has anywhere. GNU's `__alignof__`: that of one alone. */
      readonly isLeast: boolean;
    })
  | (ExpressionNode & { readonly kind: 'offsetof'; readonly type: TypeName; readonly path: Expression })
  | (ExpressionNode & {
      readonly kind: 'member';
      readonly operand: Expression;
      readonly name: string;
      readonly isArrow: boolean;
    })
  | (ExpressionNode & { readonly kind: 'index'; readonly operand: Expression; readonly index: Expression })
  | (ExpressionNode & {
      readonly kind: 'call';
      readonly callee: Expression;
      readonly arguments: readonly (Expression | TypeName)[];
    })
  | (ExpressionNode & {
      readonly kind: 'compound-literal';
      readonly type: TypeName;
      readonly initializer: Initializer;
    });

/** Elements one behind the other, from an index on; from the beginning where none is said. */
export interface InitializerRun {
  /** The last index, where a designator gives several. */
  readonly start: Expression | undefined;
  count: number;
}

/** What is asked of an initializer: how many elements it gives to an array (C17 §6.7.9p22). */
export type Initializer =
  | { readonly kind: 'text'; readonly text: Expression }
  /** `hasBare`: an element is not in braces, so that several may fill one record or inner array. */
  | { readonly kind: 'list'; readonly runs: readonly InitializerRun[]; readonly hasBare: boolean }
  | { readonly kind: 'other' };

export interface TypeName extends Node {
  readonly kind: 'type-name';
  readonly specifiers: Specifiers;
  readonly declarator: Declarator;
}

/** One attribute of a `__attribute__((…))` or of `[[gnu::…]]`, its name without surrounding underscores. */
export interface Attribute extends Node {
  readonly name: string;
  /** The first argument, where it is an expression (`aligned(8)`). */
  readonly argument: Expression | undefined;
  /** The first argument, where it is a name (`mode(DI)`) or a string. */
  readonly word: string | undefined;
}

export interface Member extends Node {
  readonly kind: 'member';
  readonly specifiers: Specifiers;
  readonly declarators: readonly MemberDeclarator[];
}

export interface MemberDeclarator {
  readonly declarator: Declarator;
  readonly width: Expression | undefined;
  readonly attributes: readonly Attribute[];
  /** Only where an array leaves its length to it. */
  readonly initializer?: Initializer;
}

export interface EnumeratorSyntax extends Node {
  readonly name: string;
  readonly value: Expression | undefined;
}

/** What pragmas say at the closing brace of a record, wherever they said it. */
export interface RecordPragmas {
  /** The largest alignment that `#pragma pack` leaves to a field; 0 stands for the natural one. */
  readonly packBytes: number;
  /** `big-endian` or `little-endian`, from `#pragma scalar_storage_order`. */
  readonly storageOrder: string | undefined;
}

export interface RecordSpecifier extends Node {
  readonly kind: 'record';
  readonly recordKind: 'struct' | 'union';
  readonly tag: string | undefined;
  /** `undefined` where the record is only mentioned. */
  readonly members: readonly (Member | StaticAssertion)[] | undefined;
  readonly pragmas: RecordPragmas;
  readonly attributes: readonly Attribute[];
}

export interface EnumSpecifier extends Node {
  readonly kind: 'enum';
  readonly tag: string | undefined;
  readonly enumerators: readonly EnumeratorSyntax[] | undefined;
  /** C23: `enum x : unsigned char`. */
  readonly underlying: TypeName | undefined;
  readonly attributes: readonly Attribute[];
}

export type TypeSpecifier =
  | (Node & { readonly kind: 'basic'; readonly words: readonly string[] })
  | (Node & { readonly kind: 'typedef-name'; readonly name: string })
  | (Node & { readonly kind: 'typeof'; readonly operand: Expression | TypeName })
  | RecordSpecifier
  | EnumSpecifier;

export interface Specifiers extends Node {
  readonly storage: 'typedef' | 'extern' | 'static' | undefined;
  readonly type: TypeSpecifier;
  /** Attributes that belong to what is declared, not to the type. */
  readonly attributes: readonly Attribute[];
  /** Those in `[[…]]` behind the type, which belong to it (C23 §6.7.1). */
  readonly typeAttributes?: readonly Attribute[];
  readonly isAtomic?: boolean;
}

/** One step from the type in the specifiers towards the declared type, in the order in which they apply. */
export type DeclaratorPart =
  | { readonly kind: 'pointer' }
  | (Node & { readonly kind: 'function' })
  /** Attributes of the type as far as it is built: behind a `*`, or where a parenthesis opens. */
  | { readonly kind: 'attributes'; readonly attributes: readonly Attribute[] }
  | (Node & { readonly kind: 'array'; readonly length: Expression | undefined });

export interface Declarator {
  readonly name: Token | undefined;
  readonly parts: readonly DeclaratorPart[];
  /** Those before everything else, which belong to what is declared. */
  readonly attributes: readonly Attribute[];
}

export interface StaticAssertion extends Node {
  readonly kind: 'static-assertion';
  readonly condition: Expression;
  readonly message: string;
}

export type ExternalDeclaration =
  | StaticAssertion
  | (Node & { readonly kind: 'empty' })
  | (Node & {
      readonly kind: 'declaration';
      readonly specifiers: Specifiers;
      readonly declarators: readonly MemberDeclarator[];
    });
