/**
 * Which names `##` can make.
 *
 * A macro that joins tokens hides the names that it makes from whoever looks for them in the text. But what it joins stands there: a
 * word of its body, or a word that somebody gave it as an argument, or gave to a macro that hands its own arguments on.
 * Whatever macros stand in the arguments may be expanded first, so that their bodies count as well. A macro that is itself
 * handed on by name is called nobody sees where, and then any word counts.
 *
 * The macros that the compiler predefines join numbers and suffixes (`__INT64_C`), and are left out.
 */

import type { Macro } from '../macro.ts';
import { type TokenFile, TokenKind } from '../token.ts';
import type { DividedFiles } from './divided-files.ts';
import type { MacroBodies } from './macro-bodies.ts';
import { isNamedAt } from './text-unit.ts';

const operators = ['##', '%:%:'];

/** Operands of `##` in a row: a word, or nothing for a parameter. */
type Chain = readonly (string | undefined)[];

/** What may be given to a macro: only these words, or whatever stands anywhere. */
type Given = ReadonlySet<string> | 'anything';

export class Pasting {
  readonly #files: DividedFiles;
  readonly #macros: MacroBodies;
  readonly #given = new Map<string, Given>();
  #chains: ReadonlyMap<string, readonly Chain[]> | undefined;

  constructor(files: DividedFiles, macros: MacroBodies) {
    this.#files = files;
    this.#macros = macros;
  }

  /** Whether `##` may make a name. */
  mayMake(name: string): boolean {
    this.#chains ??= this.#findChains();
    for (const [macro, chains] of this.#chains) {
      if (chains.some((chain) => this.#makes(chain, name, macro))) return true;
    }
    return false;
  }

  #makes(chain: Chain, name: string, macro: string): boolean {
    /** Whether what is behind `start` can come from the operands behind `at`. */
    const fits = (at: number, start: number): boolean => {
      if (at === chain.length) return start === name.length;
      const word = chain[at];
      if (word !== undefined) return name.startsWith(word, start) && fits(at + 1, start + word.length);
      for (let end = name.length; end >= start; end--) {
        // A parameter alone is no join; an argument may be empty, and may have been joined itself.
        if (end - start === name.length) continue;
        if (fits(at + 1, end) && (end === start || this.#mayBeGiven(macro, name.slice(start, end)))) return true;
      }
      return false;
    };
    return fits(0, 0);
  }

  #mayBeGiven(macro: string, part: string): boolean {
    let given = this.#given.get(macro);
    if (given === undefined) this.#given.set(macro, (given = this.#findGiven(macro)));
    const isSpelled = (word: string): boolean => this.#files.isSpelled(word);
    if (given === 'anything') return isSpelled(part) || isJoined(part, isSpelled);
    const words = given;
    return words.has(part) || isJoined(part, (word) => words.has(word));
  }

  #findChains(): ReadonlyMap<string, readonly Chain[]> {
    const chains = new Map<string, Chain[]>();
    for (const file of this.#files.pasting()) {
      for (const operator of operators) {
        for (let at = file.texts.indexOf(operator); at >= 0; at = file.texts.indexOf(operator, at + 1)) {
          const macro = this.#macros.definitionAround(file, at);
          if (macro === undefined) continue;
          const others = chains.get(macro.name) ?? [];
          chains.set(macro.name, [...others, ...chainsOf(macro)]);
          at = macro.bodyEnd;
        }
      }
    }
    return chains;
  }

  /** All words that reach the arguments of a macro. */
  #findGiven(name: string): Given {
    const words = new Set<string>();
    const calling = new Set([name]);
    for (const macro of calling) {
      for (const file of this.#files.mentioning(macro)) {
        const { texts } = file;
        for (let at = texts.indexOf(macro); at >= 0; at = texts.indexOf(macro, at + 1)) {
          if (isNamedAt(file, at)) continue;
          if (texts[at + 1] !== '(') return 'anything';
          const around = this.#macros.definitionAround(file, at);
          if (around?.parameters !== undefined) calling.add(around.name);
          addArguments(words, file, at + 1);
        }
      }
    }
    this.#addExpanded(words);
    // What an argument calls may have a name that was joined, and join others.
    const chains = this.#chains ?? new Map<string, readonly Chain[]>();
    const operands = new Set([...chains.values()].flat(2));
    const isPart = (word: string): boolean => words.has(word) || operands.has(word);
    for (const macro of chains.keys()) if (isJoined(macro, isPart)) words.add(macro);
    this.#addExpanded(words);
    return words;
  }

  /** Adds all that some words may be expanded to. */
  #addExpanded(words: Set<string>): void {
    for (const word of words) for (const text of this.#macros.wordsBehind(word)) words.add(text);
  }
}

/** Whether a name is two or more words in a row. */
function isJoined(name: string, isWord: (word: string) => boolean): boolean {
  /** For each length, whether the name begins with words that are together so long. */
  const begins = [true];
  for (let end = 1; end <= name.length; end++) {
    begins[end] = false;
    for (let start = end - 1; start >= 0 && begins[end] === false; start--) {
      const isWhole = start === 0 && end === name.length;
      begins[end] = !isWhole && begins[start] === true && isWord(name.slice(start, end));
    }
  }
  return begins[name.length] === true;
}

function chainsOf(macro: Macro): readonly Chain[] {
  const { body, bodyParameters } = macro;
  const chains: (string | undefined)[][] = [];
  let open: (string | undefined)[] | undefined;
  const operand = (at: number): string | undefined => {
    const text = body[at]?.text ?? '';
    // What ends in a parenthesis is `__VA_OPT__(…)`.
    const isGiven = (bodyParameters[at] ?? -1) >= 0 || text === ')' || text.startsWith('__VA_');
    return isGiven ? undefined : text;
  };
  for (const [at, { text }] of body.entries()) {
    if (!operators.includes(text)) continue;
    if (open === undefined) chains.push((open = [operand(at - 1)]));
    open.push(operand(at + 1));
    if (!operators.includes(body[at + 2]?.text ?? '')) open = undefined;
  }
  return chains;
}

/** Everything between the parentheses that open at a place. */
function addArguments(words: Set<string>, { texts, kinds, count }: TokenFile, open: number): void {
  let depth = 0;
  for (let at = open; at < count; at++) {
    if (texts[at] === '(') depth++;
    else if (texts[at] === ')' && --depth === 0) return;
    else if (kinds[at] === TokenKind.identifier || kinds[at] === TokenKind.number) words.add(texts[at] ?? '');
  }
}
