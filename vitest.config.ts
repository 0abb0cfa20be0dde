import { defineConfig } from 'vitest/config';

// Three kinds of test, told apart by name: `*.test.ts` is fast and needs nothing; `*.oracle.test.ts` asks a compiler;
// `*.cli.test.ts` starts the built program (`npm test` builds first).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{oracle,cli}.test.ts'],
          // No test is about time: a busy machine must not make one fail. What hangs ends here.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'oracle', include: ['test/**/*.oracle.test.ts'], testTimeout: 300_000, hookTimeout: 120_000 } },
      { test: { name: 'cli', include: ['test/**/*.cli.test.ts'], testTimeout: 120_000 } },
    ],
  },
});
