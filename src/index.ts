/** The public library. */

export type * from './abi/abi.ts';
export {
  abiOfVariant,
  type CheckedLayoutFile,
  checkLayoutFile,
  defaultVariant,
  targetsOf,
  variantsOf,
} from './abi/definition/layout-file.ts';
export { fieldPathsOf, holesOf } from './abi/field-paths.ts';
export { extentOf, layoutOf } from './abi/layout-engine.ts';
export * from './abi/layout.ts';
export * from './abi/request.ts';
export type * from './abi/semantics.ts';
export {
  type BitFieldRules,
  type ByteOrder,
  type DataModel,
  findTarget,
  type RequestEncoding,
  type Target,
  type TargetName,
  targetNames,
  targets,
} from './abi/target.ts';
export * from './abi/types.ts';
export { describeRecord } from './codec/descriptor.ts';
export { inspectBytes } from './codec/inspect.ts';
export type { InspectedField, InspectedValue, Inspection, Note } from './codec/inspection.ts';
export { decodeRecord, type RecordValue } from './codec/interpret-decode.ts';
export { type Columns, decodeColumns } from './codec/runtime/decode-columns.ts';
export { encodeRecord } from './codec/interpret-encode.ts';
export type * from './codec/record-descriptor.ts';
export * from './diagnostic.ts';
export { compareAbis } from './diff/compare.ts';
export { type CpuModel, parseCpuModel } from './kernel/cpu-models.ts';
export { KernelVersion, parseKernelVersion, type PatchName } from './kernel/kernel-version.ts';
export { type KernelOptions, SimulatedKernel } from './kernel/simulated-kernel.ts';
export type { CallContext, CallResult } from './kernel/system-call.ts';
export { type BrokenPage, type MapOptions, UserMemory } from './kernel/user-memory.ts';
export type { X86Vendor } from './kernel/x86/host.ts';
export { SimulatedX86Kernel, type X86KernelOptions } from './kernel/x86/simulated-x86-kernel.ts';
export { checkAbis, type CheckOptions, type CheckResult } from './verdict/check.ts';
