/**
 * Headers that were found, and what can be asked of them: which there are, and the ABI that a target sees.
 *
 * Who opens a SOURCE is `header-workshop.ts`.
 */

import type { Abi } from '../abi/abi.ts';
import { type Target, targets as allTargets } from '../abi/target.ts';
import { readAbi, type ReadOptions } from '../c/lower/read-abi.ts';
import type { Audience } from '../c/lower/audience.ts';
import type { FrontEnd } from '../c/lower/front-end.ts';
import type { TokenFile } from '../c/token.ts';
import type { Unsettled } from '../c/unsettled/unsettled-names.ts';
import { UndecidedError, UserError } from '../diagnostic.ts';
import type { HeaderCollection, HeaderFile, HeaderTarget, TargetHeaders } from '../source/header.ts';
import { type FileTree } from '../source/file-tree.ts';
import { nameOfPath } from '../source/open-headers.ts';
import { WithheldHeaders } from '../source/withheld-headers.ts';
import { Audiences } from './audiences.ts';
import { leanOn } from './lean-headers.ts';
import type { Progress } from './progress.ts';

/** Headers that were found; an ABI comes out of them once a target is chosen. */
export interface HeaderSource {
  readonly label: string;
  /** Whether it is one header that was named as a file: what lies beside it is no part of the source. */
  readonly isOneFile: boolean;
  /** The revision that was named, where it was one as a whole. */
  readonly revision?: FileTree | undefined;
  /** Where the headers were found. */
  readonly collection: HeaderCollection;
  /** Directories on disk at which the paths of its headers may start. */
  readonly standsIn: () => readonly string[];
  /** The same without what the other side of a comparison cannot read. */
  readonly against: (other: HeaderSource) => HeaderSource;
  /** The targets it can be read for, in the order of the target table. */
  readonly targets: readonly Target[];
  /** Why it cannot be read for a target; `undefined` where it can. */
  readonly whyNot: (target: Target) => string | undefined;
  readonly headersFor: (target: Target) => TargetHeaders;
  /** The headers that `abiFor` reads: those the user chose, or all. */
  readonly namesFor: (target: Target) => readonly string[];
  readonly abiFor: (target: Target) => Abi;
  /** How `abiFor` reads: what of it need not be worked out for a comparison, and who will be asked for. */
  readonly optionsFor: (target: Target) => Pick<ReadOptions, 'unsettled' | 'readersOf'>;
  /** For two sides that are compared: names that may mean something else on one of them, and all that some names reach. */
  readonly changesFor?: (target: Target) => Pick<Unsettled, 'names' | 'reachOf' | 'reachOfSizes'> | undefined;
  /** Says which targets will be asked for together: what they share is then read once. */
  readonly expect: (targets: readonly Target[]) => void;
  /** The ABI of some headers only, and what they include. */
  readonly abiOf: (target: Target, names: readonly string[], options?: Omit<ReadOptions, 'insteadOf'>) => Abi;
  /** The tokens of a header. */
  readonly tokensOf: (target: Target, header: HeaderFile) => TokenFile;
  /** The ABI of a text that stands outside of the headers but may include them; `path` is for messages. */
  readonly abiOfText: (target: Target, path: string, text: string) => Abi;
  /** As `abiFor`, but reads only headers in whose text one of `words` stands. */
  readonly abiMentioning: (target: Target, words: readonly string[], macros?: ReadonlySet<string>) => Abi;
  /** Texts about the headers that were held against them, by path. */
  readonly documents?: ReadonlyMap<string, string>;
}

/** A source that another one is made of, and reads for it where both have the same headers. */
interface Opened {
  readonly collection: HeaderCollection;
  readonly audiences: Audiences;
  readonly targets: readonly Target[];
}

/** Two sources that are compared. */
export interface HeaderSides {
  readonly old: HeaderSource;
  readonly new: HeaderSource;
}

/** What the user named, of which headers were found. */
export interface Named extends Partial<Pick<HeaderSource, 'isOneFile' | 'standsIn' | 'revision'>> {
  readonly label: string;
  /** The headers that were named; all, where none were. */
  readonly only?: readonly string[] | undefined;
}

/** What the sources of one run share. */
export interface Workshop {
  readonly frontEnd: FrontEnd;
  readonly progress: Progress;
  /** `--header NAME`: only these are read. */
  readonly chosen: readonly string[] | undefined;
}

/**
 * What can be asked of a collection of headers.
 * @throws {UndecidedError} if no target can read it; {UserError} if it has none of the headers that were asked for.
 */
