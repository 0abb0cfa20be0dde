/**
 * Records that strace prints by member: `{slot=0, memory_size=32768, cs={base=0, …}, ...}`.
 *
 * strace names the members it knows and leaves the rest out, so this gives values for paths, not bytes; what is left out is
 * said (`isComplete`). Symbolic values (`KVM_MEM_READONLY|0x4`) stay text.
 */

import { readNumber, splitArguments, splitComments } from './strace-text.ts';

export interface StraceMember {
  /** `cs.base`, `entries[0].function`. */
  readonly path: string;
  readonly text: string;
  readonly value: bigint | undefined;
}

export interface StraceRecord {
  readonly members: readonly StraceMember[];
  /** False where strace printed `...`. */
  readonly isComplete: boolean;
}

const maxMembers = 4096;
const maxDepth = 16;

/** Reads `{…}`; `undefined` if the text is no record. */
export function readRecord(text: string): StraceRecord | undefined {
  if (!text.startsWith('{')) return undefined;
  const reading: Reading = { members: [], isComplete: true };
  walk(text, '', 0, reading);
  return reading;
}

interface Reading {
  readonly members: StraceMember[];
  isComplete: boolean;
}

function walk(text: string, path: string, depth: number, reading: Reading): void {
  const isRecord = text.startsWith('{');
  if ((!isRecord && !text.startsWith('[')) || depth >= maxDepth) {
    add(text, path, reading);
    return;
  }
  const { parts, isClosed } = splitArguments(text, 1, isRecord ? '}' : ']');
  if (!isClosed) reading.isComplete = false;
  for (const [index, part] of parts.entries()) {
    if (part === '...') {
      reading.isComplete = false;
      continue;
    }
    const named = /^(\w{1,128})=/.exec(part);
    if (isRecord && named !== null) {
      const name = named[1] ?? '';
      walk(part.slice(named[0].length), path === '' ? name : `${path}.${name}`, depth + 1, reading);
    } else {
      walk(part, `${path}[${String(index)}]`, depth + 1, reading);
    }
  }
}

function add(text: string, path: string, reading: Reading): void {
  if (reading.members.length >= maxMembers) {
    reading.isComplete = false;
    return;
  }
  reading.members.push({ path, text: splitComments(text).text, value: readNumber(text) });
}
