/**
 * What can be said of a patch without the tree it is for: the declarations that its hunks show from beginning to end.
 *
 * Each side of each hunk is searched for whole `struct`, `union`, `enum` and `typedef` declarations and for `#define`s; each is put
 * at the line it has in the file, so that messages speak of real lines. A change inside a declaration that the hunk cuts is
 * told as such: three lines out of the middle of a struct have no layout. The scanner knows comments, braces and lines that
 * continue; it need not know C, because what it cuts out is then read by the real front end.
 *
 * Several patches to one file are followed declaration by declaration: the first that shows one shows what was there before,
 * the last what is there in the end. Where one shows a declaration otherwise than the patch before left it, something between
 * them is missing, and that is told.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { addedText, applyHunks } from './apply.ts';
import type { FilePatch, Hunk } from './patch.ts';

export interface TwoTexts {
  /** `undefined` where the side has no such file. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** Changes that the hunks do not hold enough of. */
  readonly cut: readonly Diagnostic[];
}

const prelude = ['#include <linux/types.h>', '#include <linux/const.h>', '#include <linux/ioctl.h>'];

/** The two sides of a file that one patch changes, or several one after another. */
export function wholeDeclarations(patch: FilePatch, ...later: readonly FilePatch[]): TwoTexts {
  if (later.length === 0) return ofOnePatch(patch);
  if (patch.change === 'add') return ofNewFile(patch, later);
  const all = [patch, ...later];
  const cut: Diagnostic[] = [];
  const sides = { old: new Map<string, Piece>(), new: new Map<string, Piece>() };
  const isMoved = all.find(({ change }) => change !== 'modify');
  if (isMoved !== undefined) {
    cut.push(
      notice(
        isMoved,
        isMoved.place,
        'is renamed or removed by one of several patches; without the tree only each by itself can be judged',
      ),
    );
    return { old: undefined, new: undefined, cut };
  }
  for (const one of all) followPieces(one, sides, cut);
  const textOf = (pieces: ReadonlyMap<string, Piece>): string => {
    const placer = new Placer();
    for (const piece of [...pieces.values()].sort((a, b) => a.line - b.line)) placer.place(piece);
    return placer.text();
  };
  return { old: textOf(sides.old), new: textOf(sides.new), cut };
}

/** A file that the first patch shows whole: what the others do to it is done. */
function ofNewFile(patch: FilePatch, later: readonly FilePatch[]): TwoTexts {
  let text = addedText(patch);
  const cut: Diagnostic[] = [];
  for (const one of later) {
    const applied = one.change === 'modify' && !one.isBinary ? applyHunks(one, text) : undefined;
    if (applied?.kind === 'applied') text = applied.text;
    else cut.push(applied?.problem ?? notice(one, one.place, 'is added, and then more than edited'));
  }
  return { old: undefined, new: text, cut };
}

function followPieces(
  patch: FilePatch,
  sides: { readonly old: Map<string, Piece>; readonly new: Map<string, Piece> },
  cut: Diagnostic[],
): void {
  const shown = piecesOf(patch);
  for (const diagnostic of shown.cut) cut.push(diagnostic);
  const [before, after] = [keyed(shown.old), keyed(shown.new)];
  for (const [key, piece] of before) {
    const left = sides.new.get(key);
    if (left !== undefined && left.lines.join('\n') !== piece.lines.join('\n')) {
      const what = piece.name === '' ? 'a macro' : piece.name;
      cut.push(notice(patch, patch.place, `has ${what} otherwise than the patch before left it`));
      for (const pieces of [sides.old, sides.new, after]) pieces.delete(key);
      continue;
    }
    if (left === undefined && !sides.old.has(key)) sides.old.set(key, piece);
    if (!after.has(key)) sides.new.delete(key);
  }
  for (const [key, piece] of after) sides.new.set(key, piece);
}