export function sourceOf(collection: HeaderCollection, named: Named, workshop: Workshop, base?: Opened): HeaderSource {
  const { label, only, isOneFile = false, standsIn = () => [], revision } = named;
  const { chosen, frontEnd, progress } = workshop;
  const namesFor = (target: Target): readonly string[] => {
    const headers = collection.forTarget(target);
    if (only !== undefined) return only.flatMap((path) => nameOfPath(collection, target, path) ?? []);
    if (chosen === undefined || chosen.length === 0) return headers.names;
    return chosen.filter((name) => headers.resolve(name, 'angle', undefined)?.isBuiltIn === false);
  };
  // A header that the user named and that a target does not have is nothing to read there.
  const isAvailable = (target: Target): boolean =>
    collection.unavailable(target) === undefined && (only === undefined || namesFor(target).length > 0);
  const targets = base?.targets ?? allTargets.filter(isAvailable);
  if (targets.length === 0) {
    const why = collection.kind === 'kernel-tree' ? ': it has include/uapi, and no arch/*/include/uapi/asm' : '';
    throw new UndecidedError(`${label} cannot be read for any target${why}.`);
  }
  if (chosen !== undefined) {
    for (const name of chosen) {
      if (targets.every((target) => collection.forTarget(target).resolve(name, 'angle', undefined) === undefined)) {
        throw new UserError(`${label} has no header "${name}".`);
      }
    }
  }
  const audiences = new Audiences(frontEnd, collection);
  const audienceOf = (target: Target): Audience =>
    base?.collection.forTarget(target) === collection.forTarget(target)
      ? base.audiences.of(target)
      : audiences.of(target);
  const abiOf: HeaderSource['abiOf'] = (target, names, options) => {
    const source = collection.forTarget(target);
    const files = names.flatMap((name) => source.resolve(name, 'angle', undefined) ?? []);
    const audience = audienceOf(target);
    const readers = audience.viewers.length === 1 ? target.name : `${audience.viewers.length} targets`;
    return progress.during(`${label}: reading ${files.length} headers for ${readers}`, () =>
      withUnread(readAbi(audience, files, target, label, { ...options, insteadOf: leanOn }), source),
    );
  };
  const against: HeaderSource['against'] = (other) => {
    const headersOf = (target: HeaderTarget): TargetHeaders | undefined => {
      const same = other.targets.find(({ name }) => name === target.name);
      return same && other.headersFor(same);
    };
    return sourceOf(new WithheldHeaders(collection, headersOf), named, workshop, { collection, audiences, targets });
  };
  const mentions = searchFor();
  const known = new Map<Target, Abi>();
  return {
    label,
    isOneFile,
    standsIn,
    revision,
    collection,
    against,
    targets,
    whyNot: (target) =>
      isAvailable(target) ? undefined : (collection.unavailable(target) ?? `${label} is no header of ${target.name}.`),
    headersFor: (target) => collection.forTarget(target),
    namesFor,
    optionsFor: () => ({}),
    expect: (expected) => {
      audiences.expect(expected);
      base?.audiences.expect(expected);
    },
    abiOf,
    tokensOf: (target, header) => frontEnd.tokensOf(header, collection.forTarget(target)),
    abiOfText: (target, path, text) => {
      const file = { name: path, path, text, contentKey: text, isBuiltIn: false };
      return readAbi(audiences.alone(target), [file], target, label);
    },
    abiMentioning: (target, words, macros) => {
      const headers = collection.forTarget(target);
      const isMentioned = (name: string): boolean => {
        const file = headers.resolve(name, 'angle', undefined);
        return file !== undefined && mentions(file, words);
      };
      return abiOf(target, namesFor(target).filter(isMentioned), { macros });
    },
    abiFor: (target) => {
      let abi = known.get(target);
      if (abi === undefined) {
        abi = abiOf(target, namesFor(target));
        known.set(target, abi);
      }
      return abi;
    },
  };
}

/** An ABI with what is there and could not be read. */
function withUnread(abi: Abi, { unread }: TargetHeaders): Abi {
  if (unread === undefined || unread.size === 0) return abi;
  const read = new Set(abi.headers);
  const problems = [...unread].flatMap(([name, { problem }]) => (read.has(name) ? problem : []));
  return problems.length === 0 ? abi : { ...abi, notUnderstood: [...abi.notUnderstood, ...problems] };
}

/** A search that looks through a header once, however many targets share it. */
function searchFor(): (file: HeaderFile, words: readonly string[]) => boolean {
  const found = new Map<string, WeakMap<HeaderFile, boolean>>();
  return (file, words) => {
    const key = words.join(' ');
    let inFiles = found.get(key);
    if (inFiles === undefined) found.set(key, (inFiles = new WeakMap<HeaderFile, boolean>()));
    let answer = inFiles.get(file);
    if (answer === undefined) {
      answer = file.mentions?.(words) ?? isIn(file.original ?? file.text, words);
      inFiles.set(file, answer);
    }
    return answer;
  };
}

function isIn(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}
