/**
 * What is left out of a comparison must never show in its answer: a change in a tree of headers, compared with every macro worked
 * out and every includer read, and compared as `uabi check` does.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../src/abi/target.ts';
import { type HeaderSource } from '../../src/cli/header-source.ts';
import { HeaderWorkshop } from '../../src/cli/header-workshop.ts';
import { openInCxx } from '../../src/cli/open-in-cxx.ts';
import { pairOf } from '../../src/cli/pair-of.ts';
import { restrictToChanges } from '../../src/cli/restrict-to-changes.ts';
import type { Diagnostic } from '../../src/diagnostic.ts';
import { changedHeaders } from '../../src/source/changes.ts';
import type { FileTree } from '../../src/source/file-tree.ts';
import { type CheckOptions, type CheckResult, checkTargets } from '../../src/verdict/check.ts';
import { quietIo } from '../support/run-cli.ts';

type Files = Readonly<Record<string, string>>;

function treeOf(label: string, files: Files): FileTree {
  const paths = Object.keys(files);
  const isFolder = (path: string): boolean => path === '' || paths.some((one) => one.startsWith(`${path}/`));
  return {
    label,
    list: () => paths,
    entries: (folder) => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = paths.filter((path) => path.startsWith(prefix));
      return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
    },
    prefetch: () => undefined,
    kindOf: (path) => (files[path] !== undefined ? 'file' : isFolder(path) ? 'folder' : 'absent'),
    read: (path) => {
      const text = files[path];
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text, key: text };
    },
  };
}

const io = quietIo('.');

interface Sides {
  readonly old: HeaderSource;
  readonly new: HeaderSource;
}

function open(old: Files, next: Files): Sides {
  const workshop = new HeaderWorkshop(io, {});
  return { old: workshop.openInMemory(treeOf('old', old)), new: workshop.openInMemory(treeOf('new', next)) };
}

/** Both sides with all headers that changed or include what did, and all their macros. */
function inFull(sides: Sides): Sides {
  const side = (which: 'old' | 'new'): HeaderSource => {
    const source = sides[which];
    const namesFor = (target: Target): readonly string[] => {
      const changed = changedHeaders(sides.old.headersFor(target), sides.new.headersFor(target))[which];
      return source.namesFor(target).filter((name) => changed.includes(name));
    };
    return { ...source, namesFor, abiFor: (target) => source.abiOf(target, namesFor(target)) };
  };
  return { old: side('old'), new: side('new') };
}

function answerTo(sides: Sides, isCxxAsked = false): CheckResult {
  const targets = sides.old.targets.filter((target) => sides.new.targets.includes(target));
  for (const side of [sides.old, sides.new]) side.expect(targets);
  const inCxx: CheckOptions = { openInCxx: (target, pair) => openInCxx(sides, target, pair, (abi) => abi) };
  return checkTargets(targets, (target) => pairOf(sides, target), isCxxAsked ? inCxx : {});
}

function inOrder({ old, new: next }: Sides): [HeaderSource, HeaderSource, readonly string[]] {
  return [old, next, []];
}

