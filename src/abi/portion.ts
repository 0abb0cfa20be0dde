/**
 * What one piece of text declares, wherever it means the same.
 *
 * A header is read for twenty targets and two trees, and nearly always it says the same again. So what it says is kept as a
 * *portion*, one object for each meaning, and the ABI of one target is a list of portions (`declaration-list.ts`).
 */

import type {
  ConstantDeclaration,
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from './abi.ts';

/** One declaration; `text` is a macro that is no number. */
export type Declared =
  | { readonly kind: 'record'; readonly declaration: RecordDeclaration }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration }
  | { readonly kind: 'typedef'; readonly declaration: TypedefDeclaration }
  | { readonly kind: 'constant'; readonly declaration: ConstantDeclaration }
  | { readonly kind: 'request'; readonly declaration: RequestDeclaration }
  | { readonly kind: 'text'; readonly declaration: MacroDeclaration };

export type DeclaredKind = Declared['kind'];

/** A number of which some bits are known: those that are set in `known` are as in `value`. */
export interface KnownBits {
  readonly value: number;
  readonly known: number;
}

/**
 * Macros of which only the names are known, until somebody asks what they are worth: that is the dearest part of a header, and
 * most of a comparison never asks.
 */
export interface LateMacros {
  /** The first words (`wordOf`) of all names, known before the names are; there may be more. */
  readonly words: ReadonlySet<string>;
  /** Each once; one object for all that have the same macros, and to whom `isOfTextAlone` and `isNoConstant` say the same. */
  readonly names: readonly string[];
  /** Where a name stands among the names, or -1. */
  indexOf(name: string): number;
  headerAt(at: number): string;
  /** Whether one is worth the same to all that have `names`. */
  isOfTextAlone(at: number): boolean;
  /** Whether one is defined as another name, and nothing else. */
  isAlias(at: number): boolean;
  /** Whether one is a request or no number at all, as a call of `_IOW` is. */
  isNoConstant(at: number): boolean;
  /** Whether one may be a request with one of some numbers. */
  mayBeRequest(at: number, numbers: readonly number[]): boolean;
  /** What is known of the last 32 bits of a number that one may be; `undefined` where it is none. */
  lastBitsOf(at: number): KnownBits | undefined;
  /** Names that may mean something else on the other side of the comparison that this was read for. */
  readonly unsettled: ReadonlySet<string>;
  /** Where these stand among `names`, rising; one object for all that have `names`. */
  readonly unsettledAts: readonly number[];
  /** Whether the header was read alone. What stands behind others may mean something else because of them. */
  readonly isAlone: boolean;
  read(at: number): Declared;
  /** What some are worth: one list for all that read the same, as long as they ask with the same object. */
  readAll(ats: readonly number[]): readonly Declared[];
}

export class Portion {
  readonly id: number;
  /** The header it stands in, as its includers write it. */
  readonly file: string;
  /** What is not read yet, if anything is. */
  readonly late: LateMacros | undefined;
  #declared: readonly Declared[] | undefined;
  readonly #byKind = new Map<DeclaredKind, readonly Declared[]>();
  #byHeader: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(id: number, file: string, declared: readonly Declared[] | LateMacros) {
    this.id = id;
    this.file = file;
    if ('names' in declared) this.late = declared;
    else {
      this.late = undefined;
      this.#declared = declared;
    }
  }

  /** A declaration that several portions have, place and all, is mostly one object: to remember things about. */
  get declared(): readonly Declared[] {
    const { late } = this;
    this.#declared ??= late === undefined ? nothing : late.names.map((_, at) => late.read(at));
    return this.#declared;
  }

  get count(): number {
    return this.late?.names.length ?? this.declared.length;
  }

  at(index: number): Declared | undefined {
    if (this.#declared !== undefined || this.late === undefined) return this.declared[index];
    return index < this.count ? this.late.read(index) : undefined;
  }

  nameAt(index: number): string {
    return this.late?.names[index] ?? this.declared[index]?.declaration.name ?? '';
  }

  headerAt(index: number): string {
    return this.late?.headerAt(index) ?? this.declared[index]?.declaration.header ?? '';
  }

  ofKind(kind: DeclaredKind): readonly Declared[] {
    if (this.late !== undefined && (kind === 'record' || kind === 'enum' || kind === 'typedef')) return nothing;
    let found = this.#byKind.get(kind);
    if (found === undefined) {
      found = this.declared.filter((one) => one.kind === kind);
      this.#byKind.set(kind, found);
    }
    return found;
  }

  /** The names it declares, enumerators too, by the header that is named with them: nearly always its own. */
  get byHeader(): ReadonlyMap<string, ReadonlySet<string>> {
    this.#byHeader ??= namesByHeader(this);
    return this.#byHeader;
  }
}

