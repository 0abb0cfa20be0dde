/**
 * Two sources of headers that will be compared, reading no more of them than may tell.
 *
 * A header that did not change and includes nothing that did means the same on both sides. Where few headers changed, a look at
 * their text says more (`unsettled.ts`): which macros may be worth something else, and which of the headers that include a changed one
 * mention what changed in it.
 */

import type { Abi } from '../abi/abi.ts';
import { listOf } from '../abi/declaration-map.ts';
import type { Target } from '../abi/target.ts';
import type { ReadOptions } from '../c/lower/read-abi.ts';
import type { Unsettled } from '../c/unsettled/unsettled-names.ts';
import type { AbiPair } from '../diff/changes.ts';
import { type HeaderFile, isUnread, namesIn, type TargetHeaders } from '../source/header.ts';
import {
  type ChangedFile,
  type ChangedHeaders,
  changedFiles,
  changedHeaders,
  includedFiles,
  includersAmong,
} from '../source/changes.ts';
import type { HeaderSides, HeaderSource } from './header-source.ts';
import { HeaderTexts } from './header-texts.ts';
import { isSameFile } from '../source/includers.ts';
import { isWithin, placesOf } from './path-limits.ts';
import { isShownAlone } from './shown-alone.ts';
import { findUnsettled, Telling, type ToRead, type ToTell } from './unsettled.ts';

/** Two sources of which only what differs is read. */
export interface RestrictedSides extends HeaderSides {
  /** Paths of headers that differ, and that no program of the targets sees which were compared so far. */
  readonly unseen: () => readonly string[];
}

/** The same two sources, reading no header that means the same on both sides. */
export function restrictToChanges(old: HeaderSource, next: HeaderSource, paths: readonly string[]): RestrictedSides {
  const reading = new RestrictedReading({ old: old.against(next), new: next.against(old) }, paths);
  return { old: reading.of('old'), new: reading.of('new'), unseen: () => reading.unseen() };
}

interface Changes {
  /** What is read. */
  readonly headers: ChangedHeaders;
  /** What is read instead where headers do not show by themselves what they declare. */
  readonly unlessShown?: Pick<ToTell, 'ifShown' | 'otherwise'> | undefined;
  /** All that changed, and all that include it. */
  readonly all: ChangedHeaders;
  /** What changed in more than remarks, by the names that each side has for it. */
  readonly changed: ToRead['changed'];
  /** What may mean something else on the other side; everything, where there is no list. */
  readonly unsettled: Unsettled | undefined;
}

const noHeaders: ChangedHeaders = { old: [], new: [] };
/** Where no text says something else. */
const nothing = { headers: noHeaders, all: noHeaders, changed: [] };

class RestrictedReading {
  readonly #sides: HeaderSides;
  readonly #paths: readonly string[];
  readonly #changes = new Map<Target, Changes>();
  readonly #groups: (readonly Target[])[] = [];
  #readers: { old?: ReadonlyMap<string, readonly Target[]>; new?: ReadonlyMap<string, readonly Target[]> } = {};
  /** What is looked at because it differs, or includes what does, with all that it includes. */
  readonly #seen = new Set<readonly HeaderFile[]>();
  /** Paths that differ, where these are known. */
  readonly #differing = new Set<string>();
  /** What was read last. No more is remembered: whoever compares trees goes from target to target, and could not hold all. */
  #last: (AbiPair & { readonly target: Target }) | undefined;

  constructor(sides: HeaderSides, paths: readonly string[]) {
    this.#sides = sides;
    this.#paths = paths;
  }

  of(side: 'old' | 'new'): HeaderSource {
    const source = this.#sides[side];
    return {
      ...source,
      namesFor: (target) => this.#changesFor(target).headers[side],
      expect: (targets) => {
        this.#groups.push(targets);
        source.expect(targets);
      },
      optionsFor: (target) => this.#optionsFor(target, side),
      changesFor: (target) => this.#changesFor(target).unsettled,
      abiFor: (target) => this.#abiFor(target, side),
    };
  }

