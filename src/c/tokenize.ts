/**
 * Text → preprocessing tokens: translation phases 2 and 3 of C17 §5.1.1.2.
 *
 * Lines that end in a backslash are joined first; the places where that happened are kept, so that a token's line and column
 * are those of the file. Comments become white space. Everything is one loop over character codes, because this is the only
 * part of the front end that looks at every character of a tree. Trigraphs are not replaced (GCC's default), and a quote
 * that is not closed on its line is a token of its own, as text in `#error` lines and in `#if 0` blocks needs it.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { limits } from './limits.ts';
import { declaredIn } from './passed-over.ts';
import { findStructure, type TextProblem } from './structure.ts';
import { lineStart, spaceBefore, TokenFile, TokenKind } from './token.ts';

const SPACE = 1;
const NEWLINE = 2;
const LETTER = 3;
const DIGIT = 4;

const classes = new Uint8Array(128);
for (const character of ' \t\v\f\r') classes[character.charCodeAt(0)] = SPACE;
classes[10] = NEWLINE;
for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] = LETTER;
classes[0x5f] = classes[0x24] = LETTER;
for (let code = 48; code <= 57; code++) classes[code] = DIGIT;

/** Longest first where one is the beginning of another. */
const punctuators = [
  ...['%:%:', '...', '<<=', '>>='],
  ...['->', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '*=', '/=', '%=', '+=', '-=', '&=', '^=', '|='],
  ...['##', '<:', ':>', '<%', '%>', '%:'],
  ...'[ ] ( ) { } . & * + - ~ ! / % < > ^ | ? : ; = , #'.split(' '),
];
const punctuatorsByStart = new Map<number, string[]>();
for (const text of punctuators) {
  const start = text.charCodeAt(0);
  punctuatorsByStart.set(start, [...(punctuatorsByStart.get(start) ?? []), text]);
}
/** Digraphs mean exactly what they stand for (C17 §6.4.6). */
const digraphs = new Map([
  ['<:', '['],
  [':>', ']'],
  ['<%', '{'],
  ['%>', '}'],
  ['%:', '#'],
  ['%:%:', '##'],
]);

/** One string object for each spelling, shared by all files: maps then compare by address. */
export type SpellingTable = Map<string, string>;

interface SplicedText {
  readonly text: string;
  /** Offset of the start of each line of the file. A joined line starts in the middle of the text. */
  readonly physicalLines: Uint32Array;
}

function splice(original: string): SplicedText {
  const starts = [0];
  if (!original.includes('\\')) {
    for (let at = original.indexOf('\n'); at >= 0; at = original.indexOf('\n', at + 1)) starts.push(at + 1);
    return { text: original, physicalLines: Uint32Array.from(starts) };
  }
  const pieces: string[] = [];
  let length = 0;
  let from = 0;
  for (let at = original.indexOf('\n'); at >= 0; at = original.indexOf('\n', at + 1)) {
    let end = at;
    while (end > from && (classes[original.charCodeAt(end - 1)] ?? 0) === SPACE) end--;
    const isJoined = end > from && original.charCodeAt(end - 1) === 0x5c;
    const piece = original.slice(from, isJoined ? end - 1 : at + 1);
    pieces.push(piece);
    length += piece.length;
    starts.push(length);
    from = at + 1;
  }
  pieces.push(original.slice(from));
  return { text: pieces.join(''), physicalLines: Uint32Array.from(starts) };
}

