/** Every format of `uabi check`, by the name `--format` and `-o` know it by. */

import { checkB4 } from './check-b4.ts';
import { checkGithub } from './check-github.ts';
import { checkGitlab } from './check-gitlab.ts';
import { checkJson } from './check-json.ts';
import { checkJsonl } from './check-jsonl.ts';
import { checkJunit } from './check-junit.ts';
import { checkMail } from './mail/check-mail.ts';
import { checkMarkdown } from './check-markdown.ts';
import type { CheckReport } from './check-report.ts';
import { checkSarif } from './check-sarif.ts';
import { checkTerse } from './check-terse.ts';
import { checkText } from './check-text.ts';
import { checkHtml } from './html/check-html.ts';

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
  sarif: { summary: 'SARIF 2.1.0, for code scanning', render: checkSarif },
  github: { summary: 'annotations of GitHub Actions, and a job summary', render: checkGithub },
  gitlab: { summary: 'code quality report of GitLab', render: checkGitlab },
  junit: { summary: 'JUnit XML, for CI servers', render: checkJunit },
  markdown: { summary: 'for comments and summaries', render: (report) => checkMarkdown(report) },
  mail: { summary: 'a reply to the patch, 72 columns', render: checkMail },
  html: { summary: 'one file, with every byte drawn', render: checkHtml },
  b4: { summary: 'a check of b4 review', render: checkB4 },
} as const satisfies Readonly<Record<string, CheckFormat>>;

export type CheckFormatName = keyof typeof checkFormats;

export const checkFormatNames = Object.keys(checkFormats) as CheckFormatName[];
