/** The table of commands, in the order of `uabi --help`. */

import type { CommandEntry } from './command.ts';

export const commands: readonly CommandEntry[] = [
  { name: 'check', summary: 'is this change an ABI break?', load: () => import('./check.ts') },
  { name: 'layout', summary: 'where is every byte of a record', load: () => import('./layout.ts') },
  {
    name: 'snapshot',
    summary: 'the ABI as one reviewable file, for later checks',
    load: () => import('./snapshot.ts'),
  },
  { name: 'import', summary: 'a layout file for a record of a header', load: () => import('./import.ts') },
  { name: 'ioctl', summary: 'what is this request', load: () => import('./ioctl.ts') },
  { name: 'decode', summary: 'what does every byte of this buffer mean', load: () => import('./decode.ts') },
  { name: 'encode', summary: 'values into the bytes of a record', load: () => import('./encode.ts') },
  { name: 'generate', summary: 'typed codecs from layouts', load: () => import('./generate.ts') },
  { name: 'lint', summary: 'would this be hard to keep compatible?', load: () => import('./lint.ts') },
  { name: 'waive', summary: 'accept one finding, on the record', load: () => import('./waive.ts') },
  {
    name: 'explain',
    summary: 'why a rule exists, with an example and the way out',
    load: () => import('./explain.ts'),
  },
  { name: 'rules', summary: 'the rule catalogue', load: () => import('./rules.ts') },
  { name: 'schema', summary: 'the JSON Schema of something uabi reads or prints', load: () => import('./schema.ts') },
  { name: 'simulate', summary: 'the simulated kernel: replay, compare', load: () => import('./simulate.ts') },
];

/** The command that is made from all others (`completion.ts` reads this table, so it cannot stand in it). */
export const completionSummary = 'words for your shell to complete, or the man page';
