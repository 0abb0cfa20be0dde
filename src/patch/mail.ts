/**
 * A mail as the texts in it that may be patches.
 *
 * Headers are unfolded (RFC 5322, 2.2.3), parts of a multipart taken apart (RFC 2046, 5.1), each decoded. Taken are plain text and
 * what calls itself a patch; HTML is nobody's patch. A forwarded mail inside a mail is a mail.
 */

import {
  decodeBase64,
  decodeCharset,
  type DecodedLines,
  decodeHeader,
  decodeQuotedPrintable,
  unflow,
} from './mail-encoding.ts';
import type { PatchText } from './patch.ts';

const maximumDepth = 12;
const maximumHeaderLines = 5000;

export interface Mail {
  readonly subject: string;
  readonly messageId: string | undefined;
  readonly texts: readonly PatchText[];
}

type Headers = ReadonlyMap<string, string>;

const headerLine = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/s;

/** Whether lines begin like a mail: header lines, one of which only mails have. */
export function looksLikeMail(lines: readonly string[]): boolean {
  for (const line of lines.slice(0, maximumHeaderLines)) {
    const name = headerLine.exec(line)?.[1]?.toLowerCase();
    if (name === undefined && !/^[ \t]+\S/.test(line)) return false;
    if (name !== undefined && mailHeaders.has(name)) return true;
  }
  return false;
}

const mailHeaders = new Set(['subject', 'message-id', 'mime-version', 'received', 'return-path', 'delivered-to']);

/** `raw` are the lines of the mail, one character per byte; `firstLine` is the number of the first in `file`. */
export function parseMail(raw: readonly string[], file: string, firstLine: number): Mail {
  const { headers, bodyAt } = readHeaders(raw, 0, raw.length);
  const texts: PatchText[] = [];
  readPart(raw, bodyAt, raw.length, headers, 0, (lines, origins) => {
    texts.push({ file, lines, firstLine, numbers: origins.map((origin) => firstLine + origin) });
  });
  return {
    subject: decodeHeader(headers.get('subject') ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
    messageId: /<([^<>\s]+)>/.exec(headers.get('message-id') ?? '')?.[1],
    texts,
  };
}

function readHeaders(
  raw: readonly string[],
  start: number,
  end: number,
): { readonly headers: Headers; readonly bodyAt: number } {
  const headers = new Map<string, string>();
  let name = '';
  let index = start;
  for (; index < end && index - start < maximumHeaderLines; index += 1) {
    const line = (raw[index] ?? '').replace(/\r$/, '');
    if (line === '') return { headers, bodyAt: Math.min(index + 1, end) };
    const match = headerLine.exec(line);
    if (/^[ \t]/.test(line)) {
      if (name !== '') headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`);
    } else if (match === null) return { headers, bodyAt: index };
    else {
      // Of several headers of one name the first counts: what the list adds, it adds below or has none to add.
      name = (match[1] ?? '').toLowerCase();
      if (headers.has(name)) name = '';
      else headers.set(name, match[2] ?? '');
    }
  }
  return { headers, bodyAt: index };
}

type Take = (lines: readonly string[], origins: readonly number[]) => void;

function readPart(raw: readonly string[], from: number, to: number, headers: Headers, depth: number, take: Take): void {
  const type = (headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
  const parameters = readParameters(headers.get('content-type') ?? '');
  const boundary = parameters.get('boundary');
  if (type.startsWith('multipart/') && boundary !== undefined && boundary !== '' && depth < maximumDepth) {
    for (const [start, end] of splitParts(raw, from, to, boundary)) {
      const part = readHeaders(raw, start, end);
      readPart(raw, part.bodyAt, end, part.headers, depth + 1, take);
    }
    return;
  }
  const encoding = (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  if (type === 'message/rfc822' && depth < maximumDepth && (encoding === '' || !/base64|quoted/.test(encoding))) {
    const inner = readHeaders(raw, from, to);
    readPart(raw, inner.bodyAt, to, inner.headers, depth + 1, take);
    return;
  }
  const fileName = parameters.get('name') ?? readParameters(headers.get('content-disposition') ?? '').get('filename');
  if (!isPatchType(type, fileName)) return;
  const body = raw.slice(from, to);
  const decoded = decodeTransfer(body, encoding);
  const isFlowed = parameters.get('format')?.toLowerCase() === 'flowed' && type === 'text/plain';
  const lines = isFlowed ? unflow(decoded, parameters.get('delsp')?.toLowerCase() === 'yes') : decoded;
  // Nearly all text is ASCII or UTF-8; charsets of several bytes can only be decoded as a whole.
  const text = decodeCharset(lines.lines.join('\n'), parameters.get('charset')).split('\n');
  const origins = lines.origins.map((origin) => origin + from);
  take(withoutMailReturns(text), origins);
}

function decodeTransfer(body: readonly string[], encoding: string): DecodedLines {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(body);
  if (encoding === 'base64') return decodeBase64(body);
  return { lines: body, origins: body.map((_, index) => index) };
}

function isPatchType(type: string, fileName: string | undefined): boolean {
  if (/\.(?:patch|diff|txt)$/i.test(fileName ?? '')) return true;
  return /^(?:text\/(?:plain|x-patch|x-diff|x-c\w*)|application\/x-patch)$/.test(type);
}

/** Mail ends its lines with CR LF. If every line has the CR, it is the mail's; if some do, it is the file's. */
function withoutMailReturns(lines: readonly string[]): readonly string[] {
  const isMail = lines.every((line, index) => line.endsWith('\r') || (index === lines.length - 1 && line === ''));
  return isMail ? lines.map((line) => line.replace(/\r$/, '')) : lines;
}

/** `; name="x"; charset=utf-8` of a header. RFC 2231's pieces and charsets are left out: no patch needs its file name. */
function readParameters(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const match of header.matchAll(/;\s*([\w-]+)\*?=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    const value = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
    parameters.set((match[1] ?? '').toLowerCase(), value);
  }
  return parameters;
}

/** Start and end of each part between lines `--boundary`. */
function splitParts(raw: readonly string[], from: number, to: number, boundary: string): [number, number][] {
  const parts: [number, number][] = [];
  let start: number | undefined;
  for (let index = from; index < to; index += 1) {
    const line = raw[index] ?? '';
    if (!line.startsWith('--') || !line.startsWith(boundary, 2)) continue;
    const rest = line.slice(boundary.length + 2).trim();
    if (rest !== '' && rest !== '--') continue;
    if (start !== undefined) parts.push([start, index]);
    start = rest === '--' ? undefined : index + 1;
    if (rest === '--') break;
  }
  // A mail that was cut has no last boundary; what is there is still read.
  if (start !== undefined) parts.push([start, to]);
  return parts;
}
