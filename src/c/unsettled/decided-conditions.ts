/**
 * Conditions that come to the same everywhere, because they ask for nothing but macros that nobody defines.
 *
 * `#ifndef __ASSEMBLER__` stands around what only C understands. No header defines that, and no compiler of C or C++: it changes nothing
 * if such a condition comes or goes, or asks for another name of the kind.
 */

import { evaluateCondition } from '../condition.ts';
import { isPredefinedAnywhere } from '../predefined.ts';
import { type Token, TokenKind } from '../token.ts';
import type { TextUnits } from './text-units.ts';

/** What the preprocessor answers itself, and what is an operator in C++. */
const noMacros =
  /^(?:__(?:LINE|FILE|COUNTER|DATE|TIME|TIMESTAMP|BASE_FILE|INCLUDE_LEVEL)__|__has_\w+|defined|and(?:_eq)?|bit(?:and|or)|compl|not(?:_eq)?|x?or(?:_eq)?)$/;

export class DecidedConditions {
  readonly #mayBeDefined: (name: string) => boolean;
  readonly #known = new Map<string, boolean>();
  readonly #spelled = new Map<readonly number[], string>();

  /** `mayBeDefined`: whether a header may define a name as a macro. */
  constructor(mayBeDefined: (name: string) => boolean) {
    this.#mayBeDefined = mayBeDefined;
  }

  /** Whether some lines are nothing but directives that decide about nothing, or for all alike. */
  areDecided(units: TextUnits, line: number, end: number): boolean {
    for (let at = line; at < end; at++) {
      if (units.unitOfLine(at)?.kind !== 'conditional' || !this.#isDecided(units, at)) return false;
    }
    return true;
  }

  #isDecided(units: TextUnits, line: number): boolean {
    const start = units.lineStarts[line] ?? 0;
    const word = units.file.texts[start + 1] ?? '';
    if (word === 'endif') return true;
    const above = word.startsWith('if') ? [] : groupsIn(units, units.conditionsOfLine(line)).at(-1);
    if (above === undefined) return false;
    return [...above, start].every((at) => isElse(units, at) || this.#truthOf(units, at) !== undefined);
  }

  /** What a line says that begins or divides a conditional, so that those are equal which ask the same. */
  spell(units: TextUnits, start: number): string {
    const truth = isElse(units, start) ? undefined : this.#truthOf(units, start);
    const word = units.file.texts[start + 1] ?? '';
    if (truth !== undefined) return `${word.startsWith('el') ? 'elif' : 'if'} ${truth ? '1' : '0'}`;
    const texts = this.#tokensOf(units, start).map(({ text }) => text);
    return texts.join(' ');
  }

  /** The conditions on which it depends whether a line is there, without those that are met in any case. */
  conditionsOf(units: TextUnits, line: number): string {
    const directives = units.conditionsOfLine(line);
    let spelled = this.#spelled.get(directives);
    if (spelled === undefined) {
      const groups = groupsIn(units, directives).map((group) => this.#spellGroup(units, group));
      this.#spelled.set(directives, (spelled = groups.filter((group) => group !== '').join('\n')));
    }
    return spelled;
  }

  /** Of a conditional, from its `#if` to the branch in which a line stands. */
  #spellGroup(units: TextUnits, group: readonly number[]): string {
    const truths = group.map((at) => (isElse(units, at) ? true : this.#truthOf(units, at)));
    const isMet = truths.at(-1) === true && truths.slice(0, -1).every((truth) => truth === false);
    return isMet ? '' : group.map((at) => this.spell(units, at)).join('\n');
  }

  /** What the condition of an `#if` or `#elif` comes to; `undefined` where that depends on something. */
  #truthOf(units: TextUnits, start: number): boolean | undefined {
    const [word, ...asked] = this.#tokensOf(units, start).slice(1);
    if (/^(?:el)?ifn?def$/.test(word?.text ?? '')) {
      const [name] = asked;
      if (name?.kind !== TokenKind.identifier || asked.length !== 1 || !this.#isNobodys(name.text)) return undefined;
      return word?.text.endsWith('ndef');
    }
    // A name may be worth anything, and some characters are worth another number elsewhere.
    const isOpen = asked.some(
      ({ kind, text }) => kind === TokenKind.character || (kind === TokenKind.identifier && !this.#isNobodys(text)),
    );
    if (isOpen) return undefined;
    const result = evaluateCondition(asked, { isCharSigned: () => true, isWideSigned: () => true });
    return result.kind === 'value' ? result.isTrue : undefined;
  }

  /** The tokens of a directive, `defined NAME` answered where nobody defines it. */
  #tokensOf({ file }: TextUnits, start: number): readonly Token[] {
    const end = file.lineEnd(start);
    const tokens: Token[] = [];
    for (let at = start; at < end; at++) {
      const name = file.texts[at] === 'defined' ? definedAt(file.texts.slice(at, Math.min(end, at + 4))) : undefined;
      if (name === undefined || !this.#isNobodys(name.text)) {
        tokens.push(file.token(at));
        continue;
      }
      tokens.push(file.token(at).as(TokenKind.number, '0'));
      at += name.length - 1;
    }
    return tokens;
  }

  #isNobodys(name: string): boolean {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = !noMacros.test(name) && !isPredefinedAnywhere(name) && !this.#mayBeDefined(name);
      this.#known.set(name, known);
    }
    return known;
  }
}

/** The name in `defined NAME` or `defined ( NAME )`, and how many tokens that is. */
function definedAt(texts: readonly string[]): { readonly text: string; readonly length: number } | undefined {
  const [, first = '', second = '', third] = texts;
  const [text, length] = first === '(' && third === ')' ? [second, 4] : [first, 2];
  return /^[A-Za-z_]\w*$/.test(text) ? { text, length } : undefined;
}

function isElse({ file }: TextUnits, start: number): boolean {
  return file.texts[start + 1] === 'else';
}

/** The directives of each conditional: one `#if`, and those of its other branches that went before. */
function groupsIn({ file }: TextUnits, directives: readonly number[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const at of directives) {
    if (file.texts[at + 1]?.startsWith('if') === true) groups.push([at]);
    else groups.at(-1)?.push(at);
  }
  return groups;
}