  unseen(): readonly string[] {
    const isWithinLimits = (path: string): boolean => this.#paths.length === 0 || isWithin([path], this.#paths);
    const seen = new Set([...this.#seen].flatMap((files) => files.map(({ path }) => path)));
    return [...this.#differing].filter(
      (path) => path.endsWith('.h') && !seen.has(path) && isWithinLimits(path) && !this.#saysTheSame(path),
    );
  }

  /** Whether what stands at a path is one header on both sides, but for remarks. */
  #saysTheSame(path: string): boolean {
    const name = path.replace(/^.*\/uapi\//, '');
    return [...this.#changes.keys()].some((target) => {
      const [was, is] = [this.#sides.old, this.#sides.new].map((side) =>
        side.headersFor(target).resolve(name, 'angle', undefined),
      );
      return was?.path === path && is?.path === path && isSameFile(was, is);
    });
  }

  #abiFor(target: Target, side: 'old' | 'new'): Abi {
    const { all, changed, unsettled, ...few } = this.#changesFor(target);
    if (few.headers === all) return this.#readSide(side, target, all);
    if (this.#last?.target !== target) {
      let abis = this.#read(target, few.headers);
      const { unlessShown } = few;
      if (unlessShown?.ifShown.every((one) => isShownAlone(abis[one.side], one.header, one.declares)) === false) {
        const headers = unlessShown.otherwise();
        this.#changes.set(target, { headers, all, changed, unsettled });
        abis = this.#read(target, headers);
      }
      // A header that is not understood alone may be understood below another one, or not there either. One that others include
      // under conditions may be there only for some of them.
      if (!isUnderstoodAlone(abis.old) || !isUnderstoodAlone(abis.new) || !areThere(changed, abis)) {
        this.#changes.set(target, { headers: all, all, changed, unsettled });
        abis = this.#read(target, all);
      }
      this.#last = { target, ...abis };
    }
    return this.#last[side];
  }

  #read(target: Target, headers: ChangedHeaders): AbiPair {
    return { old: this.#readSide('old', target, headers), new: this.#readSide('new', target, headers) };
  }

  #readSide(side: 'old' | 'new', target: Target, headers: ChangedHeaders): Abi {
    return this.#sides[side].abiOf(target, headers[side], this.#optionsFor(target, side));
  }

  #optionsFor(target: Target, side: 'old' | 'new'): Pick<ReadOptions, 'unsettled' | 'readersOf'> {
    const { unsettled } = this.#changesFor(target);
    return { unsettled: unsettled?.names, readersOf: ({ name }) => this.#readersOf(side).get(name) ?? [] };
  }

  /** The targets for which a header is read, by its name. */
  #readersOf(side: 'old' | 'new'): ReadonlyMap<string, readonly Target[]> {
    let readers = this.#readers[side];
    if (readers === undefined) {
      const found = new Map<string, Target[]>();
      for (const [target, { headers }] of this.#changes) {
        for (const name of headers[side]) {
          const others = found.get(name);
          if (others === undefined) found.set(name, [target]);
          else others.push(target);
        }
      }
      this.#readers[side] = readers = found;
    }
    return readers;
  }

  #changesFor(target: Target): Changes {
    const known = this.#changes.get(target);
    if (known !== undefined) return known;
    const sides = this.#sides;
    // What is read for those that are read together is fetched and looked at together.
    const group = this.#groups.find((one) => one.includes(target)) ?? [target];
    const both = group.filter((one) => one === target || (isFor(sides.old, one) && isFor(sides.new, one)));
    const reading = this.#readingFor(both);
    for (const { target: one, files } of reading) {
      for (const some of [files.old, files.new]) this.#seen.add(some);
      const paths = sides.old.headersFor(one).changedPaths?.(sides.new.headersFor(one)) ?? [];
      for (const path of paths) this.#differing.add(path);
    }
    for (const side of ['old', 'new'] as const) {
      const files = new Set(reading.map((one) => one.files[side]));
      sides[side].headersFor(target).fetch?.(new Set([...files].flat()));
    }
    const texts = new HeaderTexts();
    const unsettled = findUnsettled(sides, reading, texts);
    this.#readers = {};
    const telling = unsettled && new Telling(sides, unsettled, texts);
    // Other remarks, or conditions that come to the same: nobody has to have seen them.
    if (unsettled?.files.size === 0 && reading.every(({ changed }) => changed.every(isOtherText))) {
      for (const { target: same } of reading) this.#changes.set(same, { ...nothing, unsettled });
      return this.#changesFor(target);
    }
    for (const one of reading) {
      const told = telling?.among(one);
      this.#changes.set(one.target, {
        ...{ headers: told?.headers ?? one.headers, unlessShown: told, all: one.headers },
        ...{ changed: one.changed, unsettled },
      });
    }
    return this.#changesFor(target);
  }

  /** Targets of one architecture have the same headers, and so read the same of them. */
  #readingFor(targets: readonly Target[]): readonly ToRead[] {
    const known = new Map<TargetHeaders, ToRead[]>();
    return targets.map((target) => {
      const headers = this.#sides.old.headersFor(target);
      const others = known.get(headers) ?? [];
      known.set(headers, others);
      const same = others.find((one) => this.#areSame(one.target, target));
      if (same !== undefined) return { ...same, target };
      const reading = readingFor(this.#sides, target, this.#paths);
      others.push(reading);
      return reading;
    });
  }

  /** Whether both sides have one list of headers for two targets. */
  #areSame(one: Target, other: Target): boolean {
    return [this.#sides.old, this.#sides.new].every(
      (side) => side.headersFor(one) === side.headersFor(other) && side.namesFor(one) === side.namesFor(other),
    );
  }
}