/** By what they declare; where one side declares a name twice, under `#if` and `#else`, by the first and the second. */
function keyed(pieces: readonly Piece[]): Map<string, Piece> {
  const counts = new Map<string, number>();
  const result = new Map<string, Piece>();
  for (const piece of pieces) {
    const name = piece.name === '' ? (/^\s*#\s*define\s+(\w+)/.exec(piece.lines[0] ?? '')?.[1] ?? '') : piece.name;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    result.set(`${name} ${String(count)}`, piece);
  }
  return result;
}

function ofOnePatch(patch: FilePatch): TwoTexts {
  const shown = piecesOf(patch);
  const textOf = (pieces: readonly Piece[]): string => {
    const placer = new Placer();
    for (const piece of pieces) placer.place(piece);
    return placer.text();
  };
  return {
    old: patch.change === 'add' ? undefined : textOf(shown.old),
    new: patch.change === 'delete' ? undefined : textOf(shown.new),
    cut: shown.cut,
  };
}

/** What each side of a patch's hunks shows whole, in order. */
function piecesOf(patch: FilePatch): {
  readonly old: readonly Piece[];
  readonly new: readonly Piece[];
  readonly cut: readonly Diagnostic[];
} {
  const cut: Diagnostic[] = [];
  const sides: { readonly old: Piece[]; readonly new: Piece[] } = { old: [], new: [] };
  const isWholeFile = patch.change === 'add' || patch.change === 'delete';
  if (patch.isBinary) cut.push(notice(patch, patch.place, 'is changed as a binary file, so nothing of it can be read'));
  for (const hunk of patch.hunks) {
    const scans = { old: scan(hunk, '-', isWholeFile), new: scan(hunk, '+', isWholeFile) };
    const names = new Set([...scans.old.cutNames, ...scans.new.cutNames]);
    for (const side of ['old', 'new'] as const) {
      for (const piece of scans[side].pieces) if (!names.has(piece.name)) sides[side].push(piece);
    }
    if (scans.old.cutsChange || scans.new.cutsChange) {
      const what = /(?:struct|union|enum)\s+\w+/.exec(hunk.section)?.[0] ?? [...names].find((name) => name !== '');
      const line = hunk.newStart > 0 ? hunk.newStart : hunk.oldStart;
      const where = `, from line ${String(line)} on: of ${what ?? 'a declaration'}`;
      cut.push(notice(patch, hunk.place, `${where} that changes there, the patch shows only a part`));
    }
  }
  return { ...sides, cut };
}

function notice(patch: FilePatch, location: Diagnostic['location'], message: string): Diagnostic {
  return {
    severity: 'error',
    code: 'not-whole',
    message: `${patch.newPath}${message.startsWith(',') ? '' : ' '}${message}`,
    ...(location === undefined ? {} : { location }),
    hint: 'run uabi in the repository that the patch is for, or name the tree with --onto',
  };
}

interface Piece {
  /** `struct kvm_run`; empty for a macro. */
  readonly name: string;
  readonly line: number;
  readonly lines: readonly string[];
}

interface Scan {
  readonly pieces: readonly Piece[];
  /** Declarations that begin or end outside of the hunk. */
  readonly cutNames: ReadonlySet<string>;
  /** Whether a changed line is in none of the pieces, and is no comment or blank. */
  readonly cutsChange: boolean;
}

/** Lines of a header with each piece at its own line. */
class Placer {
  readonly #lines: string[] = [...prelude];

  place(piece: Piece): void {
    while (this.#lines.length < piece.line - 1) this.#lines.push('');
    this.#lines.push(...piece.lines);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function scan(hunk: Hunk, mark: '-' | '+', isWholeFile: boolean): Scan {
  const first = mark === '-' ? hunk.oldStart : hunk.newStart;
  const lines = hunk.lines.filter((line) => line.startsWith(' ') || line.startsWith(mark));
  if (isWholeFile) {
    const piece = { name: '', line: first, lines: lines.map((line) => line.slice(1)) };
    return { pieces: lines.length === 0 ? [] : [piece], cutNames: new Set(), cutsChange: false };
  }
  const own = lines.map((line) => line.slice(1));
  const bare = withoutComments(own);
  const isChanged = (from: number, to: number): boolean =>
    lines.slice(from, to).some((line, index) => line.startsWith(mark) && (bare[from + index] ?? '').trim() !== '');
  const pieces: Piece[] = [];
  const cutNames = new Set<string>();
  let cutsChange = false;
  let strayFrom = 0;
  const endStray = (to: number): void => {
    if (isChanged(strayFrom, to)) cutsChange = true;
  };
  let index = 0;
  while (index < bare.length) {
    const line = bare[index] ?? '';
    const end = line.trim().startsWith('#') ? endOfDirective(bare, index) : endOfDeclaration(bare, index);
    if (end === undefined) {
      index += 1;
      continue;
    }
    if (end.kind === 'cut') {
      cutNames.add(end.name);
      if (isChanged(index, bare.length)) cutsChange = true;
      endStray(index);
      strayFrom = bare.length;
      break;
    }
    endStray(index);
    const isMacro = /^\s*#\s*define\b/.test(line);
    // Conditions and includes reach out of the hunk; the macros between them are read as if they always held.
    if (end.name !== '' || isMacro) {
      const piece = own.slice(index, end.next);
      const isWhole = hasWholeComments(piece, bare.slice(index, end.next));
      pieces.push({
        name: end.name,
        line: first + index,
        lines: isWhole ? piece : bare.slice(index, end.next),
      });
    }
    index = end.next;
    strayFrom = index;
  }
  endStray(bare.length);
  return { pieces, cutNames, cutsChange };
}

type End =
  | { readonly kind: 'whole'; readonly next: number; readonly name: string }
  | { readonly kind: 'cut'; readonly name: string };

function endOfDirective(lines: readonly string[], start: number): End {
  let index = start;
  while (index < lines.length && /\\\r?$/.test(lines[index] ?? '')) index += 1;
  return index < lines.length ? { kind: 'whole', next: index + 1, name: '' } : { kind: 'cut', name: '' };
}

const opening = /^(?:typedef\s+)?(struct|union|enum)\b\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?(\w*)\s*(\{?)/;

/** The end of the declaration that begins in the line; `undefined` if none does. */
function endOfDeclaration(lines: readonly string[], start: number): End | undefined {
  const line = lines[start] ?? '';
  // Declarations of a header begin at the margin; a nested record does not, and is no declaration of its own.
  const match = opening.exec(line);
  const isTypedef = line.startsWith('typedef ');
  if (match === null && !isTypedef) return undefined;
  const hasBody =
    match !== null &&
    (match[3] === '{' || (line.trim() === match[0].trim() && (lines[start + 1] ?? '').startsWith('{')));
  if (!hasBody && !isTypedef) return undefined;
  const [keyword, tag] = [match?.[1] ?? '', match?.[2] ?? ''];
  const name = isTypedef ? `typedef ${tag}` : `${keyword} ${tag}`.trim();
  let depth = 0;
  let wasOpen = !hasBody;
  for (let index = start; index < lines.length; index += 1) {
    for (const character of lines[index] ?? '') {
      if (character === '{') {
        depth += 1;
        wasOpen = true;
      } else if (character === '}') depth -= 1;
      else if (character === ';' && depth === 0 && wasOpen) return { kind: 'whole', next: index + 1, name };
    }
  }
  return { kind: 'cut', name };
}

/** Whether the comments in some lines begin and end there, so that the lines can be read as they are. */
function hasWholeComments(lines: readonly string[], bare: readonly string[]): boolean {
  const text = lines.join('\n');
  return text.lastIndexOf('/*') <= text.lastIndexOf('*/') && withoutComments(lines).join('\n') === bare.join('\n');
}

/** The lines with comments blanked; a hunk may begin inside of one. */
function withoutComments(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const close = text.indexOf('*/');
  const open = text.indexOf('/*');
  const startsInside = close >= 0 && (open < 0 || close < open);
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  const whole = startsInside ? `${blank(text.slice(0, close + 2))}${text.slice(close + 2)}` : text;
  return whole
    .replace(/\/\*.*?(?:\*\/|$)/gs, blank)
    .replace(/\/\/[^\n]*/g, blank)
    .split('\n');
}
