/**
 * What stands beside a declaration: conditions, meanings, masks. Every name in it is looked up here; field references are
 * collected as `PathReference`s and checked when all records are known, because they may point forward.
 */

import type { Condition, FieldSemantics, NamedValue, ValueMeaning } from '../semantics.ts';
import { suggestionFor } from '../suggest.ts';
import type { FieldEntry, MeaningEntry } from './document.ts';
import type { JsonPath } from './located-json.ts';
import type { Problems } from './problems.ts';
import { type Constants, evaluateInteger, resolveNames } from './read-constants.ts';

/** A field path written in the file, still to be checked against the record it belongs to. */
export interface PathReference {
  readonly fieldPath: string;
  readonly at: JsonPath;
}

export interface SemanticsContext {
  readonly constants: Constants;
  readonly problems: Problems;
  readonly references: PathReference[];
}

const PATH = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*`;
const CONDITION = new RegExp(String.raw`^\s*(${PATH})\s*(?:(&|==)\s*(\w+(?:\s*\|\|\s*\w+)*)\s*)?$`);

/** Reads `a.b`, `flags & NAME` or `type == NAME || OTHER`. */
function readCondition(text: string, at: JsonPath, context: SemanticsContext): Condition | undefined {
  const { constants, problems, references } = context;
  const [, path, operator, right] = CONDITION.exec(text) ?? [];
  if (path === undefined) {
    problems.add(at, 'bad-condition', `"${text}" is not a condition.`, {
      hint: 'write a field path, "flags & NAME" or "type == NAME"',
    });
    return undefined;
  }
  references.push({ fieldPath: path, at });
  if (operator === undefined || right === undefined) return { kind: 'non-zero', path };
  const values: NamedValue[] = [];
  for (const name of right.split('||').map((word) => word.trim())) {
    const named = constants.named(name) ?? numberAsName(name);
    if (named !== undefined) values.push(named);
    else {
      const suggestion = suggestionFor(name, constants.known);
      problems.add(at, 'unknown-constant', `No constant is called "${name}".`, {
        ...suggestion,
        at: text.indexOf(name),
      });
    }
  }
  const [first] = values;
  if (first === undefined) return undefined;
  return operator === '&'
    ? { kind: 'flag-set', path, flag: first.name, mask: first.value }
    : { kind: 'equals', path, values };
}

function numberAsName(text: string): NamedValue | undefined {
  const value = /^[0-9]/.test(text) ? evaluateInteger(text, new Map()) : undefined;
  return value === undefined ? undefined : { name: text, value };
}

const plainMeanings = ['boolean', 'register-id', 'file-descriptor', 'errno'] as const;

function readMeaning(
  entry: MeaningEntry,
  at: JsonPath,
  { constants, problems }: SemanticsContext,
): ValueMeaning | undefined {
  if (typeof entry === 'string') {
    const kind = plainMeanings.find((one) => one === entry);
    if (kind === undefined) {
      const text: string = entry;
      problems.add(at, 'unknown-value', `"${text}" is not a meaning.`, suggestionFor(text, plainMeanings));
      return undefined;
    }
    return { kind };
  }
  const { enumeration, flags, syndrome, address, count } = entry;
  if (Object.keys(entry).length !== 1) {
    problems.add(at, 'bad-value', 'A meaning is one thing: an enumeration, flags, a syndrome, an address or a count.');
    return undefined;
  }
  if (syndrome !== undefined) return { kind: 'syndrome', register: syndrome };
  if (address !== undefined) return { kind: 'address', space: address };
  if (count !== undefined) return { kind: 'count', of: count };
  const name = enumeration ?? flags ?? '';
  const members = constants.families.get(name);
  if (members === undefined) {
    const suggestion = suggestionFor(name, constants.families.keys());
    problems.add(at, 'unknown-family', `No family of constants is called "${name}".`, suggestion);
    return undefined;
  }
  if (members.length === 0) return undefined;
  return enumeration !== undefined
    ? { kind: 'enumeration', name, values: members }
    : { kind: 'flags', name, flags: members };
}

/** The semantics of one member, or `undefined` where nothing is said. */
export function readSemantics(
  entry: FieldEntry,
  path: JsonPath,
  context: SemanticsContext,
): FieldSemantics | undefined {
  const { constants, problems, references } = context;
  const validIf = entry.validIf === undefined ? undefined : readCondition(entry.validIf, [...path, 'validIf'], context);
  const meaning = entry.meaning === undefined ? undefined : readMeaning(entry.meaning, [...path, 'meaning'], context);
  let acceptedMask: bigint | undefined;
  if (entry.acceptedMask !== undefined) {
    acceptedMask = evaluateInteger(entry.acceptedMask, constants.declarations);
    if (acceptedMask === undefined) {
      problems.add([...path, 'acceptedMask'], 'bad-value', `"${String(entry.acceptedMask)}" is no mask.`, {
        hint: 'write a number such as "0x1ffffff"',
      });
    }
  }
  if (entry.nonZero !== undefined && entry.role === undefined) {
    problems.add([...path, 'nonZero'], 'missing-key', '"nonZero" tells about padding and reserved space only.', {
      hint: 'add "role": "padding" or "role": "reserved"',
    });
  }
  const capability =
    entry.capability === undefined
      ? undefined
      : resolveNames([entry.capability], constants, [...path, 'capability'], problems)[0];
  if (entry.countedBy !== undefined) references.push({ fieldPath: entry.countedBy, at: [...path, 'countedBy'] });
  const semantics: FieldSemantics = {
    ...(entry.doc === undefined ? {} : { doc: entry.doc }),
    ...(entry.writer === undefined ? {} : { writer: entry.writer }),
    ...(entry.role === undefined ? {} : { role: entry.role }),
    ...(entry.nonZero === undefined ? {} : { nonZero: entry.nonZero }),
    ...(validIf === undefined ? {} : { validIf }),
    ...(meaning === undefined ? {} : { meaning }),
    ...(acceptedMask === undefined ? {} : { acceptedMask }),
    ...(capability === undefined ? {} : { capability }),
    ...(entry.countedBy === undefined ? {} : { countedBy: entry.countedBy }),
  };
  return Object.keys(semantics).length === 0 ? undefined : semantics;
}