/**
 * Whether what changed is a text that both sides know. One that includes what a macro names counts as changed where it has the same
 * text, and what cannot be read where it has none.
 */
function isOtherText({ old, new: next }: ChangedFile): boolean {
  return [old, next].every((file) => file !== undefined && !isUnread(file)) && old?.contentKey !== next?.contentKey;
}

function isUnderstoodAlone(abi: Abi): boolean {
  const portions = listOf(abi)?.portions ?? [];
  return abi.notUnderstood.length === 0 && portions.every(({ portion }) => portion.late?.isAlone !== false);
}

/** Whether both sides have read what changed. */
function areThere(changed: ToRead['changed'], abis: AbiPair): boolean {
  const [before, after] = [new Set(abis.old.headers), new Set(abis.new.headers)];
  const isThere = (file: HeaderFile | undefined, read: ReadonlySet<string>): boolean =>
    file === undefined || read.has(file.name);
  return changed.every(({ old, new: next }) => isThere(old, before) && isThere(next, after));
}

function isFor(source: HeaderSource, target: Target): boolean {
  return source.targets.includes(target);
}

/** The headers that changed for a target, or include something that did. */
function readingFor(sides: HeaderSides, target: Target, paths: readonly string[]): ToRead {
  const [before, after] = [sides.old.headersFor(target), sides.new.headersFor(target)];
  const affected = changedHeaders(before, after);
  const [wereChanged, areChanged] = [new Set(affected.old), new Set(affected.new)];
  const changed = changedFiles(before, after);
  const wasWithin = within(
    before,
    changed.map((file) => file.old),
    paths,
  );
  const isNowWithin = within(
    after,
    changed.map((file) => file.new),
    paths,
  );
  const headers = {
    old: sides.old.namesFor(target).filter((name) => wereChanged.has(name) && wasWithin(name)),
    new: sides.new.namesFor(target).filter((name) => areChanged.has(name) && isNowWithin(name)),
  };
  return {
    ...{ target, changed, headers },
    files: { old: includedFiles(before, headers.old), new: includedFiles(after, headers.new) },
  };
}

/**
 * Which headers are at or below the paths a comparison is limited to. Of those that only others include, some of asm-generic/, the
 * `asm/` headers that do are: nobody else reads them for programs.
 */
function within(
  headers: TargetHeaders,
  changed: readonly (HeaderFile | undefined)[],
  paths: readonly string[],
): (name: string) => boolean {
  if (paths.length === 0) return () => true;
  const programs = namesIn(headers);
  const inner = changed.flatMap((file) =>
    file !== undefined && !programs.has(file.name) && isWithin([file.path, file.name], paths) ? file.name : [],
  );
  const asm = inner.length === 0 ? [] : headers.names.filter((name) => name.startsWith('asm/'));
  const includers = asm.length === 0 ? undefined : includersAmong(headers, asm, inner);
  return (name) =>
    isWithin(placesOf(name, headers), paths) || (name.startsWith('asm/') && includers?.has(name) === true);
}
