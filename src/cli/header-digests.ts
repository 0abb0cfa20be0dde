/**
 * Digests of headers in which something was not understood, for a comparison with a snapshot.
 *
 * Two trees are compared by reading what differs in their texts. Of a snapshot no text is left, so it tells in short what such a header
 * was: where another side has the same digest for it, whatever was not understood there is the same.
 */

import { createHash } from 'node:crypto';
import type { Abi } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import type { TokenFile } from '../c/token.ts';
import { includedFiles } from '../source/changes.ts';
import { isUnread } from '../source/header.ts';
import { includesOf } from '../source/header-includes.ts';
import { requestHeader, takenForGranted } from '../source/taken-for-granted.ts';
import type { HeaderSource } from './header-source.ts';
import { preludes } from './lean-headers.ts';

/** The same headers, whose ABIs tell the digests of what was not understood. */
export function withDigests(source: HeaderSource): HeaderSource {
  const known = new WeakMap<Abi, Abi>();
  return {
    ...source,
    abiFor: (target) => {
      const abi = source.abiFor(target);
      let digested = known.get(abi);
      if (digested === undefined) known.set(abi, (digested = { ...abi, digests: digestsIn(abi, source) }));
      return digested;
    },
  };
}

function digestsIn({ notUnderstood, target }: Abi, source: HeaderSource): ReadonlyMap<string, string> {
  const headers = new Set(notUnderstood.flatMap(({ readIn = [] }) => readIn));
  return new Map(
    [...headers].flatMap((name) => {
      const digest = digestOf(name, target, source);
      return digest === undefined ? [] : [[name, digest] as const];
    }),
  );
}

/** A digest of all that the meaning of a header depends on; `undefined` where nobody can say what that is. */
function digestOf(name: string, target: Target, source: HeaderSource): string | undefined {
  const headers = source.headersFor(target);
  const tokens = new Map<string, TokenFile>();
  const hash = createHash('sha256');
  // What a header is read behind if it is not understood alone, and what its requests are made of.
  const roots = new Set([name, ...preludes.flat(), requestHeader]);
  for (const root of roots) {
    for (const file of includedFiles(headers, [root])) {
      if (tokens.has(file.name)) continue;
      const { includes, isUnclear } = includesOf(file);
      const text = source.tokensOf(target, file);
      if (isUnclear || isUnread(file) || text.texts.includes('__LINE__')) return undefined;
      tokens.set(file.name, text);
      for (const taken of takenForGranted(file.name, text.texts)) roots.add(taken.header);
      const meant = includes.map((include) => headers.resolve(include.name, include.form, file)?.name ?? null);
      // A comment without an end is no token.
      const wrong = text.diagnostics.map(({ code }) => code);
      hash.update(JSON.stringify([file.name, meant, text.texts, [...text.flags], wrong]));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
