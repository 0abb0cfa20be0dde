/**
 * Headers, typedefs, and macros that are no numbers.
 *
 * A typedef is a type by another name, so its change is told once, here, and not at each field that uses it. A macro that is
 * no integer is compared as text with white space evened out: more cannot be known about it.
 */

import type { Abi, MacroDeclaration, TypedefDeclaration } from '../abi/abi.ts';
import { extentOf } from '../abi/layout-engine.ts';
import type { TypeExtent } from '../abi/layout.ts';
import { type Type, unalias } from '../abi/types.ts';
import { areTypesAlike } from './alike.ts';
import type { AbiPair, NameChange } from './changes.ts';
import { fileOf } from './compare-includes.ts';
import type { Numbers, NumberPair } from './number-pair.ts';
import { macroAdded, macroRemoved, typedefAdded, typedefRemoved } from './shared-changes.ts';
import type { SuspectedPair } from './suspected.ts';
import { differences } from './types.ts';

export function compareNames(pair: AbiPair, numbers: NumberPair, suspected: SuspectedPair): NameChange[] {
  return [
    ...compareHeaders(pair),
    ...compareTypedefs(pair, suspected),
    ...compareMacros(pair, numbers, suspected),
    ...compareTags(pair, numbers, suspected),
  ];
}

/** Tags of enums; an enum that lost its names as well is told by them. */
function compareTags(pair: AbiPair, numbers: NumberPair, suspected: SuspectedPair): NameChange[] {
  const changes: NameChange[] = [];
  for (const [key, old] of suspected.old.enums) {
    if (old.type.tag === undefined || key.includes('@') || pair.new.enums.has(key)) continue;
    const heirs = old.type.enumerators.map(({ name }) => numbers.new.get(name));
    const [heir] = heirs;
    if (heir === undefined || heirs.includes(undefined)) continue;
    changes.push({ kind: 'enum-renamed', old, new: pair.new.enums.get(heir.enum ?? '') });
  }
  return changes;
}

function compareHeaders(pair: AbiPair): NameChange[] {
  const old = new Set(pair.old.headers);
  const next = new Set(pair.new.headers);
  return [
    ...[...old]
      .filter((header) => !next.has(header))
      .map((header) => {
        const file = fileOf(header, pair.old);
        return { kind: 'header-removed' as const, header, file, lost: [], movedTo: undefined };
      }),
    ...[...next].filter((header) => !old.has(header)).map((header) => ({ kind: 'header-added' as const, header })),
  ];
}

function compareTypedefs(pair: AbiPair, suspected: SuspectedPair): NameChange[] {
  const changes: NameChange[] = [];
  for (const [name, old] of suspected.old.typedefs) {
    const next = pair.new.typedefs.get(name);
    if (next?.type === old.type) continue;
    if (next === undefined) {
      // `typedef struct { … } name;` is told as the record it names.
      const isTold = pair.new.records.has(name) || pair.old.records.has(name);
      if (!isTold && !isMeantByFirst(name, old, pair.new)) changes.push(typedefRemoved(old));
      continue;
    }
    if (areBothRecords(old.type, next.type)) continue;
    const was = sizeOf(old.type, pair.old);
    const is = sizeOf(next.type, pair.new);
    const aspects: (NameChange & { kind: 'typedef-changed' })['aspects'][number][] = differences(old.type, next.type);
    if (was?.sizeBits !== is?.sizeBits) aspects.push('size');
    if (was?.alignBits !== is?.alignBits) aspects.push('alignment');
    if (aspects.length > 0) {
      const sizeBits = { old: was?.sizeBits, new: is?.sizeBits };
      changes.push({ kind: 'typedef-changed', old, new: next, sizeBits, aspects });
    }
  }
  for (const [name, typedef] of suspected.new.typedefs) {
    if (pair.old.typedefs.has(name) || pair.old.records.has(name)) continue;
    if (!isMeantByFirst(name, typedef, pair.old)) changes.push(typedefAdded(typedef));
  }
  return changes;
}

