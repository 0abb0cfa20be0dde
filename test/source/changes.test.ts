import { describe, expect, test } from 'vitest';
import { changedHeaders, includedFiles } from '../../src/source/changes.ts';
import type { TargetHeaders } from '../../src/source/header.ts';
import { openDirectory } from '../../src/source/open-headers.ts';
import { arm, arm64, kernelFiles, scratchDirectory } from './scratch.ts';

function headersOf(changes: Readonly<Record<string, string>>, target = arm64): TargetHeaders {
  return openDirectory(scratchDirectory({ ...kernelFiles, ...changes }), 'tree', []).forTarget(target);
}

function changedBy(changes: Readonly<Record<string, string>>, target = arm64): readonly string[] {
  return changedHeaders(headersOf({}, target), headersOf(changes, target)).new;
}

describe('what must be read to compare two trees', () => {
  test('is nothing where nothing changed', () => {
    expect(changedBy({})).toEqual([]);
  });

  test('is the header that changed, and those that include it', () => {
    expect(changedBy({ 'include/uapi/linux/fuse.h': 'int x;\n' })).toEqual(['linux/fuse.h']);
    expect(changedBy({ 'include/uapi/drm/drm.h': 'int x;\n' })).toEqual(['drm/drm.h', 'drm/i915.h']);
  });

  test('goes through asm/ wrappers, and only where the target uses them', () => {
    const change = { 'include/uapi/asm-generic/types.h': 'typedef unsigned __u32;\n' };
    expect(changedBy(change)).toEqual(['asm/types.h', 'linux/kvm.h', 'linux/types.h']);
    expect(changedBy(change, arm)).toEqual([]);
  });

  test('names headers that were added or removed, and those that could not find them before', () => {
    const added = headersOf({
      'include/uapi/linux/new.h': '',
      'include/uapi/linux/fuse.h': '#include <linux/new.h>\n',
    });
    const before = headersOf({ 'include/uapi/linux/fuse.h': '#include <linux/new.h>\n' });
    expect(changedHeaders(before, added).new).toEqual(['linux/fuse.h', 'linux/new.h']);
    expect(changedHeaders(before, added).old).toEqual(['linux/fuse.h']);
  });

  test('always includes a header with a computed include', () => {
    const computed = { 'include/uapi/linux/odd.h': '#define X <linux/types.h>\n#include X\n' };
    expect(changedHeaders(headersOf(computed), headersOf(computed)).new).toEqual(['linux/odd.h']);
  });

  test('follows includes in circles', () => {
    const circle = {
      'include/uapi/linux/a.h': '#include <linux/b.h>\n',
      'include/uapi/linux/b.h': '#include <linux/a.h>\n',
    };
    const names = includedFiles(headersOf(circle), ['linux/a.h']).map(({ name }) => name);
    expect(names.sort()).toEqual(['linux/a.h', 'linux/b.h']);
  });
});
