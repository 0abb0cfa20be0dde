/** The table of commands, in the order of `uabi --help`. */

import type { CommandEntry } from './command.ts';

export const commands: readonly CommandEntry[] = [
  { name: 'ioctl', summary: 'what is this request', load: () => import('./ioctl.ts') },
];
