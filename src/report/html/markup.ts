/**
 * HTML that cannot be got wrong: a template tag that escapes every value that is not markup already.
 *
 * `html\`<b>${name}</b>\`` is the only way to make `Markup`, so a name out of a header is text wherever it is put.
 */

import { safeMarkup } from '../safe-text.ts';

/** Text that is HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(
    parts.map((part, index) => part + (index < values.length ? textOf(values[index] ?? '') : '')).join(''),
  );
}

function textOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return safeMarkup(String(value));
  return value.map((one) => one.text).join('');
}

export const nothing = html``;
