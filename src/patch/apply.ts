/**
 * One file's hunks applied to its text, by the rules of `git apply` (apply.c: find_pos, apply_one_fragment).
 *
 * A hunk is looked for where it says it belongs, moved by what earlier hunks added, and then ever further away in both
 * directions. Every context line must match: there is no fuzz, because a hunk that is put where it does not belong gives a
 * verdict about nothing. A hunk that starts at line 1 belongs at the beginning, one without context behind it at the end.
 *
 * Line ends are the one thing not taken literally: mail adds and takes carriage returns, and they mean nothing to C. What is
 * added gets the line ends of the file.
 */

import type { Diagnostic } from '../diagnostic.ts';
import type { FilePatch, Hunk } from './patch.ts';

export type Applied =
  | { readonly kind: 'applied'; readonly text: string; readonly notes: readonly Diagnostic[] }
  | { readonly kind: 'failed'; readonly problem: Diagnostic };

/** Lines compared before the search for a hunk is given up: a hostile file of equal lines must not take for ever. */
const maximumComparisons = 50_000_000;

export function applyHunks(patch: FilePatch, text: string): Applied {
  const old = text.split('\n');
  const endsWithNewline = old.at(-1) === '';
  if (endsWithNewline) old.pop();
  const isCrlf = old.length > 0 && (old[0] ?? '').endsWith('\r');
  const result: string[] = [];
  const notes: Diagnostic[] = [];
  /** Lines of `old` that are in `result` already, or were deleted. */
  let done = 0;
  /** How far the hunks so far stood from where they said. */
  let drift = 0;
  let lacksNewline = !endsWithNewline;
  const budget = { left: maximumComparisons };
  for (const hunk of patch.hunks) {
    const before = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => withoutReturn(line.slice(1)));
    const stated = Math.max(hunk.oldStart - (before.length === 0 ? 0 : 1), 0);
    const at = findHunk(hunk, before, old, done, stated + drift, budget);
    if (at === undefined) return { kind: 'failed', problem: explain(patch, hunk, before, old, stated + drift, budget) };
    if (at !== stated + drift) {
      notes.push({
        severity: 'warning',
        code: 'hunk-moved',
        message: `this hunk of ${patch.newPath} says line ${String(hunk.oldStart)} and was found at line ${String(at + 1)}`,
        location: hunk.place,
      });
    }
    drift = at - stated;
    for (; done < at; done += 1) result.push(old[done] ?? '');
    for (const line of hunk.lines) {
      const mark = line[0];
      if (mark === '+') result.push(isCrlf ? `${withoutReturn(line.slice(1))}\r` : withoutReturn(line.slice(1)));
      else {
        if (mark === ' ') result.push(old[done] ?? '');
        done += 1;
      }
    }
    if (done === old.length)
      lacksNewline = hunk.newLacksNewline || (lacksNewline && !hunk.oldLacksNewline && !addsAtEnd(hunk));
  }
  for (; done < old.length; done += 1) result.push(old[done] ?? '');
  const newText = result.length === 0 ? '' : `${result.join('\n')}${lacksNewline ? '' : '\n'}`;
  return { kind: 'applied', text: newText, notes };
}

/** The text of a file that the patch adds. */
export function addedText(patch: FilePatch): string {
  const lines = patch.hunks.flatMap((hunk) =>
    hunk.lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1)),
  );
  const lacksNewline = patch.hunks.at(-1)?.newLacksNewline ?? false;
  return lines.length === 0 ? '' : `${lines.join('\n')}${lacksNewline ? '' : '\n'}`;
}

function addsAtEnd(hunk: Hunk): boolean {
  return hunk.lines.at(-1)?.[0] === '+';
}

function findHunk(
  hunk: Hunk,
  before: readonly string[],
  old: readonly string[],
  from: number,
  wanted: number,
  budget: { left: number },
): number | undefined {
  const last = old.length - before.length;
  const matches = (at: number): boolean => {
    for (const [index, line] of before.entries()) {
      budget.left -= 1;
      if (withoutReturn(old[at + index] ?? '') !== line) return false;
    }
    return true;
  };
  if (last < from) return undefined;
  const hasContext = hunk.lines.some((line) => line.startsWith(' '));
  // Without context only the line number says where it belongs.
  if (!hasContext) return wanted >= from && wanted <= last && matches(wanted) ? wanted : undefined;
  const mustBegin = hunk.oldStart <= 1;
  const mustEnd = hunk.lines.at(-1)?.[0] !== ' ';
  if (mustBegin) return from === 0 && matches(0) && (!mustEnd || last === 0) ? 0 : undefined;
  if (mustEnd) return matches(last) ? last : undefined;
  const start = Math.min(Math.max(wanted, from), last);
  for (let distance = 0; start - distance >= from || start + distance <= last; distance += 1) {
    if (start - distance >= from && matches(start - distance)) return start - distance;
    if (distance > 0 && start + distance <= last && matches(start + distance)) return start + distance;
    if (budget.left < 0) return undefined;
  }
  return undefined;
}

/** Says what stands in the tree where the hunk expected something else. */
function explain(
  patch: FilePatch,
  hunk: Hunk,
  before: readonly string[],
  old: readonly string[],
  wanted: number,
  budget: { readonly left: number },
): Diagnostic {
  const path = patch.oldPath;
  const problem = (message: string, hint?: string): Diagnostic => ({
    severity: 'error',
    code: 'hunk-does-not-apply',
    message: `this hunk does not apply to ${path}: ${message}`,
    location: hunk.place,
    ...(hint === undefined ? {} : { hint }),
  });
  if (budget.left < 0) return problem('its place was not found within 50 million comparisons');
  const squeeze = (line: string): string => line.replace(/\s+/g, '');
  const squeezed = old.map(squeeze);
  const loose = before.map(squeeze);
  const isThereLoosely = squeezed.some((_, at) => loose.every((line, index) => squeezed[at + index] === line));
  if (before.length > 0 && isThereLoosely) {
    return problem(
      'the lines are there, but with other white space',
      'a mail program changed tabs or blanks of the patch',
    );
  }
  const after = hunk.lines.filter((line) => !line.startsWith('-')).map((line) => squeeze(line.slice(1)));
  if (after.length > 0 && squeezed.some((_, at) => after.every((line, index) => squeezed[at + index] === line))) {
    return problem(
      'the tree already has what it adds',
      'the patch is in this tree already; --onto names the revision before it',
    );
  }
  for (const [index, line] of before.entries()) {
    const found = old[wanted + index];
    if (found !== undefined && withoutReturn(found) === line) continue;
    const where = `line ${String(wanted + index + 1)}`;
    const has = found === undefined ? 'ends before it' : `has "${shorten(found)}"`;
    return problem(
      `at ${where} it expects "${shorten(line)}", and the tree ${has}`,
      'it was made for another base; --onto names it',
    );
  }
  return problem(
    `it belongs at ${hunk.oldStart <= 1 ? 'the beginning' : 'the end'} of the file, and its lines stand elsewhere`,
  );
}

function shorten(line: string): string {
  const text = line.trim();
  return text.length > 72 ? `${text.slice(0, 70)}…` : text;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
