/**
 * From the bytes of a file to the patches in it: a mailbox, one mail, or a plain diff.
 *
 * A mailbox is split at its `From ` lines (mboxrd: a `>` was put before lines of the text that look like one). What is not a
 * patch (a cover letter, a reply) is passed over. Several patches are put in the order of their `[PATCH n/m]`; of several
 * versions of a series in one mailbox the last counts.
 */

import { type Diagnostic, UndecidedError } from '../diagnostic.ts';
import { looksLikeMail, parseMail } from './mail.ts';
import { parseDiff } from './parse-diff.ts';
import { type Patch, type PatchText, placeOf } from './patch.ts';

/** The largest series on the lists have some megabytes; this much is a mistake. */
export const maximumPatchBytes = 128 * 1024 * 1024;

export interface PatchInput {
  /** What the user called it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Series {
  readonly patches: readonly Patch[];
  /** What the reader should know: a patch that is missing, an older version that was passed over. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Reads all patches of all inputs, in the order in which they apply.
 * @throws {UndecidedError} if there is none, or one cannot be read.
 */
export function readSeries(inputs: readonly PatchInput[]): Series {
  const found = inputs.flatMap((input) => readPatches(input));
  if (found.length === 0) {
    const names = inputs.map(({ name }) => name).join(', ');
    if (inputs.every(({ bytes }) => bytes.length === 0)) {
      throw new UndecidedError(`There is no patch: ${names} ${inputs.length === 1 ? 'is' : 'are'} empty.`);
    }
    throw new UndecidedError(
      `There is no patch in ${names}: no line begins with "diff --git", and no "---" and "+++" are followed by "@@".`,
    );
  }
  return orderSeries(found);
}

export function readPatches({ name, bytes }: PatchInput): Patch[] {
  if (bytes.length > maximumPatchBytes) {
    throw new UndecidedError(`${name} has ${String(bytes.length)} bytes; patches of more than 128 MB are not read.`);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // PowerShell writes what it redirects as UTF-16.
  const isWide = buffer[0] === 0xff && buffer[1] === 0xfe;
  const head = isWide ? '' : buffer.toString('latin1', 0, 65_536).replace(/^\s*\n/, '');
  const headLines = head.split('\n');
  const isMailbox = /^From \S+/.test(headLines[0] ?? '') && looksLikeMail(headLines.slice(1));
  if (isMailbox || looksLikeMail(headLines)) {
    const raw = buffer.toString('latin1').split('\n');
    if (raw.at(-1) === '') raw.pop();
    return splitMailbox(raw).flatMap(([start, end]) => patchesOfMail(raw.slice(start, end), name, start + 1));
  }
  const text = isWide ? new TextDecoder('utf-16le').decode(buffer) : buffer.toString('utf8').replace(/^\ufeff/, '');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const plain = { file: name, lines, firstLine: 1 };
  return toPatch(plain, titleOfText(plain) ?? name, undefined);
}

/** Start (behind the `From ` line) and end of each mail. */
function splitMailbox(raw: readonly string[]): [number, number][] {
  const starts: number[] = [];
  const first = raw.findIndex((line) => line.trim() !== '');
  for (const [index, line] of raw.entries()) {
    if (!line.startsWith('From ')) continue;
    const follows = index === first || (raw[index - 1] ?? '').trim() === '';
    if (follows && /\d{4}\s*$/.test(line) && looksLikeMail(raw.slice(index + 1, index + 200))) starts.push(index);
  }
  if (starts.length === 0) {
    return [[Math.max(first, 0), raw.length]];
  }
  return starts.map((start, index) => [start + 1, starts[index + 1] ?? raw.length]);
}

function patchesOfMail(raw: readonly string[], file: string, firstLine: number): Patch[] {
  const lines = raw.map((line) => (line.startsWith('>') ? line.replace(/^>(>*From )/, '$1') : line));
  const mail = parseMail(lines, file, firstLine);
  return mail.texts.flatMap((text) => {
    // A file of git format-patch, attached, has a subject of its own.
    const own = mail.texts.length > 1 ? titleOfText(text) : undefined;
    return toPatch(text, own ?? mail.subject, mail.messageId);
  });
}

/** The subject that a text gives itself: an attached format-patch, or the output of `git show`. */
function titleOfText({ lines }: PatchText): string | undefined {
  for (const [index, line] of lines.slice(0, 400).entries()) {
    if (line.startsWith('diff ') || line.startsWith('--- ')) return undefined;
    const subject = /^Subject: *(.*?)\r?$/.exec(line)?.[1];
    if (subject !== undefined)
      return `${subject}${/^[ \t]\S/.test(lines[index + 1] ?? '') ? ` ${(lines[index + 1] ?? '').trim()}` : ''}`;
    if (/^commit [0-9a-f]{7,64}\b/.test(lines[0] ?? '') && line.startsWith('    ')) return line.trim();
  }
  return undefined;
}

function toPatch(text: PatchText, subject: string, messageId: string | undefined): Patch[] {
  const files = parseDiff(text);
  if (files.length === 0) return [];
  const tags = [...subject.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
  const tag = tags.find((one) => /\bPATCH|\bRFC/i.test(one)) ?? '';
  const [, number, count] = /(?:^|\s|v\d+)(\d+)\/(\d+)\s*$/.exec(tag) ?? [];
  const version = /\bv(\d+)/i.exec(tag)?.[1];
  const baseCommit = lastMatch(text, /^base-commit: ([0-9a-f]{7,64})\s*$/);
  const title = subject.replace(/^(?:\s*\[[^\]]*\])+\s*/, '').trim();
  return [
    {
      title: title === '' ? text.file : title,
      place: files[0]?.place ?? placeOf(text, 0),
      ...(number === undefined || count === undefined ? {} : { number: Number(number), count: Number(count) }),
      version: version === undefined ? 1 : Number(version),
      ...(messageId === undefined ? {} : { messageId }),
      ...(baseCommit === undefined ? {} : { baseCommit }),
      files,
    },
  ];
}

function lastMatch({ lines }: PatchText, form: RegExp): string | undefined {
  for (let index = lines.length - 1; index >= Math.max(0, lines.length - 40); index -= 1) {
    const match = form.exec(lines[index] ?? '');
    if (match !== null) return match[1];
  }
  return undefined;
}

function orderSeries(found: readonly Patch[]): Series {
  const notes: Diagnostic[] = [];
  const version = found.reduce((highest, patch) => Math.max(highest, patch.version), 1);
  const latest = found.filter((patch) => patch.version === version);
  if (latest.length < found.length) {
    const count = found.length - latest.length;
    notes.push(
      note(
        'older-version',
        `${String(count)} ${count === 1 ? 'patch' : 'patches'} of an older version passed over; v${String(version)} is judged`,
      ),
    );
  }
  const patches = latest.every((patch) => patch.number !== undefined)
    ? [...latest].sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
    : latest;
  const numbered = patches.filter((patch) => patch.number !== undefined);
  const count = numbered.reduce((highest, patch) => Math.max(highest, patch.count ?? 0), 0);
  const present = new Set(numbered.map((patch) => patch.number));
  const missing: number[] = [];
  for (let number = 1; number <= Math.min(count, 1000); number += 1) if (!present.has(number)) missing.push(number);
  if (count > 1 && missing.length > 0 && missing.length <= 20) {
    notes.push(
      note(
        'missing-patch',
        `of ${String(count)} patches ${missing.length === 1 ? 'number' : 'numbers'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not here`,
      ),
    );
  }
  return { patches, notes };
}

function note(code: string, message: string): Diagnostic {
  return { severity: 'warning', code, message };
}
