/**
 * A header that is searched before it is cut into tokens.
 *
 * Where hundreds include what changed, few of them mention it, and to cut all of them would be dearer than everything else. What is
 * no part of a text is no word of it, unless a line splice goes through the word; and whoever cuts the text may edit it first.
 */

import type { TokenFile } from '../token.ts';
import { type FirstSight, firstSight } from './first-sight.ts';
import { isNamedAt } from './text-unit.ts';

/** What may become of a text before it is cut. */
export interface TextEdits {
  /** Words that may come in. */
  readonly made: ReadonlySet<string>;
  /** What may be taken away from the beginning of a name. */
  readonly dropped: string;
}

export class SearchedText {
  /** As its includers write it. */
  readonly name: string;
  /** Where the file stands. Two versions of it are told apart by their text. */
  readonly path: string;
  /** As it is before it is edited. */
  readonly text: string;
  readonly #cut: () => TokenFile;
  readonly #cutPart: (text: string) => TokenFile;
  readonly #edits: TextEdits | undefined;
  #firstSight: FirstSight | 'unclear' | undefined;
  #tokens: TokenFile | undefined;
  #pasting: TokenFile | undefined;
  #macroNames: readonly string[] | undefined;

  /** How tokens are made of the text, or of some of its lines, when they are asked for: after some edits, if there are any. */
  constructor(
    file: { readonly name: string; readonly path: string; readonly text: string },
    { cut, cutPart }: { readonly cut: () => TokenFile; readonly cutPart: (text: string) => TokenFile },
    edits?: TextEdits,
  ) {
    this.name = file.name;
    this.path = file.path;
    this.text = file.text;
    this.#cut = cut;
    this.#cutPart = cutPart;
    this.#edits = edits;
  }

  get tokens(): TokenFile {
    this.#tokens ??= this.#cut();
    return this.#tokens;
  }

  /** Whether that was done. What was never cut was never looked at. */
  get isCut(): boolean {
    return this.#tokens !== undefined;
  }

  /** The directives in which `##` stands, and perhaps more; `undefined` where there are none. */
  get pasting(): TokenFile | undefined {
    const { firstSight: sight } = this;
    if (sight === 'unclear' || this.isCut) return this.tokens;
    if (sight.pasting === '') return undefined;
    this.#pasting ??= this.#cutPart(sight.pasting);
    return this.#pasting;
  }

  /** What it shows before it is cut. */
  get firstSight(): FirstSight | 'unclear' {
    this.#firstSight ??= firstSight(this.text);
    return this.#firstSight;
  }

  /** Whether a word may stand in the text. */
  mentions(word: string): boolean {
    return hasWord(this.text, word, this.#edits?.dropped) || this.#isHidden(word);
  }

  /** The same for any of some words, which `pattern` matches. */
  mentionsAny(words: readonly string[], pattern: RegExp): boolean {
    return pattern.test(this.text) || words.some((word) => this.#isHidden(word));
  }

  /** The names that lines of the text define or forget as macros, and perhaps others. */
  get macroNames(): readonly string[] {
    this.#macroNames ??= this.#findMacroNames();
    return this.#macroNames;
  }

  #findMacroNames(): readonly string[] {
    const { firstSight: sight } = this;
    if (sight === 'unclear') return macroNamesIn(this.tokens);
    const dropped = this.#edits?.dropped;
    return dropped === undefined ? sight.macroNames : withShortened(sight.macroNames, dropped);
  }

  #isHidden(word: string): boolean {
    if (this.#edits?.made.has(word) === true) return true;
    return this.firstSight === 'unclear' && this.tokens.texts.includes(word);
  }
}

function macroNamesIn(file: TokenFile): readonly string[] {
  return file.texts.filter((_text, at) => isNamedAt(file, at));
}

/** Some names, and what is left of those that begin with `dropped`. */
function withShortened(names: readonly string[], dropped: string): readonly string[] {
  return [...names, ...names.filter((name) => name.startsWith(dropped)).map((name) => name.slice(dropped.length))];
}

/** `dropped`: what may be missing from the beginning of a word. */
function hasWord(text: string, word: string, dropped = ''): boolean {
  // A search stops at each of its first characters, and nothing is as frequent as `_`.
  const lead = /^_*(?!$)/.exec(word)?.[0] ?? '';
  const rest = word.slice(lead.length);
  for (let found = text.indexOf(rest); found >= 0; found = text.indexOf(rest, found + 1)) {
    const at = found - lead.length;
    if (!text.startsWith(lead, at) || isWordAt(text, found + rest.length)) continue;
    if (!isWordAt(text, at - 1) || (dropped !== '' && text.startsWith(dropped, at - dropped.length))) return true;
  }
  return false;
}

/** Whether a character may be part of a name, as the tokenizer sees it. */
function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x24 ||
    code > 0x7f
  );
}
