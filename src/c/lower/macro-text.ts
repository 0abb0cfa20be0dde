/**
 * What the text of a macro shows before anything in it is expanded.
 */

import type { MacroDeclaration } from '../../abi/abi.ts';
import type { SourceLocation } from '../../diagnostic.ts';
import { hide } from '../hide-set.ts';
import type { Macro } from '../macro.ts';
import { spellTokens, type Token, TokenKind } from '../token.ts';

interface Place {
  readonly name: string;
  readonly header: string;
  readonly location: SourceLocation;
}

export function placeOf(macro: Macro): Place {
  const { name, file, nameIndex } = macro;
  return { name, header: file.name, location: file.locate(file.offsets[nameIndex] ?? 0) };
}

export function textOf(macro: Macro): MacroDeclaration {
  const parameters = macro.parameters === undefined ? {} : { parameters: spellParameters(macro) };
  return { ...placeOf(macro), ...parameters, body: spellTokens(macro.body) };
}

/** The text of a macro that is made of other names. */
export function mentions({ file, bodyStart, bodyEnd, body }: Macro): { readonly text?: string } {
  for (let index = bodyStart; index < bodyEnd; index++) {
    if (file.kinds[index] === TokenKind.identifier) return { text: spellTokens(body) };
  }
  return {};
}

/** Whether the macro is nothing but another name, in brackets or not. */
export function isName({ parameters, file: { texts, kinds }, bodyStart, bodyEnd }: Macro): boolean {
  let names = 0;
  for (let at = bodyStart; at < bodyEnd; at++) {
    if (kinds[at] === TokenKind.identifier) names++;
    else if (texts[at] !== '(' && texts[at] !== ')') return false;
  }
  return names === 1 && parameters === undefined;
}

/** Whether the macro is nothing but a call of another, as nearly all requests are. */
export function isWholeCall({ body }: Macro, name: string): boolean {
  if (body[0]?.text !== name || body[1]?.text !== '(') return false;
  let depth = 0;
  for (const [index, { text }] of body.entries()) {
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return index === body.length - 1;
  }
  return false;
}

/** The arguments of the call that `macro` is, as they stand in its expansion. */
export function argumentsOf(macro: Macro, name: Token): readonly (readonly Token[])[] {
  const hidden = hide(undefined, macro.name, name);
  const given: Token[][] = [[]];
  let depth = 0;
  for (const token of macro.body.slice(2, -1)) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    if (token.text === ',' && depth === 0) given.push([]);
    else given.at(-1)?.push(token.with(token.hasSpaceBefore, hidden, name));
  }
  return given;
}

/** Initializers, statements and lists are told from expressions before anything is expanded; some are enormous. */
export function mayBeExpression(macro: Macro): boolean {
  const { file, bodyStart, bodyEnd } = macro;
  let depth = 0;
  let braces = 0;
  for (let index = bodyStart; index < bodyEnd; index++) {
    if (file.kinds[index] !== TokenKind.punctuator) continue;
    const text = file.texts[index] ?? '';
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (text === '{') {
      if (braces === 0 && (depth === 0 || !beginsBody(macro, index))) return false;
      braces++;
    } else if (text === '}') braces--;
    else if (braces === 0 && (text === ';' || text === '=' || (text === ',' && depth === 0))) return false;
  }
  return bodyEnd > bodyStart;
}

/** Whether a brace is that of a type which is defined where it is used, as in `sizeof(struct { int a; })`. */
function beginsBody({ file: { texts }, bodyStart }: Macro, brace: number): boolean {
  const isTypeWord = (at: number): boolean => at >= bodyStart && /^(?:struct|union|enum)$/.test(texts[at] ?? '');
  return isTypeWord(brace - 1) || isTypeWord(brace - 2);
}

function spellParameters(macro: Macro): string[] {
  const names = [...(macro.parameters ?? [])];
  const last = names.length - 1;
  if (macro.isVariadic) names[last] = names[last] === '__VA_ARGS__' ? '...' : `${names[last] ?? ''}...`;
  return names;
}
