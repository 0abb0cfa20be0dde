/**
 * The parts of binary-parser and restructure that are used here. restructure brings no types; those of binary-parser are not
 * found under NodeNext, because its `exports` names none for ES modules.
 */

declare module 'binary-parser' {
  interface Options {
    readonly length?: number;
    readonly type?: string | Parser;
    readonly tag?: string;
    readonly choices?: Readonly<Record<number, Parser>>;
    readonly defaultChoice?: Parser;
  }
  type Scalar =
    | `${'uint' | 'int'}${'8' | '16le' | '16be' | '32le' | '32be' | '64le' | '64be'}`
    | `${'float' | 'double'}${'le' | 'be'}`;
  type Method = 'buffer' | 'array' | 'nest' | 'choice' | Scalar;
  export type Parser = Readonly<Record<Method, (name: string, options?: Options) => Parser>> & {
    parse(bytes: Uint8Array): unknown;
  };
  export const Parser: new () => Parser;
}

declare module 'restructure' {
  export interface Type {
    size(value?: unknown): number;
  }
  export const uint8: Type;
  export const int8: Type;
  export class Buffer implements Type {
    constructor(length: number);
    size(): number;
  }
  export class Array implements Type {
    constructor(type: Type, length: number);
    size(): number;
  }
  export class Struct implements Type {
    constructor(fields: Record<string, Type>);
    size(): number;
    fromBuffer(bytes: Uint8Array): Record<string, unknown>;
    toBuffer(value: unknown): Uint8Array;
  }
}
