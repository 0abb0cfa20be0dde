/**
 * Headers of one side of a comparison without those that the other side cannot read.
 *
 * What a header declared that cannot be read any more is neither gone nor changed: nobody knows. So where one side cannot
 * read a header, or a folder of them, neither does the other, and both tell that it is not understood.
 */

import type { HeaderCollection, HeaderFile, HeaderTarget, IncludeForm, TargetHeaders, UnreadFile } from './header.ts';
import { isUnder } from './file-tree.ts';
import { unlikeAny } from './unread-header.ts';

export class WithheldHeaders implements HeaderCollection {
  readonly kind: HeaderCollection['kind'];
  readonly label: string;
  readonly #inner: HeaderCollection;
  readonly #other: (target: HeaderTarget) => TargetHeaders | undefined;
  /** By the headers of both sides: what targets share stays shared. */
  readonly #views = new Map<TargetHeaders, Map<TargetHeaders, TargetHeaders>>();

  /** `other`: the headers of the other side; `undefined` for a target that it has not. */
  constructor(inner: HeaderCollection, other: (target: HeaderTarget) => TargetHeaders | undefined) {
    this.kind = inner.kind;
    this.label = inner.label;
    this.#inner = inner;
    this.#other = other;
  }

  unavailable(target: HeaderTarget): string | undefined {
    return this.#inner.unavailable(target);
  }

  forTarget(target: HeaderTarget): TargetHeaders {
    const inner = this.#inner.forTarget(target);
    const other = this.#other(target);
    if (other === undefined) return inner;
    const views = this.#views.get(inner) ?? new Map<TargetHeaders, TargetHeaders>();
    this.#views.set(inner, views);
    let view = views.get(other);
    if (view === undefined) views.set(other, (view = withhold(inner, other)));
    return view;
  }
}

function withhold(inner: TargetHeaders, other: TargetHeaders): TargetHeaders {
  const unread = other.allUnread?.();
  return unread === undefined || unread.size === 0 ? inner : new WithheldView(inner, unread);
}

class WithheldView implements TargetHeaders {
  readonly names: readonly string[];
  readonly unread: Map<string, UnreadFile>;
  readonly #inner: TargetHeaders;
  readonly #withheld: ReadonlyMap<string, UnreadFile>;
  readonly #folders: readonly UnreadFile[];

  constructor(inner: TargetHeaders, withheld: ReadonlyMap<string, UnreadFile>) {
    this.#inner = inner;
    const own = inner.allUnread?.() ?? new Map<string, UnreadFile>();
    // What is known to be the same on both sides says the same, whatever that is.
    const differing = [...withheld].filter(([name, file]) => own.get(name)?.contentKey !== file.contentKey);
    this.#withheld = new Map(differing.map(([name, file]) => [name, unlikeAny(file)]));
    this.#folders = [...this.#withheld.values()].filter(({ isFolder }) => isFolder);
    this.unread = new Map([...own, ...this.#withheld]);
    this.names = [...new Set(inner.names.map((name) => this.#withheldAt(name)?.name ?? name))];
  }

  allUnread(): ReadonlyMap<string, UnreadFile> {
    return this.unread;
  }

  resolve(name: string, form: IncludeForm, from: HeaderFile | undefined): HeaderFile | undefined {
    const folder = this.#folderOver(name);
    if (folder !== undefined) return folder;
    const file = this.#inner.resolve(name, form, from);
    return file === undefined || file.isBuiltIn ? file : (this.#withheldAt(file.name) ?? file);
  }

  fetch(files: Iterable<HeaderFile>): void {
    this.#inner.fetch?.(files);
  }

  whyAbsent(name: string): string {
    return this.#inner.whyAbsent(name);
  }

  #withheldAt(name: string): UnreadFile | undefined {
    return this.#withheld.get(name) ?? this.#folderOver(name);
  }

  #folderOver(name: string): UnreadFile | undefined {
    return this.#folders.find((folder) => isUnder(name, [folder.name]));
  }
}
