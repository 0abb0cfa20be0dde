/**
 * A unified diff, in whatever stands around it, as data.
 *
 * What is not part of a diff (a commit message, a diffstat, the footer of a mailing list) is passed over: a file's part begins
 * with `diff --git`, or with `---` directly followed by `+++` and `@@`; a hunk ends where the counts of its `@@` line are used
 * up, so a footer that begins with `-- ` is no deleted line. Counts that do not fit what follows are an error, told at the
 * hunk: whoever guesses here judges another change than the author's.
 *
 * Left out: context diffs, `ed` scripts, combined diffs (`@@@`), which nobody can apply.
 */

import { type Diagnostic, type SourceLocation, UndecidedError } from '../diagnostic.ts';
import { type FilePatch, type Hunk, type PatchText, placeOf } from './patch.ts';
import { hasPrefix, objectionTo, readGitLine, readPath, withoutFirst } from './quoted-path.ts';

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s;

/** A number no text has as many lines as; `2147483648` in an `@@` line is a lie, and told like one. */
const maximumLines = 100_000_000;

/** @throws {UndecidedError} at the line where the text stops being a diff. */
export function parseDiff(text: PatchText): FilePatch[] {
  const files: FilePatch[] = [];
  let index = 0;
  while (index < text.lines.length) {
    const line = text.lines[index] ?? '';
    if (line.startsWith('diff --git ')) {
      const parsed = parseGitFile(text, index);
      files.push(parsed.file);
      index = parsed.next;
    } else if (/^diff --(?:cc|combined) /.test(line)) {
      throw problem(placeOf(text, index), 'combined-diff', 'this is the combined diff of a merge, which is no patch');
    } else if (isPlainHeader(text, index)) {
      const parsed = parsePlainFile(text, index);
      files.push(parsed.file);
      index = parsed.next;
    } else index += 1;
  }
  return files;
}

interface Parsed {
  readonly file: FilePatch;
  readonly next: number;
}

function isPlainHeader(text: PatchText, index: number): boolean {
  const [first = '', second = '', third = ''] = text.lines.slice(index, index + 3);
  return first.startsWith('--- ') && second.startsWith('+++ ') && third.startsWith('@@ -');
}

function parsePlainFile(text: PatchText, index: number): Parsed {
  const oldPath = readPath((text.lines[index] ?? '').slice(4));
  const newPath = readPath((text.lines[index + 1] ?? '').slice(4));
  const { hunks, next } = parseHunks(text, index + 2);
  return { file: makeFile(text, index, { oldPath, newPath, headers: new Map(), hunks, isBinary: false }), next };
}

const extended =
  /^(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|rename old|rename new|similarity index|dissimilarity index|index) (.*)$/s;

function parseGitFile(text: PatchText, start: number): Parsed {
  const names = readGitLine((text.lines[start] ?? '').slice('diff --git '.length));
  const headers = new Map<string, string>();
  let [oldPath, newPath] = names ?? [undefined, undefined];
  let isBinary = false;
  let index = start + 1;
  for (; index < text.lines.length; index += 1) {
    const line = text.lines[index] ?? '';
    const header = extended.exec(line.replace(/\r$/, ''));
    if (header === null) break;
    headers.set(header[1] ?? '', header[2] ?? '');
  }
  let hunks: readonly Hunk[] = [];
  const line = text.lines[index] ?? '';
  if (line.startsWith('--- ') && (text.lines[index + 1] ?? '').startsWith('+++ ')) {
    oldPath = readPath(line.slice(4));
    newPath = readPath((text.lines[index + 1] ?? '').slice(4));
    ({ hunks, next: index } = parseHunks(text, index + 2));
  } else if (/^GIT binary patch\r?$/.test(line) || /^Binary files .* differ\r?$/s.test(line)) {
    isBinary = true;
    index += 1;
  } else if (names === undefined && !headers.has('rename to') && !headers.has('copy to')) {
    throw problem(placeOf(text, start), 'no-file-name', 'which file this diff is of cannot be told from its header');
  }
  return { file: makeFile(text, start, { oldPath, newPath, headers, hunks, isBinary }), next: index };
}

interface Parts {
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  readonly headers: ReadonlyMap<string, string>;
  readonly hunks: readonly Hunk[];
  readonly isBinary: boolean;
}

