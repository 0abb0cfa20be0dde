/**
 * Which headers a C++ program reads differently.
 *
 * Most headers that mention `__cplusplus` only put `extern "C" { … }` around their declarations. What matters are branches that
 * declare or define something, macros from such branches wherever they are used, and records without fields, which have no
 * bytes in C and one in C++. This is told from the text, without regard for other conditions, and errs on the side of reading
 * a header once more; few headers of a tree are concerned, and usually none that changed.
 */

import { changedFiles, includedFiles } from './changes.ts';
import type { HeaderFile, TargetHeaders } from './header.ts';

interface CxxScan {
  /** Whether the header itself has something of the kind. */
  readonly isConcerned: boolean;
  /** The branches that ask for C++. */
  readonly branches: string;
  /** Macros that carry it to the headers that use them. */
  readonly macros: readonly string[];
  /** Tags of records without fields, which carry it as well. */
  readonly tags: readonly string[];
  /** Whether these, and what stands in the branches, are all there is. */
  readonly isNamed: boolean;
}

const unconcerned: CxxScan = { isConcerned: false, branches: '', macros: [], tags: [], isNamed: true };
const scans = new Map<string, CxxScan>();
const mentions = new WeakMap<HeaderFile, Map<string, boolean>>();

/** Those of `names` that have to be read a second time, as C++. */
export function headersOfCxx(headers: TargetHeaders, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const words = new Set<string>();
  // What a header does not include, it does not see.
  for (const file of includedFiles(headers, names)) {
    const { macros, tags } = scan(file);
    for (const word of [...macros, ...tags]) words.add(word);
  }
  const key = [...words].sort().join('|');
  const pattern = new RegExp(`\\b(?:${key})\\b`);
  const isMentioned = (file: HeaderFile): boolean => {
    let known = mentions.get(file);
    if (known === undefined) mentions.set(file, (known = new Map<string, boolean>()));
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = pattern.test(textOf(file))));
    return answer;
  };
  return names.filter((name) => {
    const file = headers.resolve(name, 'angle', undefined);
    return file !== undefined && (scan(file).isConcerned || (words.size > 0 && isMentioned(file)));
  });
}

/** Names through which anything can be told from what C sees. */
export interface CxxWords {
  /** Where the text is another one: macros, and `__cplusplus` for what is declared where that is asked for. */
  readonly ofText: ReadonlySet<string>;
  /** Tags of records that are larger. */
  readonly larger: ReadonlySet<string>;
}

/** Those in `names` and all they include. `undefined` where a record without fields and without a tag stands in another one. */
export function wordsOfCxx(headers: TargetHeaders, names: readonly string[]): CxxWords | undefined {
  const [ofText, larger] = [new Set<string>(), new Set<string>()];
  for (const file of includedFiles(headers, names)) {
    const { isNamed, branches, macros, tags } = scan(file);
    if (!isNamed) return undefined;
    if (branches !== '') ofText.add('__cplusplus');
    for (const macro of macros) ofText.add(macro);
    for (const tag of tags) larger.add(tag);
  }
  return { ofText, larger };
}

/** Whether what headers say in branches that ask for C++ differs between two sides. */
export function doCxxBranchesDiffer(old: TargetHeaders, next: TargetHeaders): boolean {
  const branchesOf = (file: HeaderFile | undefined): string => (file === undefined ? '' : scan(file).branches);
  return changedFiles(old, next).some((file) => branchesOf(file.old) !== branchesOf(file.new));
}

function textOf(file: HeaderFile): string {
  return file.original ?? file.text;
}

function scan(file: HeaderFile): CxxScan {
  let found = scans.get(file.contentKey);
  if (found === undefined) scans.set(file.contentKey, (found = scanText(textOf(file))));
  return found;
}

/** Braces around nothing but white space, ends of lines and comments; those have a limit, so that no text costs more than its length. */
const nothing = String.raw`\{(?:\s|\\\n|/\*(?:[^*]|\*(?!/)){0,400}\*/|//[^\n]{0,400}\n)*\}`;
const emptyRecord = new RegExp(String.raw`\b(?:struct|union)\s+(\w*)\s*${nothing}`, 'g');
const definition = /^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\\\n]|\\[^\n]|\\\n)*)/gm;

function scanText(text: string): CxxScan {
  const [macros, tags] = [new Set<string>(), new Set<string>()];
  const branches = text.includes('__cplusplus') ? scanBranches(text, macros) : '';
  let isConcerned = branches !== '';
  const records = [...text.matchAll(emptyRecord)];
  let untagged = 0;
  if (records.length > 0) {
    isConcerned = true;
    for (const [, tag = ''] of records) {
      if (tag === '') untagged += 1;
      else tags.add(tag);
    }
    for (const [, name = '', body = ''] of text.matchAll(definition)) {
      const inMacro = [...body.matchAll(emptyRecord)];
      if (inMacro.length === 0) continue;
      macros.add(name);
      untagged -= inMacro.filter(([, tag]) => tag === '').length;
    }
  }
  return isConcerned
    ? { isConcerned, branches, macros: [...macros], tags: [...tags], isNamed: untagged === 0 }
    : unconcerned;
}

interface Group {
  /** Whether one of its conditions asks for C++. */
  asks: boolean;
  /** Whether there is more in it than the braces of `extern "C"`. */
  hasContent: boolean;
  /** Where its macros begin among those collected. */
  readonly start: number;
  /** Where its text begins. */
  readonly from: number;
}

/** The branches that ask for C++ and say something. What they define goes to `macros`. */
function scanBranches(text: string, macros: Set<string>): string {
  let branches = '';
  const groups: Group[] = [];
  const defined: string[] = [];
  const lines = withoutComments(text).split('\n');
  for (const [at, line] of lines.entries()) {
    const [, directive = '', rest = ''] = /^\s*#\s*(\w+)(.*)/.exec(line) ?? [];
    const asks = rest.includes('__cplusplus');
    const group = groups.at(-1);
    if (directive === 'if' || directive === 'ifdef' || directive === 'ifndef') {
      groups.push({ asks, hasContent: false, start: defined.length, from: at });
    } else if (group === undefined || directive === 'else') {
      continue;
    } else if (directive === 'elif') {
      group.asks ||= asks;
    } else if (directive === 'endif') {
      groups.pop();
      const outer = groups.at(-1);
      if (outer !== undefined) outer.hasContent ||= group.hasContent;
      if (!group.asks || !group.hasContent) continue;
      branches += `${lines.slice(group.from, at).join('\n')}\n`;
      for (const name of defined.splice(group.start)) macros.add(name);
    } else if (directive !== '' || !/^\s*(?:extern\s+"C"\s*\{?|\}?;?)\s*$/.test(line)) {
      group.hasContent = true;
      const name = directive === 'define' ? /^\s*(\w+)/.exec(rest)?.[1] : undefined;
      if (name !== undefined) defined.push(name);
    }
  }
  return branches;
}

function withoutComments(text: string): string {
  let result = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf('/*', from);
    const end = start < 0 ? -1 : text.indexOf('*/', start + 2);
    if (end < 0) return (result + text.slice(from)).replace(/\/\/.*/g, '');
    result += text.slice(from, start);
    from = end + 2;
  }
}
