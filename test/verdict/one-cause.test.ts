/** One cause, one finding: what an inserted field does to its record is told with it, and nothing of it is lost. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

function check(old: string, next: string, ...targets: readonly TargetName[]): CheckResult {
  const names = targets.length === 0 ? (['x86_64'] as const) : targets;
  return checkAbis(names.map((name) => ({ old: abiOf(prelude + old, name), new: abiOf(prelude + next, name) })));
}

const told = ({ findings }: CheckResult): string[] =>
  findings.filter((one) => one.verdict !== 'compatible').map((one) => `${one.verdict} ${one.rule} ${one.subject}`);

const requests = '\n#define GET_R _IOR(0xae, 1, struct r)\n#define SET_R _IOW(0xae, 2, struct r)\n';

describe('a field inserted before others', () => {
  const old = `struct r { __u32 a; __u32 b; __u64 c; __u64 d; };${requests}`;
  const next = `struct r { __u32 a; __u64 x; __u32 b; __u64 c; __u64 d; };${requests}`;

  test('is one finding that names it, and says what moved and grew', () => {
    const result = check(old, next);
    // The requests are told by themselves as well: people look for them by name.
    const ofRequests = ['break request-size-changed request GET_R', 'break request-size-changed request SET_R'];
    expect(told(result).sort()).toEqual(['break field-moved struct r.b', ...ofRequests]);
    const finding = result.findings.find(({ rule }) => rule === 'field-moved');
    expect(finding?.message).toBe(
      'b moved from 4 to 16 because x was inserted before it; c moved from 8 to 24, and d with it; x (8 bytes at 8) stands where c stood; struct r grew from 24 bytes to 40 bytes, and so GET_R and SET_R changed their numbers',
    );
    expect(finding?.because).toBe('struct r.x');
    expect(finding?.follows?.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      'field-moved struct r.c',
      'bytes-reused struct r.x',
      'record-grew struct r',
      'request-size-changed request GET_R',
      'request-size-changed request SET_R',
    ]);
    expect(finding?.follows?.filter(({ witness }) => witness === null)).toEqual([]);
    const broken = finding?.answers.filter(({ answer }) => answer === 'broken').map(({ contract }) => contract);
    expect(broken).toContain('old-binary');
    expect(broken).toContain('mixed-objects');
  });

  test('explains the size only if nothing else has a say in it', () => {
    const more = next.replace('__u64 d;', '__u64 d; __u64 tail;');
    const ofRecord = told(check(old, more)).filter((line) => !line.includes(' request '));
    expect(ofRecord).toEqual(['break record-grew struct r', 'break field-moved struct r.b']);
  });

  test('says of records around it what happens to them, and why', () => {
    const around = 'struct outer { struct r r; __u32 last; };';
    const result = check(old + around, next + around);
    const ofRecords = told(result).filter((line) => !line.includes(' request '));
    expect(ofRecords).toEqual(['break field-moved struct outer.last', 'break field-moved struct r.b']);
    const outer = result.findings.find(({ subject }) => subject === 'struct outer.last');
    expect(outer?.because).toBe('struct r');
    expect(outer?.message).toBe(
      'last moved from 24 to 40 because r before it grew from 24 bytes to 40 bytes; struct outer grew from 32 bytes to 48 bytes',
    );
  });
});

test('a field that went takes along what moved into its place', () => {
  const result = check('struct r { __u32 a; __u32 b; __u32 c; };', 'struct r { __u32 a; __u32 c; };');
  expect(told(result)).toEqual(['break field-removed struct r.b']);
  expect(result.findings[0]?.message).toMatch(/^b .* is gone.*; c moved from 8 to 4; struct r shrank/);
});

describe('what happened to several fields of a record alike', () => {
  test('is one finding that lists them', () => {
    const result = check(
      'struct s { __u32 flags; __u32 reserved[4]; };',
      'struct s { __u32 flags; __u32 subvol; __u32 unit_min; __u32 unit_max; __u32 reserved[1]; };',
    );
    expect(told(result)).toEqual(['review reserved-became-field struct s.subvol']);
    const [finding] = result.findings;
    expect(finding?.message).toBe(
      'subvol (4 bytes at 4), unit_min (4 bytes at 8) and unit_max (4 bytes at 12) are new in reserved',
    );
    expect(finding?.follows?.map(({ subject }) => subject)).toEqual(['struct s.unit_min', 'struct s.unit_max']);
  });

  test('says of each what differs', () => {
    const result = check(
      'struct s { __u32 pad; __u32 a; __u32 _pad1; };',
      'struct s { __u32 gen; __u32 a; __u32 lanes; };',
    );
    expect(told(result)).toEqual(['review padding-became-field struct s.gen']);
    expect(result.findings[0]?.message).toBe('gen (4 bytes at 0) is new in pad; lanes (4 bytes at 8) is new in _pad1');
  });

  test('has another fingerprint than one of them alone', () => {
    const old = 'struct s { __u32 flags; __u32 reserved[4]; };';
    const one = check(old, 'struct s { __u32 flags; __u32 subvol; __u32 reserved[3]; };');
    const two = check(old, 'struct s { __u32 flags; __u32 subvol; __u32 unit; __u32 reserved[2]; };');
    expect(two.findings[0]?.subject).toBe(one.findings[0]?.subject);
    expect(two.findings[0]?.fingerprint).not.toBe(one.findings[0]?.fingerprint);
  });

  test('in two records is two findings', () => {
    const record = (name: string, type: string): string => `struct ${name} { ${type} a, b, c; };`;
    const both = (type: string): string => `typedef __u32 __be32; ${record('rigid', type)} ${record('part', type)}`;
    const result = check(both('__u32'), both('__be32'));
    expect(told(result)).toEqual([
      'review field-byte-order-changed struct part.a',
      'review field-byte-order-changed struct rigid.a',
    ]);
    expect(result.findings[0]?.message).toBe(
      'a, b and c changed their types from __u32 to __be32; their places and sizes did not',
    );
  });
});

test('what stands where others stood is told with what became of those', () => {
  const result = check(
    'struct s { __u64 when; __u16 engine_1; __u16 engine_2; __u8 none; __u8 error; __u16 pad; };',
    'struct s { __u64 when; __u16 engine[4]; };',
  );
  expect(told(result)).toEqual(['break bytes-reused struct s.engine']);
  expect(result.findings[0]?.message).toBe(
    'engine (8 bytes at 8) stands where engine_1, engine_2, none and error stood',
  );
  expect(result.findings[0]?.follows?.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
    'field-removed struct s.engine_1',
    'field-removed struct s.engine_2',
    'field-removed struct s.none',
    'field-removed struct s.error',
  ]);
});

test('what grew into the padding at the end is told with the size', () => {
  const result = check('struct s { __u64 a; __u32 b; };', 'struct s { __u64 a; __u32 b; __u32 c; __u64 d; };');
  expect(told(result)).toEqual(['review record-grew struct s']);
  expect(result.findings[0]?.message).toBe(
    'struct s grew from 16 bytes to 24 bytes; c (4 bytes at 12) is new in the tail padding',
  );
});

test('a field that grew takes along what it moved, the size and the alignment', () => {
  const result = check('struct s { __u32 a; __u32 num; __u32 b; };', 'struct s { __u32 a; __u64 num; __u32 b; };');
  expect(told(result)).toEqual(['break field-grew struct s.num']);
  expect(result.findings[0]?.message).toMatch(
    /^num .*; b moved from 8 to 16; struct s grew from 12 bytes to 24 bytes; struct s is now aligned to 8 bytes instead of 4$/,
  );
});

test('padding that was named in several places is one decision', () => {
  const result = check(
    'struct s { __u32 a; __u64 b; __u32 c; __u64 d; };',
    'struct s { __u32 a; __u32 pad0; __u64 b; __u32 c; __u32 pad1; __u64 d; };',
    'i386',
  );
  expect(told(result)).toEqual(['break field-moved struct s.b']);
  expect(result.findings[0]?.message).toContain('; struct s grew from 24 bytes to 32 bytes');
});

test('a number that became a pointer is one finding, also where the sizes differ', () => {
  const result = check('struct r { __u64 p; };', 'struct r { void *p; };', 'x86_64', 'i386');
  expect(told(result).filter((line) => line.includes('struct r.p'))).toEqual([
    'break field-pointerness-changed struct r.p',
  ]);
});

test('a request whose number changed for more than its record keeps a finding of its own', () => {
  const old = 'struct r { __u32 a; };\n#define SET_R _IOW(0xae, 2, struct r)\n';
  const next = 'struct r { __u32 a; __u32 b; };\n#define SET_R _IOR(0xae, 2, struct r)\n';
  expect(told(check(old, next))).toContain('break request-direction-changed request SET_R');
});

describe('fields that changed places', () => {
  test('are one finding that names both, and keeps the proof of each', () => {
    const result = check('struct r { __u32 a; __u32 b; __u32 c; };', 'struct r { __u32 a; __u32 c; __u32 b; };');
    expect(told(result)).toEqual(['break field-moved struct r.b']);
    const [finding] = result.findings;
    expect(finding?.message).toBe('b moved from 4 to 8 because fields changed places; c moved from 8 to 4');
    expect(finding?.follows?.map(({ subject, witness }) => [subject, witness?.kind])).toEqual([
      ['struct r.c', 'bytes'],
    ]);
  });

  test('are two findings where two pairs did', () => {
    const result = check(
      'struct r { __u32 a; __u32 b; __u64 middle; __u32 c; __u32 d; };',
      'struct r { __u32 b; __u32 a; __u64 middle; __u32 d; __u32 c; };',
    );
    expect(told(result)).toEqual(['break field-moved struct r.a', 'break field-moved struct r.c']);
  });

  test('take along what they push, and the size', () => {
    const result = check(
      'struct r { __u8 a; __u8 b; __u16 c; __u32 d; };',
      'struct r { __u8 a; __u16 c; __u8 b; __u32 d; };',
    );
    // c has to begin at an even byte: 0 a, 2 c, 4 b, 8 d.
    expect(told(result)).toEqual(['break field-moved struct r.b']);
    expect(result.findings[0]?.message).toContain('d moved from 4 to 8');
    expect(result.findings[0]?.message).toContain('grew from 8 bytes to 12');
  });

  test('do not hide a field that is new in the same record', () => {
    const result = check(
      'struct r { __u32 a; __u32 b; __u64 c; __u64 d; };',
      'struct r { __u32 b; __u32 a; __u64 x; __u64 c; __u64 d; };',
    );
    expect(told(result)).toContain('break field-moved struct r.a');
    expect(told(result)).toContain('break field-moved struct r.c');
  });
});

describe('an array that grew before other fields', () => {
  const old = 'struct r { __u8 id[16]; __u32 a; __u32 b; };';
  const next = old.replace('16', '24');

  test('is told with what it moved, which is worse', () => {
    const result = check(old, next);
    expect(told(result)).toEqual(['break field-moved struct r.a']);
    expect(result.findings[0]?.message).toBe(
      'a moved from 16 to 24 because id before it grew from 16 bytes to 24 bytes, and b with it; id grew from __u8[16] (16 bytes) to __u8[24] (24 bytes); struct r grew from 24 bytes to 32 bytes',
    );
  });

  test('leaves new programs a clear error where the request has another number', () => {
    const result = check(old + requests, next + requests);
    const unclear = result.findings.flatMap(({ answers }) =>
      answers.filter((one) => one.contract === 'new-binary' && one.answer !== 'kept'),
    );
    expect(unclear).toEqual([]);
  });
});
