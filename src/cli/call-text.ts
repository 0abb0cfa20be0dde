/** A decoded call as text: one line that says what was asked and answered, and the record below it. */

import type { Note } from '../codec/inspect.ts';
import { printable } from '../diagnostic.ts';
import { renderHexdump, renderNotes } from '../report/hexdump.ts';
import { plainStyle, type Style, wrap } from '../report/style.ts';
import { callStory } from './call-story.ts';
import type { StreamObject } from './stream-object.ts';

/** What a reader has been told already: who acts, and remarks that hold for many calls alike. */
export interface Telling {
  process: number | null;
  readonly said: Set<string>;
}

/** Remarks that are said once in a log: they are about how it was made. */
const onceRules = new Set([
  'bytes-not-captured',
  'members-left-out',
  'members-by-name',
  'default-variant',
  'first-bytes',
]);
/** Remarks that explain nothing new the second time: the first line of the call says as much. */
const onceMessages = new Set(['possible-reason']);
const lineWidth = 110;
/** Messages that are remembered. */
const maxSaid = 1000;

/** The call and its record, as lines. */
export function callText(object: StreamObject, telling: Telling, style: Style = plainStyle): string {
  const lines: string[] = [];
  const process = object.call?.process ?? null;
  if (process !== null && process !== telling.process) {
    telling.process = process;
    lines.push(style.bold(`process ${String(process)}`));
  }
  lines.push(printable(headline(object)));
  if (object.registers !== undefined) {
    for (const { name, value, meaning } of object.registers) lines.push(printable(`  ${name} = ${value}  ${meaning}`));
  } else if (object.reading !== undefined) {
    const version = object.variant === null ? '' : `#${object.variant}`;
    const when = object.moment === 'before' ? 'given to the kernel' : 'written by the kernel';
    lines.push(printable(`  ${object.type ?? ''}${version}, ${when}:`));
    const bytes = Buffer.from(object.bytes ?? '', 'hex');
    for (const line of renderHexdump(object.reading.inspection, bytes, style)) lines.push(`  ${line}`);
  } else if (object.fields.length > 0) {
    const members = object.fields.map(({ path, value }) => `${path} = ${String(value)}`).join(', ');
    lines.push(...wrap(printable(members), lineWidth, '  ').split('\n'));
  }
  for (const line of renderNotes(notYetSaid(object.notes, telling), style)) lines.push(`  ${line}`);
  return lines.map((line) => `${line}\n`).join('');
}

function notYetSaid(notes: readonly Note[], { said }: Telling): Note[] {
  return notes.flatMap((note) => {
    if (onceMessages.has(note.rule)) {
      if (said.has(note.message)) return [];
      if (said.size < maxSaid) said.add(note.message);
      return [{ ...note, message: `${note.message} (This is said once.)` }];
    }
    if (!onceRules.has(note.rule)) return [note];
    if (said.has(note.rule)) return [];
    said.add(note.rule);
    return [{ ...note, message: `${note.message} (This is said once, and holds for all that follows.)` }];
  });
}

function headline({ source, call, type, registers, fields }: StreamObject): string {
  const place = `line ${String(source.line)}${source.step === undefined ? '' : ` (${source.step})`}`;
  if (call !== undefined) return `${place}: ${callStory(call, fields)}`;
  return `${place}: ${registers === undefined ? `${type ?? 'a record'} after the run` : 'registers'}`;
}
