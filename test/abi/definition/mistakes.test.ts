/** Each mistake a layout file can hold, with the place and the words in which it is reported. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../../src/abi/target.ts';
import { abiOfVariant, checkLayoutFile, variantsOf } from '../../../src/abi/definition/layout-file.ts';
import { formatDiagnostic, UserError } from '../../../src/diagnostic.ts';
import { layoutText, targetOf } from '../../layouts/support.ts';

/** A correct file, one entry a line, for tests to break. */
const sound = `{
  "header": "linux/x.h",
  "targets": ["arm64", "i386"],
  "record": "struct x",
  "variants": [
    { "name": "v1", "status": "merged" },
    { "name": "v2", "status": "proposed", "supersedes": "v1" }
  ],
  "fields": [
    { "field": "__u32 flags", "meaning": { "flags": "X_" } },
    { "field": "__u8 pad[4]", "role": "padding", "nonZero": "rejected" },
    { "struct": "inner", "fields": [{ "field": "struct y y", "validIf": "flags & X_ONE" }] },
    { "union": "", "discriminant": "flags", "fields": [
      { "field": "__u64 one", "when": ["X_ONE"] },
      { "field": "char room[16]", "role": "padding" }
    ] },
    { "field": "__u16 late", "from": "v2" }
  ],
  "expect": { "arm64": { "sizeBytes": 32, "offsets": { "inner": 8 } } },
  "records": [{ "record": "struct y", "fields": [{ "field": "__u64 value" }] }],
  "constants": [{ "family": "X_", "kind": "flags", "values": { "X_ONE": "1 << 0", "X_TWO": 2 } }],
  "requests": [{ "request": "X_GET", "define": "_IOR(0xae, 0x10, struct x)", "on": ["vm"] }]
}
`;

async function reports(text: string): Promise<string[]> {
  return (await checkLayoutFile(text, 'x.json')).diagnostics.map(formatDiagnostic);
}

