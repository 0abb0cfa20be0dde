/** What an include names (C17 §6.10.2). */

import { expandTokens, type ExpansionContext } from './expand.ts';
import type { IncludeForm } from './source.ts';
import { spellTokens, type Token, TokenKind } from './token.ts';

/** What `<x>`, `"x"` or a macro that expands to one of them names. */
export function headerNameIn(
  line: readonly Token[],
  context: ExpansionContext,
): { readonly name: string; readonly form: IncludeForm } | undefined {
  const [first] = line;
  if (first === undefined) return undefined;
  if (first.kind === TokenKind.headerName) return { name: first.text.slice(1, -1), form: 'angle' };
  if (first.kind === TokenKind.string && first.text.startsWith('"')) {
    return { name: first.text.slice(1, -1), form: 'quote' };
  }
  if (first.text === '<') {
    const close = line.findIndex((token) => token.text === '>');
    if (close < 0) return undefined;
    return { name: spellTokens(line.slice(1, close)).replaceAll(' ', ''), form: 'angle' };
  }
  const expanded = expandTokens(context, line, 0, first);
  return expanded[0] === first ? undefined : headerNameIn(expanded.slice(0, 1000), context);
}
