/**
 * Writes a waiver into the text of a waiver file, leaving every other character as it was: comments, order, indentation.
 *
 * The place comes from the parser's tree and the rest is plain text: a JSON editor that formats what it writes also formats
 * the lines it writes next to.
 */

import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { Waiver } from './waiver-file.ts';

const emptyFile = '{\n  "waivers": []\n}\n';

/**
 * The text with the entry added, or (for a fingerprint that is there already) with that entry replaced.
 * `waivers` are the entries of `content`, which was read without mistakes; `undefined` stands for a file that is not there.
 */
export function withWaiver(
  content: string | undefined,
  waivers: readonly Waiver[],
  entry: Omit<Waiver, 'file' | 'line'>,
): string {
  const text = content ?? emptyFile;
  const root = parseTree(text);
  const list = root === undefined ? undefined : findNodeAtLocation(root, ['waivers']);
  if (list === undefined) throw new TypeError('the text is no waiver file');
  const entries = list.children ?? [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const written = (indent: string): string =>
    JSON.stringify(inOrder(entry), undefined, unit).replaceAll('\n', `${eol}${indent}`);
  const replace = (from: number, to: number, by: string): string => text.slice(0, from) + by + text.slice(to);
  const endOf = (node: Node): number => node.offset + node.length;

  const known = entries[waivers.findIndex((waiver) => waiver.fingerprint === entry.fingerprint)];
  if (known !== undefined) return replace(known.offset, endOf(known), written(indentAt(text, known.offset)));
  const outer = indentAt(text, list.offset);
  const last = entries.at(-1);
  if (last !== undefined) {
    const indent = text.lastIndexOf('\n', last.offset) > list.offset ? indentAt(text, last.offset) : `${outer}${unit}`;
    return replace(endOf(last), endOf(last), `,${eol}${indent}${written(indent)}`);
  }
  // Between the brackets there may be comments, and the last of them may run to the end of its line.
  const indent = `${outer}${unit}`;
  const end = endOf(list) - 1;
  const kept = text.slice(0, end).trimEnd();
  return `${kept}${eol}${indent}${written(indent)}${eol}${outer}${text.slice(end)}`;
}

function inOrder({ fingerprint, rule, subject, reason, expires }: Omit<Waiver, 'file' | 'line'>): object {
  return {
    fingerprint,
    ...(rule === undefined ? {} : { rule }),
    ...(subject === undefined ? {} : { subject }),
    reason,
    expires,
  };
}

/** The blanks at the start of the line in which the offset lies. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}