const nothing: readonly Declared[] = [];

function namesByHeader(portion: Portion): ReadonlyMap<string, ReadonlySet<string>> {
  const byHeader = new Map<string, Set<string>>();
  for (let at = 0; at < portion.count; at++) {
    const header = portion.headerAt(at);
    let names = byHeader.get(header);
    if (names === undefined) byHeader.set(header, (names = new Set()));
    const declared = portion.late === undefined ? portion.at(at) : undefined;
    if (declared?.kind === 'enum') for (const one of declared.declaration.type.enumerators) names.add(one.name);
    else names.add(portion.nameAt(at));
  }
  return byHeader;
}

/** Something that an ABI holds, and where it stands. */
export interface Entry {
  readonly kind: DeclaredKind;
  /** Under which it is found: its name, or `NAME@header`. */
  readonly key: string;
  readonly declared: Declared;
  readonly portion: Portion;
  /** Which of the portion's declarations it is. */
  readonly at: number;
}

/** Where something is declared; also what an ABI holds in which nothing else has its name. */
export class Place implements Entry {
  readonly portion: Portion;
  readonly at: number;
  /** Another place, of those that are listed under one word: most words have one place, and no list of their own. */
  readonly next: Place | undefined;

  constructor(portion: Portion, at: number, next?: Place) {
    this.portion = portion;
    this.at = at;
    this.next = next;
  }

  get declared(): Declared {
    const declared = this.portion.at(this.at);
    if (declared === undefined) throw new RangeError(`${this.portion.file} declares less`);
    return declared;
  }

  get kind(): DeclaredKind {
    return this.declared.kind;
  }

  get key(): string {
    return this.portion.nameAt(this.at);
  }
}

/** `__KVM_` of `__KVM_EXIT_IO`: what every prefix of a family begins with. `undefined` for a name of one word. */
export function firstWordOf(name: string): string | undefined {
  let start = 0;
  while (name.charCodeAt(start) === 0x5f) start++;
  const end = name.indexOf('_', start);
  return end < 0 || start === name.length ? undefined : name.slice(0, end + 1);
}

/** `V4L2_PIX_` of `V4L2_PIX_FMT_NV12`. `undefined` for a name of one or two words. */
export function firstTwoWordsOf(name: string): string | undefined {
  return /^_*[^_]+_[^_]+_(?=.)/.exec(name)?.[0];
}

/** Whether a word is that of a name, for which there is no need to work that one out. */
export function isOfWord(name: string, word: string): boolean {
  // A name of one word is its own, and so is one of nothing but underscores.
  const isPrefix = word.length > 1 && word.endsWith('_') && word.charCodeAt(word.length - 2) !== 0x5f;
  return isPrefix ? name.startsWith(word) : name === word;
}

const words = new Map<string, string>();

/** The first word of a name, or the name itself if it has only one: two names of one family have the same. */
export function wordOf(name: string): string {
  let word = words.get(name);
  if (word === undefined) {
    word = firstWordOf(name) ?? name;
    // A tree has fifty thousand names; whoever reads many trees pays a little for the rest.
    if (words.size < maximumWords) words.set(name, word);
  }
  return word;
}

const maximumWords = 200_000;
