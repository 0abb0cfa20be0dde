/**
 * Paths as diffs write them.
 *
 * git puts a path with unusual bytes in quotes, with the escapes of C and octal bytes (git-config(1), core.quotePath); diff writes
 * a tab and a time stamp behind it. Names come from strangers: a path that leaves the tree, or leads into `.git`, is refused
 * as git refuses it.
 */

const escapes: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['"', 34],
  ['\\', 92],
]);

/** A path at the start of `text`, and what follows it; `undefined` if a quote is not closed or an escape is none. */
export function readQuoted(text: string): { readonly path: string; readonly rest: string } | undefined {
  const match = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (match === null) return undefined;
  const bytes: Buffer[] = [];
  for (const part of (match[1] ?? '').matchAll(/\\([0-3][0-7]{2})|\\(.)|[^\\]+/gs)) {
    const [whole, octal, letter] = part;
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else if (letter === undefined) bytes.push(Buffer.from(whole));
    else {
      const byte = escapes.get(letter);
      if (byte === undefined) return undefined;
      bytes.push(Buffer.from([byte]));
    }
  }
  return { path: Buffer.concat(bytes).toString('utf8'), rest: text.slice(match[0].length) };
}

/** The path of a `---` or `+++` line, or of `rename from`; `undefined` for `/dev/null`. */
export function readPath(text: string): string | undefined {
  const quoted = text.startsWith('"') ? readQuoted(text)?.path : undefined;
  // GNU diff writes a time stamp behind a tab; git writes a bare tab behind a name with blanks.
  const path = quoted ?? text.replace(/\t.*$/s, '').replace(/\r$/, '');
  return path === '/dev/null' ? undefined : path;
}

/** The two names of a `diff --git` line where they are the same but for `a/` and `b/`, as git leaves them without `---`. */
export function readGitLine(text: string): readonly [string, string] | undefined {
  const line = text.replace(/\r$/, '');
  if (line.startsWith('"')) {
    const first = readQuoted(line);
    if (first === undefined) return undefined;
    const second = first.rest.slice(1);
    return [first.path, second.startsWith('"') ? (readQuoted(second)?.path ?? '') : second];
  }
  const quote = / "(?:[^"\\]|\\.)*"$/s.exec(line);
  if (quote !== null) return [line.slice(0, quote.index), readQuoted(quote[0].slice(1))?.path ?? ''];
  // Names may hold blanks: the line is split where both halves are the same below their first folder.
  for (let at = line.indexOf(' '); at >= 0; at = line.indexOf(' ', at + 1)) {
    const [first, second] = [line.slice(0, at), line.slice(at + 1)];
    if (first === second || withoutFirst(first) === withoutFirst(second)) return [first, second];
  }
  return undefined;
}

/** Roots of a kernel tree: a path that begins with one has no `a/` before it. */
const roots = /^(?:include|arch|Documentation|scripts|tools|drivers|fs|kernel|mm|net|virt|lib|sound|usr)\//;

/** Whether the two names of a diff have a first folder that is not the tree's (`a/` and `b/`, `linux.orig/` and `linux/`). */
export function hasPrefix(oldPath: string | undefined, newPath: string | undefined): boolean {
  const names = [oldPath, newPath].filter((name) => name !== undefined);
  if (names.some((name) => name.startsWith('/'))) return false;
  if (names.every((name) => /^[abciow]\//.test(name))) return true;
  return names.every((name) => name.includes('/') && !roots.test(name)) && new Set(names.map(withoutFirst)).size === 1;
}

export function withoutFirst(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

/** Why a path is not taken: a clause; `undefined` if it is. */
export function objectionTo(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) return 'it is absolute';
  if (path.includes('\0')) return 'it holds a NUL byte';
  const parts = path.split('/');
  if (parts.includes('..')) return 'it leads out of the tree';
  if (parts.some((part) => part === '' || part === '.')) return 'it is not written as git writes paths';
  if (parts.some((part) => part.toLowerCase() === '.git')) return 'it leads into .git';
  return undefined;
}