/** Whether a second meaning of a name, with a key of its own, is that of the name itself on the other side. */
function isMeantByFirst(key: string, { name, type }: TypedefDeclaration, other: Abi): boolean {
  const first = key === name ? undefined : other.typedefs.get(name);
  return first !== undefined && (areTypesAlike(type, first.type) || areBothRecords(type, first.type));
}

/** A typedef of a record changes when the record does, and that is told at the record. */
function areBothRecords(one: Type, other: Type): boolean {
  return unalias(one).kind === 'record' && unalias(other).kind === 'record';
}

function sizeOf(type: Type, abi: Abi): TypeExtent | undefined {
  let inner = unalias(type);
  while (inner.kind === 'array') inner = unalias(inner.element);
  const hasSize = inner.kind !== 'void' && inner.kind !== 'function' && (inner.kind !== 'record' || inner.isComplete);
  return hasSize ? extentOf(type, abi.target) : undefined;
}

function compareMacros(pair: AbiPair, numbers: NumberPair, suspected: SuspectedPair): NameChange[] {
  const changes: NameChange[] = [];
  for (const [name, old] of suspected.old.macros) {
    const next = pair.new.macros.get(name);
    if (next !== undefined) {
      if (!isSameText(old, next, pair, numbers)) changes.push({ kind: 'macro-changed', old, new: next });
    } else if (!isNameKnown(name, pair.new, numbers.new) && !isGuard(old)) changes.push(macroRemoved(old));
  }
  for (const [name, macro] of suspected.new.macros) {
    if (!pair.old.macros.has(name) && !isNameKnown(name, pair.old, numbers.old) && !isGuard(macro)) {
      changes.push(macroAdded(macro));
    }
  }
  return changes;
}

/** A name that lives on as a number or a request is compared there. */
function isNameKnown(name: string, abi: Abi, numbers: Numbers): boolean {
  return abi.constants.has(name) || abi.requests.has(name) || abi.typedefs.has(name) || numbers.get(name) !== undefined;
}

/** `#define _LINUX_KVM_H`: an include guard is nobody's interface. */
function isGuard(macro: MacroDeclaration): boolean {
  if (macro.isFunction === true) return false;
  return macro.parameters === undefined && macro.body.trim() === '' && /_H_*$|^_+(?:UAPI|ASM|LINUX)/.test(macro.name);
}

/** Two definitions that a program cannot tell apart, as far as their text shows. */
function isSameText(old: MacroDeclaration, next: MacroDeclaration, pair: AbiPair, numbers: NumberPair): boolean {
  if (old.isFunction !== next.isFunction) return false;
  if (old.body === next.body && old.parameters?.join() === next.parameters?.join()) return true;
  return textOf(old, pair.old, numbers.old) === textOf(next, pair.new, numbers.new);
}

const maximumAliases = 8;

/**
 * The text with everything evened out that changes nothing: white space, the names of parameters, parentheses around a
 * single word, `U` behind a number, the name of a number instead of the number, a macro that only stands for another one.
 */
function textOf(macro: MacroDeclaration, abi: Abi, numbers: Numbers): string {
  let { body } = macro;
  const { parameters } = macro;
  for (let step = 0; parameters === undefined && step < maximumAliases; step++) {
    const alias = abi.macros.get(body.trim());
    if (alias === undefined || alias.parameters !== undefined || alias === macro) break;
    body = alias.body;
  }
  const positions = new Map((parameters ?? []).map((name, index) => [name, `$${String(index)}`]));
  // Texts in quotes are taken as they stand.
  const words = body.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d\w*|\S/g) ?? [];
  const even = words.map((word) => {
    if (/^\d/.test(word)) return parseNumber(word) ?? word;
    return positions.get(word) ?? numbers.get(word)?.value.toString() ?? word;
  });
  let text = even.join(' ');
  for (let before = ''; before !== text;) {
    before = text;
    // Not behind a word: there the parentheses make a call.
    text = text.replace(/(^|[^\w$] )\( ([\w$]+) \)/g, '$1$2');
  }
  return `${String(parameters?.length ?? -1)}:${text}`;
}

function parseNumber(word: string): string | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)[uUlL]*$/.exec(word);
  const digits = match?.[1];
  if (digits === undefined) return undefined;
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits).toString();
}
