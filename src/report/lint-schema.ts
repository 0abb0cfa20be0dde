/** JSON Schema of what `uabi lint --format json` prints; `uabi schema lint` prints this. */

import { targetNames } from '../abi/target.ts';
import { lintRules, lintSeverities } from '../verdict/lint/rules.ts';

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const integerOrNull = { type: ['integer', 'null'] } as const;
const count = { type: 'integer', minimum: 0 } as const;
const targets = { type: 'array', items: { enum: targetNames }, minItems: 1 } as const;

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const place = { header: textOrNull, line: integerOrNull, column: integerOrNull };

export const lintSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'uabi-lint-1',
  title: 'uabi lint --format json',
  ...object({
    schemaVersion: { const: 1 },
    source: text,
    targets,
    counts: object({ error: count, warning: count, note: count }),
    findings: {
      type: 'array',
      items: object({
        rule: { enum: [...lintRules.keys()] },
        severity: { enum: lintSeverities },
        subject: text,
        targets,
        ...place,
        header: text,
        file: textOrNull,
        message: text,
      }),
    },
    notUnderstood: { type: 'array', items: object({ ...place, code: text, message: text }) },
  }),
};
