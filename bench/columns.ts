/** A batch of `struct kvm_vcpu_events` into columns, against the plain loop in C that gcc compiles. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvmVcpuEvents } from './compiled.ts';
import { batch } from './events.ts';
import { compare, type Row } from './measure.ts';

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
enum { N = ${String(count)}, ROUNDS = 4000 };
static struct events in[N];
int main(void) {
  uint64_t best = UINT64_MAX;
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
    uint64_t ns = (b.tv_sec - a.tv_sec) * 1000000000ull + b.tv_nsec - a.tv_nsec;
    if (ns < best) best = ns;
    in[round % N].exception.pending = sum & 1;
  }
  printf("%f\\n", (double)best / N);
  return 0;
}
`;

/** Nanoseconds a record in C; \`undefined\` where there is no gcc. */
function nsInC(): number | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'uabi-bench-'));
  try {
    writeFileSync(join(directory, 'columns.c'), program);
    execFileSync('gcc', ['-O2', '-o', join(directory, 'columns'), join(directory, 'columns.c')], { stdio: 'pipe' });
    return Number(execFileSync(join(directory, 'columns'), { encoding: 'utf8' }));
  } catch {
    // No compiler on this machine: the row is left out, the others stand.
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function measureColumns(): Row[] {
  const subject = 'columns of kvm_vcpu_events';
  // Both sides fill the same arrays again and again, as a program does that reads a long file.
  const columns = KvmVcpuEvents.decodeColumns(batch);
  const [own] = compare(subject, [
    {
      name: 'uabi decodeColumns',
      operations: count,
      run: (times) => {
        for (let i = 0; i < times; i++) KvmVcpuEvents.decodeColumns(batch, columns);
        return columns;
      },
    },
  ]);
  const c = nsInC();
  if (own === undefined || c === undefined) return own === undefined ? [] : [own];
  const best = Math.min(own.nsPerOp, c);
  return [
    { ...own, ratioToBest: own.nsPerOp / best },
    { name: `${subject}: C loop, gcc -O2`, subject, nsPerOp: c, ratioToBest: c / best },
  ];
}
