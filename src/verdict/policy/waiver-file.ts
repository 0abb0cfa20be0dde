/**
 * Waivers: findings that somebody accepted, with a reason and a last day.
 *
 * They stand in a file of their own (`uabi.waivers.json`), so that a project can ask other people to approve its changes
 * than those of its code. A waiver is keyed by the fingerprint of what changed, so it survives moved lines and better words, and
 * fits nothing else. It may repeat the rule and the subject: for whoever reads the file, and so that a change that went
 * further than what was accepted is told as that. Comments are welcome in the file.
 */

import { type LocatedJson, readLocatedJson } from '../../abi/definition/located-json.ts';
import { validateDocument } from '../../abi/definition/validate.ts';
import type { Diagnostic } from '../../diagnostic.ts';

export interface Waiver {
  readonly fingerprint: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly rule?: string;
  readonly subject?: string;
  /** Where it is written. */
  readonly file: string;
  readonly line: number;
}

const text = (description: string): object => ({ type: 'string', description });

/** JSON Schema of `uabi.waivers.json`. */
export const waiverSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'uabi-waivers-1',
  title: 'uabi waivers',
  description: 'Findings of uabi that were accepted, each with a reason and a last day.',
  type: 'object',
  properties: {
    $schema: text('Path or address of this schema.'),
    waivers: {
      type: 'array',
      description: 'The accepted findings.',
      items: {
        type: 'object',
        description: 'One accepted finding.',
        properties: {
          fingerprint: {
            type: 'string',
            pattern: '^[0-9a-f]{12}$',
            description: 'The 12 hex digits that reports show with the finding.',
          },
          reason: { type: 'string', pattern: '\\S', description: 'Why it is accepted, for whoever asks later.' },
          expires: {
            type: 'string',
            pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
            description: 'The last day on which it holds, YYYY-MM-DD.',
          },
          rule: text('The rule of the finding; checked if given.'),
          subject: text('What the finding is about; checked if given.'),
        },
        required: ['fingerprint', 'reason', 'expires'],
        additionalProperties: false,
      },
    },
  },
  required: ['waivers'],
  additionalProperties: false,
};

interface WaiverDocument {
  readonly waivers: readonly Omit<Waiver, 'file' | 'line'>[];
}

/** What a waiver file holds; never throws for its text. With any diagnostic the file is not to be used. */
export async function readWaivers(
  content: string,
  file: string,
): Promise<{ readonly waivers: readonly Waiver[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { located, diagnostics } = readLocatedJson(content, file, { hasComments: true });
  if (located === undefined) return { waivers: [], diagnostics };
  diagnostics.push(...(await validateDocument(located, waiverSchema, 'a waiver file')));
  if (diagnostics.length > 0) return { waivers: [], diagnostics };
  const { waivers: entries } = located.value as WaiverDocument;
  const waivers = entries.map((entry, index) => ({
    ...entry,
    file,
    line: located.locate(['waivers', index])?.line ?? 1,
  }));
  diagnostics.push(...mistakesIn(waivers, located));
  return { waivers: diagnostics.length > 0 ? [] : waivers, diagnostics };
}

function mistakesIn(waivers: readonly Waiver[], located: LocatedJson): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const add = (index: number, key: string, code: string, message: string): void => {
    const location = located.locate(['waivers', index, key]);
    diagnostics.push({ severity: 'error', code, message, ...(location === undefined ? {} : { location }) });
  };
  for (const [index, { fingerprint, expires }] of waivers.entries()) {
    if (!isCalendarDay(expires)) {
      add(index, 'expires', 'bad-value', `"${expires}" is no day of the calendar.`);
    }
    if (seen.has(fingerprint)) add(index, 'fingerprint', 'duplicate-name', `${fingerprint} is waived twice.`);
    seen.add(fingerprint);
  }
  return diagnostics;
}

/** Whether `YYYY-MM-DD` is a day that exists: `Date` would take 31 June for 1 July. */
export function isCalendarDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
