/** Whether to colour: only on a terminal, unless the user says otherwise. */

import { colourStyle, plainStyle, type Style } from '../report/style.ts';
import type { Io } from './io.ts';

/**
 * FORCE_COLOR decides where it is set (0 and false mean no), then NO_COLOR (anything but empty means no), then the terminal;
 * the same order as Node's own.
 */
export function styleFor({ env, isTerminal }: Io): Style {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plainStyle : colourStyle;
  if (refused !== undefined && refused !== '') return plainStyle;
  return isTerminal.stdout && terminal !== 'dumb' ? colourStyle : plainStyle;
}
