/**
 * What the notes claim, held against what kernels answered.
 *
 * Every call of every recorded kernel is decoded. A note that says "the kernel refuses this" has to stand at a call that was
 * refused, one that says "nothing looks at it" must not be what was wrong, and the version that a log is read with has to be
 * the one its kernel was built from.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

interface Note {
  readonly severity: string;
  readonly rule: string;
  readonly message: string;
}

interface Entry {
  readonly source: { readonly line: number };
  readonly type: string | null;
  readonly variant: string | null;
  readonly moment?: 'before' | 'after';
  readonly call?: { readonly request: string; readonly errno: string | null };
  readonly notes: readonly Note[];
}

interface Recorded {
  readonly op: string;
  readonly name?: string;
  readonly err?: string;
  readonly in?: string;
  readonly out?: string;
  readonly exit_reason?: number;
}

const folders = ['fixtures/captures/kernel', 'fixtures/captures/kernel-x86'];
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => `${folder}/${name}`),
);

describe.each(files)('%s', (file) => {
  let entries: Entry[] = [];
  let recorded: Recorded[] = [];
  const claims: { readonly note: Note; readonly entry: Entry; readonly line: Recorded }[] = [];

  beforeAll(async () => {
    const { stdout } = await runCli(['decode', '--input', 'jsonl', file, '--format', 'json']);
    entries = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
    recorded = gunzipSync(readFileSync(file))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded);
    for (const entry of entries) {
      const line = recorded[entry.source.line - 1];
      if (line !== undefined) for (const note of entry.notes) claims.push({ note, entry, line });
    }
  });

  const answersTo = (pattern: RegExp): Set<string> =>
    new Set(
      claims
        .filter(({ note, entry }) => pattern.test(note.message) && entry.call !== undefined)
        .map(({ line }) => line.err ?? ''),
    );

  test('what the kernel is said to refuse, it refused with EINVAL', () => {
    expect(
      [...answersTo(/the kernel refuses (?:it|them) with EINVAL/)].filter((answer) => answer !== 'EINVAL'),
    ).toEqual([]);
    expect([...answersTo(/had it not found something else first/)]).not.toContain('EINVAL');
  });

  test('a call that was accepted is read without an error', () => {
    const wrong = claims.filter(
      ({ note, line, entry }) =>
        note.severity === 'error' && line.op === 'ioctl' && line.err === '' && entry.moment === 'before',
    );
    expect(wrong.map(({ entry, note }) => [entry.source.line, note.message])).toEqual([]);
  });

  test('where it is said that nothing looks at a value, the call did not fail for it', () => {
    for (const { note, entry, line } of claims) {
      if (!/does not look at|nothing reads/.test(note.message) || line.err !== 'EINVAL') continue;
      // Something else has to explain the refusal.
      const others = entry.notes.filter((one) => one !== note);
      const isExplained =
        others.some(({ severity, rule }) => severity === 'error' || /^unknown-|^possible-reason$/.test(rule)) ||
        entry.call?.request !== 'KVM_SET_VCPU_EVENTS';
      expect(isExplained, `line ${String(entry.source.line)}: ${note.message}`).toBe(true);
    }
  });

  test('where it is said that the kernel wrote nothing, the buffer is what it was', () => {
    for (const { note, line } of claims) {
      if (note.rule === 'nothing-written') expect(line.out).toBe(line.in);
    }
  });

  test('every refused KVM_SET_VCPU_EVENTS is explained', () => {
    const silent = entries.filter(
      ({ call, moment, notes }) =>
        call?.request === 'KVM_SET_VCPU_EVENTS' &&
        call.errno === 'EINVAL' &&
        moment === 'before' &&
        !notes.some(({ severity, rule }) => severity === 'error' || /^unknown-|^possible-reason$/.test(rule)),
    );
    expect(silent.map(({ source }) => source.line)).toEqual([]);
  });

  test('the version it is read with is the one the kernel has', () => {
    const expected = file.includes('-esr-') ? 'ext_abt_esr' : /-iabt-|-seav1-/.test(file) ? 'iabt' : undefined;
    const read = entries.flatMap(({ type, variant, notes }) =>
      type === 'struct kvm_vcpu_events' &&
      notes.some(({ rule }) => rule === 'other-variant' || rule === 'shown-variant')
        ? [variant]
        : [],
    );
    if (expected === undefined) expect(read).toEqual([]);
    // Before the calls that tell them apart, what fits them all is read as the first of them.
    else expect(read.filter((variant) => variant !== 'iabt' && variant !== expected)).toEqual([]);
    if (/kernel\/6.12.117-(?:esr|iabt)-/.test(file)) expect(read.at(-1)).toBe(expected);
  });

  test('no exit is told of a KVM_RUN that failed without one', () => {
    for (const [index, entry] of entries.entries()) {
      const run = entries[index - 1]?.call;
      if (entry.type !== 'struct kvm_run' || run?.request !== 'KVM_RUN') continue;
      const reason = recorded[entry.source.line - 1]?.exit_reason;
      const isExit = run.errno === null || (run.errno === 'EINTR' && reason === 10);
      expect(entry.notes.some(({ rule }) => rule === 'no-exit')).toBe(!isExit);
    }
  });
});
