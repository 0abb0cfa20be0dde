/**
 * A header as a list of units, as far as they can be told without macros: directives, and stretches of text that end behind a
 * semicolon outside of braces.
 *
 * A unit may hold several declarations, but no declaration is in two of them. That takes some faith in the header: where macros
 * open braces that others close, or the branches of a condition leave different braces open, it is not `isRegular`, and nothing may
 * be concluded from its units.
 */

import { type TokenFile, TokenKind } from '../token.ts';

/** What a tag stands behind. */
export const recordKeywords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

/** Tokens from `start` to before `end`. A text may have directives between its lines, which are units of their own. */
export interface TextUnit {
  /** `define` and `undef` of a name; a conditional (`#if` to `#endif`); any other `directive`; `text`. */
  readonly kind: 'define' | 'undef' | 'conditional' | 'directive' | 'text';
  readonly start: number;
  readonly end: number;
}

export class TextUnits {
  readonly file: TokenFile;
  /** Where the conditionals around each line stand; nothing for an include guard. */
  readonly #conditionsOfLine: readonly (readonly number[])[];
  /** What these say. */
  readonly #spelledConditions = new Map<readonly number[], string>();
  /** Where lines begin, and at the end the number of tokens. */
  readonly lineStarts: readonly number[];
  /** Whether all branches of each condition leave the same open. */
  readonly isRegular: boolean;
  /** What goes on in another file: texts that are open where something is included, or at the end. */
  readonly unfinished: readonly TextUnit[];
  /** Whether a brace is closed that was opened in another file. */
  readonly hasStray: boolean;
  /** Whether every macro closes the braces that it opens. */
  readonly areMacrosBalanced: boolean;
  readonly #unitOfLine: readonly TextUnit[];
  /** Where the conditional of the include guard stands. */
  readonly #guard: number | undefined;
  #definitions: ReadonlyMap<string, readonly TextUnit[]> | undefined;

  constructor(file: TokenFile) {
    const divided = divide(file);
    this.file = file;
    this.lineStarts = divided.lineStarts;
    this.isRegular = divided.isRegular;
    this.unfinished = divided.unfinished;
    this.hasStray = divided.hasStray;
    this.areMacrosBalanced = divided.areMacrosBalanced;
    this.#unitOfLine = divided.unitOfLine;
    // Nothing but comments stands before it.
    this.#guard = file.guard === undefined ? undefined : 0;
    this.#conditionsOfLine = divided.conditionsOfLine;
  }

  /** The number of lines with tokens. */
  get lines(): number {
    return this.#unitOfLine.length;
  }

  unitOfLine(line: number): TextUnit | undefined {
    return this.#unitOfLine[line];
  }

  /** The unit in which a token stands. */
  unitAt(index: number): TextUnit | undefined {
    return this.#unitOfLine[this.#lineAt(index)];
  }

