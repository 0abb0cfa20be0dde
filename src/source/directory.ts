/**
 * A directory on disk as a tree of files.
 *
 * The disk is hostile: a header may be a FIFO that never answers, a device, a link to `/etc/shadow`, a file of 40 GB, or be
 * replaced between looking and reading. So a file is opened first (without blocking), judged by its descriptor, and read
 * up to a limit. A link is followed only while its target stays under one of the roots.
 *
 * One tree may have several roots: Debian keeps the `asm` folders of all architectures in `/usr/lib/linux/uapi` and
 * links to them from `/usr/include/<triplet>`.
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { join, sep } from 'node:path';
import { UndecidedError, UserError } from '../diagnostic.ts';
import {
  type FileText,
  type FileTree,
  folderOf,
  isUnder,
  joinPath,
  maximumFileBytes,
  normalizePath,
  type ReadResult,
  sorted,
} from './file-tree.ts';

/** Stands in a name for bytes that are no UTF-8. */
const unknownCharacter = '\ufffd';

const maximumDepth = 24;
const maximumEntries = 200_000;

export class DirectoryTree implements FileTree {
  readonly label: string;
  readonly #root: string;
  /** Real paths that links may lead into; the first is the root's own. */
  readonly #allowed: readonly string[];
  readonly #texts = new Map<string, ReadResult>();
  readonly #onRead: ((text: FileText) => void) | undefined;
  /** Of what was listed. */
  readonly #closed = new Set<string>();
  #entriesSeen = 0;

  /**
   * `also`: further directories that links of this tree may lead into. `onRead`: is given every text that is read.
   * @throws {UserError} if `root` is not a directory, {UndecidedError} if it cannot be read.
   */
  constructor(root: string, label: string, also: readonly string[] = [], onRead?: (text: FileText) => void) {
    this.label = label;
    this.#root = root;
    this.#onRead = onRead;
    this.#allowed = [root, ...also].map((directory) => realDirectory(directory, label));
  }

  list(folders: readonly string[]): readonly string[] {
    const found = new Set<string>();
    for (const folder of folders) {
      const kind = this.kindOf(folder);
      if (kind === 'file') found.add(folder);
      else if (kind === 'other') this.#addOther(folder, found);
      else this.#walk(folder, 0, found);
    }
    return sorted(found);
  }

  closedFolders(folders: readonly string[]): readonly string[] {
    return [...this.#closed].filter((path) => isUnder(path, folders));
  }

  entries(folder: string): readonly string[] {
    return sorted(this.#readFolder(folder).map((entry) => entry.name));
  }

  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const place = this.#place(path);
    if (place.kind !== 'inside') return place.kind === 'absent' ? 'absent' : 'other';
    const stats = statSync(place.path, { throwIfNoEntry: false });
    if (stats === undefined) return 'absent';
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  }

  read(path: string): ReadResult {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const place = this.#place(path);
    const result: ReadResult =
      place.kind === 'inside' ? readRegularFile(place.path) : place.kind === 'absent' ? absentOr(path) : place;
    this.#texts.set(path, result);
    if (result.kind === 'text') this.#onRead?.(result);
    return result;
  }

  /** A file on disk is read to know it, which costs less than not to know. */
  keyOf(path: string): string | undefined {
    const result = this.read(path);
    return result.kind === 'text' ? result.key : undefined;
  }

  prefetch(): void {
    // Reading one file at a time is as fast as the disk gets.
  }

  #walk(folder: string, depth: number, found: Set<string>): void {
    if (depth > maximumDepth) return;
    for (const entry of this.#readFolder(folder)) {
      this.#entriesSeen += 1;
      if (this.#entriesSeen > maximumEntries) {
        throw new UndecidedError(`${this.label} holds more than ${maximumEntries} files; this is no tree of headers.`);
      }
      const path = joinPath(folder, entry.name);
      if (entry.name.includes(unknownCharacter) && this.#place(path).kind === 'absent') {
        found.add(path);
        if (entry.isDirectory()) this.#closed.add(path);
        continue;
      }
      const kind = entry.isSymbolicLink() ? this.#kindOfLink(path) : kindOfEntry(entry);
      if (kind === 'folder') this.#walk(path, depth + 1, found);
      else if (kind === 'other') this.#addOther(path, found);
      else if (kind !== 'absent') found.add(path);
    }
  }

