/**
 * Records that documentation quotes, read as C in the surroundings of the header they are about.
 *
 * Kernel documentation shows declarations in literal blocks. Each `struct NAME {` up to its closing brace is read behind the header
 * that declares NAME, under another tag, so that every type in it means what it means there. An excerpt that is no C (an
 * ellipsis, words between the fields) is no declaration, and nothing is said about it.
 */

import type { Abi, DocumentedRecord, RecordDeclaration } from '../abi/abi.ts';
import { replacing } from '../abi/declaration-map.ts';
import type { Target } from '../abi/target.ts';
import type { HeaderSource } from './header-source.ts';

export interface DocumentText {
  readonly path: string;
  readonly text: string;
}

interface Quote {
  readonly path: string;
  readonly line: number;
  readonly keyword: string;
  readonly tag: string;
  /** From the opening brace to the closing one. */
  readonly body: string;
}

const maximumQuoteLines = 400;

/**
 * Both sides with the records that `docs` show, of those in `touched` and those whose text changed; what they are about is read
 * if nothing else asked for it.
 */
export function withDocumentation(
  sides: { readonly old: HeaderSource; readonly new: HeaderSource },
  docs: { readonly old: readonly DocumentText[]; readonly new: readonly DocumentText[] },
  touched: ReadonlySet<string>,
): { readonly old: HeaderSource; readonly new: HeaderSource } {
  const all = { old: docs.old.flatMap(quotesIn), new: docs.new.flatMap(quotesIn) };
  const interesting = new Set([...touched, ...namesOfChanged(all.old, all.new)]);
  const isInteresting = (quote: Quote): boolean => interesting.has(nameOf(quote));
  const quotes = { old: all.old.filter(isInteresting), new: all.new.filter(isInteresting) };
  if (quotes.new.length === 0) return sides;
  const wanted = [...quotes.old, ...quotes.new];
  const wrap = (side: 'old' | 'new'): HeaderSource => ({
    ...sides[side],
    documents: new Map(docs[side].map(({ path, text }) => [path, text])),
    abiFor: (target) => addQuotes(sides[side], target, wanted, quotes[side]),
  });
  return { old: wrap('old'), new: wrap('new') };
}

function addQuotes(source: HeaderSource, target: Target, wanted: readonly Quote[], quotes: readonly Quote[]): Abi {
  const abi = source.abiFor(target);
  const missing = wanted.filter((quote) => !abi.records.has(nameOf(quote)));
  const found = new Map<string, RecordDeclaration>();
  if (missing.length > 0) {
    const beside = source.abiMentioning(
      target,
      missing.map((quote) => `${nameOf(quote)} {`),
    );
    for (const quote of missing) {
      const declared = beside.records.get(nameOf(quote));
      if (declared !== undefined) found.set(nameOf(quote), declared);
    }
  }
  const records = found.size === 0 ? abi.records : replacing(abi.records, found);
  const documentation = quotes.flatMap((quote): DocumentedRecord[] => {
    const declared = records.get(nameOf(quote));
    if (declared === undefined) return [];
    const tag = `documented_${quote.tag}`;
    const text = `#include <${declared.header}>\n${quote.keyword} ${tag} ${quote.body};\n`;
    const read = source.abiOfText(target, quote.path, text);
    const record = read.records.get(`${quote.keyword} ${tag}`);
    if (record === undefined || read.notUnderstood.some(({ location }) => location?.file === quote.path)) return [];
    const location = { file: quote.path, line: quote.line, column: 1 };
    return [
      {
        file: quote.path,
        text: quote.body,
        declaration: { ...record, name: declared.name, header: declared.header, location },
      },
    ];
  });
  return { ...abi, records, documentation };
}

/** Records of which one side's texts show something that the other's do not. */
function namesOfChanged(old: readonly Quote[], next: readonly Quote[]): string[] {
  const keyOf = (quote: Quote): string => JSON.stringify([quote.path, nameOf(quote), quote.body]);
  const [before, after] = [new Set(old.map(keyOf)), new Set(next.map(keyOf))];
  return [...old.filter((one) => !after.has(keyOf(one))), ...next.filter((one) => !before.has(keyOf(one)))].map(nameOf);
}

function nameOf({ keyword, tag }: Quote): string {
  return `${keyword} ${tag}`;
}

function quotesIn({ path, text }: DocumentText): Quote[] {
  const lines = text.split('\n');
  const quotes: Quote[] = [];
  for (const [index, line] of lines.entries()) {
    const match = /^\s+(struct|union)\s+(\w+)\s*(\{.*)$/.exec(line);
    if (match === null) continue;
    const [, keyword = '', tag = '', first = ''] = match;
    const body: string[] = [];
    let depth = 0;
    for (const [offset, next] of lines.slice(index, index + maximumQuoteLines).entries()) {
      const part = offset === 0 ? first : next;
      depth += (part.match(/\{/g)?.length ?? 0) - (part.match(/\}/g)?.length ?? 0);
      body.push(depth > 0 ? part : part.slice(0, part.lastIndexOf('}') + 1));
      if (depth <= 0) break;
    }
    if (depth === 0) quotes.push({ path, line: index + 1, keyword, tag, body: body.join('\n') });
  }
  return quotes;
}
