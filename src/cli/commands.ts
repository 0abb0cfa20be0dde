/** The table of commands, in the order of `uabi --help`. */

import type { CommandEntry } from './command.ts';

export const commands: readonly CommandEntry[] = [];
