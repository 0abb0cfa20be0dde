/**
 * The run-time half of a generated codec: the one file that generated modules import, published as `uabi/runtime`.
 *
 * It carries a version: a module generated for another version refuses to load instead of reading wrong bytes. The parts:
 *
 * - `checks` the lengths, once and up front, and what is thrown; `read`, `write` and `bits` the numbers;
 * - `prepare` where an encoding starts, so that every byte survives; `view` the moving view; `json` what is printed;
 * - `describe` builds descriptors from their short spelling; `decode-columns` turns a batch on its side.
 */

import { inspectBytes } from './inspect.ts';
import type { Inspection } from './inspection.ts';
import type { RecordDescriptor } from './record-descriptor.ts';

export type { Inspection } from './inspection.ts';
export type { RecordDescriptor } from './record-descriptor.ts';
export type { Kept } from './runtime/prepare.ts';
export * from './runtime/bits.ts';
export * from './runtime/checks.ts';
export { decodeColumns } from './runtime/decode-columns.ts';
export { enumeration, flags, layoutsOn, namedValues } from './runtime/describe.ts';
export { hexOf, hexOfInteger, jsonOf, jsonOfFields } from './runtime/json.ts';
export { prepare } from './runtime/prepare.ts';
export * from './runtime/read.ts';
export { RecordView } from './runtime/view.ts';
export * from './runtime/write.ts';

/** Version of the contract between this file and generated modules; changes when either side would misread the other. */
export const runtimeVersion = 2;

/** Called by every generated module when it is loaded. */
export function assertRuntimeVersion(wanted: number, module: string): void {
  if (wanted !== runtimeVersion) {
    throw new Error(
      `${module} was generated for version ${String(wanted)} of uabi/runtime, this is version ${String(runtimeVersion)}: generate it again`,
    );
  }
}

/** Everything that can be said about bytes that may be a record: never throws, whatever their number. */
export function inspectRecord(descriptor: RecordDescriptor, bytes: Uint8Array): Inspection {
  return inspectBytes(descriptor, bytes);
}
