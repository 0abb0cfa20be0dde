/**
 * Time of one call, in nanoseconds.
 *
 * All competitors of a subject run in the same process on the same bytes, in turns, and the fastest round counts: noise only
 * ever adds time. What a call returns goes into `keep`, so that no compiler can leave the work out.
 */

export interface Competitor {
  readonly name: string;
  /** Does the work `count` times. */
  readonly run: (count: number) => unknown;
  /** Operations one unit of `count` stands for; 1 unless the work is a batch. */
  readonly operations?: number;
}

export interface Row {
  readonly name: string;
  readonly subject: string;
  readonly nsPerOp: number;
  readonly ratioToBest: number;
}

let kept: unknown;

export function keep(value: unknown): void {
  kept = value;
}

/** Keeps the compiler from proving that nobody reads `kept`. */
export function lastKept(): unknown {
  return kept;
}

const roundNs = 20e6;
const rounds = 7;

function timeOf(competitor: Competitor, count: number): number {
  const start = process.hrtime.bigint();
  keep(competitor.run(count));
  return Number(process.hrtime.bigint() - start);
}

/** Measures the competitors of one subject against each other. */
export function compare(subject: string, competitors: readonly Competitor[]): Row[] {
  const counts = competitors.map((competitor) => {
    let count = 1;
    while (timeOf(competitor, count) < roundNs / 4) count *= 2;
    return count * 4;
  });
  const best = competitors.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [index, competitor] of competitors.entries()) {
      const count = counts[index] ?? 1;
      const ns = timeOf(competitor, count) / count / (competitor.operations ?? 1);
      best[index] = Math.min(best[index] ?? ns, ns);
    }
  }
  const fastest = Math.min(...best);
  return competitors.map(({ name }, index) => ({
    name: `${subject}: ${name}`,
    subject,
    nsPerOp: best[index] ?? 0,
    ratioToBest: (best[index] ?? 0) / fastest,
  }));
}

/** Bytes the heap grew by, for each call; only meaningful under `--expose-gc`. */
export function allocatedBytes(competitor: Competitor, count: number): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  competitor.run(20_000);
  competitor.run(20_000);
  collect?.();
  const before = process.memoryUsage().heapUsed;
  keep(competitor.run(count));
  return Math.max(0, process.memoryUsage().heapUsed - before) / count;
}