  /** A link out of the tree may lead to a folder, and what cannot be found by its name may be one. */
  #addOther(path: string, found: Set<string>): void {
    found.add(path);
    if (isFolderAt(join(this.#root, path))) this.#closed.add(path);
  }

  /** A link to a folder that holds the link would be walked for ever; it counts as nothing. */
  #kindOfLink(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const kind = this.kindOf(path);
    if (kind !== 'folder') return kind;
    const target = realpathSync.native(join(this.#root, path));
    const here = realpathSync.native(join(this.#root, folderOf(path)));
    return isInside(here, target) ? 'absent' : 'folder';
  }

  #readFolder(folder: string): Dirent[] {
    const place = this.#place(folder);
    if (place.kind !== 'inside') return [];
    try {
      return readdirSync(place.path, { withFileTypes: true });
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw new UndecidedError(`The directory ${place.path} cannot be read: ${messageOf(error)}`);
    }
  }

  #place(path: string): { kind: 'inside'; path: string } | { kind: 'absent' } | { kind: 'refused'; reason: string } {
    const normal = normalizePath(path);
    if (normal === undefined) return { kind: 'absent' };
    const full = join(this.#root, normal);
    let real: string;
    try {
      real = realpathSync.native(full);
    } catch (error) {
      if (hasCode(error, 'ELOOP')) return { kind: 'refused', reason: 'its symbolic links go round in a circle' };
      if (isLink(full)) return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      // What lies behind a link that is not followed may be there.
      const closed = [...this.#closed].find((folder) => normal !== folder && isUnder(normal, [folder]));
      return closed === undefined ? { kind: 'absent' } : { kind: 'refused', reason: `${closed} is not looked into` };
    }
    if (this.#allowed.some((root) => isInside(real, root))) return { kind: 'inside', path: real };
    return { kind: 'refused', reason: 'it is a symbolic link that leads out of the tree' };
  }
}

/** Reads one regular file of at most `limitBytes`; never waits for the other end of a pipe. */
export function readRegularFile(path: string, limitBytes = maximumFileBytes): ReadResult {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { kind: 'absent' };
    return { kind: 'refused', reason: `it cannot be opened (${messageOf(error)})` };
  }
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) return { kind: 'refused', reason: 'it is a directory', isFolder: true };
    if (stats.isFIFO()) return { kind: 'refused', reason: 'it is a named pipe' };
    if (!stats.isFile()) return { kind: 'refused', reason: 'it is not a regular file' };
    if (stats.size > limitBytes)
      return { kind: 'refused', reason: `it has ${stats.size} bytes, too many: larger than ${limitBytes}` };
    // A file may grow while it is read, and files in /proc say that they have no bytes: the limit holds for both.
    const buffer = bufferOf(stats.size + 4096);
    let length = 0;
    for (;;) {
      if (length === buffer.length) return { kind: 'refused', reason: 'it changes while it is read' };
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0 || (length === 0 && count === stats.size)) {
        length += count;
        const content = buffer.subarray(0, length);
        // The id git gives a blob of this content: a file that equals one of a revision is known to.
        const key = createHash('sha1').update(`blob ${length}\0`).update(content).digest('hex');
        return { kind: 'text', text: content.toString('utf8'), key };
      }
      length += count;
    }
  } catch (error) {
    return { kind: 'refused', reason: `it cannot be read (${messageOf(error)})` };
  } finally {
    closeSync(descriptor);
  }
}

/** For one file after the other: most are small, and a buffer for each costs as much as to read it. */
const reused = Buffer.allocUnsafeSlow(256 * 1024);

function bufferOf(bytes: number): Buffer {
  return bytes > reused.length ? Buffer.allocUnsafe(bytes) : reused.subarray(0, bytes);
}

/** What is listed under a name that is no UTF-8 is found by none. */
function absentOr(path: string): ReadResult {
  if (!path.includes(unknownCharacter)) return { kind: 'absent' };
  return { kind: 'refused', reason: 'its name is no UTF-8' };
}

/** Whether a folder stands there, wherever a link leads. */
function isFolderAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function kindOfEntry(entry: Dirent): 'file' | 'folder' | 'other' {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
}

function realDirectory(directory: string, label: string): string {
  try {
    const real = realpathSync.native(directory);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new UndecidedError(`${label} cannot be read: ${messageOf(error)}`);
  }
  throw new UserError(`${label} is not a directory.`);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** What the operating system says, without the call and the path that Node puts around it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^[A-Z0-9]+: ([^,]+),/.exec(error.message)?.[1] ?? error.message;
}
