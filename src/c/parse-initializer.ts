/**
 * Initializers (C17 §6.7.9), as far as they say how many elements an array has whose length is left to them. What the elements are
 * made of is skipped by its brackets.
 */

import type { Expression, Initializer, InitializerRun } from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { TokenKind } from './token.ts';

/** What stands behind `=`, or the braces behind the type of a compound literal. */
export function parseInitializer(stream: TokenStream, parseConstant: () => Expression): Initializer {
  const token = stream.peek();
  if (token.kind === TokenKind.string) return parseText(stream, parseConstant);
  if (!stream.is('{')) {
    skipInitializer(stream);
    return { kind: 'other' };
  }
  stream.next();
  if (stream.peek().kind === TokenKind.string) {
    const start = parseElementText(stream, parseConstant);
    if (start.kind === 'text') {
      stream.take(',');
      if (stream.take('}')) return start;
    } else {
      skipElement(stream);
    }
    return parseRuns(stream, parseConstant, [{ start: undefined, count: 1 }], true);
  }
  return parseRuns(stream, parseConstant, [{ start: undefined, count: 0 }], false);
}

/** A text alone is one; with an operator behind it (`"a"[0]`) it is an expression like any other. */
function parseText(stream: TokenStream, parseConstant: () => Expression): Initializer {
  const found = parseElementText(stream, parseConstant);
  if (found.kind !== 'text') skipInitializer(stream);
  return found;
}

function parseElementText(stream: TokenStream, parseConstant: () => Expression): Initializer {
  const text = parseConstant();
  const { kind, text: behind } = stream.peek();
  const isAlone = kind === TokenKind.end || behind === ',' || behind === ';' || behind === '}';
  return text.kind === 'string' && isAlone ? { kind: 'text', text } : { kind: 'other' };
}

/** The elements up to the closing brace; a designator begins a new run. `hasBare`: whether one before was not in braces. */
function parseRuns(
  stream: TokenStream,
  parseConstant: () => Expression,
  runs: InitializerRun[],
  hasBare: boolean,
): Initializer {
  let isBare = hasBare;
  let run = runs.at(-1) ?? { start: undefined, count: 0 };
  stream.take(',');
  while (!stream.take('}')) {
    if (stream.is('[')) {
      stream.next();
      let start = parseConstant();
      if (stream.take('...')) start = parseConstant();
      stream.expect(']', 'after the index of an element');
      runs.push((run = { start, count: 0 }));
      // What follows the first element of `[0].a = 1, 2` may still belong to it.
      if (!stream.take('=')) isBare ||= !stream.is('{');
    }
    run.count++;
    if (!stream.is('{')) isBare = true;
    skipElement(stream);
    if (!stream.take(',') && !stream.is('}')) {
      throw new SyntaxProblem('syntax', 'Expected "," or "}" after an element.', stream.peek());
    }
  }
  return { kind: 'list', runs, hasBare: isBare };
}

/** To the comma or the brace behind an element. */
function skipElement(stream: TokenStream): void {
  skipTo(stream, /^[,}]$/);
}

/** To the comma or the semicolon behind an initializer. */
export function skipInitializer(stream: TokenStream): void {
  skipTo(stream, /^[,;]$/);
}

function skipTo(stream: TokenStream, end: RegExp): void {
  for (let depth = 0; ;) {
    const token = stream.peek();
    if (token.kind === TokenKind.end) throw new SyntaxProblem('syntax', 'This initializer does not end.', token);
    if (token.kind === TokenKind.punctuator) {
      if (depth === 0 && end.test(token.text)) return;
      if (/^[([{]$/.test(token.text)) depth++;
      else if (/^[)\]}]$/.test(token.text)) depth--;
    }
    stream.next();
  }
}