function shown({ verdict, findings, notUnderstood }: CheckResult): string {
  return JSON.stringify([verdict, findings, notUnderstood], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

function mistake({ message, location }: Diagnostic): string {
  return `${location?.file ?? ''}: ${message}`;
}

/** What could be understood before. */
function mistakesThatCame(sides: Sides): readonly string[] {
  return sides.old.targets.flatMap((target) => {
    const { old, new: next } = pairOf(sides, target);
    const before = new Set(old.notUnderstood.map(mistake));
    return next.notUnderstood.map(mistake).filter((one) => !before.has(one));
  });
}

const name = fc.constantFrom('K_A', 'K_B', 'K_C', 'L_A', 'L_B');
const value = fc.constantFrom(
  ...['1', '2', '(1 << 3)', 'K_A', '(K_B | 4)', 'L_A', 'sizeof(struct k_a)', 'sizeof(k_t)', 'K_E1', '__LINE__'],
  ...[
    "_IOW('k', 1, struct k_a)",
    "_IOR('k', 2, k_t)",
    "_IO('k', 3)",
    'K_CALL(2)',
    'K_IOW(4, struct k_a)',
    'text here',
    'CAT(K_, A)',
  ],
);
const type = fc.constantFrom('int', 'long', '__u32', '__u64', 'k_t', 'struct k_a', 'char');
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, value).map(([macro, body]) => `#define ${macro} ${body}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('k_a', 'k_b'), type, type)
      .map(([tag, a, b]) => `struct ${tag} {\n\t${a} x;\n\t${b} y;\n};`),
  },
  type.map((is) => `typedef ${is} k_t;`),
  fc.constantFrom('enum k_e {\n\tK_E0,\n\tK_E1,\n};', 'enum k_e {\n\tK_E0,\n\tK_EX,\n\tK_E1,\n};'),
  name.map((macro) => `#undef ${macro}`),
  fc
    .tuple(name, name, type)
    .map(([asked, macro, is]) => `#if ${asked} > 1\n#define ${macro} 6\n#else\nstruct k_b {\n\t${is} z;\n};\n#endif`),
  fc.tuple(name, name).map(([asked, macro]) => `#ifdef ${asked}\n#define ${macro} 5\n#endif`),
  fc.constantFrom(
    '#define K_CALL(x) ((x) + K_A)',
    "#define K_IOW(n, t) _IOW('k', n, t)",
    "#ifdef __x86_64__\n#define K_IOW(n, t) _IOW('k', n, t)\n#else\n#define K_IOW(n, t) (n)\n#endif",
    '#define CAT(a, b) a ## b',
    '/* a remark */',
    '#pragma pack(1)',
    '#pragma pack()',
  ),
  fc.constantFrom('#ifdef __x86_64__\n#define K_X 1\n#endif', '#if __BITS_PER_LONG == 64\n#define K_W 64\n#endif'),
  fc.constantFrom('#include <linux/v.h>', '#ifdef K_B\n#include <linux/v.h>\n#endif'),
);
const lines = fc.array(line, { maxLength: 7 });
const few = fc.array(line, { maxLength: 2 });

/** What C++ programs may read differently, said in a few ways. */
const saidInCxx = fc.record({
  inCxx: fc.constantFrom('1', '2', 'K_U'),
  inC: fc.constantFrom('1', '2'),
  typeInCxx: fc.constantFrom('char', '__u32'),
  fields: fc.constantFrom('struct k_none n;\n\tint x;', 'int x;', 'k_u u;\n\tint x;', 'k_u u;\n\tshort x;'),
});
type SaidInCxx = typeof saidInCxx extends fc.Arbitrary<infer Said> ? Said : never;

function linesOf({ inCxx, inC, typeInCxx, fields }: SaidInCxx): readonly string[] {
  return [
    `#ifdef __cplusplus\n#define K_P ${inCxx}\ntypedef ${typeInCxx} k_u;\n#else\n#define K_P ${inC}\ntypedef __u32 k_u;\n#endif`,
    'struct k_none {\n};',
    `struct k_m {\n\t${fields}\n};`,
  ];
}

/** Made of what C++ programs read differently, or not. */
const made = fc.subarray([
  ...['#define K_Q (K_P << 1)', '#define K_R sizeof(struct k_m)', '#define K_T sizeof(k_u)', '#define K_U 7'],
  ...["#define K_S _IOW('k', 4, struct k_m)", "#define K_V _IOR('k', 5, k_u)", "#define K_W _IO('k', 6)"],
  ...['struct k_a {\n\tstruct k_m m;\n};', 'struct k_c {\n\t__u32 x;\n};', '#ifdef K_P\n#define K_X K_P\n#endif'],
]);

/** Numbers of a few families, of which text alone tells some, and requests that may have one number. */
const numbered = fc
  .tuple(
    fc.constantFrom('K_F_', 'K_F_', 'K_F_', 'K_F_A_', 'K_'),
    fc.constantFrom('A', 'B', 'C', 'D', 'E', 'G', 'H'),
    fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }).map(String) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 5 }).map((more) => `(K_BASE + ${more})`) },
      fc.constantFrom('(1 << 2)', 'sizeof(struct k_r)', 'K_F_A', 'K_F_B', 'K_C', 'text here'),
      fc.constantFrom("_IO('k', 1)", "_IO('k', K_BASE)", "_IOW('k', 0x01, struct k_r)", "_IOW('k', 1, struct k_q)"),
      fc.constantFrom(
        'K_CODE(4, 0)',
        'K_CODE(5, 0)',
        "K_CODE('a', 1)",
        "K_CODE('a', 2)",
        'K_NARROW(0x104)',
        'K_NARROW(5)',
      ),
      fc.constantFrom('K_IOW(1, struct k_q)', 'K_IOW(2, struct k_r)', '((K_IOW(1, struct k_q)))', 'CAT(K_F, _B)'),
    ),
  )
  .map(([prefix, last, is]) => ({ name: `${prefix}${last}`, is }));
