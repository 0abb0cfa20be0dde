/** Every format of `uabi check`, by the name `--format` and `-o` know it by. */

import { checkJson } from './check-json.ts';
import { checkJsonl } from './check-jsonl.ts';
import type { CheckReport } from './check-report.ts';
import { checkTerse } from './check-terse.ts';
import { checkText } from './check-text.ts';

export interface CheckFormat {
  /** For whom it is, in a few words. */
  readonly summary: string;
  readonly render: (report: CheckReport) => string;
}

export const checkFormats = {
  text: { summary: 'for people, 80 columns', render: checkText },
  terse: { summary: 'one line for each finding, as compilers write them', render: checkTerse },
  json: { summary: 'one document (uabi schema check)', render: checkJson },
  jsonl: { summary: 'one object a line (uabi schema check-line)', render: checkJsonl },
} as const satisfies Readonly<Record<string, CheckFormat>>;

export type CheckFormatName = keyof typeof checkFormats;

export const checkFormatNames = Object.keys(checkFormats) as CheckFormatName[];
