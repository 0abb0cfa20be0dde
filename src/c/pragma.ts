/**
 * The pragmas that change what declarations mean: `#pragma pack` (GCC's structure-layout pragmas), `push_macro` and
 * `pop_macro`. Every other pragma speaks to a compiler about warnings and is passed over.
 *
 * Their state lives among the macros of the scope, under names that no macro can have, so that it is one more thing that a
 * piece of a header reads and writes, and sharing the work on that piece stays safe.
 */

import type { Diagnostic } from '../diagnostic.ts';
import type { MacroBinding } from './environment.ts';
import type { Scope } from './scope.ts';
import { LimitReached, limits } from './limits.ts';
import { packState } from './lower/symbols.ts';
import { Macro } from './macro.ts';
import { locationOf, type Token } from './token.ts';

/** Where `#pragma pack` keeps its state. */
export const packNote = ' pack';
const savedNote = ' saved ';

/** Carries out a pragma, given the tokens behind `#pragma`. @throws LimitReached if it nests too deeply. */
export function applyPragma(line: readonly Token[], scope: Scope, report: (diagnostic: Diagnostic) => void): void {
  const [first] = line;
  if (first?.text === 'pack') applyPack(first, line, scope, report);
  else if (first?.text === 'push_macro' || first?.text === 'pop_macro') applySavedMacro(first, line, scope, report);
}

/** `pack(n)`, `pack(push)`, `pack(push, n)`, `pack(push, name, n)`, `pack(pop)`, `pack()`. */
function applyPack(first: Token, line: readonly Token[], scope: Scope, report: (diagnostic: Diagnostic) => void): void {
  const argumentsText = line.slice(1).map(({ text }) => text);
  const stack = [...packStack(scope.binding(packNote))];
  const match = /^\((?:(push|pop)(?:,[A-Za-z_]\w*)?(?:,(\d+))?|(\d*))\)$/.exec(argumentsText.join(''));
  const digits = match?.[2] ?? match?.[3] ?? '';
  const size = digits === '' ? undefined : Number(digits);
  if (match === null || (size !== undefined && ![0, 1, 2, 4, 8, 16].includes(size))) {
    const message = 'This #pragma pack is not understood, and what follows may be laid out wrong.';
    report({ severity: 'error', code: 'bad-pragma-pack', message, location: locationOf(first) });
    return;
  }
  if (match[1] === 'push') {
    checkDepth(stack.length, first);
    stack.push(size ?? stack.at(-1) ?? 0);
  } else if (match[1] === 'pop') {
    if (stack.length > 1) stack.pop();
    if (size !== undefined) stack[stack.length - 1] = size;
  } else {
    stack[stack.length - 1] = size ?? 0;
  }
  scope.bind(packNote, packState(stack));
}

/** The `pack` values in force, outermost first; 0 stands for the natural alignment. */
export function packStack(binding: MacroBinding | undefined): readonly number[] {
  return typeof binding === 'object' && 'stack' in binding ? binding.stack : [0];
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
