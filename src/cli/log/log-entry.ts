/** What `uabi decode` makes of one entry of a log: the shape that its text and its JSON are written from. */

import type { Reading } from '../../capture/reading.ts';
import type { DecodedField } from '../../codec/decode-json.ts';
import type { Note } from '../../codec/inspection.ts';

/** What one line of a log was decoded to: an object of `uabi decode --format json`, and where it stood. */
export interface LogEntry {
  readonly schemaVersion: 1;
  readonly source: { readonly line: number; readonly step?: string };
  readonly type: string | null;
  readonly variant: string | null;
  readonly target: string;
  readonly sizeBytes: number;
  readonly fields: readonly (Omit<DecodedField, 'offsetBytes' | 'sizeBytes'> & {
    readonly offsetBytes: number | null;
    readonly sizeBytes: number | null;
  })[];
  readonly notes: readonly Note[];
  readonly trailingBytes: number;
  readonly missingBytes: number;
  readonly bytes?: string;
  readonly moment?: 'before' | 'after';
  readonly call?: {
    readonly request: string;
    readonly number: string | null;
    readonly alternatives?: readonly string[];
    readonly descriptor: {
      readonly number: number | null;
      readonly kind: string;
      readonly name: string | null;
      readonly label?: string;
      readonly evidence: string;
    };
    readonly argument: string | null;
    /** The capture shows the lower 32 bits of the argument only. */
    readonly isArgumentCut?: true;
    /** `KVM_CAP_ARM_PSCI` for the number a program asked for. */
    readonly argumentMeaning?: string;
    readonly result: string | null;
    readonly errno: string | null;
    readonly exitReason: string | null;
    /** Of KVM_RUN, where the capture says it: whether the program had asked to come back at once. */
    readonly immediateExit?: boolean;
    /** Why the kernel refused, where the call proves it. */
    readonly why?: string;
    /** What was made: `machine 3`. */
    readonly madeLabel?: string;
    readonly process: number | null;
    readonly time: string | null;
  };
  readonly registers?: readonly {
    readonly name: string;
    readonly id: string;
    readonly value: string;
    readonly meaning: string;
  }[];
  readonly reading?: Reading;
}
