/**
 * Fault status codes: bits 5:0 of the syndrome of an abort (DFSC, IFSC), Arm ARM "ISS encoding for an exception from a Data
 * Abort". Levels −1 and −2 exist with 52-bit addresses and 128-bit descriptors only, and have codes of their own.
 */

export interface FaultStatus {
  readonly text: string;
  /** Whether the fault address and the other fields of a synchronous external abort have a say. */
  readonly kind:
    | 'address-size'
    | 'translation'
    | 'access-flag'
    | 'permission'
    | 'external'
    | 'parity'
    | 'tag'
    | 'granule'
    | 'alignment'
    | 'asynchronous'
    | 'debug'
    | 'other';
}

function levels(
  codes: Map<number, FaultStatus>,
  first: number,
  kind: FaultStatus['kind'],
  text: (level: string) => string,
): void {
  for (let level = 0; level < 4; level++) codes.set(first + level, { kind, text: text(String(level)) });
}

function abortCodes(): Map<number, FaultStatus> {
  const codes = new Map<number, FaultStatus>();
  const one = (code: number, kind: FaultStatus['kind'], text: string): void => void codes.set(code, { kind, text });
  levels(codes, 0x00, 'address-size', (level) => `address size fault, level ${level}`);
  levels(codes, 0x04, 'translation', (level) => `translation fault, level ${level}`);
  levels(codes, 0x08, 'access-flag', (level) => `access flag fault, level ${level}`);
  levels(codes, 0x0c, 'permission', (level) => `permission fault, level ${level}`);
  one(0x10, 'external', 'synchronous external abort, not on a table walk');
  one(0x12, 'external', 'synchronous external abort on a table walk, level −2');
  one(0x13, 'external', 'synchronous external abort on a table walk, level −1');
  levels(codes, 0x14, 'external', (level) => `synchronous external abort on a table walk, level ${level}`);
  one(0x18, 'parity', 'synchronous parity or ECC error, not on a table walk');
  one(0x1b, 'parity', 'synchronous parity or ECC error on a table walk, level −1');
  levels(codes, 0x1c, 'parity', (level) => `synchronous parity or ECC error on a table walk, level ${level}`);
  one(0x22, 'granule', 'granule protection fault on a table walk, level −2');
  one(0x23, 'granule', 'granule protection fault on a table walk, level −1');
  levels(codes, 0x24, 'granule', (level) => `granule protection fault on a table walk, level ${level}`);
  one(0x28, 'granule', 'granule protection fault, not on a table walk');
  one(0x29, 'address-size', 'address size fault, level −1');
  one(0x2a, 'translation', 'translation fault, level −2');
  one(0x2b, 'translation', 'translation fault, level −1');
  one(0x2c, 'address-size', 'address size fault, level −2');
  one(0x30, 'other', 'TLB conflict abort');
  one(0x31, 'other', 'unsupported atomic hardware update');
  return codes;
}

const instructionCodes: ReadonlyMap<number, FaultStatus> = abortCodes();

const dataCodes: ReadonlyMap<number, FaultStatus> = new Map<number, FaultStatus>([
  ...abortCodes(),
  [0x11, { kind: 'tag', text: 'synchronous tag check fault' }],
  [0x21, { kind: 'alignment', text: 'alignment fault' }],
  [0x34, { kind: 'other', text: 'lockdown abort (implementation defined)' }],
  [0x35, { kind: 'other', text: 'unsupported exclusive or atomic access (implementation defined)' }],
]);

const unknown: FaultStatus = { kind: 'other', text: 'reserved fault status code' };

export function dataFaultStatus(code: number): FaultStatus {
  return dataCodes.get(code) ?? unknown;
}

export function instructionFaultStatus(code: number): FaultStatus {
  return instructionCodes.get(code) ?? unknown;
}
