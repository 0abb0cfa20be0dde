/**
 * One captured ioctl, whatever recorded it: strace, or a tracer that writes JSON lines.
 */

import type { Descriptor } from './descriptors.ts';
import type { StraceMember } from './strace-struct.ts';
import type { StraceRequest } from './strace-request.ts';

/** The bytes behind the pointer of an ioctl, as far as the capture has them. */
export interface CapturedBuffer {
  /** As the program handed it over, and as the kernel left it. */
  readonly moment: 'before' | 'after';
  readonly bytes: Uint8Array;
  readonly isTruncated: boolean;
}

export type CapturedArgument =
  | { readonly kind: 'none' }
  /** A number, or an address of which nothing more was recorded. `isCut`: the capture shows its lower 32 bits only. */
  | { readonly kind: 'number'; readonly value: bigint; readonly isCut?: true }
  | { readonly kind: 'buffers'; readonly buffers: readonly CapturedBuffer[] }
  /** Members that strace printed by name. */
  | { readonly kind: 'members'; readonly members: readonly StraceMember[]; readonly isComplete: boolean }
  | { readonly kind: 'text'; readonly text: string };

export interface CapturedCall {
  /** Line of the log the call is on; of its beginning, where it has two. */
  readonly line: number;
  readonly process: number | undefined;
  readonly time: string | undefined;
  readonly descriptor: Descriptor & { readonly number: number | undefined };
  readonly request: StraceRequest;
  readonly argument: CapturedArgument;
  /** `undefined` if the call never returned. */
  readonly result: bigint | undefined;
  readonly errno: string | undefined;
  /** Of KVM_RUN, where the capture says it: `KVM_EXIT_HLT`, `6`. */
  readonly exitReason: string | undefined;
  /** Of KVM_RUN, where the capture says it: whether the program had set `immediate_exit` in the page they share. */
  readonly immediateExit?: boolean;
  readonly durationSeconds: number | undefined;
  /** What the returned descriptor stands for, of a call that makes one: `machine 3`. */
  readonly made?: string;
}

/** A line that could not be used, and why. */
export interface SkippedLine {
  readonly line: number;
  readonly reason: string;
}