  #lineAt(index: number): number {
    const { lineStarts } = this;
    let [low, high] = [0, this.lines - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The words on which it depends whether a unit is there: those of the conditions around it, but for an include guard. */
  conditionWords(unit: TextUnit): ReadonlySet<string> {
    const { file, lineStarts } = this;
    const words = new Set<string>();
    for (let line = this.#lineAt(unit.start); (lineStarts[line] ?? unit.end) < unit.end; line++) {
      for (const directive of this.#conditionsOfLine[line] ?? []) {
        const end = file.lineEnd(directive);
        for (let at = directive + 2; at < end; at++) {
          if (file.kinds[at] === TokenKind.identifier) words.add(file.texts[at] ?? '');
        }
      }
    }
    words.delete('defined');
    return words;
  }

  /** All conditions on which it depends whether a line is there, as they are written. */
  conditionsOf(line: number): string {
    const directives = this.#conditionsOfLine[line] ?? [];
    let spelled = this.#spelledConditions.get(directives);
    if (spelled === undefined) {
      const { file } = this;
      const spell = (at: number): string => file.texts.slice(at, file.lineEnd(at)).join(' ');
      this.#spelledConditions.set(directives, (spelled = directives.map(spell).join('\n')));
    }
    return spelled;
  }

  /** The units of which a conditional decides whether they are there; `undefined` for that of an include guard. */
  decidedBy({ start }: TextUnit): ReadonlySet<TextUnit> | undefined {
    if (start === this.#guard) return undefined;
    const units = new Set<TextUnit>();
    for (const [line, unit] of this.#unitOfLine.entries()) {
      if (this.#conditionsOfLine[line]?.includes(start) === true) units.add(unit);
    }
    return units;
  }

  /** The `#define` lines of a name. */
  definitionsOf(name: string): readonly TextUnit[] {
    this.#definitions ??= definitionsIn(this.file, this.#unitOfLine);
    return this.#definitions.get(name) ?? [];
  }

  /** The tokens of a unit, without directives in between. */
  *tokensOf(unit: TextUnit): Generator<number> {
    const { file } = this;
    for (let line = unit.start; line < unit.end; line = file.lineEnd(line)) {
      if (unit.kind === 'text' && isDirective(file, line)) continue;
      const end = file.lineEnd(line);
      for (let at = line; at < end; at++) yield at;
    }
  }
}

/** What a `#define` or `#undef` names. */
export function nameOf({ texts, kinds }: TokenFile, { start }: TextUnit): string | undefined {
  return kinds[start + 2] === TokenKind.identifier ? texts[start + 2] : undefined;
}

export function isInclude(word: string): boolean {
  return word === 'include' || word === 'include_next' || word === 'import';
}

export function isDirective({ texts, kinds }: TokenFile, line: number): boolean {
  return texts[line] === '#' && kinds[line] === TokenKind.punctuator;
}

function definitionsIn(file: TokenFile, unitOfLine: readonly TextUnit[]): ReadonlyMap<string, readonly TextUnit[]> {
  const found = new Map<string, TextUnit[]>();
  for (const unit of unitOfLine) {
    const name = unit.kind === 'define' ? nameOf(file, unit) : undefined;
    if (name === undefined) continue;
    const others = found.get(name);
    if (others === undefined) found.set(name, [unit]);
    else others.push(unit);
  }
  return found;
}

interface OpenText {
  readonly kind: 'text';
  readonly start: number;
  end: number;
  /** Whether the braces that were opened last are those of a function. */
  isBody?: boolean;
}

/** What is open where a line begins. */
interface Open {
  text: OpenText | undefined;
  braces: number;
  /** Of `extern "C"`. */
  linkages: number;
  /** Whether a brace was closed that nobody had opened. */
  hasStray: boolean;
}

/** A conditional: all its branches must leave open what the first one does. */
interface Condition {
  readonly before: Open;
  behind: Open | undefined;
  hasElse: boolean;
  readonly directives: number[];
}

interface Divided {
  readonly conditionsOfLine: readonly (readonly number[])[];
  readonly lineStarts: readonly number[];
  readonly unitOfLine: readonly TextUnit[];
  readonly isRegular: boolean;
  readonly unfinished: readonly TextUnit[];
  readonly hasStray: boolean;
  readonly areMacrosBalanced: boolean;
}

function divide(file: TokenFile): Divided {
  const { texts, count } = file;
  const lineStarts: number[] = [];
  const unitOfLine: TextUnit[] = [];
  const conditionsOfLine: (readonly number[])[] = [];
  const conditions = new Conditions(file.guard !== undefined);
  const open: Open = { text: undefined, braces: 0, linkages: 0, hasStray: false };
  let areMacrosBalanced = true;
  const unfinished: TextUnit[] = [];
  for (let line = 0; line < count;) {
    const end = file.lineEnd(line);
    lineStarts.push(line);
    conditionsOfLine.push(conditions.around);
    if (isDirective(file, line)) {
      const word = end > line + 1 ? (texts[line + 1] ?? '') : '';
      unitOfLine.push({ kind: kindOf(word), start: line, end });
      if (word === 'define') areMacrosBalanced &&= isBalanced(file, line, end);
      else if (isInclude(word)) {
        if (open.text !== undefined) unfinished.push(open.text);
      } else conditions.pass(word, line, open);
    } else unitOfLine.push(passText(file, line, end, open));
    line = end;
  }
  lineStarts.push(count);
  if (open.text !== undefined) unfinished.push(open.text);
  const { hasStray } = open;
  const isRegular = conditions.areRegular;
  return { lineStarts, unitOfLine, conditionsOfLine, isRegular, unfinished, hasStray, areMacrosBalanced };
}

function kindOf(directive: string): TextUnit['kind'] {
  if (directive === 'define' || directive === 'undef') return directive;
  return /^(?:if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)$/.test(directive) ? 'conditional' : 'directive';
}

/** The text that a line is part of. */
function passText(file: TokenFile, line: number, end: number, open: Open): OpenText {
  const { texts, kinds } = file;
  const isFirst = open.text === undefined;
  const text = open.text ?? { kind: 'text', start: line, end };
  text.end = end;
  // extern "C" { … } is no part of any declaration.
  const opensLinkage = isFirst && texts[line] === 'extern' && kinds[line + 1] === TokenKind.string;
  let endsBody = isFirst && end === line + 1 && texts[line] === '}' && open.braces === 0 && open.linkages > 0;
  if (endsBody) open.linkages--;
  const endsLinkage = endsBody;
  for (let at = line; at < end; at++) {
    if (kinds[at] !== TokenKind.punctuator) continue;
    if (texts[at] === '{') {
      if (opensLinkage && at === line + 2) {
        open.linkages++;
        endsBody = true;
      } else if (++open.braces === 1) text.isBody = opensBody(file, at);
    } else if (texts[at] === '}' && !endsLinkage) {
      if (open.braces === 0) open.hasStray = true;
      else if (--open.braces === 0) endsBody = text.isBody === true;
    }
  }
  const isDone = open.braces === 0 && (texts[end - 1] === ';' || (endsBody && /[{}]/.test(texts[end - 1] ?? '')));
  open.text = isDone ? undefined : text;
  return text;
}

/** Whether a brace opens the body of a function: behind the parameters, which stand behind a name that is no attribute. */
function opensBody({ texts, kinds }: TokenFile, brace: number): boolean {
  if (texts[brace - 1] !== ')') return false;
  let at = brace - 1;
  for (let depth = 0; at >= 0; at--) {
    if (texts[at] === ')') depth++;
    else if (texts[at] === '(' && --depth === 0) break;
  }
  const isNamed = kinds[at - 1] === TokenKind.identifier && texts[at - 1]?.startsWith('__attribute') === false;
  return isNamed && !recordKeywords.has(texts[at - 2] ?? '');
}

class Conditions {
  /** The directives of those that are open: what went before an `#else` counts as well. One list for all lines in between. */
  around: readonly number[] = [];
  readonly #open: Condition[] = [];
  readonly #isGuarded: boolean;
  #areAlike = true;

  constructor(isGuarded: boolean) {
    this.#isGuarded = isGuarded;
  }

  get areRegular(): boolean {
    return this.#areAlike && this.#open.length === 0;
  }

  pass(word: string, line: number, open: Open): void {
    if (word.startsWith('if')) {
      this.#open.push({ before: { ...open }, behind: undefined, hasElse: false, directives: [line] });
      this.#note();
      return;
    }
    const condition = this.#open.at(-1);
    if (word.startsWith('el')) {
      this.#closeBranch(condition, open);
      if (condition === undefined) return;
      condition.hasElse ||= word === 'else';
      condition.directives.push(line);
      this.#note();
      open.braces = condition.before.braces;
    } else if (word === 'endif') {
      this.#closeBranch(condition, open);
      if (condition?.hasElse === false && condition.before.braces !== open.braces) this.#areAlike = false;
      this.#open.pop();
      this.#note();
    }
  }

  #note(): void {
    this.around = this.#open.slice(this.#isGuarded ? 1 : 0).flatMap(({ directives }) => directives);
  }

  #closeBranch(condition: Condition | undefined, open: Open): void {
    if (condition === undefined) {
      this.#areAlike = false;
      return;
    }
    condition.behind ??= { ...open };
    // What one branch begins, and what it ends, would be begun or ended twice.
    const isWhole = open.text === condition.before.text && open.braces === condition.behind.braces;
    if (!isWhole) this.#areAlike = false;
  }
}

/** Whether every brace that a macro opens is closed by it, and the other way round. */
function isBalanced({ texts, kinds }: TokenFile, start: number, end: number): boolean {
  let braces = 0;
  for (let at = start; at < end; at++) {
    if (kinds[at] !== TokenKind.punctuator) continue;
    if (texts[at] === '{') braces++;
    else if (texts[at] === '}' && --braces < 0) return false;
  }
  return braces === 0;
}
