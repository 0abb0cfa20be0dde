/**
 * The changed lines a finding is about, to be quoted in a mail and to carry old line numbers over to the new text.
 *
 * Headers are quoted from their text. A side without text (a layout file, a snapshot) is quoted from the record it
 * describes, written as C; nothing else can be quoted there.
 */

import type { TargetName } from '../abi/target.ts';
import { type CheckResult, recordOf } from '../verdict/check.ts';
import { declareRecord } from '../verdict/declare.ts';
import type { Finding, SideFacts } from '../verdict/finding.ts';
import { type DiffLine, diffLines } from './line-diff.ts';

/** The text of a header as one side has it; `undefined` where a side is no header (a layout file, a snapshot). */
export type TextOf = (side: 'old' | 'new', facts: SideFacts, target: TargetName) => string | undefined;

export interface Quote {
  /** The file the lines are from; `undefined` where they were written from a layout. */
  readonly file: string | undefined;
  readonly lines: readonly DiffLine[];
  /** The same for two findings that quote the same lines. */
  readonly key: string;
}

const CONTEXT = 2;
/** A longer quotation is no quotation. */
const MAX_LINES = 40;

export class Quotes {
  readonly #result: CheckResult;
  readonly #textOf: TextOf | undefined;
  readonly #diffs = new Map<string, readonly DiffLine[] | undefined>();

  constructor(result: CheckResult, textOf: TextOf | undefined) {
    this.#result = result;
    this.#textOf = textOf;
  }

  /** The changed lines at a finding, with a little of what stands around them; `undefined` where nothing can be quoted. */
  quoteFor(finding: Finding): Quote | undefined {
    const quote = this.#fromText(finding);
    // A text that did not change shows nothing, and the record it is about is quoted elsewhere.
    return quote !== undefined || finding.rule === 'documentation-differs' ? quote : this.#fromLayout(finding);
  }

  /** The line of the new text where something that is gone used to stand. */
  newLineFor(finding: Finding): number | undefined {
    const side = finding.old;
    if (side?.line === undefined) return undefined;
    return this.#diffOf(finding)?.find((one) => one.kind !== 'added' && one.oldLine === side.line)?.newLine;
  }

  #fromText(finding: Finding): Quote | undefined {
    const diff = this.#diffOf(finding);
    if (diff === undefined) return undefined;
    const isHere = (one: DiffLine): boolean =>
      (one.kind !== 'removed' && one.newLine === finding.new?.line) ||
      (one.kind !== 'added' && one.oldLine === finding.old?.line);
    const at = diff.flatMap((one, index) => (isHere(one) ? [index] : []));
    const [first, last] = [at[0], at.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const range: readonly [number, number] = hasBody(finding) ? bodyAround(diff, first) : [first, last];
    const from = range[0];
    const to = Math.max(range[1], last);
    const file = (finding.new ?? finding.old)?.file;
    const lines = trimContext(diff.slice(from, to + 1));
    return lines.some((one) => one.kind !== 'same') ? { file, lines, key: `${file ?? ''}:${String(from)}` } : undefined;
  }

  #diffOf(finding: Finding): readonly DiffLine[] | undefined {
    const [target] = finding.targets;
    const side = finding.new ?? finding.old;
    if (side === null || target === undefined || this.#textOf === undefined) return undefined;
    const textOf = this.#textOf;
    const facts: SideFacts = side;
    const key = JSON.stringify([facts.header, facts.file]);
    if (!this.#diffs.has(key)) {
      const [old, next] = [textOf('old', facts, target), textOf('new', facts, target)];
      this.#diffs.set(key, old === undefined && next === undefined ? undefined : diffLines(old ?? '', next ?? ''));
    }
    return this.#diffs.get(key);
  }

  #fromLayout(finding: Finding): Quote | undefined {
    const record = this.#result.records.get(recordOf(finding.subject));
    if (record === undefined) return undefined;
    const { old, new: next, name } = record.pair;
    const text = (side: typeof old): string => `${declareRecord(side.declaration.record).join('\n')};\n`;
    const lines = trimContext(diffLines(text(old), text(next)));
    return lines.some((one) => one.kind !== 'same') ? { file: undefined, lines, key: `record ${name}` } : undefined;
  }
}

/** Whether it is about a declaration of several lines, or something inside of one. */
function hasBody({ subject }: Finding): boolean {
  return /^(?:struct|union|enum) /.test(subject);
}

/**
 * From the line that opens the declaration around `index` to the one that closes it. In a header both start in the first
 * column; in a text, where a declaration is indented as a whole, the line itself opens it.
 */
function bodyAround(diff: readonly DiffLine[], index: number): readonly [number, number] {
  const textAt = (at: number): string => diff[at]?.text ?? '';
  const opening = /^(?:typedef\s+)?(?:struct|union|enum)\b(?!.*;)/;
  const indent = /^( +)(?:struct|union)\b/.exec(textAt(index))?.[1] ?? '';
  const opens = (at: number): boolean => textAt(at).startsWith(indent) && opening.test(textAt(at).slice(indent.length));
  const closes = (at: number): boolean => textAt(at).startsWith(`${indent}}`);
  let from = index;
  while (from > 0 && !opens(from) && !(from < index && closes(from))) from--;
  if (!opens(from)) return [index, index];
  let to = index;
  while (to < diff.length - 1 && !closes(to)) to++;
  // The closing line of the one side may stand right below that of the other.
  while (diff[to]?.kind !== 'same' && closes(to + 1)) to++;
  return [from, to];
}

/** Keeps changed lines, a little around each, and the first line, which says what is changed. */
function trimContext(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = (index: number): boolean =>
    index === 0 || lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((one) => one.kind !== 'same');
  return lines.filter((_, index) => isNear(index)).slice(0, MAX_LINES);
}
