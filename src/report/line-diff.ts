/**
 * The lines two texts have in common, found as "patience diff" does: lines that stand exactly once on both sides are anchors,
 * the longest rising run of them is kept, and what lies between two anchors is compared in the same way.
 *
 * Used to quote a change the way a reviewer would. It keeps declarations together rather than being minimal; between
 * anchors a common subsequence is looked for as long as that is cheap (`MAX_CELLS`), else the lines count as replaced.
 */

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  /** From 1; where the line stands on each side, or would stand. */
  readonly oldLine: number;
  readonly newLine: number;
}

type Kind = DiffLine['kind'];

const MAX_CELLS = 1_000_000;

export function diffLines(oldText: string, newText: string): DiffLine[] {
  const a = splitLines(oldText);
  const b = splitLines(newText);
  let [oldLine, newLine] = [1, 1];
  return compare(a, b).map((kind) => {
    const text = (kind === 'added' ? b[newLine - 1] : a[oldLine - 1]) ?? '';
    const line = { kind, text, oldLine, newLine };
    if (kind !== 'added') oldLine++;
    if (kind !== 'removed') newLine++;
    return line;
  });
}

/** Whether nothing stands between two lines of one comparison. */
export function follows(last: DiffLine, line: DiffLine): boolean {
  return (
    line.oldLine === last.oldLine + (last.kind === 'added' ? 0 : 1) &&
    line.newLine === last.newLine + (last.kind === 'removed' ? 0 : 1)
  );
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function compare(a: readonly string[], b: readonly string[]): Kind[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (count: number): Kind[] => Array.from({ length: count }, () => 'same');
  return [...same(start), ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)), ...same(end)];
}

/** Two texts that differ in their first and in their last line. */
function between(a: readonly string[], b: readonly string[]): Kind[] {
  const anchors = risingRun(uniquePairs(a, b));
  if (anchors.length === 0) return a.length * b.length <= MAX_CELLS ? commonSubsequence(a, b) : replaced(a, b);
  const kinds: Kind[] = [];
  let [x, y] = [0, 0];
  for (const [i, j] of anchors) {
    kinds.push(...compare(a.slice(x, i), b.slice(y, j)), 'same');
    [x, y] = [i + 1, j + 1];
  }
  kinds.push(...compare(a.slice(x), b.slice(y)));
  return kinds;
}

function replaced(a: readonly string[], b: readonly string[]): Kind[] {
  return [...a.map(() => 'removed' as const), ...b.map(() => 'added' as const)];
}

/** Where the lines stand that both sides have exactly once, in the order of `a`. */
function uniquePairs(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const inA = uniqueLines(a);
  const inB = uniqueLines(b);
  return [...inA].flatMap(([line, i]) => {
    const j = inB.get(line);
    return i === undefined || j === undefined ? [] : [[i, j] as const];
  });
}

function uniqueLines(lines: readonly string[]): Map<string, number | undefined> {
  const found = new Map<string, number | undefined>();
  for (const [index, line] of lines.entries()) found.set(line, found.has(line) ? undefined : index);
  return found;
}

/** The longest run of pairs whose second numbers rise, by patience sorting. */
function risingRun(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  interface Card {
    readonly pair: readonly [number, number];
    readonly left: Card | undefined;
  }
  const piles: Card[] = [];
  for (const pair of pairs) {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((piles[middle]?.pair[1] ?? 0) < pair[1]) low = middle + 1;
      else high = middle;
    }
    piles[low] = { pair, left: piles[low - 1] };
  }
  const run: (readonly [number, number])[] = [];
  for (let card = piles.at(-1); card !== undefined; card = card.left) run.push(card.pair);
  return run.reverse();
}

/** The textbook table: `lengths[i][j]` is the length of what `a` from i and `b` from j have in common. */
function commonSubsequence(a: readonly string[], b: readonly string[]): Kind[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const length = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const kinds: Kind[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      kinds.push('same');
      i++;
      j++;
    } else if (i < a.length && (j === b.length || length(i + 1, j) >= length(i, j + 1))) {
      kinds.push('removed');
      i++;
    } else {
      kinds.push('added');
      j++;
    }
  }
  return kinds;
}
