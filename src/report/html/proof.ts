/** A witness as HTML: the bytes with the telling ones marked, and what either side takes them for. */

import { numberTexts } from '../../verdict/number-words.ts';
import type { Reading, Witness } from '../../verdict/witness.ts';
import { hex, requestNumber } from '../check-words.ts';
import { placeText } from '../record-rows.ts';
import { html, type Markup, nothing } from './markup.ts';

export function proofMarkup(witness: Witness): Markup {
  switch (witness.kind) {
    case 'bytes': {
      const reader = witness.writer === 'old' ? 'new' : 'old';
      const check =
        witness.check === undefined
          ? nothing
          : html`<p>And this holds with the old headers only:</p>
              <pre>${witness.check}</pre>`;
      return html`${dump(witness.bytes, [...witness.written, ...witness.read])}
        <div class="readings">
          <div>
            <h4>The ${witness.writer} side writes</h4>
            ${readings(witness.written)}
          </div>
          <div>
            <h4>In the same bytes the ${reader} side reads</h4>
            ${readings(witness.read)}
          </div>
        </div>
        ${check}`;
    }
    case 'request': {
      const next = witness.new === undefined ? html`nothing` : html`<code>${requestNumber(witness.new)}</code>`;
      return html`<p>
        <code>${witness.name}</code> is <code>${requestNumber(witness.old)}</code> in old programs and ${next} in the
        new headers. A kernel that does not know the number answers <code>${witness.answer ?? 'an error'}</code>.
      </p>`;
    }
    case 'number': {
      const [was, is] = numberTexts(witness, witness.old, witness.new ?? witness.old);
      const now = witness.new === undefined ? 'no longer defined' : is;
      const holder =
        witness.holder === undefined ? nothing : html` <code>${was}</code> now means <code>${witness.holder}</code>.`;
      return html`<p>
        <code>${witness.name}</code> is <code>${was}</code> in old programs, and <code>${now}</code> in the new
        headers.${holder}
      </p>`;
    }
    case 'source':
      return html`<p>This compiles with the old headers and not with the new ones (${witness.problem}):</p>
        <pre>${witness.code}</pre>`;
    case 'refusal':
      return html`<p>
          With <code>${witness.path} = ${hex(witness.value)}</code> the old kernel takes these bytes and the new one
          answers <code>${witness.answer}</code>.
        </p>
        ${dump(witness.bytes, [{ offsetBits: witness.offsetBits, sizeBits: 8 }])}`;
    default:
      return witness satisfies never;
  }
}

function readings(all: readonly Reading[]): Markup {
  return html`<ul>
    ${all.map((one) => html`<li>byte ${placeText(one.offsetBits)}: <code>${one.path} = ${hex(one.value)}</code></li>`)}
  </ul>`;
}

interface Range {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

/** Rows of sixteen bytes; rows of zeros that nobody speaks of are left out. */
function dump(bytes: Uint8Array, told: readonly Range[]): Markup {
  const isTold = (byte: number): boolean =>
    told.some((range) => range.offsetBits < (byte + 1) * 8 && range.offsetBits + range.sizeBits > byte * 8);
  const rows: Markup[] = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const row = bytes.subarray(start, start + 16);
    if (row.every((value, index) => value === 0 && !isTold(start + index))) continue;
    const cells = Array.from(row, (value, index) => {
      const text = value.toString(16).padStart(2, '0');
      return isTold(start + index) ? html`<td class="told">${text}</td>` : html`<td>${text}</td>`;
    });
    rows.push(
      html`<tr>
        <th scope="row">${start}</th>
        ${cells}
      </tr> `,
    );
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Bytes of the proof">
    <table class="dump">
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