const numbers = fc
  .uniqueArray(numbered, { maxLength: 14, selector: ({ name }) => name })
  .map((all) => all.map(({ name, is }) => `#define ${name} ${is}`));
const enumerated = fc
  .uniqueArray(numbered, { minLength: 1, maxLength: 4, selector: ({ name }) => name })
  .map((all) => [`enum k_f {\n${all.map(({ name }) => `\t${name},\n`).join('')}};`, ...all.map(selfNamed)]);

function selfNamed({ name }: { readonly name: string }): string {
  return `#define ${name} ${name}`;
}

const basics = [
  ...['#define K_BASE 1', 'struct k_r {\n\t__u32 x;\n};', 'struct k_q {\n\t__u32 y;\n};'],
  ...["#define K_IOW(n, t) _IOW('k', n, t)", '#define CAT(a, b) a ## b', 'typedef unsigned char k_byte;'],
  ...['#define K_CODE(a, b) ((__u32)(a) | ((__u32)(b) << 8))', '#define K_NARROW(a) ((k_byte)(a))'],
];

function header(guard: string, includes: readonly string[], body: readonly string[]): string {
  const included = includes.map((one) => `#include <${one}>\n`).join('');
  return `#ifndef ${guard}\n#define ${guard}\n${included}${body.map((one) => `${one}\n`).join('')}#endif\n`;
}

interface Bodies {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly c: readonly string[];
  /** What one header defines before it includes a. */
  readonly d: readonly string[];
  readonly asm: readonly string[];
  /** What is only ever included. */
  readonly generic: readonly string[];
  /** What any line may include, and one header does before it includes a. */
  readonly v: readonly string[];
}

function filesOf({ a, b, c, d, asm, generic, v }: Bodies): Files {
  return {
    'include/uapi/linux/types.h': header(
      'T_H',
      ['asm/types.h', 'linux/ioctl.h'],
      ['typedef unsigned int __u32;', 'typedef unsigned long long __u64;'],
    ),
    'include/uapi/linux/ioctl.h': header(
      'I_H',
      [],
      [
        '#define _IOC(d, t, n, s) (((d) << 30) | ((t) << 8) | (n) | ((s) << 16))',
        '#define _IO(t, n) _IOC(0U, (t), (n), 0)',
        '#define _IOW(t, n, s) _IOC(1U, (t), (n), sizeof(s))',
        '#define _IOR(t, n, s) _IOC(2U, (t), (n), sizeof(s))',
      ],
    ),
    'include/uapi/linux/a.h': header('A_H', ['linux/types.h', 'asm/k.h'], a),
    'include/uapi/linux/b.h': header('B_H', ['linux/a.h'], b),
    'include/uapi/linux/c.h': header('C_H', ['linux/types.h', 'linux/b.h'], c),
    'include/uapi/linux/d.h': header('D_H', [], [...d, '#include <linux/a.h>', '#define K_D (K_A + K_B)']),
    'include/uapi/linux/e.h': header('E_H', ['linux/v.h', 'linux/a.h'], ['#define K_EE (K_A + L_A)']),
    'include/uapi/linux/v.h': header('V_H', [], v),
    'include/uapi/asm-generic/types.h': header('G_H', [], ['#define __BITS_PER_LONG 64']),
    'arch/x86/include/uapi/asm/types.h': header(
      'X_H',
      [],
      ['#ifdef __x86_64__', '#define __BITS_PER_LONG 64', '#else', '#define __BITS_PER_LONG 32', '#endif'],
    ),
    'arch/arm/include/uapi/asm/types.h': header('R_H', [], ['#define __BITS_PER_LONG 32']),
    'arch/x86/include/uapi/asm/k.h': header('XK_H', ['linux/types.h', 'asm-generic/k.h'], asm),
    'include/uapi/asm-generic/k.h': header('GK_H', ['asm-generic/more-k.h'], []),
    'include/uapi/asm-generic/more-k.h': header('MK_H', [], generic),
    'arch/arm/include/uapi/asm/k.h': header(
      'RK_H',
      ['linux/types.h'],
      ['#ifdef K_A\n#include <asm-generic/k.h>\n#endif', 'struct k_b {\n\tint x;\n};'],
    ),
  };
}