function makeFile(text: PatchText, index: number, { oldPath, newPath, headers, hunks, isBinary }: Parts): FilePatch {
  const place = placeOf(text, index);
  const isStripped = hasPrefix(oldPath, newPath);
  const strip = (path: string | undefined): string | undefined =>
    path === undefined || !isStripped ? path : withoutFirst(path);
  const from = headers.get('rename from') ?? headers.get('rename old') ?? headers.get('copy from');
  const to = headers.get('rename to') ?? headers.get('rename new') ?? headers.get('copy to');
  // Names behind "rename from" never have a prefix.
  const before = from === undefined ? strip(oldPath) : readPath(from);
  const after = to === undefined ? strip(newPath) : readPath(to);
  const isAdded = headers.has('new file mode') || before === undefined;
  const isDeleted = headers.has('deleted file mode') || after === undefined;
  const old = (isAdded ? after : before) ?? '';
  const next = (isDeleted ? before : after) ?? '';
  for (const path of new Set([old, next])) {
    const objection = objectionTo(path);
    if (objection !== undefined) {
      throw problem(place, 'bad-path', `the path "${path}" is not taken: ${objection}`);
    }
  }
  const [, oldBlob, newBlob, indexMode] =
    /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d+))?/.exec(headers.get('index') ?? '') ?? [];
  const newMode = headers.get('new file mode') ?? headers.get('new mode') ?? indexMode;
  const change = isAdded
    ? 'add'
    : isDeleted
      ? 'delete'
      : from === undefined
        ? 'modify'
        : headers.has('copy from')
          ? 'copy'
          : 'rename';
  return {
    place,
    change,
    oldPath: old,
    // GNU diff of a file and its backup: `kvm.h.orig` and `kvm.h` are one file.
    newPath: next,
    ...(newMode === undefined ? {} : { newMode }),
    ...(oldBlob === undefined || newBlob === undefined ? {} : { oldBlob, newBlob }),
    isBinary,
    hunks,
  };
}

function parseHunks(text: PatchText, start: number): { readonly hunks: readonly Hunk[]; readonly next: number } {
  const hunks: Hunk[] = [];
  let index = start;
  for (;;) {
    const head = hunkHead.exec((text.lines[index] ?? '').replace(/\r$/, ''));
    if (head === null) {
      if ((text.lines[index] ?? '').startsWith('@@ ')) {
        throw problem(placeOf(text, index), 'bad-hunk', 'this line should say where a hunk belongs, and does not');
      }
      break;
    }
    const hunk = parseHunk(text, index, head);
    hunks.push(hunk.hunk);
    index = hunk.next;
  }
  if (hunks.length === 0) throw problem(placeOf(text, start - 2), 'no-hunk', 'this file has no hunk');
  return { hunks, next: index };
}

function parseHunk(
  text: PatchText,
  start: number,
  head: RegExpExecArray,
): { readonly hunk: Hunk; readonly next: number } {
  const [oldStart, oldCount, newStart, newCount] = [head[1], head[2] ?? '1', head[3], head[4] ?? '1'].map(Number);
  const place = placeOf(text, start);
  let [oldLeft, newLeft] = [oldCount ?? 0, newCount ?? 0];
  if (Math.max(oldLeft, newLeft, oldStart ?? 0, newStart ?? 0) > maximumLines) {
    throw problem(
      place,
      'bad-hunk',
      Math.max(oldLeft, newLeft) > maximumLines
        ? `the hunk claims ${String(Math.max(oldLeft, newLeft))} lines, more than any header has`
        : `the hunk says it stands at line ${String(Math.max(oldStart ?? 0, newStart ?? 0))}, behind the end of any header`,
    );
  }
  const lines: string[] = [];
  let [oldLacksNewline, newLacksNewline] = [false, false];
  let index = start + 1;
  const cut = (): UndecidedError => {
    const found = lines.length;
    const which =
      index >= text.lines.length
        ? 'the text ends'
        : `comes line ${String(placeOf(text, index).line)}, which is no part of it`;
    return problem(
      place,
      'bad-hunk',
      `the hunk says it has ${String(oldCount)} old and ${String(newCount)} new lines, but after ${found === 1 ? '1 line' : `${String(found)} lines`} ${which}`,
      'the patch was cut or edited by hand, or a mail program broke its lines',
    );
  };
  while (oldLeft > 0 || newLeft > 0) {
    const line = text.lines[index];
    if (line === undefined) throw cut();
    const mark = line === '' || line === '\r' ? ' ' : line[0];
    if (mark === ' ') {
      oldLeft -= 1;
      newLeft -= 1;
    } else if (mark === '-') oldLeft -= 1;
    else if (mark === '+') newLeft -= 1;
    else if (mark !== '\\') throw cut();
    if (oldLeft < 0 || newLeft < 0) throw cut();
    if (mark === '\\') {
      const last = lines.at(-1)?.[0];
      if (last !== '+') oldLacksNewline = true;
      if (last !== '-') newLacksNewline = true;
      // Mail programs take blanks from the ends of lines: an empty context line may have lost its only one.
    } else lines.push(line === '' || line === '\r' ? ` ${line}` : line);
    index += 1;
  }
  if ((text.lines[index] ?? '').startsWith('\\ ')) {
    const last = lines.at(-1)?.[0];
    if (last !== '+') oldLacksNewline = true;
    if (last !== '-') newLacksNewline = true;
    index += 1;
  }
  const section = head[5] ?? '';
  const hunk = {
    place,
    oldStart: oldStart ?? 0,
    newStart: newStart ?? 0,
    section,
    lines,
    oldLacksNewline,
    newLacksNewline,
  };
  return { hunk, next: index };
}

/** An error at a place in the patch. */
export function problem(location: SourceLocation, code: string, message: string, hint?: string): UndecidedError {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code,
    message,
    location,
    ...(hint === undefined ? {} : { hint }),
  };
  return new UndecidedError('The patch cannot be read.', [diagnostic]);
}
