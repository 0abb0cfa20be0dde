/** A proof in lines of 80 columns. */

import { printable } from '../diagnostic.ts';
import { numberTexts } from '../verdict/number-words.ts';
import type { KernelAnswer, Reading, Witness } from '../verdict/witness.ts';
import { hex, requestNumber } from './check-words.ts';
import { hexRows } from './hex-rows.ts';
import { placeText } from './record-rows.ts';
import { type Style, wrap } from './style.ts';

const WIDTH = 80;

/** Whether two findings are proven by the same bytes. */
export function isSameProof(a: Witness, b: Witness | null): boolean {
  if (a.kind !== 'bytes' || b?.kind !== 'bytes' || a.writer !== b.writer) return false;
  const { bytes } = a;
  // Over the same memory: there may be thousands to compare with.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(b.bytes);
}

/** A line each; none holds a line feed. */
export function witnessText(witness: Witness, style: Style): string[] {
  switch (witness.kind) {
    case 'bytes': {
      const reader = witness.writer === 'old' ? 'new' : 'old';
      const touched = [...witness.written, ...witness.read];
      return [
        `  proof: the ${witness.writer} side writes`,
        ...readings(witness.written),
        ...hexRows(witness.bytes, touched).map((row) => style.dim(`      ${row}`)),
        `  and in the same bytes the ${reader} side reads`,
        ...readings(witness.read),
        ...kernelLines(witness.kernels ?? []),
        ...checkLines(witness),
      ];
    }
    case 'request': {
      const next = witness.new === undefined ? 'nothing' : requestNumber(witness.new);
      const answer = witness.answer ?? 'an error';
      return proseLines(
        `proof: ${witness.name} is ${requestNumber(witness.old)} in old programs and ${next} in the new headers; a kernel that does not know the number answers ${answer}`,
      );
    }
    case 'number': {
      const [was, is] = numberTexts(witness, witness.old, witness.new ?? witness.old);
      const now = witness.new === undefined ? 'no longer defined' : is;
      const holder = witness.holder === undefined ? '' : `; ${was} now means ${witness.holder}`;
      return proseLines(`proof: ${witness.name} is ${was} in old programs, ${now} in the new headers${holder}`);
    }
    case 'source':
      return [
        `  proof: this compiles with the old headers and not with the new ones (${printable(witness.problem)})`,
        ...codeLines(witness.code),
      ];
    case 'refusal':
      return [
        ...proseLines(
          `proof: with ${witness.path} = ${hex(witness.value)} the old kernel takes these bytes and the new one answers ${witness.answer}`,
        ),
        ...hexRows(witness.bytes, [{ offsetBits: witness.offsetBits, sizeBits: 8 }]).map((row) =>
          style.dim(`      ${row}`),
        ),
      ];
    default:
      return witness satisfies never;
  }
}

/** A sentence, wrapped; each line by itself, since formats escape what is inside a line. */
function proseLines(text: string): string[] {
  return wrap(printable(text), WIDTH, '    ', '  ').split('\n');
}

function readings(all: readonly Reading[]): string[] {
  return all.map(
    (one) => `      byte ${placeText(one.offsetBits).padStart(3)}  ${printable(`${one.path} = ${hex(one.value)}`)}`,
  );
}

/** What kernels of both sides did with the bytes. */
function kernelLines(kernels: readonly KernelAnswer[]): string[] {
  if (kernels.length === 0) return [];
  return [
    '  and a simulated kernel of each side, given these bytes, answers',
    ...kernels.map(({ side, kernel, answer }) => `      ${side}  ${printable(`${kernel}: ${answer}`)}`),
  ];
}

/** What else the proof of a size or an offset says. */
export function checkLines(witness: Witness): string[] {
  if (witness.kind !== 'bytes' || witness.check === undefined) return [];
  return ['  and this holds with the old headers only', ...codeLines(witness.check)];
}

/** C as it is; a line that is too long is broken before the last argument. */
function codeLines(code: string): string[] {
  return code.split('\n').flatMap((line) => {
    const text = `      ${printable(line)}`;
    const comma = text.lastIndexOf(', "');
    return text.length <= WIDTH || comma < 0
      ? [text]
      : [text.slice(0, comma + 1), `          ${text.slice(comma + 2)}`];
  });
}
