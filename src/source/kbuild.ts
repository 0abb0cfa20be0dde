/**
 * The little of make's language that decides which headers a kernel exports.
 *
 * Kbuild files under `uapi/` are lists (`generic-y += ucontext.h`) with, in one file, conditions of the form
 * `ifeq ($(wildcard $(srctree)/arch/$(SRCARCH)/include/uapi/asm/kvm.h),)`. Assignments, `ifeq`/`ifneq`/`ifdef`/`ifndef`, `else` and `endif`,
 * variable references and `wildcard` without patterns are understood (Documentation/kbuild/makefiles.rst, scripts/Makefile.asm-headers);
 * rules, `include`, `define` and other functions are passed over.
 */

export interface KbuildContext {
  /** `arch/` directory in question, make's `SRCARCH`. */
  readonly architecture: string;
  /** Whether the tree has a file; make's `$(wildcard $(srctree)/…)`. */
  readonly exists: (path: string) => boolean;
}

/** Variable → words assigned to it, in order. */
export type KbuildVariables = ReadonlyMap<string, readonly string[]>;

const maximumExpansionDepth = 16;

/** Evaluates Kbuild text. `initial` are variables that already have words (Kbuild files include each other). */
export function evaluateKbuild(text: string, context: KbuildContext, initial?: KbuildVariables): KbuildVariables {
  const variables = new Map<string, readonly string[]>(initial);
  const conditions: { isTaken: boolean; wasTaken: boolean }[] = [];

  const expand = (value: string, depth = 0): string => {
    if (depth > maximumExpansionDepth) return '';
    return value.replace(/\$\(((?:[^()]|\([^()]*\))*)\)|\$\{([^{}]*)\}/g, (_, round?: string, curly?: string) => {
      const reference = (round ?? curly ?? '').trim();
      const wildcard = /^wildcard\s+(.*)$/.exec(reference)?.[1];
      if (wildcard !== undefined) {
        return expand(wildcard, depth + 1)
          .split(/\s+/)
          .filter((path) => path.startsWith('./') && context.exists(path.slice(2)))
          .join(' ');
      }
      switch (reference) {
        case 'SRCARCH':
          return context.architecture;
        case 'srctree':
        case 'src':
          return '.';
        case 'objtree':
          return '/nothing-is-built-here';
        default:
          return expand((variables.get(reference) ?? []).join(' '), depth + 1);
      }
    });
  };

  const decide = (keyword: string, rest: string): boolean => {
    if (keyword === 'ifdef' || keyword === 'ifndef') {
      return (expand(`$(${rest.trim()})`).trim() !== '') === (keyword === 'ifdef');
    }
    const sides = splitComparison(rest);
    if (sides === undefined) return false;
    return (expand(sides[0]).trim() === expand(sides[1]).trim()) === (keyword === 'ifeq');
  };

  for (const line of logicalLines(text)) {
    const directive = /^\s*(ifeq|ifneq|ifdef|ifndef)\b(.*)$/.exec(line) ?? /^\s*(else|endif)\b(.*)$/.exec(line);
    if (directive !== null) {
      const keyword = directive[1] ?? '';
      if (keyword === 'endif') conditions.pop();
      else if (keyword === 'else') {
        const top = conditions.at(-1);
        const again = /^\s*(ifeq|ifneq|ifdef|ifndef)\b(.*)$/.exec(directive[2] ?? '');
        const isChosen = again === null || decide(again[1] ?? '', again[2] ?? '');
        if (top !== undefined) {
          top.isTaken = !top.wasTaken && isChosen;
          top.wasTaken ||= top.isTaken;
        }
      } else {
        const isTaken = decide(keyword, directive[2] ?? '');
        conditions.push({ isTaken, wasTaken: isTaken });
      }
      continue;
    }
    if (conditions.some((condition) => !condition.isTaken)) continue;
    const assignment = /^\s*([\w.-]+)\s*(\+=|:=|::=|\?=|=)\s*(.*)$/.exec(line);
    if (assignment === null) continue;
    const [, name = '', operator = '', value = ''] = assignment;
    const words = expand(value)
      .split(/\s+/)
      .filter((word) => word !== '');
    const before = variables.get(name);
    if (operator === '+=') variables.set(name, [...(before ?? []), ...words]);
    else if (operator !== '?=' || before === undefined) variables.set(name, words);
  }
  return variables;
}

/** Lines of the texts read last: two of three are the same for every architecture. */
const recentLines = new Map<string, readonly string[]>();
const maximumRecent = 64;

/** Lines without comments, continuations joined. Recipe lines (a tab first) are not make's language. */
function logicalLines(text: string): readonly string[] {
  const known = recentLines.get(text);
  if (known !== undefined) return known;
  const lines = text
    .replace(/\\\r?\n\s*/g, ' ')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('\t'))
    .map((line) => line.replace(/(^|\s)#.*$/, ''));
  if (recentLines.size === maximumRecent) recentLines.clear();
  recentLines.set(text, lines);
  return lines;
}

/** `(a,b)` → a and b; commas inside `$(…)` do not count. */
function splitComparison(text: string): readonly [string, string] | undefined {
  const inner = /^\s*\((.*)\)\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  let depth = 0;
  for (let index = 0; index < inner.length; index += 1) {
    const character = inner[index];
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) return [inner.slice(0, index), inner.slice(index + 1)];
  }
  return undefined;
}
