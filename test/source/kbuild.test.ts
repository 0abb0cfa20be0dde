import { describe, expect, test } from 'vitest';
import { evaluateKbuild } from '../../src/source/kbuild.ts';

function words(text: string, name: string, files: readonly string[] = []): readonly string[] {
  const context = { architecture: 'arm64', exists: (path: string) => files.includes(path) };
  return evaluateKbuild(text, context).get(name) ?? [];
}

describe('Kbuild files', () => {
  test('add words to lists, over continued lines, without comments', () => {
    expect(words('# c\ngeneric-y += a.h # no\ngeneric-y += b.h \\\n  c.h\n', 'generic-y')).toEqual([
      'a.h',
      'b.h',
      'c.h',
    ]);
  });

  test('decide on files that the tree has', () => {
    const text =
      'ifeq ($(wildcard $(srctree)/arch/$(SRCARCH)/x.h),)\nifeq ($(wildcard $(objtree)/arch/$(SRCARCH)/x.h),)\ny += no\nendif\nelse\ny += yes\nendif\n';
    expect(words(text, 'y')).toEqual(['no']);
    expect(words(text, 'y', ['arch/arm64/x.h'])).toEqual(['yes']);
  });

  test.each([
    ['ifneq ($(A),)\ny += 1\nelse ifeq ($(SRCARCH),arm64)\ny += 2\nelse\ny += 3\nendif\n', ['2']],
    ['A := x\nifdef A\ny += $(A).h ${A}\nendif\n', ['x.h', 'x']],
    ['A = 1\nA ?= 2\ny := $(A)\n', ['1']],
    ['ifeq (a,b\ny += odd\nendif\ny += z\nendif\nendif\n', ['z']],
    ['A = $(A)\ny = $(A)b\n', ['b']],
    ['\ty += recipe\n', []],
  ])('evaluate %j', (text, expected) => {
    expect(words(text, 'y')).toEqual(expected);
  });
});