/** A change of one header: lines that came, went, or stand instead of others; a condition put around some. */
interface Change {
  readonly where: keyof Bodies;
  readonly at: number;
  readonly gone: number;
  readonly come: readonly string[];
  /** How many lines behind those that came it decides about. */
  readonly condition: readonly [directive: string, lines: number] | undefined;
}

const change: fc.Arbitrary<Change> = fc.record({
  where: fc.constantFrom('a', 'b', 'c', 'asm', 'generic', 'v'),
  at: fc.nat(7),
  gone: fc.nat(1),
  come: fc.array(line, { maxLength: 2 }),
  condition: fc.option(
    fc.tuple(fc.constantFrom('#if K_A > 1', '#ifdef K_B', '#ifndef K_C', '#if 0', '#ifdef __x86_64__'), fc.nat(4)),
    { nil: undefined },
  ),
});

function changed(before: readonly string[], { at, gone, come, condition }: Change): readonly string[] {
  const [above, below] = [before.slice(0, at), before.slice(at + gone)];
  if (condition === undefined) return [...above, ...come, ...below];
  const [directive, count] = condition;
  return [...above, ...come, directive, ...below.slice(0, count), '#endif', ...below.slice(count)];
}

describe('a comparison that reads no more than may tell', () => {
  test.each([
    ['x86_64, where it is always included', 'x86_64', []],
    ['arm, where a header has to ask for it', 'arm', ['#define K_A 1']],
  ])('sees a header that is only ever included: for %s', (_what, name, d) => {
    const bodies: Bodies = { a: [], b: [], c: [], d, asm: [], generic: ['#define L_A 1'], v: [] };
    const sides = open(filesOf(bodies), filesOf({ ...bodies, generic: ['#define L_A 2'] }));
    const [finding] = answerTo(restrictToChanges(sides.old, sides.new, [])).findings;
    expect(finding?.message).toBe('L_A changed from 1 to 2');
    expect(finding?.targets).toContain(name);
  });

  test('asks nobody about a remark', () => {
    const b = ['struct k_a { no_such_type x; };'];
    const bodies: Bodies = { a: [], b, c: [], d: [], asm: [], generic: [], v: [] };
    // For arm, nobody includes the header.
    const sides = open(filesOf(bodies), filesOf({ ...bodies, generic: ['/* a remark */'] }));
    const { verdict, notUnderstood } = answerTo(restrictToChanges(sides.old, sides.new, []));
    expect([verdict, notUnderstood]).toEqual(['compatible', []]);
  });

  test('answers as one that reads everything', () => {
    fc.assert(
      fc.property(
        fc.record({ a: lines, b: lines, c: lines, d: few, asm: lines, generic: few, v: lines }),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (bodies, changes) => {
          let next: Bodies = bodies;
          for (const one of changes) next = { ...next, [one.where]: changed(next[one.where], one) };
          // What two headers that changed say against each other is told by none of them alone.
          const isOne = new Set(changes.map(({ where }) => where)).size === 1;
          const [before, after] = [bodies, next].map((some) => {
            const { 'include/uapi/linux/e.h': both = '', ...files } = filesOf(some);
            return isOne ? { ...files, 'include/uapi/linux/e.h': both } : files;
          });
          if (before === undefined || after === undefined) return;
          const sides = open(before, after);
          const found = answerTo(restrictToChanges(sides.old, sides.new, []));
          const full = inFull(open(before, after));
          const expected = answerTo(full);
          // A header with mistakes is told of where it can tell that something changed.
          if (expected.notUnderstood.length === 0) expect(shown(found)).toBe(shown(expected));
          else expect(found.notUnderstood.map(mistake)).toEqual(expect.arrayContaining([...mistakesThatCame(full)]));
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  describe('of a header that may say something else below those that include it', () => {
    const nothing: Bodies = { a: [], b: [], c: [], d: [], asm: [], generic: [], v: [] };
    const compared = (before: Partial<Bodies>, after: Partial<Bodies>): Sides =>
      open(filesOf({ ...nothing, ...before }), filesOf({ ...nothing, ...before, ...after }));
    const readBy = ({ old, new: next }: Sides): readonly string[] => {
      const sides = restrictToChanges(old, next, []);
      const [target] = sides.new.targets;
      if (target === undefined) return expect.fail();
      pairOf(sides, target);
      return sides.new.namesFor(target);
    };
    const number = (value: string): readonly string[] => ['#ifndef K_A', `#define K_B ${value}`, '#endif'];

    test('reads it alone, where it shows by itself what changed', () => {
      const sides = compared({ a: number('1'), d: ['#define K_A 1'] }, { a: number('2') });
      expect(readBy(sides)).toEqual(['linux/a.h', 'linux/d.h']);
      const other = compared({ a: number('1'), v: ['#define K_A 1'] }, { a: number('2') });
      expect(readBy(other)).toEqual(['linux/a.h', 'linux/d.h']);
    });

    test.each([
      ['one that has the same number of its own', { d: ['#define L_A 1'] }, { a: ['#define L_A 1'] }],
      [
        'one below which a number is there',
        { a: ['#ifdef K_C', '#endif'], d: ['#define K_C 1'] },
        { a: ['#ifdef K_C', '#define L_B 1', '#endif'] },
      ],
      [
        'one below which a tag is there, and not only a macro',
        {
          a: ['#ifdef K_C', 'struct k_a {', '\tint x;', '};', '#else', '#define k_a 1', '#endif'],
          d: ['#define K_C 1'],
        },
        { a: ['#ifdef K_C', 'struct k_a {', '\tlong x;', '};', '#else', '#define k_a 1', '#endif'] },
      ],
    ])('asks %s', (_what, before, after) => {
      const found = answerTo(restrictToChanges(...inOrder(compared(before, after))));
      expect(shown(found)).toBe(shown(answerTo(inFull(compared(before, after)))));
    });

    test('asks those to whom a new condition is a mistake', () => {
      const sides = compared({ v: ["#define K_A _IOR('k', 2, k_t)"] }, { asm: ['#if K_A > 1', '#endif'] });
      const { notUnderstood } = answerTo(restrictToChanges(...inOrder(sides)));
      expect(notUnderstood.map(mistake)).toContain('arch/x86/include/uapi/asm/k.h: A ) is missing.');
    });
  });

  test.each([
    ['is worth that only because a cast makes it narrower', 'K_NARROW(0x104)'],
    ['is made by a macro', 'K_CODE(4, 0)'],
    ['is made of another number', '(K_BASE + 3)'],
    ['has another name for it', 'K_FOUR'],
  ])('sees that a new number is taken by one that %s', (_what, is) => {
    const filesWith = (...more: readonly string[]): Files =>
      filesOf({
        a: [...basics, '#define K_FOUR (K_BASE + 3)', '#define K_F_A 1', '#define K_F_B 2', '#define K_F_C 3', ...more],
        ...{ b: [], c: [], d: [], asm: [], generic: [], v: [] },
      });
    const was = `#define K_F_D ${is}`;
    const sides = open(filesWith(was), filesWith(was, '#define K_F_E 4'));
    const { findings } = answerTo(restrictToChanges(sides.old, sides.new, []));
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('K_F_E claims 4, which is K_F_D'),
    );
  });

  test.each([
    ['written in another way', "_IOW('k', 0x07, struct k_q)"],
    ['made by another macro', 'K_IOW(7, struct k_q)'],
    ['made of another number', "_IOW('k', K_BASE + 6, struct k_q)"],
    ['in parentheses', "(_IOW('k', 7, struct k_q))"],
  ])('sees that the number of a new request is taken by one %s', (_what, is) => {
    const filesWith = (...more: readonly string[]): Files =>
      filesOf({ a: [...basics, `#define K_OLD ${is}`, ...more], b: [], c: [], d: [], asm: [], generic: [], v: [] });
    const sides = open(filesWith(), filesWith("#define K_NEW _IOW('k', 7, struct k_r)"));
    const { findings } = answerTo(restrictToChanges(sides.old, sides.new, []));
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('K_NEW has the number of K_OLD'),
    );
  });

  test('knows the families of what changed, and who has its number, as one that reads everything', () => {
    fc.assert(
      fc.property(
        fc.record({ a: numbers, asm: numbers, some: fc.oneof(enumerated, fc.constant([])) }),
        fc.record({ at: fc.nat(8), gone: fc.nat(2), come: numbers.map((some) => some.slice(0, 2)) }),
        ({ a, asm, some }, change) => {
          const filesWith = (lines: readonly string[]): Files =>
            filesOf({ a: [...basics, ...some, ...lines], b: [], c: [], d: [], asm, generic: [], v: [] });
          const [before, after] = [
            filesWith(a),
            filesWith(changed(a, { ...change, where: 'a', condition: undefined })),
          ];
          const sides = open(before, after);
          const found = answerTo(restrictToChanges(sides.old, sides.new, []));
          const expected = answerTo(inFull(open(before, after)));
          if (expected.notUnderstood.length === 0) expect(shown(found)).toBe(shown(expected));
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  test('answers as one that works out every macro for C++ programs too', () => {
    fc.assert(
      fc.property(
        ...[made, made, saidInCxx],
        fc.oneof(saidInCxx, fc.record({ inCxx: fc.constantFrom('1', '2', 'K_U') }), fc.constant({})),
        (lines, others, was, is) => {
          const filesWith = (said: SaidInCxx, more: readonly string[]): Files =>
            filesOf({ a: [...linesOf(said), ...more], b: [], c: [], d: [], asm: [], generic: [], v: [] });
          const [before, after] = [filesWith(was, lines), filesWith({ ...was, ...is }, others)];
          const sides = open(before, after);
          const found = answerTo(restrictToChanges(sides.old, sides.new, []), true);
          const expected = answerTo(inFull(open(before, after)), true);
          if (expected.notUnderstood.length === 0) expect(shown(found)).toBe(shown(expected));
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);

  /** What a header reads on one side only is there on both, and says there what it says below what includes it. */
  describe('of a header that includes more or less than before', () => {
    const files: Files = {
      ...filesOf({ a: [], b: [], c: [], d: [], asm: [], generic: [], v: [] }),
      'include/uapi/linux/clock.h': header('CL_H', ['asm/clock.h'], []),
      // As asm/posix_types.h does for x32: what stands in asm-generic/ alone is meant for other architectures.
      'arch/x86/include/uapi/asm/clock.h': header(
        'XCL_H',
        [],
        ['typedef long long k_long;', '#define K_LONG k_long', '#include <asm-generic/clock.h>'],
      ),
      'arch/arm/include/uapi/asm/clock.h': '#include <asm-generic/clock.h>\n',
      'include/uapi/asm-generic/clock.h': header(
        'GCL_H',
        [],
        ['#ifdef K_LONG', 'typedef K_LONG k_clock;', '#else', 'typedef short k_clock;', '#define K_SHORT', '#endif'],
      ),
      // As linux/fs.h and linux/limits.h do.
      'include/uapi/linux/limits.h': header('LI_H', [], ['#define K_OPEN 1024']),
      'include/uapi/linux/fs.h': header('F_H', ['linux/limits.h'], ['#undef K_OPEN', '#define K_FS 1']),
    };

    test.each([
      ['what another header of the architecture has a say in', ['linux/clock.h']],
      ['a macro that does not outlive the include', ['linux/fs.h']],
      ['both', ['linux/clock.h', 'linux/fs.h']],
    ])('finds nothing new or gone: %s', (_what, come) => {
      const after = { ...files, 'include/uapi/linux/v.h': header('V_H', come, []) };
      const sides = open(files, after);
      const { verdict, findings } = answerTo(restrictToChanges(sides.old, sides.new, []));
      expect([verdict, findings]).toEqual(['compatible', []]);
    });

    test.each([
      ['clocks', ['linux/clock.h'], ['<linux/v.h> no longer includes <linux/clock.h>']],
      ['what it gets through another header', ['linux/fs.h', 'linux/limits.h'], []],
    ])('says as much as one that reads everything of %s that it no longer includes', (_what, went, said) => {
      const before = { ...files, 'include/uapi/linux/v.h': header('V_H', went, []) };
      const after = { ...files, 'include/uapi/linux/v.h': header('V_H', went.slice(0, -1), []) };
      const sides = open(before, after);
      const found = answerTo(restrictToChanges(sides.old, sides.new, [])).findings;
      expect(found.map(({ message }) => message)).toEqual(said);
      expect(found.map(({ rule, verdict }) => `${verdict} ${rule}`)).toEqual(said.map(() => 'review include-removed'));
      expect(answerTo(open(before, after)).findings.map(({ message }) => message)).toEqual(said);
    });

    test('says as much as one that reads everything, whatever comes and goes', () => {
      const names = ['p', 'q', 'r', 's'] as const;
      const own = fc.record({
        includes: fc.subarray([
          ...['linux/p.h', 'linux/q.h', 'linux/r.h', 'linux/s.h', 'linux/clock.h', 'linux/fs.h', 'linux/limits.h'],
        ]),
        number: fc.constantFrom('1', '2', 'K_FS', 'K_OPEN'),
        type: fc.constantFrom('int', 'k_clock', 'struct k_p', 'struct k_q'),
      });
      type Own = typeof own extends fc.Arbitrary<infer One> ? One : never;
      const four = fc.tuple(own, own, own, own);
      const withFour = (some: readonly Own[]): Files => ({
        ...files,
        ...Object.fromEntries(
          some.map(({ includes, number, type }, at) => {
            const name = names[at] ?? '';
            const upper = name.toUpperCase();
            const others = includes.filter((one) => one !== `linux/${name}.h`);
            const body = [`#define K_${upper} ${number}`, `struct k_${name} {\n\t${type} *x;\n\tint y[${number}];\n};`];
            return [`include/uapi/linux/${name}.h`, header(`${upper}_H`, others, body)];
          }),
        ),
      });
      fc.assert(
        fc.property(four, fc.integer({ min: 0, max: 3 }), own, (before, at, is) => {
          const after = before.map((one, index) => (index === at ? is : one));
          const sides = open(withFour(before), withFour(after));
          const expected = answerTo(open(withFour(before), withFour(after)));
          const found = answerTo(restrictToChanges(sides.old, sides.new, []));
          if (expected.notUnderstood.length === 0) expect(shown(found)).toBe(shown(expected));
        }),
        { numRuns: 200 },
      );
    }, 120_000);

    test('finds what changed in it', () => {
      const generic = files['include/uapi/asm-generic/clock.h'] ?? '';
      const after = {
        ...files,
        'include/uapi/linux/v.h': header('V_H', ['linux/clock.h'], []),
        'include/uapi/asm-generic/clock.h': generic.replace('typedef short', 'typedef char'),
      };
      const sides = open(files, after);
      const { findings } = answerTo(restrictToChanges(sides.old, sides.new, []));
      expect(
        findings.map(({ subject, targets }) => [subject, targets.includes('arm'), targets.includes('x32')]),
      ).toEqual([['constant k_clock', true, false]]);
    });
  });
});
