/**
 * Text that is safe where it ends up: escaping for each kind of document a report can be.
 *
 * Names and paths come from patches by strangers. `printable` already keeps controls and direction marks out; what is left is
 * the syntax of the document itself, and that of CI runners, which read commands out of any log: GitHub obeys lines that
 * begin with `::` and an older form, `##[command]`, anywhere in a line.
 */

import { printable } from '../diagnostic.ts';

/** Plain text whose lines no CI runner takes for a command. */
export function safeForLogs(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1\\x3a').replaceAll('##[', '#\\x23[');
}

/** JSON in which nothing but ASCII controls' escapes, printable characters and line feeds stands. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g, escapeUnit)
    .replaceAll('##[', '#\\u0023[');
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For XML and HTML, in elements and in quoted attributes; line feeds and tabs stay. */
export function safeMarkup(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t').map(printable).join('\t'));
  return lines
    .join('\n')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/^(\s*):(?=:)/gm, '$1&#58;')
    .replaceAll('##[', '#&#35;[');
}

/** Prose in Markdown: no markup, no link, and nobody is called by an `@name` out of a header. */
export function safeMarkdown(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]()#+|~$^!-]/g, '\\$&')
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('@', '@&#8203;')
    .replace(/:(?=[/:a-z0-9_+])/gi, ':&#8203;')
    .replace(/\bwww\./gi, 'www&#8203;.')
    .replace(/(^|\s)(\d+)\./g, '$1$2\\.');
}

/** Code in a line of Markdown; in a table, a bar would end the cell even inside code. */
export function codeSpan(text: string): string {
  const safe = safeForLogs(printable(text)).replaceAll('|', '\\|');
  const fence = '`'.repeat(longestRun(safe) + 1);
  const isTouching = safe.startsWith('`') || safe.endsWith('`');
  return isTouching || safe === '' ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** A block of code in Markdown, line by line. */
export function codeBlock(lines: readonly string[], language = ''): string {
  const safe = lines.map((line) => safeForLogs(line.split('\t').map(printable).join('\t')));
  const fence = '`'.repeat(Math.max(3, longestRun(safe.join('\n')) + 1));
  return [`${fence}${language}`, ...safe, fence].join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
}

/** A path as a relative URI reference, byte for byte what git calls the file. */
export function uriOf(path: string): string {
  const parts = path.replace(/[\ud800-\udfff]/gu, '\ufffd').split('/');
  return parts
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}
