/** Whoever runs a command trusts uabi's own layout files: here everything in them is read, on every target, and held against what they expect. */

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkLayoutFile } from '../../src/abi/definition/layout-file.ts';
import { layoutText } from './support.ts';

const directory = new URL('../../layouts/', import.meta.url);

test.each(readdirSync(directory).filter((name) => name !== 'layout.schema.json'))(
  '%s has no mistakes',
  async (name) => {
    expect((await checkLayoutFile(layoutText(name), name)).diagnostics).toEqual([]);
  },
);
