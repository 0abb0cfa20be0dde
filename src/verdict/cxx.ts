/**
 * What only C++ programs see of a change.
 *
 * A header may say something else under `__cplusplus`, and a record without fields has a byte in C++ and none in C. So a
 * second pair of ABIs, read as C++, is compared like the first, and what the first shows as well is left out. The kernel is C:
 * for programs that are built nothing changed, and where both languages agree now that did not before, all is well. What is
 * left are programs that are compiled again as C++, and objects of both languages that pass records to each other.
 */

import type { Abi, RequestDeclaration } from '../abi/abi.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { AbiPair, Change } from '../diff/changes.ts';
import { compareAbis } from '../diff/compare.ts';
import { type PlacedRecord, placeRecord } from '../diff/placed.ts';
import type { Suspects } from '../diff/suspect-names.ts';
import type { Answer } from './finding.ts';
import { judge } from './judge.ts';
import { broken, harmless, type Judgement, kept } from './judgement.ts';

/** Both sides as C++ programs see them, and the names that may mean something else to them than in C. */
export interface CxxView {
  readonly pair: AbiPair;
  /** All where there are none. */
  readonly suspects?: Suspects;
}

export interface JudgedChange {
  readonly change: Change;
  readonly judgement: Judgement;
}

/** What is to be said beside `seen`, which C programs see too; and what could be read, but not be laid out. */
export function judgeInCxx(
  { pair, suspects }: CxxView,
  inC: AbiPair,
  seen: readonly Pick<Judgement, 'rule' | 'subject'>[],
): { readonly judged: readonly JudgedChange[]; readonly notUnderstood: readonly Diagnostic[] } {
  const keyOf = ({ rule, subject }: Pick<Judgement, 'rule' | 'subject'>): string => `${rule} ${subject}`;
  const known = new Set(seen.map(keyOf));
  const { changes, notUnderstood } = compareAbis(pair, suspects);
  const judged = changes.flatMap((change) => {
    // Which headers there are, and what is in them, does not depend on the language.
    if (
      change.kind.startsWith('header-') ||
      change.kind === 'includes-fewer' ||
      change.kind === 'declarations-moved' ||
      isAboutNothing(change)
    )
      return [];
    const judgement = judge(change, { abis: pair, order: pair.old.target.byteOrder });
    return known.has(keyOf(judgement)) ? [] : [{ change, judgement: forCxx(judgement, change, inC) }];
  });
  return { judged, notUnderstood };
}

/** What comes or goes with a record without fields is told by what it moves. */
function isAboutNothing(change: Change): boolean {
  return 'node' in change && change.node.record?.fields.length === 0;
}

function forCxx(judgement: Judgement, change: Change, inC: AbiPair): Judgement {
  const message = `in C++ programs only: ${judgement.message}`;
  if (isMended(change, inC)) {
    return {
      ...judgement,
      message: `${message}, as C programs have it`,
      answers: harmless('C++ programs now see what C programs and the kernel see'),
      witness: undefined,
    };
  }
  if (change.kind === 'macro-changed' && /[;[]/.test(change.old.body) && /[;[]/.test(change.new.body)) {
    return { ...judgement, message, answers: harmless('what headers declare with it is judged where it stands') };
  }
  const isBroken = judgement.answers.some(({ answer }) => answer === 'broken');
  const answers = judgement.answers.map((answer): Answer => {
    if (answer.contract === 'old-binary') {
      return {
        ...answer,
        ...kept('the kernel is C, for which nothing changed, and so it is for programs that are built'),
      };
    }
    if (answer.contract === 'rebuild' && isBroken && answer.answer !== 'broken') {
      return { ...answer, ...broken('compiled again as C++, the program no longer says what the kernel understands') };
    }
    return answer;
  });
  return { ...judgement, message, answers };
}

/** Names that C++ programs cannot write: a header with one of them does not compile ([lex.key], [lex.digraph]). */
const keywords: ReadonlySet<string> = new Set(
  `and and_eq asm bitand bitor bool catch class compl const_cast delete dynamic_cast explicit export false friend mutable namespace
   new not not_eq operator or or_eq private protected public reinterpret_cast static_cast template this throw true try typeid
   typename using virtual wchar_t xor xor_eq`.split(/\s+/),
);

/** Whether C++ and C programs disagreed about what changed and agree now, or C++ programs had no use for it. */
function isMended(change: Change, inC: AbiPair): boolean {
  if (change.kind === 'field-renamed' && keywords.has(change.old.name)) return true;
  if ('pair' in change) {
    const { name } = change.pair;
    return !isAlikeInC(change.pair.old, name, inC.old) && isAlikeInC(change.pair.new, name, inC.new);
  }
  if (change.kind === 'request-changed') {
    const agree = (request: RequestDeclaration, abi: Abi): boolean =>
      abi.requests.get(request.name)?.number === request.number;
    return !agree(change.old, inC.old) && agree(change.new, inC.new);
  }
  if (change.kind === 'number-changed') {
    const agree = ({ name, value }: { readonly name: string; readonly value: bigint }, abi: Abi): boolean =>
      abi.constants.get(name)?.value === value;
    return !agree(change.old, inC.old) && agree(change.new, inC.new);
  }
  return false;
}

function isAlikeInC(record: PlacedRecord, name: string, inC: Abi): boolean {
  const declaration = inC.records.get(name);
  if (declaration?.record.isComplete !== true) return false;
  const other = placeRecord(declaration, inC);
  return (
    other.layout.sizeBytes === record.layout.sizeBytes &&
    [...record.byPath].every(([path, { offsetBits, sizeBits }]) => {
      const there = other.byPath.get(path);
      // What has no bytes helps to write the record, and may be missing.
      return there === undefined ? sizeBits === 0 : there.offsetBits === offsetBits && there.sizeBits === sizeBits;
    })
  );
}
