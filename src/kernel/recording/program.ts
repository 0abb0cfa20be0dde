/**
 * Programs that ask a kernel questions: calls in an order, told apart by scenario and step as in a transcript.
 *
 * A program says only what it asks. The same one runs on a simulated kernel and on a real /dev/kvm, so their answers can be
 * compared, and what was recorded can be replayed.
 */

export type DescriptorName = 'kvm' | 'vm' | 'vcpu' | '(closed)';

export interface ProgramCall {
  readonly step: string;
  readonly fd: DescriptorName;
  /** For the reader of the transcript. */
  readonly name: string;
  readonly request: number;
  /** A value, or the bytes of a buffer; `null` is a null pointer. */
  readonly argument: bigint | Uint8Array | null;
}

export interface ProgramScenario {
  readonly name: string;
  /** Whether every step has a machine of its own. */
  readonly hasMachinePerStep: boolean;
  /** Calls that make the machine ready; they are no part of the transcript. */
  readonly prepare: readonly ProgramCall[];
  readonly calls: readonly ProgramCall[];
}

export function valueCall(step: string, fd: DescriptorName, name: string, request: number, value: bigint): ProgramCall {
  return { step, fd, name, request, argument: value };
}

export function bufferCall(
  step: string,
  fd: DescriptorName,
  name: string,
  request: number,
  bytes: Uint8Array,
): ProgramCall {
  return { step, fd, name, request, argument: bytes };
}

/** What a GET is given: bytes that no kernel answers with by chance. */
export function filled(size: number): Uint8Array {
  return new Uint8Array(size).fill(0xa5);
}

/** `length` zero bytes with some of them set. */
export function zeroesBut(length: number, ...fields: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [at, value] of fields) bytes[at] = value;
  return bytes;
}

/** KVM_CHECK_EXTENSION for every number there is, and two that there cannot be, on both descriptors. */
export function extensionScenario(): ProgramScenario {
  const numbers = [...Array.from({ length: 261 }, (_, index) => BigInt(index)), 1000n, (1n << 64n) - 1n];
  const on = (step: string, fd: DescriptorName): ProgramCall[] =>
    numbers.map((number) => valueCall(step, fd, 'KVM_CHECK_EXTENSION', 0xae03, number));
  return {
    name: 'checkext',
    hasMachinePerStep: false,
    prepare: [],
    calls: [...on('dev-fd', 'kvm'), ...on('vm-fd', 'vm')],
  };
}

/** `struct kvm_enable_cap`: cap, flags and the first argument. */
export function enableCapBytes(cap: number, argument = 0n, flags = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(104));
  view.setUint32(0, cap, true);
  view.setUint32(4, flags, true);
  view.setBigUint64(8, argument, true);
  return new Uint8Array(view.buffer);
}
