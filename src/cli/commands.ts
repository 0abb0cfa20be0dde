/** The table of commands, in the order of `uabi --help`. */

import type { CommandEntry } from './command.ts';

export const commands: readonly CommandEntry[] = [
  { name: 'layout', summary: 'where is every byte of a record', load: () => import('./layout.ts') },
  { name: 'ioctl', summary: 'what is this request', load: () => import('./ioctl.ts') },
];
