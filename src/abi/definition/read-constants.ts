/**
 * The constants of one variant: flag bits, enumerations, capability and exit numbers, grouped into families.
 */

import type { ConstantDeclaration, ConstantFamily } from '../abi.ts';
import type { NamedValue } from '../semantics.ts';
import { suggestionFor } from '../suggest.ts';
import { isIdentifier } from './declaration.ts';
import type { ConstantEntry, IntegerText, LayoutDocument } from './document.ts';
import type { Selection } from './limits.ts';
import type { JsonPath, Locate } from './located-json.ts';
import type { Problems } from './problems.ts';

/** What the rest of the file may refer to by name. */
export class Constants {
  readonly declarations = new Map<string, ConstantDeclaration>();
  /** Members by family, in file order. */
  readonly families = new Map<string, NamedValue[]>();
  /** Names that exist in the file, though perhaps not in this variant. */
  readonly known = new Set<string>();

  named(name: string): NamedValue | undefined {
    const declaration = this.declarations.get(name);
    return declaration === undefined ? undefined : { name, value: declaration.value };
  }
}

const TERM = /^\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*|([A-Za-z_]\w*))\s*(?:<<\s*([0-9]+)\s*)?$/;

/** Value of an integer, or of `a << b` terms joined by `|`; `undefined` where the text is neither. */
export function evaluateInteger(
  text: IntegerText,
  constants: ReadonlyMap<string, { readonly value: bigint }>,
): bigint | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) ? BigInt(text) : undefined;
  if (text.length > 512) return undefined;
  const sign = /^\s*-/.test(text) ? -1n : 1n;
  let value = 0n;
  for (const term of text.replace(/^\s*-/, '').split('|')) {
    const [, digits, name, shift] = TERM.exec(term) ?? [];
    const base = digits !== undefined ? BigInt(digits) : name !== undefined ? constants.get(name)?.value : undefined;
    if (base === undefined || (shift !== undefined && Number(shift) > 63)) return undefined;
    value |= base << BigInt(shift ?? 0);
  }
  value *= sign;
  return value >= -(1n << 63n) && value < 1n << 64n ? value : undefined;
}

export function readConstants(
  document: LayoutDocument,
  selection: Selection,
  problems: Problems,
  locate: Locate,
): Constants {
  const constants = new Constants();
  (document.constants ?? []).forEach((entry, index) => {
    const path: JsonPath = ['constants', index];
    selection.check(entry, path, problems);
    const family: ConstantFamily = {
      ...{ name: entry.family, kind: entry.kind, isNumberSpace: entry.unique ?? false },
      ...(entry.undeclared === true ? { isUndeclared: true } : {}),
    };
    const members = constants.families.get(entry.family) ?? [];
    constants.families.set(entry.family, members);
    for (const [name, given] of Object.entries(entry.values)) {
      const at = [...path, 'values', name];
      const one: ConstantEntry = typeof given === 'object' ? given : { value: given };
      constants.known.add(name);
      selection.check(one, at, problems);
      if (!isIdentifier(name)) {
        problems.add(at, 'bad-name', `"${name}" cannot be the name of a constant.`);
        continue;
      }
      if (!selection.has(entry) || !selection.has(one)) continue;
      const value = evaluateInteger(one.value, constants.declarations);
      if (value === undefined) {
        problems.add(at, 'bad-value', `"${String(one.value)}" is no integer of 64 bits.`, {
          hint: 'write 31, "0x1f" or "1 << 3"',
        });
        continue;
      }
      if (constants.declarations.has(name)) {
        problems.add(at, 'duplicate-name', `The constant ${name} is given twice for variant "${selection.variant}".`);
        continue;
      }
      const location = locate(at);
      members.push({ name, value });
      constants.declarations.set(name, {
        name,
        header: entry.header ?? document.header,
        ...(location === undefined ? {} : { location }),
        value,
        family,
      });
    }
  });
  return constants;
}

/** Looks constants up by name, reporting names the file does not know; names of other variants are left out. */
export function resolveNames(
  names: readonly string[],
  constants: Constants,
  path: JsonPath,
  problems: Problems,
): NamedValue[] {
  const values: NamedValue[] = [];
  names.forEach((name, index) => {
    const value = constants.named(name);
    if (value !== undefined) values.push(value);
    else if (!constants.known.has(name)) {
      problems.add(
        [...path, index],
        'unknown-constant',
        `No constant is called "${name}".`,
        suggestionFor(name, constants.known),
      );
    }
  });
  return values;
}
