/**
 * What the program that recorded x86 transcripts does without writing it down: how it sets a guest up.
 *
 * A guest runs in real mode from 0x1000, with its stack at 0x7000. Every entry of the interrupt table leads to eight bytes at
 * 0x2000 that write the vector to port 0xe0. Only inputs stand here; answers are never looked up.
 */

export const x86Guest = {
  ramSize: 0x8000,
  code: 0x1000,
  handlers: 0x2000,
  handlerSize: 8,
  vectorCount: 256,
  data: 0x3000,
  stack: 0x7000,
} as const;

/** Interrupt table and handlers: mov al, vector; out 0xe0, al; hlt. */
export function x86Vectors(): Uint8Array {
  const bytes = new Uint8Array(x86Guest.handlers + x86Guest.vectorCount * x86Guest.handlerSize);
  const view = new DataView(bytes.buffer);
  for (let vector = 0; vector < x86Guest.vectorCount; vector++) {
    const handler = x86Guest.handlers + vector * x86Guest.handlerSize;
    view.setUint16(vector * 4, handler, true);
    bytes.set([0xb0, vector, 0xe6, 0xe0, 0xf4], handler);
  }
  return bytes;
}

/** A guest whose code the transcript does not hold. */
export interface UnrecordedGuest {
  /** Code at 0x1000; nothing is mapped without it. */
  readonly code?: string;
  readonly hasVectors?: false;
}

/** `undefined`: the step goes on with what the scenario recorded last. */
export const unrecordedGuests: ReadonlyMap<string, UnrecordedGuest | string> = new Map<
  string,
  UnrecordedGuest | string
>([
  ['runs/no-memslot', {}],
  // mov ecx, 0xc0001234; rdmsr; mov eax, 0x12345678; mov edx, 0xdeadbeef; wrmsr
  ['runs/user-msr', { code: '66b9341200c00f3266b87856341266baefbeadde0f30', hasVectors: false }],
  ['runs/fail-entry-csLD', 'The system registers that make entry fail are not in the transcript'],
  ['runs/set-sregs-bad-cr0', {}],
]);

/** What stands at 0x3000 of the guests that send strings to a port. */
export const stringData = 'WXYZ';

/** The scenarios this program has. */
export const x86Scenarios = new Set(['main', 'env', 'sys', 'checkext', 'enablecap', 'events', 'runs', 'inject']);
