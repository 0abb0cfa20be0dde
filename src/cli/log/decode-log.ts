/**
 * `uabi decode --input strace|jsonl`: every ioctl of a log, in input order, in constant memory.
 *
 * The target is not written in a log. The first calls are held back until they tell: a request that succeeded and that only
 * some targets have is evidence. With `--type` or `--request` only the records and calls asked for are printed.
 */

import { findTarget } from '../../abi/target.ts';
import { readJsonLine } from '../../capture/jsonl.ts';
import { type Line, LineSplitter } from '../../capture/lines.ts';
import { StraceLog } from '../../capture/strace-log.ts';
import { printable, UserError } from '../../diagnostic.ts';
import { inputChunks } from '../input-chunks.ts';
import type { ExitCode, Io } from '../io.ts';
import { CallRecords } from './call-records.ts';
import { guessTarget, type LogItem } from './guess-target.ts';
import { type LogOptions, LogPrinter } from './log-printer.ts';

/** Calls that are held back while the target is open, and the characters of the log they come from. */
const maxHeld = 4000;
const maxHeldText = 1 << 26;

/** Decodes a log. @throws UserError for a target or file that is not there. */
export async function decodeLog(
  file: string,
  form: 'strace' | 'jsonl',
  options: LogOptions,
  io: Io,
): Promise<ExitCode> {
  const named = options.target === undefined ? undefined : findTarget(options.target);
  if (options.target !== undefined && named === undefined) {
    throw new UserError(`"${printable(options.target)}" is no target`);
  }
  // A buffer of a megabyte is a JSON line of four; strace cuts strings long before that.
  const splitter = new LineSplitter(form === 'strace' ? 1 << 20 : 1 << 22);
  const strace = new StraceLog();
  const read = (line: Line): readonly LogItem[] => {
    if (form === 'strace') return strace.read(line);
    const item = readJsonLine(line);
    return item === undefined ? [] : [item];
  };
  let held: LogItem[] = [];
  let heldText = 0;
  let printer = named === undefined ? undefined : new LogPrinter(new CallRecords(named), options, io);
  const settle = (): LogPrinter => {
    const { target, evidence } = guessTarget(held, strace.programBits);
    io.stderr(`uabi: ${evidence}\n`);
    const settled = new LogPrinter(new CallRecords(target), options, io);
    for (const item of held) settled.print(item);
    held = [];
    printer = settled;
    return settled;
  };
  const take = (items: readonly LogItem[], length: number): void => {
    for (const item of items) {
      if (printer !== undefined) printer.print(item);
      else if (held.push(item) >= maxHeld) settle();
    }
    heldText += items.length === 0 ? 0 : length;
    if (printer === undefined && heldText > maxHeldText) settle();
  };
  for await (const chunk of inputChunks(file, io)) {
    for (const line of splitter.push(chunk)) take(read(line), line.text.length);
    printer?.flush();
    await io.drained?.();
  }
  for (const line of splitter.end()) take(read(line), line.text.length);
  take(strace.end(), 0);
  return (printer ?? settle()).finish();
}
