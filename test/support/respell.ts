/**
 * The same header in other words: rewrites of real header text that change no value, no type and no layout. A rewrite is
 * applied wherever it is certain to mean the same; what is not certain is left alone.
 */

export type Rewrite = (text: string, path: string) => RewrittenHeader;

export interface RewrittenHeader {
  readonly text: string;
  /** Headers that came with it, by name beside it. */
  readonly beside?: ReadonlyMap<string, string>;
}

const plainNumber = /^(#[ \t]*define[ \t]+\w+[ \t]+\(?)(0[xX][0-9a-fA-F]+|[1-9]\d*)(\)?[ \t]*)$/gm;

/** Hexadecimal where it was decimal, and the other way round; only what is an `int` either way. */
function respellNumbers(text: string): RewrittenHeader {
  const words = text.replaceAll(plainNumber, (all, before: string, digits: string, after: string) => {
    const value = Number(digits);
    if (value >= 2 ** 31) return all;
    return before + (/^0x/i.test(digits) ? String(value) : `0x${value.toString(16)}`) + after;
  });
  return { text: words };
}

/** `(1 << 3)` as `_BITUL(3)`, unless something is made of it: `~` of the two differs. */
function respellBits(text: string): RewrittenHeader {
  const bits = text.replaceAll(
    /^(#[ \t]*define[ \t]+(\w+)[ \t]+)\(1[uU]?[ \t]*<<[ \t]*(\d+)\)[ \t]*$/gm,
    (all, before: string, name: string, bit: string) => {
      const uses = text.split(new RegExp(`\\b${name}\\b`)).length - 1;
      if (Number(bit) > 30 || uses > 1) return all;
      return `${before}_BITUL(${bit})`;
    },
  );
  const guard = /^#ifndef.*\n#define.*\n/m.exec(bits);
  if (bits === text || guard === null) return { text };
  const after = guard.index + guard[0].length;
  return { text: `${bits.slice(0, after)}#include <linux/const.h>\n${bits.slice(after)}` };
}

/** `#define A A` behind an enum, as headers do to let programs ask with `#ifdef`. */
function announceEnumerators(text: string): RewrittenHeader {
  const announced = text.replaceAll(
    /^enum(?:[ \t]+\w+)?[ \t]*\{([^{}#"();]*)\}[ \t]*;[ \t]*$/gm,
    (all, body: string) => {
      const names = withoutComments(body)
        .split(',')
        .flatMap((entry) => /^\s*(\w+)/.exec(entry)?.[1] ?? []);
      const free = names.filter((name) => !new RegExp(`(?:defined?|ifn?def)[ \t(]+${name}\\b`).test(text));
      return `${all}\n${free.map((name) => `#define ${name} ${name}\n`).join('')}`;
    },
  );
  return { text: announced };
}

const baseTypes: ReadonlyMap<string, string> = new Map([
  ['__u8', 'unsigned char'],
  ['__u16', 'short unsigned int'],
  ['__u32', 'unsigned'],
  ['__s16', 'short'],
  ['__s32', 'signed int'],
  ['unsigned int', 'unsigned'],
  ['unsigned long', 'long unsigned int'],
]);

/** The types behind the typedef names, outside of macros and of the typedefs themselves. */
function respellTypes(text: string): RewrittenHeader {
  let isMacro = false;
  const lines = text.split('\n').map((line) => {
    const wasMacro = isMacro;
    isMacro = (wasMacro || /^\s*#/.test(line)) && line.endsWith('\\');
    if (wasMacro || /^\s*#/.test(line) || /typedef.*\b__[us]\d+\s*;/.test(line)) return line;
    // A declarator may follow, but no other word of a type.
    return line.replace(
      /^(\s+)(__u8|__u16|__u32|__s16|__s32|unsigned int|unsigned long)(?=\s+\w+\s*[;:,[])(?!\s+(?:int|long|char|short)\b)/,
      (_all, space: string, type: string) => `${space}${baseTypes.get(type) ?? type}`,
    );
  });
  return { text: lines.join('\n') };
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
}

/** Other comments, other white space. */
function respellSpace(text: string): RewrittenHeader {
  // Texts in quotes may hold what looks like a comment; such headers keep theirs.
  if (/"[^"\n]*\/[*/]/.test(text)) return { text };
  const lines = withoutComments(text)
    .split('\n')
    .flatMap((line, index, all) => {
      const isContinued = all[index - 1]?.endsWith('\\') === true;
      // The guards of the kernel's own tree are known by their spelling when headers are installed.
      const spaced = line
        .replace(/^[ \t]+/, '  ')
        .replace(/^#[ \t]*define[ \t]+(?!_UAPI)(\w+)[ \t]+/, '#  define $1\t/* is */ ');
      return isContinued || line.endsWith('\\')
        ? [spaced]
        : [spaced, ...(index % 7 === 3 ? ['/* struct a { int b; }; */'] : [])];
    });
  return { text: lines.join('\n') };
}

/** Runs of macros the other way round. */
function reorderMacros(text: string): RewrittenHeader {
  const result: string[] = [];
  let run: string[] = [];
  const close = (): void => {
    const names = run.map((line) => /define[ \t]+(\w+)/.exec(line)?.[1]);
    result.push(...(new Set(names).size === names.length ? run.reverse() : run));
    run = [];
  };
  const lines = withoutComments(text).split('\n');
  for (const [index, line] of lines.entries()) {
    const isAlone =
      /^#[ \t]*define[ \t]+\w+/.test(line) && !line.endsWith('\\') && lines[index - 1]?.endsWith('\\') !== true;
    if (isAlone) run.push(line);
    else {
      if (line.trim() === '' && run.length > 0) continue;
      close();
      result.push(line);
    }
  }
  close();
  return { text: /"[^"\n]*\/[*/]/.test(text) ? text : result.join('\n') };
}

/** Records of plain numbers, and constants, each in a header of their own that is included where they stood. */
function moveIntoIncluded(text: string, path: string): RewrittenHeader {
  const beside = new Map<string, string>();
  const base = (path.split('/').at(-1) ?? '').replace(/\W/g, '_');
  const lines = text.split('\n');
  const depths = nestingOf(lines);
  const guard = /^#ifndef[ \t]+(\w+)\n#define[ \t]+\1[ \t]*$/m.exec(withoutComments(text).replaceAll(/\n\s*\n/g, '\n'));
  if (guard === null) return { text };
  let isMacro = false;
  let count = 0;
  const result: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const wasMacro = isMacro;
    isMacro = line.endsWith('\\');
    const end = wasMacro || depths[index] !== 1 ? undefined : plainRecordEnd(lines, index);
    if (end === undefined || count >= 8) {
      result.push(line);
      continue;
    }
    const name = `uabi_moved_${base}_${String(count++)}.h`;
    const body = lines.slice(index, end + 1).join('\n');
    const own = `${guard[1] ?? ''}_MOVED_${String(count)}`;
    beside.set(name, `#ifndef ${own}\n#define ${own}\n#include <linux/types.h>\n${body}\n#endif\n`);
    result.push(`#include "${name}"`);
    index = end;
  }
  return { text: result.join('\n'), beside };
}

/** How many conditions are open at each line. */
function nestingOf(lines: readonly string[]): number[] {
  let depth = 0;
  return lines.map((line) => {
    if (/^\s*#\s*endif/.test(line)) depth--;
    const here = depth;
    if (/^\s*#\s*if/.test(line)) depth++;
    return here;
  });
}

/** The last line of a record that needs nothing but <linux/types.h>, if one begins here. */
function plainRecordEnd(lines: readonly string[], start: number): number | undefined {
  if (!/^struct \w+ \{$/.test(lines[start] ?? '')) return undefined;
  for (let index = start + 1; index < Math.min(start + 60, lines.length); index++) {
    const line = withoutComments(lines[index] ?? '');
    if (/^\};\s*$/.test(line)) return index;
    if (!/^\s*(?:__[usl]e?(?:8|16|32|64)\s+\w+(?:\[\d+\])?;)?\s*$/.test(line)) return undefined;
  }
  return undefined;
}

export const rewrites: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['numbers in the other base', respellNumbers],
  ['bits by name', respellBits],
  ['enumerators announced as macros', announceEnumerators],
  ['types without their typedefs', respellTypes],
  ['comments and white space', respellSpace],
  ['macros in another order', reorderMacros],
  ['records in headers of their own', moveIntoIncluded],
]);
