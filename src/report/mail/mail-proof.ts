/** Proofs and tables of a mail: bytes, numbers, C that no longer compiles, and where the fields of a record went. */

import { decodeRequest, encodeRequest } from '../../abi/request.ts';
import { findTarget } from '../../abi/target.ts';
import { printable } from '../../diagnostic.ts';
import type { RecordPair } from '../../diff/changes.ts';
import type { Consequence, Finding } from '../../verdict/finding.ts';
import type { Reading, Witness } from '../../verdict/witness.ts';
import { hex, joinWords, requestNumber } from '../check-words.ts';
import { hexRows } from '../hex-rows.ts';
import { placeText, recordRows } from '../record-rows.ts';
import { code, mailWidth, paragraph } from './mail-text.ts';

const MAX_TABLE_ROWS = 24;
const MAX_REQUESTS = 20;

/** What a proof adds to what was said already: a request's or constant's two numbers stand in the sentence about it. */
export function proofBlocks(witness: Witness): string[] {
  switch (witness.kind) {
    case 'bytes': {
      const [writer, reader] = witness.writer === 'old' ? ['old', 'new'] : ['new', 'old'];
      const rows = hexRows(witness.bytes, [...witness.written, ...witness.read]);
      return [
        paragraph(`Code built with the ${writer} header that sets ${values(witness.written)} writes`),
        code(rows),
        paragraph(`and in these bytes, code built with the ${reader} one reads ${values(witness.read)}.`),
      ];
    }
    case 'request':
    case 'number':
      return [];
    case 'source':
      return [
        paragraph(`This compiles before the change and not after it (${witness.problem}):`),
        code(witness.code.split('\n')),
      ];
    case 'refusal':
      return [
        paragraph(
          `With ${witness.path} = ${hex(witness.value)} the old kernel takes these bytes and the new one answers ${witness.answer}:`,
        ),
        code(hexRows(witness.bytes, [{ offsetBits: witness.offsetBits, sizeBits: 8 }])),
      ];
    default:
      return witness satisfies never;
  }
}

export function isSameProof(a: Witness | null, b: Witness | null): boolean {
  if (a?.kind === 'source' && b?.kind === 'source') return a.code === b.code;
  return a?.kind === 'bytes' && b?.kind === 'bytes' && a.writer === b.writer && Buffer.from(a.bytes).equals(b.bytes);
}

function values(readings: readonly Reading[]): string {
  return joinWords(readings.map((one) => `${one.path} = ${hex(one.value)}`));
}

/** Where the fields of a record went that did not stay where they were; empty where that is none, or too many. */
export function recordTable(pair: RecordPair): string {
  const rows = recordRows(pair).filter((row) => row.note !== '');
  if (rows.length === 0 || rows.length > MAX_TABLE_ROWS) return '';
  const cells = (node: (typeof rows)[number]['old']): string =>
    node === undefined
      ? '    -     -'
      : `${placeText(node.offsetBits).padStart(5)} ${placeText(node.sizeBits).padStart(5)}`;
  const paths = rows.map((row) => printable((row.new ?? row.old)?.path ?? ''));
  const width = Math.min(32, Math.max(...paths.map((path) => path.length)));
  return [
    '         old         new',
    '       at  size    at  size',
    ...rows.map((row, index) => {
      const line = `    ${cells(row.old)} ${cells(row.new)}  ${(paths[index] ?? '').padEnd(width)}`.trimEnd();
      const note = printable(row.note);
      return line.length + note.length + 2 <= mailWidth ? `${line.padEnd(29 + width)}  ${note}` : line;
    }),
  ].join('\n');
}

/** The old and the new number of the requests that follow `cause`; a name that fills the line has them below it. */
export function requestTable(requests: readonly Consequence[], cause: Finding): string {
  const rows = requests.flatMap(({ old, new: next }) =>
    old?.number === undefined || next?.number === undefined
      ? []
      : [{ name: printable(old.name ?? ''), old: requestNumber(old.number), new: requestNumber(next.number) }],
  );
  const width = Math.min(44, Math.max(...rows.map(({ name }) => name.length)));
  const [target] = cause.targets;
  const isEverywhere =
    (cause.variants ?? []).length === 0 &&
    requests.every(({ old, new: next }) => isOnAll(old?.number, cause) && isOnAll(next?.number, cause));
  const lines = rows
    .slice(0, MAX_REQUESTS)
    .map(({ name, old, new: is }) =>
      name.length <= width
        ? `    ${name.padEnd(width)}  ${old}  ${is}`
        : `    ${name}\n    ${''.padEnd(width)}  ${old}  ${is}`,
    );
  const rest = rows.length - lines.length;
  return [
    `    ${''.padEnd(width)}  old         new`,
    ...lines,
    ...(rest > 0 ? [`    and ${String(rest)} more`] : []),
    ...(isEverywhere ? [] : [`    (on ${target ?? ''}; other architectures have other numbers)`]),
  ].join('\n');
}

/** Whether a number of the first target says the same on all others: some keep direction and size in other bits. */
function isOnAll(number: number | undefined, { targets }: Finding): boolean {
  const all = targets.flatMap((name) => findTarget(name) ?? []);
  const [first] = all;
  if (number === undefined || first === undefined) return true;
  const parts = decodeRequest(number, first);
  return all.every((target) => encodeRequest(parts, target) === number);
}
