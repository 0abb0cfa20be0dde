/**
 * JSON text whose every value still knows where it stands.
 *
 * The values come from `JSON.parse`; places come from `jsonc-parser`'s tree, which is walked once. Two things that JSON
 * permits are mistakes here: a key that occurs twice (the first one would be lost without a word) and nesting deeper than
 * any record, which could exhaust the stack of whoever reads it.
 */

import { type Node, type ParseError, parseTree, printParseErrorCode, stripComments } from 'jsonc-parser';
import type { Diagnostic, SourceLocation } from '../../diagnostic.ts';

/** Where a value is inside a document: keys and indices from the root. */
export type JsonPath = readonly (string | number)[];

/** `index` counts characters inside a string value, to point at one word of it. */
export type Locate = (path: JsonPath, index?: number) => SourceLocation | undefined;

export interface LocatedJson {
  readonly value: unknown;
  readonly locate: Locate;
  /** Where the key stands that leads to the value at the path. */
  readonly locateKey: (path: JsonPath) => SourceLocation | undefined;
}

const MAX_TEXT_LENGTH = 8 * 1024 * 1024;
const MAX_DEPTH = 64;

/** Sentences for the parser's error codes; its own are codes. */
const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is not a JSON value.',
  InvalidNumberFormat: 'This is not a JSON number.',
  PropertyNameExpected: 'A key in double quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected here.',
  CommaExpected: 'A comma is expected here.',
  CloseBraceExpected: 'A closing "}" is missing.',
  CloseBracketExpected: 'A closing "]" is missing.',
  EndOfFileExpected: 'Nothing may follow the end of the document.',
  InvalidCommentToken: 'JSON has no comments.',
  UnexpectedEndOfComment: 'JSON has no comments.',
  UnexpectedEndOfString: 'The string is not closed.',
  UnexpectedEndOfNumber: 'The number is not complete.',
  InvalidUnicode: 'The \\u escape needs four hexadecimal digits.',
  InvalidEscapeCharacter: 'JSON has no such escape.',
  InvalidCharacter: 'A control character must be written as an escape.',
};

const commentHint = 'put the text into "doc"';

/** Turns offsets into lines and columns. */
function lineIndex(text: string, file: string): (offset: number) => SourceLocation {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

const pathKey = (path: JsonPath): string => JSON.stringify(path);

export interface JsonDialect {
  /** Comments, as people write them in configuration. */
  readonly hasComments?: boolean;
}

/** Reads JSON with places. `located` is missing where the text is not JSON; then there are diagnostics. */
export function readLocatedJson(
  given: string,
  file: string,
  { hasComments = false }: JsonDialect = {},
): { located?: LocatedJson; diagnostics: Diagnostic[] } {
  if (given.length > MAX_TEXT_LENGTH) {
    const location = { file, line: 1, column: 1 };
    return {
      diagnostics: [{ severity: 'error', code: 'too-large', message: 'The file is larger than 8 MiB.', location }],
    };
  }
  // Comments become blanks, so that every place stays what it was.
  const text = hasComments ? stripComments(given, ' ') : given;
  const place = lineIndex(text, file);
  const problem = (offset: number, code: string, message: string, hint?: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    location: place(offset),
    ...(hint === undefined ? {} : { hint }),
  });
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    return {
      diagnostics: [problem(deep, 'too-deep', `The document is nested deeper than ${String(MAX_DEPTH)} levels.`)],
    };
  }

  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const name = first === undefined ? 'ValueExpected' : printParseErrorCode(first.error);
    const sentence = sentences[name] ?? 'This is not JSON.';
    const hint = name.includes('Comment') ? commentHint : trailingCommaHint(text, first);
    return { diagnostics: [problem(first?.offset ?? 0, 'bad-json', sentence, hint)] };
  }

  const offsets = new Map<string, number>();
  const keyOffsets = new Map<string, number>();
  const diagnostics: Diagnostic[] = [];
  const walk = (node: Node, path: JsonPath): void => {
    offsets.set(pathKey(path), node.offset);
    if (node.type === 'array') {
      (node.children ?? []).forEach((child, index) => {
        walk(child, [...path, index]);
      });
    } else if (node.type === 'object') {
      const seen = new Set<string>();
      for (const property of node.children ?? []) {
        const [key, value] = property.children ?? [];
        if (key === undefined || value === undefined) continue;
        const name = String(key.value);
        if (seen.has(name)) diagnostics.push(problem(key.offset, 'duplicate-key', `"${name}" is given twice here.`));
        seen.add(name);
        walk(value, [...path, name]);
        keyOffsets.set(pathKey([...path, name]), key.offset);
      }
    }
  };
  walk(root, []);

  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The tolerant parser takes a few texts JSON does not, such as a control character in a string.
    return { diagnostics: [problem(0, 'bad-json', `This is not JSON: ${error.message}.`)] };
  }
  const locate: Locate = (path, index) => {
    for (let length = path.length; length >= 0; length--) {
      const offset = offsets.get(pathKey(path.slice(0, length)));
      if (offset === undefined) continue;
      return place(index === undefined || length < path.length ? offset : offset + 1 + index);
    }
    return place(0);
  };
  const locateKey = (path: JsonPath): SourceLocation | undefined => {
    const offset = keyOffsets.get(pathKey(path));
    return offset === undefined ? locate(path) : place(offset);
  };
  return { located: { value, locate, locateKey }, diagnostics };
}

/** Offset of the first bracket beyond the permitted depth; found without recursion, before anything recursive runs. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at++;
      else if (character === '"' || character === '\n') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return at;
    } else if (character === '}' || character === ']') depth--;
  }
  return undefined;
}

function trailingCommaHint(text: string, error: ParseError | undefined): string | undefined {
  if (error === undefined) return undefined;
  return /,\s*$/.test(text.slice(0, error.offset)) ? 'take the comma before it away' : undefined;
}
