/**
 * The pragmas that change what declarations mean: `#pragma pack` (GCC's structure-layout pragmas), `scalar_storage_order`,
 * `push_macro` and `pop_macro`. Every other pragma speaks to a compiler about warnings and is passed over.
 *
 * Their state lives among the macros of the scope, under names that no macro can have, so that it is one more thing that a
 * piece of a header reads and writes, and sharing the work on that piece stays safe.
 */

import type { Diagnostic } from '../diagnostic.ts';
import type { Scope } from './scope.ts';
import { LimitReached, limits } from './limits.ts';
import { type LayoutPragmas, layoutPragmasOf, type PackEntry } from './lower/symbols.ts';
import { Macro } from './macro.ts';
import type { RecordPragmas } from './syntax.ts';
import { locationOf, type Token } from './token.ts';

/** Where pragmas about layouts keep their state. */
const layoutNote = ' layout';
const savedNote = ' saved ';

/** Carries out a pragma, given the tokens behind `#pragma`. @throws LimitReached if it nests too deeply. */
export function applyPragma(line: readonly Token[], scope: Scope, report: (diagnostic: Diagnostic) => void): void {
  const [first] = line;
  if (first?.text === 'pack') applyPack(first, line, scope, report);
  else if (first?.text === 'scalar_storage_order') applyStorageOrder(line, scope);
  else if (first?.text === 'push_macro' || first?.text === 'pop_macro') applySavedMacro(first, line, scope, report);
}

/**
 * `pack(n)`, `pack(push)`, `pack(push, n)`, `pack(push, name, n)`, `pack(pop)`, `pack(pop, name)`, `pack()`, as GCC's
 * `handle_pragma_pack` takes them; what stands behind the parenthesis is junk to it.
 */
function applyPack(first: Token, line: readonly Token[], scope: Scope, report: (diagnostic: Diagnostic) => void): void {
  const argumentsText = line.slice(1).map(({ text }) => text);
  const match = /^\((?:(push|pop)((?:,\w+)*)|(\d*))\)/.exec(argumentsText.join(''));
  const given = (match?.[2] ?? '').split(',').slice(1);
  const isNumber = (text: string): boolean => /^\d/.test(text);
  const [name, ...otherNames] = given.filter((one) => !isNumber(one));
  const [digits, ...otherDigits] = match?.[3] === undefined ? given.filter(isNumber) : [match[3]].filter(Boolean);
  const sizeBytes = digits === undefined ? undefined : Number(digits);
  const isPop = match?.[1] === 'pop';
  if (match === null || otherNames.length + otherDigits.length > 0 || !isPackSize(sizeBytes)) {
    const message = 'This #pragma pack is not understood, and what follows may be laid out wrong.';
    report({ severity: 'error', code: 'bad-pragma-pack', message, location: locationOf(first) });
    return;
  }
  if (isPop && sizeBytes !== undefined) {
    const message = 'GCC ignores a #pragma pack(pop) that is given a number.';
    report({ severity: 'warning', code: 'bad-pragma-pack', message, location: locationOf(first) });
    return;
  }
  const { pack: stack, storageOrder } = layoutPragmasIn(scope);
  const changed = isPop
    ? withoutLast(stack, name)
    : match[1] === 'push'
      ? [...stack, { sizeBytes: sizeBytes ?? inForce(stack), name }]
      : [...stack.slice(0, -1), { sizeBytes: sizeBytes ?? 0, name: stack.at(-1)?.name }];
  checkDepth(changed.length - 1, first);
  scope.bind(layoutNote, layoutPragmasOf(changed, storageOrder));
}

function isPackSize(sizeBytes: number | undefined): boolean {
  return sizeBytes === undefined || [0, 1, 2, 4, 8, 16].includes(sizeBytes);
}

/** GCC's `pop_alignment`: everything down to the last push of that name; without one, the last push whatever its name. */
function withoutLast(stack: readonly PackEntry[], name: string | undefined): readonly PackEntry[] {
  const found = name === undefined ? -1 : stack.findLastIndex((entry) => entry.name === name);
  return stack.slice(0, Math.max(1, found === -1 ? stack.length - 1 : found));
}

const nothingPushed: readonly PackEntry[] = [{ sizeBytes: 0, name: undefined }];

const nothingSaid = layoutPragmasOf(nothingPushed, undefined);

function layoutPragmasIn(scope: Scope): LayoutPragmas {
  const binding = scope.binding(layoutNote);
  return typeof binding === 'object' && 'pack' in binding ? binding : nothingSaid;
}

function inForce(stack: readonly PackEntry[]): number {
  return stack.at(-1)?.sizeBytes ?? 0;
}

/** What pragmas say of a record that ends here. */
export function recordPragmasIn(scope: Scope): RecordPragmas {
  const { pack, storageOrder } = layoutPragmasIn(scope);
  return { packBytes: inForce(pack), storageOrder };
}

/** `#pragma scalar_storage_order big-endian`, `little-endian` or `default`; whatever else it says, GCC passes it over. */
function applyStorageOrder(line: readonly Token[], scope: Scope): void {
  const word = line
    .slice(1)
    .map(({ text }) => text)
    .join('');
  const match = /^(?:(big-endian|little-endian)|default)/.exec(word);
  if (match !== null) scope.bind(layoutNote, layoutPragmasOf(layoutPragmasIn(scope).pack, match[1]));
}

/** `push_macro("NAME")` puts the meaning of a macro aside, `pop_macro("NAME")` brings it back. */
function applySavedMacro(
  first: Token,
  line: readonly Token[],
  scope: Scope,
  report: (diagnostic: Diagnostic) => void,
): void {
  const match = /^\("?([A-Za-z_]\w*)"?\)$/.exec(
    line
      .slice(1)
      .map(({ text }) => text)
      .join(''),
  );
  const name = match?.[1];
  if (name === undefined) {
    const message = `#pragma ${first.text} takes the name of one macro in quotes and parentheses.`;
    report({ severity: 'error', code: 'bad-pragma-macro', message, location: locationOf(first) });
    return;
  }
  const found = scope.binding(savedNote + name);
  const macros = typeof found === 'object' && 'macros' in found ? found.macros : [];
  if (first.text === 'push_macro') {
    checkDepth(macros.length, first);
    const binding = scope.binding(name);
    scope.bind(savedNote + name, {
      kind: 'saved',
      macros: [...macros, binding instanceof Macro ? binding : undefined],
    });
  } else if (macros.length > 0) {
    scope.bind(name, macros.at(-1));
    scope.bind(savedNote + name, { kind: 'saved', macros: macros.slice(0, -1) });
  }
}

function checkDepth(depth: number, first: Token): void {
  if (depth > limits.syntaxNesting) {
    throw new LimitReached(`#pragma ${first.text} is nested too deeply.`, locationOf(first));
  }
}
