/**
 * The texts of one git repository, by blob id, for all trees that are read.
 *
 * A text is fetched when it is looked at, and then with all others that may be: a process costs more than a few headers. Who
 * knows better what will be read fetches that first, and says what will be read with a text that nobody expected: a few of these
 * are cheaper than everything. A file that two revisions share is read, and later tokenized, once.
 */

import { type FileText, maximumFileBytes, type ReadResult } from './file-tree.ts';
import { GitIndex, type Stage } from './git-index.ts';
import { GitListing } from './git-listing.ts';
import { type GitEntry, type GitObjectName, isRegularFile } from './git-questions.ts';
import { type GitRepository, MissingObjectsError } from './git.ts';

/** All headers of a kernel have 8 MB. */
const treeBytes = 64 * 1024 * 1024;

/** Of more files than that, sizes cost more than they are worth. */
const maximumSizes = 100;

/** Whoever looks at more than that many texts that nobody expected looks at most of them. */
const maximumSurprises = 4;

export class BlobStore {
  readonly repository: GitRepository;
  /** Files at the top of a tree that will be asked for whatever else is. */
  readonly #alongside: readonly string[];
  readonly #fetched = new Map<string, ReadResult>();
  readonly #texts = new Map<string, FileText>();
  /** What is fetched with the next text that is looked at. */
  readonly #pending = new Set<string>();
  /** What will be looked at with a text, where that is known. */
  #companyOf: ((id: string) => Iterable<string>) | undefined;
  #surprises = 0;
  readonly #includeLines = new Map<string, string>();
  #words: ReadonlySet<string> = new Set();
  readonly #names = new Map<string, GitObjectName>();
  readonly #listings = new Map<string, GitListing>();
  readonly #stages = new Map<Stage, GitListing>();
  #index: GitIndex | undefined;

  constructor(repository: GitRepository, alongside: readonly string[] = []) {
    this.repository = repository;
    this.#alongside = alongside;
  }

  /**
   * Id and type of what a revision names, the same for the whole run.
   * @throws {UndecidedError} if there is no such revision.
   */
  identify(revision: string): GitObjectName {
    const name = this.#names.get(revision) ?? this.repository.identify(revision);
    this.#names.set(revision, name);
    return name;
  }

  /** Whether it is known that a revision names something. */
  isNamed(revision: string): boolean {
    return this.#names.has(revision);
  }

  keepName(revision: string, name: GitObjectName): void {
    this.#names.set(revision, name);
  }

  /** What lies in the tree-ish with that id. */
  listing(id: string): GitListing {
    let listing = this.#listings.get(id);
    if (listing === undefined) {
      this.#listings.set(id, (listing = GitListing.ofTree(this.repository, id, this.#alongside)));
    }
    return listing;
  }

  /** The index, the same for the whole run. */
  index(): GitIndex {
    this.#index ??= new GitIndex(this.repository);
    return this.#index;
  }

  /** What lies in the index, with that version of what is in conflict. */
  stagedListing(stage: Stage): GitListing {
    let listing = this.#stages.get(stage);
    if (listing === undefined) {
      const staged = {
        below: (paths: readonly string[]) => this.#sized(this.index().at(stage, paths)),
        at: (paths: readonly string[]) => this.index().exactlyAt(stage, paths),
      };
      this.#stages.set(stage, (listing = GitListing.ofIndex(this.repository, staged, this.#alongside)));
    }
    return listing;
  }

  /** The index tells no sizes: those of trees are taken, which most of its files are from, and the few others are asked for. */
  #sized(entries: readonly GitEntry[]): readonly GitEntry[] {
    const inTrees = (entry: GitEntry): GitEntry | undefined => {
      const found = [...this.#listings.values()].map((listing) => listing.file(entry.path));
      return found.find((one) => one?.id === entry.id && one.sizeBytes !== undefined);
    };
    const sized = entries.map((entry) => inTrees(entry) ?? entry);
    const others = sized.filter((entry) => entry.sizeBytes === undefined && isRegularFile(entry));
    if (others.length === 0 || others.length > maximumSizes) return sized;
    const sizes = this.#sizesOf(others);
    const byId = new Map(others.map(({ id }, index) => [id, sizes[index]]));
    return sized.map((entry) => (byId.has(entry.id) ? { ...entry, sizeBytes: byId.get(entry.id) } : entry));
  }

