/**
 * What is not known to be gone, or new: its declaration may stand in a text that was not understood.
 *
 * Where one side's header has a syntax error, conflict markers or a comment without an end, the names that the text passed over
 * seems to declare are known (`Diagnostic.passedOver`), and no more. That such a name is nowhere on that side is uabi's lack of
 * understanding and no change. The same holds for a macro that is made of such a name, as a request is of its record. What nobody
 * passed over is compared as ever.
 */

import type { Abi } from '../abi/abi.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { AbiPair, Change } from './changes.ts';

/** `changes` without those that nobody can know; `notUnderstood` says which these are, and why. */
export function withoutPassedOver(
  changes: readonly Change[],
  pair: AbiPair,
): { readonly changes: readonly Change[]; readonly notUnderstood: readonly Diagnostic[] } {
  const sides = { old: new PassedOver(pair.old, pair.new), new: new PassedOver(pair.new, pair.old) };
  // So it is for nearly all.
  if (sides.old.isEmpty && sides.new.isEmpty) return { changes, notUnderstood: [] };
  const unknown = new Map<Diagnostic, { readonly side: 'old' | 'new'; readonly names: Set<string> }>();
  const left = changes.filter((change) => {
    const missing = missingOf(change);
    if (missing === undefined) return true;
    const { side, name, spoken } = missing;
    const why = sides[side].whyMissing(name);
    if (why === undefined) return true;
    if (spoken !== undefined) {
      const entry = unknown.get(why) ?? { side, names: new Set<string>() };
      entry.names.add(spoken);
      unknown.set(why, entry);
    }
    return false;
  });
  const notUnderstood = [...unknown].map(([{ location }, { side, names }]): Diagnostic => {
    const message = `Whether ${inWords([...names].sort())} ${side === 'new' ? 'still declared' : 'new'} cannot be told: what is not understood here may declare ${names.size === 1 ? 'it' : 'them'}.`;
    return { severity: 'error', code: 'not-compared', message, ...(location === undefined ? {} : { location }) };
  });
  return { changes: left, notUnderstood };
}

interface Missing {
  /** The side that is said not to have it. */
  readonly side: 'old' | 'new';
  /** As in `Diagnostic.passedOver`. */
  readonly name: string;
  /** For people, where it is worth their while: what may be new is no trouble. */
  readonly spoken?: string;
}

/** What a change says is not there on one side. */
function missingOf(change: Change): Missing | undefined {
  const gone = goneIn(change);
  if (gone !== undefined) return { side: 'new', name: gone, spoken: gone };
  if (change.kind === 'includes-fewer') {
    return { side: 'new', name: '#include', spoken: `an include of ${change.header}` };
  }
  const come = newIn(change);
  return come === undefined ? undefined : { side: 'old', name: come };
}

function goneIn(change: Change): string | undefined {
  if (change.kind === 'record-removed') return change.declaration.name;
  if (change.kind === 'record-renamed') return change.old.name;
  if (change.kind === 'number-removed') return change.number.name;
  if (change.kind === 'request-removed') return change.request.name;
  if (change.kind === 'typedef-removed') return change.typedef.name;
  if (change.kind === 'macro-removed') return change.macro.name;
  return change.kind === 'enum-renamed' ? `enum ${change.old.type.tag ?? ''}` : undefined;
}

function newIn(change: Change): string | undefined {
  if (change.kind === 'record-added') return change.declaration.name;
  if (change.kind === 'number-added') return change.number.name;
  if (change.kind === 'request-added') return change.request.name;
  if (change.kind === 'number-collision' || change.kind === 'request-collision') return change.newcomer.name;
  if (change.kind === 'typedef-added') return change.typedef.name;
  return change.kind === 'macro-added' ? change.macro.name : undefined;
}

/** What one side passed over. */
class PassedOver {
  readonly #abi: Abi;
  readonly #other: Abi;
  readonly #names = new Map<string, Diagnostic>();
  readonly #ofMacros = new Map<string, Diagnostic | undefined>();

  #enumerators: ReadonlySet<string> | undefined;

  /** `other`: the other side. */
  constructor(abi: Abi, other: Abi) {
    this.#abi = abi;
    this.#other = other;
    for (const diagnostic of abi.notUnderstood) {
      for (const name of diagnostic.passedOver ?? []) {
        if (!this.#names.has(name)) this.#names.set(name, diagnostic);
        if (name.startsWith('#include ') && !this.#names.has('#include')) this.#names.set('#include', diagnostic);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** What was not understood and may declare a name that this side lacks. */
  whyMissing(name: string): Diagnostic | undefined {
    return this.#names.get(name) ?? this.#whyNoNumber(name, 0);
  }

  /** A macro is there, and what it is made of is not: it has no value, and is no request. */
  #whyNoNumber(name: string, depth: number): Diagnostic | undefined {
    // Macros may be made of each other without end.
    if (depth > deepest || this.#ofMacros.has(name)) return this.#ofMacros.get(name);
    this.#ofMacros.set(name, undefined);
    const { body = '', parameters = [] } = this.#abi.macros.get(name) ?? {};
    let why: Diagnostic | undefined;
    for (const [word] of body.matchAll(/\b(?:(?:struct|union|enum)\s+[A-Za-z_]\w*|[A-Za-z_]\w*)/g)) {
      if (parameters.includes(word)) continue;
      why ??= /\s/.test(word) ? this.#whyNoTag(word.replace(/\s+/, ' ')) : this.#whyNoName(word, depth + 1);
    }
    this.#ofMacros.set(name, why);
    return why;
  }

  /** A field may be called so as well, and that one does not miss. */
  #whyNoName(name: string, depth: number): Diagnostic | undefined {
    const why = this.#names.get(name);
    return why !== undefined && this.#isKnownElsewhere(name) ? why : this.#whyNoNumber(name, depth);
  }

  #isKnownElsewhere(name: string): boolean {
    const { typedefs, constants, requests, macros, enums } = this.#other;
    if (typedefs.has(name) || constants.has(name) || requests.has(name) || macros.has(name)) return true;
    this.#enumerators ??= new Set(
      [...enums.values()].flatMap(({ type }) =>
        type.enumerators.map((one) => one.name).filter((one) => this.#names.has(one)),
      ),
    );
    return this.#enumerators.has(name);
  }

  #whyNoTag(tag: string): Diagnostic | undefined {
    return this.#abi.records.has(tag) || this.#abi.enums.has(tag) ? undefined : this.#names.get(tag);
  }
}

/** Macros made of macros. */
const deepest = 20;
const mostNames = 4;

/** `struct a is`, `struct a and B are`, `struct a, B, C and 7 others are`. */
function inWords(names: readonly string[]): string {
  const shown = names.length > mostNames ? names.slice(0, mostNames - 1) : names;
  const rest = names.length - shown.length;
  const words = rest === 0 ? shown : [...shown, `${String(rest)} others`];
  const [last = ''] = words.slice(-1);
  return words.length === 1 ? `${last} is` : `${words.slice(0, -1).join(', ')} and ${last} are`;
}