/** What is reported after one replacement in a text, each as `«the text it points at» message`. */
async function broken(from: string, to: string, pointsAt: string, text = sound): Promise<string[]> {
  if (!text.includes(from)) throw new Error(`not in the file: ${from}`);
  const damaged = text.replace(from, to);
  const lines = damaged.split('\n');
  const { diagnostics } = await checkLayoutFile(damaged, 'x.json');
  return diagnostics.map(({ message, hint, location }) => {
    const rest = lines[(location?.line ?? 0) - 1]?.slice((location?.column ?? 0) - 1) ?? '';
    return `«${rest.slice(0, pointsAt.length)}» ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
}

// v2 is 8 bytes longer than the expectation of v1 says, so the file states none for it.
const withoutLate = sound.replace(',\n    { "field": "__u16 late", "from": "v2" }', '');

test('the sound file is sound', async () => {
  expect(await reports(withoutLate)).toEqual([]);
});

describe('JSON', () => {
  test.each([
    ['an empty file', '', 'x.json:1:1: error: A value is expected here.'],
    ['a comment', '// hello\n{}', 'x.json:1:1: error: JSON has no comments. (put the text into "doc")'],
    [
      'a trailing comma',
      '{\n  "header": "x",\n}',
      'x.json:3:1: error: A key in double quotes is expected here. (take the comma before it away)',
    ],
    ['an open string', '{ "header": "x }', 'x.json:1:13: error: The string is not closed.'],
    ['a missing brace', '{ "header": "x"', 'x.json:1:16: error: A closing "}" is missing.'],
    ['text behind the end', '{} {}', 'x.json:1:4: error: Nothing may follow the end of the document.'],
  ])('%s', async (_, text, message) => {
    expect((await reports(text))[0]).toBe(message);
  });

  test('a key given twice', async () => {
    const pointsAt = '"header": "b.h"';
    expect(await broken('"header": "linux/x.h"', '"header": "a.h", "header": "b.h"', pointsAt)).toContain(
      `«${pointsAt}» "header" is given twice here.`,
    );
  });

  test('nesting that would exhaust the stack', async () => {
    expect(await reports('['.repeat(100_000))).toEqual([
      'x.json:1:65: error: The document is nested deeper than 64 levels.',
    ]);
  });
});

describe('keys and values', () => {
  test.each([
    [
      '"targets": ["arm64"',
      '"targts": ["arm64"',
      '"targts"',
      '"targts" is not a key of a layout file. (did you mean "targets"?)',
    ],
    ['"i386"]', '"i368"]', '"i368"', '"i368" is not a value of an entry of "targets". (did you mean "i386"?)'],
    [
      '"status": "merged"',
      '"status": "megred"',
      '"megred"',
      '"megred" is not a value of "status". (did you mean "merged"?)',
    ],
    [
      '"role": "padding", "nonZero"',
      '"rloe": "padding", "nonZero"',
      '"rloe"',
      '"rloe" is not a key of an entry of "fields". (did you mean "role"?)',
    ],
    ['"record": "struct x"', '"record": 7', '7', '"record" must be text.'],
    [
      '{ "name": "v1", "status": "merged" }',
      '{ "status": "merged" }',
      '{ "status"',
      'an entry of "variants" lacks the key "name".',
    ],
  ])('%s → %s', async (from, to, pointsAt, message) => {
    expect(await broken(from, to, pointsAt)).toContain(`«${pointsAt}» ${message}`);
  });
});

describe('declarations', () => {
  test.each([
    ['__u32 flags"', '__u23 flags"', '__u23', 'No type is called "__u23". (did you mean "__u32"?)'],
    [
      'struct y y',
      'struct yy y',
      'struct yy',
      'No record of this file is called "struct yy" in variant "v1" on arm64. (did you mean "struct y"?)',
    ],
    ['struct y y', 'y y', 'y y', 'No type is called "y". (did you mean "struct y"?)'],
    ['__u8 pad[4]', '__u8 pad[4];', ';', '";" is not part of a member declaration. (leave the semicolon out)'],
    ['__u8 pad[4]', '__u8 pad[4', '"', 'A closing "]" is missing.'],
    ['__u8 pad[4]', '__u8 pad[X_TWOO]', 'X_TWOO', 'No constant is called "X_TWOO". (did you mean "X_TWO"?)'],
    ['__u8 pad[4]', '__u8', '"', 'The member has no name.'],
    ['__u8 pad[4]', '__u8 4pad', '4pad', '"4" cannot be the name of a member.'],
    ['__u8 pad[4]', '__u8 int', 'int', '"int" cannot be the name of a member.'],
    ['__u8 pad[4]', 'long short pad', 'long', '"long short" is no type of C.'],
    ['__u8 pad[4]', 'void pad', '"void pad', 'A member cannot have type void. (write "void *name")'],
    ['__u8 pad[4]', '__u8 pad[99999999999]', '99999', 'The array length 99999999999 is too large.'],
    ['__u8 pad[4]', '__u8 flags', '[', 'Two members are called "flags".'],
    ['__u8 pad[4]', '__u8 pad : 200', '"__u8 pad : 200', '200 is no width for a bit-field of this type.'],
    ['"field": "__u64 value"', '"field": "struct y value"', 'struct y value', 'struct y contains itself.'],
    [
      '"struct": "inner", "fields"',
      '"struct": "inner", "field": "__u8 x", "fields"',
      '{ "struct"',
      'A member has exactly one of the keys "field", "struct" and "union".',
    ],
    [
      '"record": "struct y"',
      '"record": "y"',
      '"y"',
      '"y" is not the name of a record. (write "struct NAME" or "union NAME")',
    ],
  ])('%s → %s', async (from, to, pointsAt, message) => {
    expect(await broken(from, to, pointsAt)).toContain(`«${pointsAt}» ${message}`);
  });
});

describe('references', () => {
  test.each([
    ['flags & X_ONE', 'falgs & X_ONE', '"falgs', 'struct x has no member "falgs". (did you mean "flags"?)'],
    ['flags & X_ONE', 'flags & X_OEN', 'X_OEN', 'No constant is called "X_OEN". (did you mean "X_ONE"?)'],
    [
      'flags & X_ONE',
      'flags &',
      '"flags &"',
      '"flags &" is not a condition. (write a field path, "flags & NAME" or "type == NAME")',
    ],
    [
      '"discriminant": "flags"',
      '"discriminant": "flag"',
      '"flag"',
      'struct x has no member "flag". (did you mean "flags"?)',
    ],
    ['"when": ["X_ONE"]', '"when": ["X_ONEE"]', '"X_ONEE"', 'No constant is called "X_ONEE". (did you mean "X_ONE"?)'],
    [
      ', "when": ["X_ONE"]',
      '',
      '{ "field": "__u64 one"',
      'Nothing says when the arm "one" is selected. (add "when": ["NAME"], or "role": "padding" if it only fixes the size)',
    ],
    [
      '"flags": "X_"',
      '"flags": "Y_"',
      '{ "flags": "Y_"',
      'No family of constants is called "Y_". (did you mean "X_"?)',
    ],
    ['"from": "v2"', '"from": "v3"', '"v3"', '"v3" is not a variant of this file. (did you mean "v1"?)'],
    ['"supersedes": "v1"', '"supersedes": "v11"', '"v11"', '"v11" is not a variant of this file. (did you mean "v1"?)'],
    ['"X_TWO": 2', '"X-TWO": 2', '2', '"X-TWO" cannot be the name of a constant.'],
    ['"X_TWO": 2', '"X_TWO": "two"', '"two"', '"two" is no integer of 64 bits. (write 31, "0x1f" or "1 << 3")'],
    [
      '_IOR(0xae',
      '_IOX(0xae',
      '"_IOX',
      '"_IOX(0xae, 0x10, struct x)" does not define a request. (did you mean "_IO"?)',
    ],
    ['0x10, struct x', '0x100, struct x', '"_IOR', '"0x100" is no number from 0 to 255.'],
    ['"name": "v2"', '"name": "v1"', '"v1"', 'Two variants are called "v1".'],
  ])('%s → %s', async (from, to, pointsAt, message) => {
    expect(await broken(from, to, pointsAt)).toContain(`«${pointsAt}» ${message}`);
  });
});

describe('expected layouts', () => {
  test.each([
    ['"sizeBytes": 32', '"sizeBytes": 40', '40', 'The size of struct x is 32 on arm64, not 40 as expected here.'],
    ['"inner": 8', '"inner": 4', '4 }', 'The offset of inner is 8 on arm64, not 4 as expected here.'],
    ['"inner": 8', '"iner": 8', '8 }', 'struct x has no member "iner". (did you mean "inner"?)'],
  ])('%s → %s', async (from, to, pointsAt, message) => {
    expect(await broken(from, to, pointsAt, withoutLate)).toEqual([`«${pointsAt}» ${message}`]);
  });

  test('a variant is read where it exists, and nowhere else', async () => {
    const [v1, v2] = ['"name": "v1", ', '"name": "v2", '];
    const wrong = withoutLate.replace('"sizeBytes": 32', '"sizeBytes": 40');
    const onI386 = '"targets": ["i386"], ';
    expect(await reports(wrong.replace(v1, v1 + onI386).replace(v2, v2 + onI386))).toEqual([]);
    const { file } = await checkLayoutFile(withoutLate.replace(v2, v2 + onI386), 'x.json');
    const at = (name: TargetName): readonly string[] =>
      variantsOf(file ?? expect.fail(), targetOf(name)).map((variant) => variant.name);
    expect([at('arm64'), at('i386')]).toEqual([['v1'], ['v1', 'v2']]);
  });
});

describe('hostile names', () => {
  test('members and constants may be called like the innards of JavaScript, and are just that', async () => {
    const text = withoutLate
      .replace('__u32 flags", "meaning": { "flags": "X_" }', '__u32 flags"')
      .replace('__u64 value', '__u64 __proto__')
      .replace('"X_TWO": 2', '"__proto__": 2, "constructor": 4');
    const { file, diagnostics } = await checkLayoutFile(text, 'x.json');
    expect(diagnostics).toEqual([]);
    if (file === undefined) throw new Error('no file');
    const { abi } = abiOfVariant(file, 'v1', targetOf('arm64'), 'x');
    expect(abi.constants.get('__proto__')?.value).toBe(2n);
    expect(abi.constants.get('constructor')?.value).toBe(4n);
    expect(abi.records.get('struct y')?.record.fields.map(({ name }) => name)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['X_ONE']).toBeUndefined();
  });

  test('a key called __proto__ is an unknown key like any other', async () => {
    expect((await reports('{ "__proto__": { "header": "x" } }'))[0]).toMatch(/^x\.json:1:\d+: error: /);
  });

  test('escapes do not reach the terminal', async () => {
    const [message = ''] = await reports(sound.replace('__u32 flags"', '\\u001b[31m flags"'));
    expect(message).not.toContain('\u001b');
  });

  test('a variant that is not there is a wrong call', async () => {
    const { file } = await checkLayoutFile(withoutLate, 'x.json');
    if (file === undefined) throw new Error('no file');
    expect(() => abiOfVariant(file, 'constructor', targetOf('arm64'), 'x')).toThrow(UserError);
  });

  test('records that double at each step are refused before they fill the memory', async () => {
    const records = Array.from({ length: 40 }, (_, index) => ({
      record: `struct r${String(index)}`,
      fields:
        index === 0
          ? [{ field: '__u8 x' }]
          : ['a', 'b'].map((name) => ({ field: `struct r${String(index - 1)} ${name}` })),
    }));
    const text = JSON.stringify({
      header: 'x.h',
      targets: ['arm64'],
      variants: [{ name: 'v1', status: 'merged' }],
      records,
    });
    expect((await reports(text))[0]).toContain('has more than 65536 members at all depths');
  });
});

test('a file with random damage is reported on or read, and never breaks the reader', async () => {
  const text = layoutText('kvm_vcpu_events.arm64.json');
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.nat(12), fc.string({ maxLength: 6 }), async (at, length, inserted) => {
      const damaged = text.slice(0, at) + inserted + text.slice(at + length);
      const { file, diagnostics } = await checkLayoutFile(damaged, 'x.json');
      expect(file !== undefined || diagnostics.length > 0).toBe(true);
      for (const { location } of diagnostics) expect(location?.line).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});
