/** The drawing of a record: old and new byte by byte, side by side, as a table that a screen reader can follow. */

import type { RecordPair } from '../../diff/changes.ts';
import { spellType } from '../../abi/types.ts';
import { type ByteRow, type Cell, type CellState, mapBytes, ROW_BYTES, type SkippedRows } from './byte-map.ts';
import { html, type Markup, nothing } from './markup.ts';

/** Told by a sign and a word as well as by colour. */
const marks: Readonly<Record<CellState, { readonly sign: string; readonly word: string }>> = {
  same: { sign: '', word: 'unchanged' },
  changed: { sign: '~', word: 'moved or resized' },
  added: { sign: '+', word: 'new' },
  removed: { sign: '−', word: 'gone' },
  hole: { sign: '', word: 'no field' },
  beyond: { sign: '', word: 'past the end' },
};

export function byteTable(pair: RecordPair, target: string): Markup {
  const { sizeBytes: was } = pair.old.layout;
  const { sizeBytes: is } = pair.new.layout;
  const numbers = Array.from({ length: ROW_BYTES }, (_, index) => html`<th scope="col">+${index}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Bytes of ${pair.name}, old and new">
    <table class="bytes">
      <caption>
        Every byte, as ${target} lays it out. ${legend()}
      </caption>
      <colgroup>
        <col class="at" />
        <col span="${ROW_BYTES}" />
        <col class="gap" />
        <col span="${ROW_BYTES}" />
      </colgroup>
      <thead>
        <tr>
          <th rowspan="2" scope="col">byte</th>
          <th colspan="${ROW_BYTES}" scope="colgroup">old, ${was} bytes</th>
          <td rowspan="2" class="gap"></td>
          <th colspan="${ROW_BYTES}" scope="colgroup">new, ${is} bytes</th>
        </tr>
        <tr>
          ${numbers}${numbers}
        </tr>
      </thead>
      <tbody>
        ${mapBytes(pair).map(rowMarkup)}
      </tbody>
    </table>
  </div> `;
}

function legend(): Markup {
  const one = (state: CellState): Markup =>
    html` <span class="key ${state}">${marks[state].sign} ${marks[state].word}</span>`;
  return html`${(['added', 'removed', 'changed', 'hole'] as const).map(one)}`;
}

function rowMarkup(row: ByteRow | SkippedRows): Markup {
  if (row.kind === 'skipped') {
    return html`<tr class="skipped">
      <th scope="row">${row.offsetBytes}</th>
      <td colspan="${ROW_BYTES * 2 + 1}">${row.sizeBytes} bytes as before</td>
    </tr> `;
  }
  return html`<tr>
    <th scope="row">${row.offsetBytes}</th>
    ${row.old.map(cellMarkup)}
    <td class="gap"></td>
    ${row.new.map(cellMarkup)}
  </tr> `;
}

function cellMarkup(cell: Cell): Markup {
  const span = cell.sizeBytes === 1 ? nothing : html` colspan="${cell.sizeBytes}"`;
  const { sign, word } = marks[cell.state];
  const last = cell.offsetBytes + cell.sizeBytes - 1;
  const where =
    cell.sizeBytes === 1 ? `byte ${String(cell.offsetBytes)}` : `bytes ${String(cell.offsetBytes)} to ${String(last)}`;
  const what = cell.fields.map((field) => `${spellType(field.type)} ${field.path}`).join(', or ');
  const title = `${where}: ${what === '' ? word : `${what} (${word})`}`;
  return html`<td class="${cell.state}" ${span} title="${title}">${contentOf(cell, sign)}</td>`;
}

function contentOf(cell: Cell, sign: string): Markup {
  if (cell.fields.length === 0) return nothing;
  const mark = sign === '' ? nothing : html`<span class="sign">${sign}</span> `;
  const [only] = cell.fields;
  if (cell.fields.length === 1 && only !== undefined && cell.sizeBytes >= 4) {
    if (cell.isContinued) return html`<span class="continued">${mark}${breakable(only.path)}</span>`;
    return html`${mark}${breakable(only.path)} <small>${spellType(only.type)}</small>`;
  }
  // There is no room for whole paths here; the tooltip has them.
  const shown = cell.fields.slice(0, 4);
  const names = shown.map((field, index) => html`${index === 0 ? '' : ' | '}${breakable(field.name)}`);
  const more = cell.fields.length > shown.length ? ` | ${String(cell.fields.length - shown.length)} more` : '';
  return html`${mark}${names}${more}`;
}

/** A name that may go on in the next line behind an underscore or a dot. */
function breakable(name: string): Markup {
  const parts = name.split(/(?<=[_.])/);
  return html`<code>${parts.map((part, index) => (index === 0 ? html`${part}` : html`<wbr />${part}`))}</code>`;
}
