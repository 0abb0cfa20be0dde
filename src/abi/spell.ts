/** Declarations spelt as C: what a person reads in a report. */

import { spellType, type Type } from './types.ts';

/** `__u32 reserved[12]`, `void *page`, `struct {…} exception`, `__u8 busy : 1`; an anonymous record is just its type. */
export function spellDeclaration(type: Type, name: string | undefined, bitWidth?: number): string {
  if (bitWidth !== undefined) return `${spellType(type)} ${name ?? ''} : ${bitWidth}`.replace('  ', ' ');
  let dimensions = '';
  let element = type;
  while (element.kind === 'array') {
    dimensions += `[${element.length ?? ''}]`;
    element = element.element;
  }
  if (name === undefined) return spellType(type);
  const base = spellType(element);
  if (base.includes('(*)')) return base.replace('(*)', `(*${name}${dimensions})`);
  return base.endsWith('*') ? `${base}${name}${dimensions}` : `${base} ${name}${dimensions}`;
}
