/**
 * Headers that a test writes down, as a `Source`: names are paths, and `#include "x"` looks next to the includer first.
 */

import { cxxOf, findTarget, type Target, type TargetName } from '../../src/abi/target.ts';
import type { Abi } from '../../src/abi/abi.ts';
import { Audience } from '../../src/c/lower/audience.ts';
import { readAbi } from '../../src/c/lower/read-abi.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import type { IncludeForm, Source, SourceFile } from '../../src/c/source.ts';

export class TestSource implements Source {
  readonly #files: Map<string, SourceFile>;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#files = new Map(
      Object.entries(texts).map(([name, text]) => [name, { name, path: name, text, contentKey: text }]),
    );
  }

  resolve(name: string, form: IncludeForm, from: SourceFile | undefined): SourceFile | undefined {
    const folder = from?.name.replace(/[^/]*$/, '') ?? '';
    return (form === 'quote' ? this.#files.get(folder + name) : undefined) ?? this.#files.get(name);
  }

  file(name: string): SourceFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`no ${name}`);
    return file;
  }
}

export function target(name: TargetName): Target {
  const found = findTarget(name);
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

/** The ABI of a text that stands alone, or of all the given headers. */
export function abiOf(
  texts: string | Readonly<Record<string, string>>,
  name: TargetName = 'x86_64',
  frontEnd = new FrontEnd(),
  language: 'C' | 'C++' = 'C',
): Abi {
  const named = typeof texts === 'string' ? { 'test.h': texts } : texts;
  const source = new TestSource(named);
  const headers = Object.keys(named).map((header) => source.file(header));
  const seenBy = language === 'C' ? target(name) : cxxOf(target(name));
  return readAbi(new Audience(frontEnd, [{ target: seenBy, source }]), headers, seenBy, 'test');
}

/** The ABIs of several targets that read headers together: all of the given, or some of them. */
export function abisTogether(
  texts: Readonly<Record<string, string>>,
  names: readonly TargetName[],
  frontEnd = new FrontEnd(),
  chosen: readonly string[] = Object.keys(texts),
): Abi[] {
  const source = new TestSource(texts);
  const headers = chosen.map((header) => source.file(header));
  const audience = new Audience(
    frontEnd,
    names.map((name) => ({ target: target(name), source })),
  );
  return names.map((name) => readAbi(audience, headers, target(name), 'test'));
}

/** The values of object-like macros, as plain data. */
export function constantsOf(abi: Abi): Record<string, bigint> {
  return Object.fromEntries([...abi.constants].map(([name, { value }]) => [name, value]));
}
