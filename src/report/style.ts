/** Colour for terminals, and nothing at all for everybody else. */

export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

const plain = (text: string): string => text;

export const plainStyle: Style = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };

const sgr =
  (code: number, end: number) =>
  (text: string): string =>
    `\u001b[${String(code)}m${text}\u001b[${String(end)}m`;

export const colourStyle: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  yellow: sgr(33, 39),
  green: sgr(32, 39),
};

/** Colour for a terminal whose user has not asked for none (no-color.org). */
export function styleFor(io: {
  readonly isTerminal: { readonly stdout: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}): Style {
  const noColour = io.env['NO_COLOR'];
  const wantsColour = io.isTerminal.stdout && (noColour === undefined || noColour === '') && io.env['TERM'] !== 'dumb';
  return wantsColour ? colourStyle : plainStyle;
}

/** Breaks text into lines of at most `width`; a word that is longer stands alone. */
export function wrap(text: string, width: number, indent = '', first = indent): string {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  return lines.join('\n');
}
