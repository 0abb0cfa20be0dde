/**
 * `uabi.config.json`, read: defaults for calls, headers to leave out, and what C cannot say about records.
 *
 * A check reads it from its old side (`cli/policy.ts`), so a change cannot argue in its own favour. The file is JSON with
 * comments. Objects in it are keyed by names somebody else chose, so they become Maps before anything is looked up.
 */

import type { FieldEntry } from '../../abi/definition/document.ts';
import { type Locate, readLocatedJson } from '../../abi/definition/located-json.ts';
import { validateDocument } from '../../abi/definition/validate.ts';
import type { NonZero, RequestUse, SizeRule, Writer } from '../../abi/semantics.ts';
import type { TargetName } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Contract } from '../contract.ts';
import { configSchema } from './config-schema.ts';

export type FieldWords = Pick<
  FieldEntry,
  'doc' | 'writer' | 'role' | 'nonZero' | 'validIf' | 'meaning' | 'acceptedMask' | 'capability' | 'countedBy'
>;

export interface RecordWords {
  readonly doc?: string;
  readonly sizeRule?: SizeRule;
  readonly writer?: Writer;
  readonly nonZero?: NonZero;
  readonly requests?: readonly RequestUse[];
  readonly fields: ReadonlyMap<string, FieldWords>;
}

export interface Config {
  readonly file: string;
  readonly targets?: readonly TargetName[];
  readonly contracts?: readonly Contract[];
  readonly failOn?: 'break' | 'review' | 'never';
  readonly ignore: readonly string[];
  readonly records: ReadonlyMap<string, RecordWords>;
  readonly lintOff: readonly string[];
  readonly locate: Locate;
}

interface ConfigDocument {
  readonly targets?: readonly TargetName[];
  readonly contracts?: readonly Contract[];
  readonly failOn?: 'break' | 'review' | 'never';
  readonly ignore?: readonly string[];
  readonly records?: Readonly<
    Record<string, Omit<RecordWords, 'fields'> & { readonly fields?: Readonly<Record<string, FieldWords>> }>
  >;
  readonly lint?: { readonly off?: readonly string[] };
}

/** What a config file holds; never throws for its text. With any diagnostic there is no config. */
export async function readConfig(
  content: string,
  file: string,
): Promise<{ readonly config?: Config; readonly diagnostics: readonly Diagnostic[] }> {
  const { located, diagnostics } = readLocatedJson(content, file, { hasComments: true });
  if (located === undefined) return { diagnostics };
  diagnostics.push(...(await validateDocument(located, configSchema, 'a configuration')));
  if (diagnostics.length > 0) return { diagnostics };
  const document = located.value as ConfigDocument;
  const records = new Map(
    Object.entries(document.records ?? {}).map(([name, words]) => [
      name,
      { ...words, fields: new Map(Object.entries(words.fields ?? {})) },
    ]),
  );
  for (const name of records.keys()) {
    if (/^(?:(?:struct|union) )?[A-Za-z_]\w*$/.test(name)) continue;
    const location = located.locateKey(['records', name]);
    diagnostics.push({
      severity: 'error',
      code: 'bad-name',
      message: `"${name}" cannot be the name of a record.`,
      hint: 'write it as C does: "struct kvm_run", or the name of a typedef',
      ...(location === undefined ? {} : { location }),
    });
  }
  if (diagnostics.length > 0) return { diagnostics };
  const { targets, contracts, failOn, ignore, lint } = document;
  return {
    diagnostics,
    config: {
      file,
      ...(targets === undefined ? {} : { targets }),
      ...(contracts === undefined ? {} : { contracts }),
      ...(failOn === undefined ? {} : { failOn }),
      ignore: ignore ?? [],
      records,
      lintOff: lint?.off ?? [],
      locate: located.locate,
    },
  };
}
