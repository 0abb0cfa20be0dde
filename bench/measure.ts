/**
 * Time of one call, in nanoseconds of this process on a processor: on a busy machine the clock on the wall says little.
 * `npm run bench` runs V8 with `--single-threaded`, so that nobody's compiling and collecting counts twice or for another.
 *
 * All competitors of a subject run in the same process on the same bytes, in turns, so that whatever else the machine does
 * meets them all; the median round counts. What a call returns goes into `keep`, so that no work can be left out.
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
  /** Nanoseconds an operation in each round; round i of one row ran next to round i of the others of its subject. */
  readonly times?: readonly number[];
}

/** How much longer one row takes than another of its subject: the median over the rounds, in which both met the same noise. */
export function ratioOf(slower: Row, faster: Row): number {
  const others = faster.times ?? [];
  return median((slower.times ?? []).map((ns, round) => ns / (others[round] ?? Number.NaN)));
}

/** Held by the global object, so that no compiler can prove that nobody reads it. */
function keep(value: unknown): void {
  (globalThis as { kept?: unknown }).kept = value;
}

// Shorter than the time slice of a busy machine, so that most rounds run undisturbed.
const roundNs = 4e6;
const warmUpNs = 300e6;
export const rounds = 61;

function timeOf(competitor: Competitor, count: number): number {
  const start = process.cpuUsage();
  keep(competitor.run(count));
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Does a competitor's work about 4 ms long, again for each call, and gives the nanoseconds of one operation. */
export function stopwatch(competitor: Competitor): () => number {
  // Until everything is compiled a call takes a hundred times as long as later.
  let warm = 0;
  for (let count = 1; warm < warmUpNs; count *= 2) warm += timeOf(competitor, count);
  let count = 1;
  while (timeOf(competitor, count) < roundNs / 4) count *= 2;
  count *= 4;
  return () => timeOf(competitor, count) / count / (competitor.operations ?? 1);
}

/** One row for each competitor, from the median of its rounds. */
export function rowsOf(subject: string, names: readonly string[], times: readonly (readonly number[])[]): Row[] {
  const medians = times.map(median);
  const fastest = Math.min(...medians);
  return names.map((name, index) => {
    const nsPerOp = medians[index] ?? Number.NaN;
    return { name: `${subject}: ${name}`, subject, nsPerOp, ratioToBest: nsPerOp / fastest, times: times[index] ?? [] };
  });
}

/** Measures the competitors of one subject against each other. */
export function compare(subject: string, competitors: readonly Competitor[]): Row[] {
  const watches = competitors.map(stopwatch);
  const times = watches.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, watch] of watches.entries()) times[index]?.push(watch());
  }
  return rowsOf(
    subject,
    competitors.map(({ name }) => name),
    times,
  );
}

/**
 * Bytes the heap grew by, for each operation. A collection in between would hide them, so the fewest calls that matter are
 * made and the median of several tries taken.
 */
export function allocatedBytes(competitor: Competitor): number {
  const operations = competitor.operations ?? 1;
  const count = Math.ceil(20_000 / operations);
  for (let i = 0; i < 20; i++) keep(competitor.run(count));
  const tries: number[] = [];
  for (let i = 0; i < 9; i++) {
    const before = process.memoryUsage().heapUsed;
    keep(competitor.run(count));
    tries.push(Math.max(0, process.memoryUsage().heapUsed - before) / count / operations);
  }
  return median(tries);
}
