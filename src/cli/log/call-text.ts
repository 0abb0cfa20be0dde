/** A decoded call as text: one line that says what was asked and answered, and the record below it. */

import type { Note } from '../../codec/inspection.ts';
import { printable } from '../../diagnostic.ts';
import { renderHexdump, renderNotes } from '../../report/hexdump.ts';
import { plainStyle, type Style, wrap } from '../../report/style.ts';
import { callStory } from './call-story.ts';
import type { LogEntry } from './log-entry.ts';

/** Remarks that are said once in a log: they are about how it was made. */
const onceRules = new Set([
  'bytes-not-captured',
  'members-left-out',
  'members-by-name',
  'default-variant',
  'first-bytes',
]);
/** Remarks that explain nothing new the second time: the first line of the call says as much. */
const onceMessages = new Set(['possible-reason', 'shown-variant']);
const lineWidth = 110;
/** Messages that are remembered. */
const maxSaid = 1000;

/** The call and its record, as lines; `said` holds the remarks that a reader has met already, `render` shows a record. */
export function callText(
  object: LogEntry,
  said: Set<string>,
  style: Style = plainStyle,
  render: typeof renderHexdump = renderHexdump,
): string {
  const lines: string[] = [printable(headline(object))];
  if (object.registers !== undefined) {
    for (const { name, value, meaning } of object.registers) lines.push(printable(`  ${name} = ${value}  ${meaning}`));
  } else if (object.reading !== undefined) {
    const version = object.variant === null ? '' : `#${object.variant}`;
    const when = object.moment === 'before' ? 'given to the kernel' : 'written by the kernel';
    lines.push(printable(`  ${object.type ?? ''}${version}, ${when}:`));
    const bytes = Buffer.from(object.bytes ?? '', 'hex');
    for (const line of render(object.reading.inspection, bytes, style)) lines.push(`  ${line}`);
  } else if (object.fields.length > 0) {
    const members = object.fields.map(({ path, value }) => `${path} = ${String(value)}`).join(', ');
    lines.push(...wrap(printable(members), lineWidth, '  ').split('\n'));
  }
  for (const line of renderNotes(notYetSaid(object.notes, said), style)) lines.push(`  ${line}`);
  return lines.map((line) => `${line}\n`).join('');
}

function notYetSaid(notes: readonly Note[], said: Set<string>): Note[] {
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

function headline(entry: LogEntry): string {
  const { source, call, type, registers } = entry;
  const place = `line ${String(source.line)}${source.step === undefined ? '' : ` (${source.step})`}`;
  if (call !== undefined) return `${place}: ${callStory(entry, call)}`;
  return `${place}: ${registers === undefined ? `${type ?? 'a record'} after the run` : 'registers'}`;
}