/** Cuts a text into tokens. Never throws; what is wrong with it is in the result's `diagnostics`. */
export function tokenize(
  source: { readonly name: string; readonly path: string; readonly text: string; readonly isBuiltIn?: boolean },
  spellings: SpellingTable,
): TokenFile {
  const { name, path, text: original, isBuiltIn = false } = source;
  const tooLong = original.length > limits.fileLength;
  const { text, physicalLines } = splice(
    tooLong ? '' : original.charCodeAt(0) === 0xfeff ? original.slice(1) : original,
  );
  const length = text.length;
  const texts: string[] = [];
  const kinds: number[] = [];
  const flags: number[] = [];
  const offsets: number[] = [];
  const problems: TextProblem[] = [];
  if (tooLong) problems.push({ offset: 0, code: 'file-too-long', message: 'The file is too long to be a header.' });

  const spell = (spelling: string): string => {
    const known = spellings.get(spelling);
    if (known !== undefined) return known;
    spellings.set(spelling, spelling);
    return spelling;
  };

  let at = 0;
  let flag = lineStart;
  /** 1 behind a `#` that starts a line, 2 behind `#include`. */
  let directive = 0;
  const push = (kind: number, spelling: string, end: number): void => {
    kinds.push(kind);
    texts.push(spelling);
    flags.push(flag);
    offsets.push(at);
    flag = 0;
    at = end;
  };

  while (at < length) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (classes[code] ?? 0) : LETTER;
    if (kind === SPACE) {
      flag |= spaceBefore;
      at++;
    } else if (kind === NEWLINE) {
      flag = lineStart;
      directive = 0;
      at++;
    } else if (kind === LETTER) {
      let end = at + 1;
      for (; end < length; end++) {
        const next = text.charCodeAt(end);
        if (next < 128 && (classes[next] ?? 0) < LETTER) break;
      }
      const first = text.charCodeAt(end);
      if ((first === 0x22 || first === 0x27) && /^(?:L|u8?|U)$/.test(text.slice(at, end))) {
        const close = closingQuote(text, end, first);
        if (close >= 0) {
          push(first === 0x22 ? TokenKind.string : TokenKind.character, text.slice(at, close), close);
          continue;
        }
      }
      const word = spell(text.slice(at, end));
      if (directive === 1) directive = word === 'include' || word === 'include_next' ? 2 : 0;
      push(TokenKind.identifier, word, end);
    } else if (kind === DIGIT || (code === 0x2e && classes[text.charCodeAt(at + 1)] === DIGIT)) {
      const end = numberEnd(text, at);
      push(TokenKind.number, spell(text.slice(at, end)), end);
    } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) {
        const passedOver = declaredInComment(text.slice(at), spellings);
        problems.push({ offset: at, code: 'unterminated-comment', message: 'This comment is not closed.', passedOver });
      }
      // A comment is one space (C17 §5.1.1.2 phase 3) even where it spans lines: the line it began on goes on behind it.
      at = close < 0 ? length : close + 2;
      flag |= spaceBefore;
    } else if (code === 0x2f && text.charCodeAt(at + 1) === 0x2f) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? length : end;
    } else if (code === 0x22 || code === 0x27) {
      const close = closingQuote(text, at, code);
      if (close >= 0) push(code === 0x22 ? TokenKind.string : TokenKind.character, text.slice(at, close), close);
      else push(TokenKind.other, spell(text.charAt(at)), at + 1);
    } else if (code === 0x3c && directive === 2) {
      const end = /[>\n]/g;
      end.lastIndex = at;
      const close = end.exec(text);
      if (close?.[0] === '>') push(TokenKind.headerName, text.slice(at, close.index + 1), close.index + 1);
      else push(TokenKind.punctuator, '<', at + 1);
    } else {
      const found = punctuatorsByStart.get(code)?.find((candidate) => text.startsWith(candidate, at));
      if (found === undefined) {
        push(TokenKind.other, spell(text.charAt(at)), at + 1);
      } else {
        const meaning = digraphs.get(found) ?? found;
        if (meaning === '#' && (flag & lineStart) !== 0) directive = 1;
        push(TokenKind.punctuator, meaning, at + found.length);
      }
    }
  }

  const parts = {
    ...{ name, path, isBuiltIn, texts, physicalLines },
    ...{ kinds: Uint8Array.from(kinds), flags: Uint8Array.from(flags), offsets: Uint32Array.from(offsets) },
  };
  const nothing = { branchEnds: new Map<number, number>(), seams: new Set<number>(), guard: undefined, isOnce: false };
  const locator = new TokenFile({ ...parts, ...nothing, diagnostics: [] });
  const structure = findStructure(locator);
  const diagnostics: Diagnostic[] = [...problems, ...structure.problems].map((problem) => ({
    severity: 'error',
    code: problem.code,
    message: problem.message,
    location: locator.locate(problem.offset),
    ...(problem.passedOver === undefined ? {} : { passedOver: problem.passedOver }),
  }));
  const { branchEnds, seams, guard, isOnce } = structure;
  return new TokenFile({ ...parts, branchEnds, seams, guard, isOnce, diagnostics });
}

/** What a comment without an end hides. */
function declaredInComment(text: string, spellings: SpellingTable): readonly string[] {
  // None of the comments in it has an end either: each would hide the rest once more.
  const file = tokenize({ name: '', path: '', text: text.replaceAll('/*', '  ') }, spellings);
  return declaredIn(file, 0, file.count, 'passed-over');
}

/** Offset behind the quote that closes the literal on this line, or -1. */
function closingQuote(text: string, open: number, quote: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 10) return -1;
    if (code === 0x5c) {
      if (text.charCodeAt(at + 1) === 10) return -1;
      at++;
    }
  }
  return -1;
}

/** A preprocessing number (C17 §6.4.8) takes letters, digits, dots, and a sign behind an exponent letter. */
function numberEnd(text: string, from: number): number {
  let end = from + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x2e || (code < 128 && (classes[code] ?? 0) >= LETTER)) continue;
    if ((code === 0x2b || code === 0x2d) && /[eEpP]/.test(text.charAt(end - 1))) continue;
    break;
  }
  return end;
}
