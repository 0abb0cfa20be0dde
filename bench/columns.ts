/** A batch of `struct kvm_vcpu_events` into columns, against the plain loop in C that gcc compiles. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvmVcpuEvents } from './compiled.ts';
import { batch } from './events.ts';
import { type Competitor, type Row, rounds, rowsOf, stopwatch } from './measure.ts';

const count = batch.length / 64;

const program = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
struct events {
  struct { uint8_t pending, has_esr, dabt, pad[5]; uint64_t esr; } exception;
  uint32_t reserved[12];
};
enum { N = ${String(count)}, ROUNDS = 1000 };
static struct events in[N];
static int by_time(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}
int main(void) {
  static uint64_t times[ROUNDS];
  unsigned sum = 0;
  uint8_t *pending = calloc(N, 1), *has = calloc(N, 1), *dabt = calloc(N, 1), *nonzero = calloc(N, 1);
  uint64_t *esr = calloc(N, 8);
  for (int round = 0; round < ROUNDS; round++) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < N; i++) {
      const struct events *e = &in[i];
      pending[i] = e->exception.pending;
      has[i] = e->exception.has_esr;
      dabt[i] = e->exception.dabt;
      esr[i] = e->exception.esr;
      uint32_t any = 0;
      for (int k = 0; k < 5; k++) any |= e->exception.pad[k];
      for (int k = 0; k < 12; k++) any |= e->reserved[k];
      nonzero[i] = any != 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    sum += pending[round % N] + has[round % N] + dabt[round % N] + nonzero[round % N] + (unsigned)esr[round % N];
    times[round] = (b.tv_sec - a.tv_sec) * 1000000000ull + b.tv_nsec - a.tv_nsec;
    in[round % N].exception.pending = sum & 1;
  }
  qsort(times, ROUNDS, sizeof times[0], by_time);
  printf("%f\\n", (double)times[ROUNDS / 2] / N);
  return 0;
}
`;

/** A run of the C loop, for each call, as nanoseconds a record; `undefined` where there is no gcc. */
function compileC(directory: string): (() => number) | undefined {
  const binary = join(directory, 'columns');
  writeFileSync(`${binary}.c`, program);
  try {
    execFileSync('gcc', ['-O2', '-o', binary, `${binary}.c`], { stdio: 'pipe' });
  } catch (error) {
    console.log(`no row for C: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    return undefined;
  }
  return () => Number(execFileSync(binary, { encoding: 'utf8' }));
}

// Both sides fill the same arrays again and again, as a program does that reads a long file.
const columns = KvmVcpuEvents.decodeColumns(batch);

export const columnDecoder: Competitor = {
  name: 'uabi decodeColumns, into the columns of an earlier batch',
  operations: count,
  run: (times) => {
    for (let i = 0; i < times; i++) KvmVcpuEvents.decodeColumns(batch, columns);
    return columns;
  },
};

export function measureColumns(): Row[] {
  const directory = mkdtempSync(join(tmpdir(), 'uabi-bench-'));
  try {
    const c = compileC(directory);
    const watches = [stopwatch(columnDecoder), ...(c === undefined ? [] : [c])];
    const times = watches.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, watch] of watches.entries()) times[index]?.push(watch());
    }
    return rowsOf(
      'columns of kvm_vcpu_events',
      [columnDecoder.name, 'C loop, gcc -O2'].slice(0, watches.length),
      times,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
