import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, test } from 'vitest';
import { layoutSchema } from '../../../src/abi/definition/schema.ts';

const published = new URL('../../../layouts/layout.schema.json', import.meta.url);

// `npx vitest run test/abi/definition/schema.test.ts -u` writes the file anew.
test('the published schema is the one files are checked with', async () => {
  const text = await format(JSON.stringify(layoutSchema), { parser: 'json', printWidth: 120 });
  await expect(text).toMatchFileSnapshot(published.pathname);
});

test('every key that an editor completes has a sentence', () => {
  const { properties } = JSON.parse(readFileSync(published, 'utf8')) as {
    properties: Record<string, { description?: string }>;
  };
  expect(Object.entries(properties).filter(([, { description }]) => description === undefined)).toEqual([]);
});