  /** None where some are missing: who wants these will be told. */
  #sizesOf(entries: readonly GitEntry[]): readonly (number | undefined)[] {
    try {
      return this.repository.sizes(entries.map(({ id }) => id));
    } catch (error) {
      if (error instanceof MissingObjectsError) return [];
      throw error;
    }
  }

  /** `sizeBytes`: of a blob that is known to be there. */
  read(id: string, sizeBytes?: number): ReadResult {
    const known = this.#fetched.get(id) ?? this.#texts.get(id);
    if (known !== undefined) return known;
    if (sizeBytes === undefined) {
      this.#look(id);
      return this.#fetched.get(id) ?? { kind: 'absent' };
    }
    if (sizeBytes > maximumFileBytes) return tooLarge(id, sizeBytes);
    const text = new BlobText(this, id);
    this.#texts.set(id, text);
    return text;
  }

  /**
   * The text of a blob that is known to be there and of a size to be read.
   * @throws {UndecidedError} if that is not so: the repository changed, or is damaged.
   */
  textOf(id: string): string {
    this.#look(id);
    const result = this.#fetched.get(id);
    if (result?.kind !== 'text') throw this.repository.missingObjects([id]);
    return result.text;
  }

  /** Whether one of `words` stands in a blob that was looked through for them. */
  mentions(id: string, words: readonly string[]): boolean | undefined {
    const lines = words.every((word) => this.#words.has(word)) ? this.#includeLines.get(id) : undefined;
    return lines === undefined ? undefined : words.some((word) => lines.includes(word));
  }

  includeLinesOf(id: string): string | undefined {
    return this.#includeLines.get(id);
  }

  /** What scans of the blobs' texts would find, for blobs that are not fetched for it. */
  keepIncludeLines(id: string, lines: string): void {
    this.#includeLines.set(id, lines);
  }

  /** The lines that are kept of any blob are also all those in which `words` stand. */
  keepWords(words: readonly string[]): void {
    this.#words = new Set(words);
  }

  /** What will be looked at with a blob that was not fetched before: only that is fetched then, unless it happens often. */
  keepCompany(companyOf: (id: string) => Iterable<string>): void {
    this.#companyOf = companyOf;
  }

  /** Says what may be read. */
  expect(ids: Iterable<string>): void {
    for (const id of ids) if (!this.#fetched.has(id)) this.#pending.add(id);
  }

  /** @throws {UndecidedError} naming the `git fetch` to run, if blobs are missing from a partial clone. */
  fetch(ids: Iterable<string>): void {
    const wanted = [...new Set(ids)].filter((id) => !this.#fetched.has(id));
    if (wanted.length > 0 && !this.#fetchSmall(wanted)) this.#fetchBySize(wanted);
  }

  keep(id: string, content: Buffer): void {
    this.#pending.delete(id);
    const isSmall = content.length <= maximumFileBytes;
    this.#fetched.set(id, isSmall ? { kind: 'text', text: content.toString(), key: id } : tooLarge(id, content.length));
  }

  /** A text that was found elsewhere and has the id of a blob: nobody need fetch that. */
  keepText(text: FileText): void {
    this.#pending.delete(text.key);
    this.#fetched.set(text.key, text);
  }

  #look(id: string): void {
    if (this.#fetched.has(id)) return;
    this.#surprises += 1;
    const company = this.#surprises > maximumSurprises ? undefined : this.#companyOf?.(id);
    const few = company === undefined ? [] : [...company].filter((one) => this.#pending.has(one) && one !== id);
    // What is missing is told with all else that is.
    if (company === undefined || !this.#fetchSmall([id, ...few])) this.fetch([...this.#pending, id]);
  }

  /** Whether all of `wanted` are there, and not too large together: only then are they fetched. */
  #fetchSmall(wanted: readonly string[]): boolean {
    const objects = this.repository.readSmallObjects(wanted, treeBytes);
    if (objects?.every(({ kind }) => kind === 'object') !== true) return false;
    for (const [index, id] of wanted.entries()) {
      const object = objects[index];
      if (object?.kind === 'object') this.keep(id, object.content);
    }
    return true;
  }

  /** Something is missing, or there is more than headers are: a file of gigabytes must not be read to learn that it is one. */
  #fetchBySize(wanted: readonly string[]): void {
    const sizes = this.repository.sizes(wanted);
    const small: string[] = [];
    const missing: string[] = [];
    for (const [index, id] of wanted.entries()) {
      const size = sizes[index];
      if (size === undefined) missing.push(id);
      else if (size <= maximumFileBytes) small.push(id);
      else this.#fetched.set(id, tooLarge(id, size));
    }
    if (missing.length > 0) throw this.repository.missingObjects(missing);
    const objects = this.repository.readObjects(small);
    for (const [index, id] of small.entries()) {
      const object = objects[index];
      if (object?.kind !== 'object') throw this.repository.missingObjects([id]);
      this.keep(id, object.content);
    }
  }
}

/** A text that is fetched when it is looked at. */
class BlobText implements FileText {
  readonly kind = 'text';
  readonly key: string;
  readonly #store: BlobStore;

  constructor(store: BlobStore, id: string) {
    this.key = id;
    this.#store = store;
  }

  get text(): string {
    return this.#store.textOf(this.key);
  }

  get includeLines(): string | undefined {
    return this.#store.includeLinesOf(this.key);
  }

  mentions(words: readonly string[]): boolean | undefined {
    return this.#store.mentions(this.key, words);
  }
}

function tooLarge(key: string, sizeBytes: number): ReadResult {
  return { kind: 'refused', reason: `it has ${sizeBytes} bytes, too many: larger than ${maximumFileBytes}`, key };
}
