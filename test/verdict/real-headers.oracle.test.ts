/**
 * Real headers against themselves, and against the same in other words: silence is what a gate is trusted for.
 *
 * The headers are those the machine has: `/usr/include` for its own architecture, and a repository with kernels that
 * `UABI_KERNEL_REPOSITORY` names, for every target. What is not there is skipped and says so.
 */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { type Target, targets } from '../../src/abi/target.ts';
import { type HeaderSource } from '../../src/cli/header-source.ts';
import { HeaderWorkshop } from '../../src/cli/header-workshop.ts';
import { DirectoryTree } from '../../src/source/directory.ts';
import type { FileTree, ReadResult } from '../../src/source/file-tree.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { quietIo } from '../support/run-cli.ts';
import { type Rewrite, rewrites } from '../support/respell.ts';

const repository = process.env['UABI_KERNEL_REPOSITORY'];
const revision = process.env['UABI_KERNEL_REVISION'] ?? 'v6.12';
const installed = existsSync('/usr/include/linux/kvm.h') ? '/usr/include' : undefined;

const io = quietIo('/');

/** A tree with every header rewritten; the headers that a rewrite makes lie beside the one they came from. */
class RewrittenTree implements FileTree {
  readonly label: string;
  readonly #tree: FileTree;
  readonly #rewrite: Rewrite;
  readonly #unread: ReadonlySet<string>;
  readonly #made = new Map<string, string>();
  readonly #read = new Map<string, ReadResult>();

  constructor(tree: FileTree, rewrite: Rewrite, unread: ReadonlySet<string>) {
    this.#unread = unread;
    this.#tree = tree;
    this.#rewrite = rewrite;
    this.label = `${tree.label} in other words`;
  }

  list(folders: readonly string[]): readonly string[] {
    const names = this.#tree.list(folders);
    this.#tree.prefetch(names);
    for (const name of names) if (isHeader(name)) this.read(name);
    const made = [...this.#made.keys()].filter((path) =>
      folders.some((folder) => folder === '' || path.startsWith(`${folder}/`)),
    );
    return [...new Set([...names, ...made])].sort();
  }

  entries(folder: string): readonly string[] {
    const made = [...this.#made.keys()].filter((path) => path.slice(0, path.lastIndexOf('/')) === folder);
    return [...this.#tree.entries(folder), ...made.map((path) => path.slice(path.lastIndexOf('/') + 1))].sort();
  }

  kindOf(path: string): ReturnType<FileTree['kindOf']> {
    return this.#made.has(path) ? 'file' : this.#tree.kindOf(path);
  }

  prefetch(paths: readonly string[]): void {
    this.#tree.prefetch(paths.filter((path) => !this.#made.has(path)));
  }

  read(path: string): ReadResult {
    const made = this.#made.get(path);
    if (made !== undefined) return { kind: 'text', text: made, key: made };
    let result = this.#read.get(path);
    if (result !== undefined) return result;
    result = this.#tree.read(path);
    if (result.kind === 'text' && isHeader(path) && !this.#unread.has(path)) {
      const { text, beside = new Map<string, string>() } = this.#rewrite(result.text, path);
      const folder = path.slice(0, path.lastIndexOf('/'));
      for (const [name, content] of beside) this.#made.set(`${folder}/${name}`, content);
      result = { kind: 'text', text, key: `rewritten ${text}` };
    }
    this.#read.set(path, result);
    return result;
  }
}

/** Headers of the kernel only: a C library has its own ways. */
function isHeader(path: string): boolean {
  return /(?:^|\/)(?:linux|drm|sound|rdma|scsi|mtd|video|xen|misc|asm|asm-generic)\/.*\.h$/.test(path);
}

interface Place {
  readonly name: string;
  readonly folder: string | undefined;
  readonly git: string | undefined;
  readonly targets: readonly Target[];
  /** Where a rewrite is looked at: both data models, both byte orders, all ways of aligning. */
  readonly some: readonly Target[];
}

const native = targets.filter(({ name }) => name === (process.arch === 'arm64' ? 'arm64' : 'x86_64'));
const some = targets.filter(({ name }) => ['x86_64', 'i386', 'arm64', 's390x', 'm68k', 'mips'].includes(name));
const places: readonly Place[] = [
  { name: '/usr/include', folder: installed, git: undefined, targets: native, some: native },
  { name: `UABI_KERNEL_REPOSITORY ${revision}`, folder: undefined, git: repository, targets, some },
];

function treeOf(place: Place, workshop: HeaderWorkshop): FileTree {
  if (place.folder !== undefined) return new DirectoryTree(place.folder, place.folder);
  return workshop.revision(revision, revision);
}

const workshopOf = (place: Place): HeaderWorkshop => new HeaderWorkshop(io, { gitDirectory: place.git });

function open(place: Place, workshop: HeaderWorkshop): HeaderSource {
  return workshop.openInMemory(treeOf(place, workshop));
}

/** Not `abiFor`, which remembers: nobody can hold a kernel as twenty targets see it. */
const read = (source: HeaderSource, target: Target): Abi => source.abiOf(target, source.namesFor(target));

describe.each(places)('$name', (place) => {
  const isThere = place.folder !== undefined || place.git !== undefined;

  test.skipIf(!isThere)('read twice, it is the same on every target', { timeout: 1_200_000 }, () => {
    // Two front ends: nothing that one has worked out is known to the other.
    const [old, next] = [open(place, workshopOf(place)), open(place, workshopOf(place))];
    for (const target of place.targets) {
      const { findings } = checkAbis([{ old: read(old, target), new: read(next, target) }]);
      expect({ target: target.name, findings }).toEqual({ target: target.name, findings: [] });
    }
  });

  test.skipIf(!isThere).each([...rewrites])('%s change nothing', { timeout: 1_200_000 }, (_what, rewrite) => {
    const workshop = workshopOf(place);
    const old = open(place, workshop);
    // What cannot be read, for want of a header of another package, might become readable in other words.
    const unread = new Set<string>();
    const next = workshop.openInMemory(new RewrittenTree(treeOf(place, workshop), rewrite, unread));
    for (const target of place.some) {
      const before = read(old, target);
      for (const { location } of before.notUnderstood) if (location !== undefined) unread.add(location.file);
      const pair = { old: before, new: read(next, target) };
      expect(pair.new.records.size).toBeGreaterThan(500);
      const { findings } = checkAbis([pair]);
      const told = findings.filter(
        // A target that lacks a header cannot read what includes it, but what was taken out of that.
        ({ rule, new: is }) => !(rule.endsWith('-added') && is?.header.includes('uabi_moved_') === true),
      );
      expect(
        told.map(({ verdict, rule, subject, message }) => `${target.name}: ${verdict} ${rule} ${subject}: ${message}`),
      ).toEqual([]);
    }
  });
});
