/**
 * Cuts a header into units (`text-unit.ts`), line by line, without regard for macros: what is open where a line begins goes on in it.
 */

import { type TokenFile, TokenKind } from '../token.ts';
import { isDirective, isInclude, recordKeywords, type TextUnit } from './text-unit.ts';

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

export interface Divided {
  readonly conditionsOfLine: readonly (readonly number[])[];
  readonly lineStarts: readonly number[];
  readonly unitOfLine: readonly TextUnit[];
  readonly isRegular: boolean;
  readonly unfinished: readonly TextUnit[];
  readonly hasStray: boolean;
  readonly areMacrosBalanced: boolean;
}

/** The units of a file, and what is open between them. */
export function divide(file: TokenFile): Divided {
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
