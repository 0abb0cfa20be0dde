/**
 * One line of an strace log, taken apart: who, when, which call, with which arguments, with which result.
 *
 * Understood in front of the call: `[pid 12] ` and `12 ` (-f), `12:34:56.789`, `1700000000.123456` and `0.000123` (-t, -tt, -ttt, -r),
 * `[ 29]` (-n) and `[00007f…]` (-i); behind it the result, `<0.000123>` (-T) and descriptor annotations (-y, -yy). A call
 * that was interrupted by another process stands on two lines, `<unfinished ...>` and `<... name resumed>`.
 */

import { readNumber, splitArguments } from './strace-text.ts';

export interface CallResult {
  /** `undefined` for `?`, the result of a call that never came back. */
  readonly value: bigint | undefined;
  /** `EINVAL`; of a call that failed or was interrupted. */
  readonly errno: string | undefined;
  /** What -yy says about a returned descriptor: `anon_inode:kvm-vm`. */
  readonly annotation: string | undefined;
  /** What strace adds in brackets where that is no error text: `KVM_EXIT_HLT` (--kvm=vcpu). */
  readonly remark: string | undefined;
  /** Seconds spent in the call (-T). */
  readonly durationSeconds: number | undefined;
}

interface LinePrefix {
  readonly process: number | undefined;
  /** As printed. */
  readonly time: string | undefined;
}

export type StraceLine = LinePrefix &
  (
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[]; readonly result: CallResult }
    | { readonly kind: 'unfinished'; readonly name: string; readonly text: string }
    | { readonly kind: 'resumed'; readonly name: string; readonly text: string }
    | { readonly kind: 'event'; readonly text: string }
    | { readonly kind: 'unknown'; readonly text: string; readonly reason: string }
  );

const processPattern = /^(?:\[pid\s+(\d{1,10})\]|(\d{1,10})(?=\s))\s*/;
const timePattern = /^(\d\d:\d\d:\d\d(?:\.\d+)?|\d+\.\d{6,9})\s+(?:\(\+\s*[\d.]+\)\s+)?/;
const bracketPattern = /^\[\s*[0-9a-fA-F?]{1,16}\]\s+/;
/**
 * Signals and ends of processes; frames of a stack (-k), dumps of what was read or written (-e write), the table of counts (-C), and a
 * call that strace could not look at any more.
 */
const asidePattern = /^(?:---|\+\+\+|> |\| [0-9a-f]{5}|% time\s+seconds|-{6} -|\d{1,3}\.\d\d\s+\d+\.\d+\s|\?\?\?\()/;
const unfinishedMark = '<unfinished ...>';

/** Takes a line apart. It never throws: what is no strace line is `unknown`, with the reason. */
export function parseStraceLine(line: string): StraceLine {
  let text = line.trimStart();
  const who = processPattern.exec(text);
  const number = who?.[1] ?? who?.[2];
  if (who !== null) text = text.slice(who[0].length);
  const when = timePattern.exec(text);
  if (when !== null) text = text.slice(when[0].length);
  for (let mark = bracketPattern.exec(text); mark !== null; mark = bracketPattern.exec(text))
    text = text.slice(mark[0].length);
  const prefix = { process: number === undefined ? undefined : Number(number), time: when?.[1] };
  if (asidePattern.test(text)) return { ...prefix, kind: 'event', text };
  const resumed = /^<\.\.\. (\w{1,64}) resumed>/.exec(text);
  if (resumed !== null) {
    return { ...prefix, kind: 'resumed', name: resumed[1] ?? '', text: text.slice(resumed[0].length) };
  }
  const call = /^([A-Za-z_]\w{0,63})\(/.exec(text);
  if (call === null) return { ...prefix, kind: 'unknown', text, reason: 'no call of the form name(…)' };
  const name = call[1] ?? '';
  const rest = text.slice(call[0].length);
  if (rest.trimEnd().endsWith(unfinishedMark)) {
    return { ...prefix, kind: 'unfinished', name, text: rest.trimEnd().slice(0, -unfinishedMark.length) };
  }
  return parseCall(prefix, name, rest);
}

/** The call whose arguments and result are `text`, put together from an unfinished and a resumed line where need be. */
export function parseCall(prefix: LinePrefix, name: string, text: string): StraceLine {
  const { parts, end, isClosed } = splitArguments(text, 0);
  const { process, time } = prefix;
  const unknown = (reason: string): StraceLine => ({ process, time, kind: 'unknown', text, reason });
  if (!isClosed) return unknown('the arguments are not closed');
  const result = parseResult(text.slice(end));
  if (result === undefined) return unknown('the call has no result');
  return { process, time, kind: 'call', name, args: parts, result };
}

function parseResult(text: string): CallResult | undefined {
  const found = /^\s*=\s*(\?|-?(?:0x[0-9a-fA-F]{1,16}|\d{1,20}))/.exec(text);
  if (found === null) return undefined;
  let rest = text.slice(found[0].length);
  let annotation: string | undefined;
  if (rest.startsWith('<')) {
    const { text: inner, end } = annotationIn(rest);
    annotation = inner;
    rest = rest.slice(end);
  }
  const errno = /^\s+(E[A-Z0-9]{1,31}|ERESTART\w+)\b/.exec(rest)?.[1];
  const remark = /^\s+\(([A-Z_][A-Z0-9_]{1,63})\)/.exec(rest)?.[1];
  const duration = /<(\d{1,9}\.\d{1,9})>\s*$/.exec(rest)?.[1];
  return {
    value: found[1] === '?' ? undefined : readNumber(found[1] ?? ''),
    errno,
    annotation,
    remark,
    durationSeconds: duration === undefined ? undefined : Number(duration),
  };
}

/** The annotation `text` starts with: `<anon_inode:kvm-vm>`, with brackets nested in it. */
function annotationIn(text: string): { readonly text: string; readonly end: number } {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) === '<') depth += 1;
    if (text.charAt(i) === '>' && text.charAt(i - 1) !== '-') {
      depth -= 1;
      if (depth === 0) return { text: text.slice(1, i), end: i + 1 };
    }
  }
  return { text: text.slice(1), end: text.length };
}

export interface DescriptorArgument {
  readonly number: number;
  /** What -y or -yy says: `/dev/kvm<char 10:232>`. */
  readonly annotation: string | undefined;
}

/** Reads `3`, `0x3` or `3</dev/kvm>`; `undefined` for anything else (`AT_FDCWD`). */
export function readDescriptor(text: string): DescriptorArgument | undefined {
  const found = /^(-?\d{1,10}|0x[0-9a-fA-F]{1,16})(<.*)?$/.exec(text);
  if (found === null) return undefined;
  const number = Number(readNumber(found[1] ?? ''));
  return { number: number | 0, annotation: found[2] === undefined ? undefined : annotationIn(found[2]).text };
}
