/**
 * What the directives of a file fix before any macro is known: which `#` closes which branch, the include guard, and the
 * seams at which a long text may be taken apart.
 *
 * Text is worked through and shared piece by piece, and a piece that means something else to one target costs that target all of
 * it. Behind an `#include <asm/…>` that is the rule: linux/kvm.h embeds the registers of each architecture in three structs, and
 * says the same to all in two hundred others. There a piece ends at the next seam; everywhere else it is cheaper to have few.
 */

import { declaredIn } from './passed-over.ts';
import { type TokenFile, TokenKind } from './token.ts';

/** What is wrong with a text before any macro is known. */
export interface TextProblem {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
  readonly passedOver?: readonly string[];
}

export interface Structure {
  readonly branchEnds: ReadonlyMap<number, number>;
  readonly seams: ReadonlySet<number>;
  readonly guard: string | undefined;
  readonly isOnce: boolean;
  readonly problems: readonly TextProblem[];
}

/** Pairs the conditional directives of a file, finds its include guard and its seams. */
export function findStructure(file: TokenFile): Structure {
  const branchEnds = new Map<number, number>();
  const problems: TextProblem[] = [];
  const open: { branch: number; hasElse: boolean }[] = [];
  const seams = new SeamFinder(file);
  let isOnce = false;
  let guardBranch = -1;
  let guardEnd = -1;
  for (let index = 0; index < file.count; index = file.lineEnd(index)) {
    // Inside of conditions, those who come from different branches would not meet again at once.
    if (open.length <= (guardBranch < 0 ? 0 : 1)) seams.offer(index);
    if (file.texts[index] !== '#') {
      seams.pass(index);
      continue;
    }
    const word = file.startsLine(index + 1) ? '' : (file.texts[index + 1] ?? '');
    const offset = file.offsets[index] ?? 0;
    const group = open.at(-1);
    switch (word) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        if (index === 0 && open.length === 0) guardBranch = index;
        open.push({ branch: index, hasElse: false });
        break;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
        if (group === undefined || group.hasElse) {
          problems.push({ offset, code: 'misplaced-conditional', message: `There is no #if for this #${word}.` });
          break;
        }
        if (group.branch === guardBranch) guardBranch = -1;
        branchEnds.set(group.branch, index);
        group.branch = index;
        group.hasElse = word === 'else';
        break;
      case 'endif':
        if (group === undefined) {
          problems.push({ offset, code: 'misplaced-conditional', message: 'There is no #if for this #endif.' });
          break;
        }
        branchEnds.set(group.branch, index);
        if (group.branch === guardBranch) guardEnd = file.lineEnd(index);
        open.pop();
        break;
      case 'include':
        seams.include(file.texts[index + 2] ?? '');
        break;
      case 'pragma':
        if (file.texts[index + 2] === 'once' && !file.startsLine(index + 2)) isOnce = true;
        break;
      default:
    }
  }
  for (const [depth, { branch }] of open.entries()) {
    branchEnds.set(branch, file.count);
    const offset = file.offsets[branch] ?? 0;
    // What is behind an inner one is behind the outermost.
    const lost = depth === 0 ? { passedOver: declaredIn(file, branch, file.count, 'passed-over') } : {};
    problems.push({ offset, code: 'unterminated-conditional', message: 'This conditional has no #endif.', ...lost });
  }
  return { branchEnds, seams: seams.found, guard: guardName(file, guardBranch, guardEnd), isOnce, problems };
}

/** Some declarations, or a screen of macros: less is not worth what a piece costs. */
const leastBetweenSeams = 200;
/** A name is looked for in what every piece before wrote, so that a huge text must not have thousands. */
const mostSeams = 64;

/** Lines that begin between declarations, as far as can be told without macros: the parser has the last word. */
class SeamFinder {
  readonly found = new Set<number>();
  readonly #file: TokenFile;
  /** In tokens. */
  readonly #distance: number;
  #isSought = false;
  #last = 0;
  #braces = 0;
  #isBehindDeclaration = true;

  constructor(file: TokenFile) {
    this.#file = file;
    this.#distance = Math.max(leastBetweenSeams, file.count / mostSeams);
  }

  /** A line that may be a seam. */
  offer(index: number): void {
    if (!this.#isSought || this.#braces !== 0 || !this.#isBehindDeclaration) return;
    if (index - this.#last < this.#distance) return;
    this.found.add(index);
    this.#last = index;
  }

  include(name: string): void {
    this.#isSought ||= name.startsWith('<asm/');
  }

  /** A line of text. */
  pass(index: number): void {
    if (!this.#isSought) return;
    const { texts, kinds } = this.#file;
    const end = this.#file.lineEnd(index);
    for (let at = index; at < end; at++) {
      if (kinds[at] !== TokenKind.punctuator) continue;
      if (texts[at] === '{') this.#braces++;
      else if (texts[at] === '}') this.#braces--;
    }
    this.#isBehindDeclaration = texts[end - 1] === ';';
  }
}

function guardName(file: TokenFile, branch: number, end: number): string | undefined {
  if (branch !== 0 || end !== file.count) return undefined;
  const line = file.texts.slice(1, file.lineEnd(0));
  if (line[0] === 'ifndef' && line.length === 2) return line[1];
  // #if !defined X, #if !defined(X)
  if (line[0] !== 'if' || line[1] !== '!' || line[2] !== 'defined') return undefined;
  return line.length === 4 ? line[3] : line.length === 6 && line[3] === '(' ? line[4] : undefined;
}
