/**
 * Syndromes of aborts: data and instruction aborts, watchpoints, SErrors, granule protection checks (Arm ARM, "ISS encoding
 * for an exception from …").
 *
 * Several ranges change their name with another field of the same syndrome: bits 23:14 of a data abort describe the
 * instruction only if ISV is set, bits 12:11 are SET for an external abort and LST otherwise. The layouts are therefore
 * functions of the syndrome.
 */

import { dataFaultStatus, instructionFaultStatus } from './fault-status.ts';
import { bit, bitsOf, type BitRange, choice, plain, registerNumber } from './syndrome-bits.ts';

const externalAbort = 0x10;

function statusCode(register: bigint): number {
  return Number(bitsOf(register, 5, 0));
}

const errorState = choice('SET', 12, 11, 'state of the processor after the external abort', {
  0: 'recoverable (UER)',
  2: 'uncontainable (UC)',
  3: 'restartable (UEO)',
});
const addressNotValid = bit('FnV', 10, 'whether FAR holds the fault address', 'FAR is valid', 'FAR is not valid');
const externalType = bit('EA', 9, 'external abort type, implementation defined', '0', '1');
const cacheMaintenance = bit(
  'CM',
  8,
  'whether a cache maintenance or address translation instruction faulted',
  'no cache maintenance',
  'cache maintenance or address translation instruction',
);
const stage1Walk = bit(
  'S1PTW',
  7,
  'whether a stage 2 fault happened during a stage 1 table walk',
  'not on a stage 1 table walk',
  'stage 2 fault during a stage 1 table walk',
);
const writeNotRead = bit('WnR', 6, 'direction of the access', 'read', 'write');
const vncr = bit(
  'VNCR',
  13,
  'whether the access went through VNCR_EL2 (nested virtualisation)',
  'not through VNCR_EL2',
  'access through VNCR_EL2',
);

/** Data abort: EC 0x24 and 0x25. */
export function dataAbortLayout(register: bigint): readonly BitRange[] {
  const code = statusCode(register);
  const isExternal = code === externalAbort;
  const described = bitsOf(register, 24, 24) === 1n;
  const layout: BitRange[] = [
    bit('ISV', 24, 'whether bits 23:14 describe the instruction', 'bits 23:14 say nothing', 'bits 23:14 are valid'),
    ...(described ? instructionFields : [physicalAddressValid]),
    vncr,
    cacheMaintenance,
    stage1Walk,
    writeNotRead,
    externalType,
    { ...plain('DFSC', 5, 0, 'data fault status code'), explain: (value) => dataFaultStatus(value).text },
  ];
  // SET and FnV belong to an external abort alone; LST to the faults that a 64-byte access can have.
  if (isExternal) layout.push(errorState, addressNotValid);
  else if (code < externalAbort || code === 0x35) layout.push(load64);
  return layout;
}

const load64 = choice('LST', 12, 11, 'which 64-byte load or store it was (FEAT_LS64)', {
  0: 'not said',
  1: 'ST64BV',
  2: 'LD64B or ST64B',
  3: 'ST64BV0',
});

const physicalAddressValid = bit(
  'PFV',
  14,
  'whether PFAR holds the physical address (FEAT_PFAR)',
  'PFAR is not valid',
  'PFAR is valid',
);

const instructionFields: readonly BitRange[] = [
  choice('SAS', 23, 22, 'size of the access', { 0: '1 byte', 1: '2 bytes', 2: '4 bytes', 3: '8 bytes' }),
  bit('SSE', 21, 'whether the loaded value is sign-extended', 'no sign extension', 'sign-extended'),
  registerNumber('SRT', 20, 16, 'register that is loaded or stored'),
  bit('SF', 15, 'width of the register', '32-bit register', '64-bit register'),
  bit('AR', 14, 'whether it is an acquire or release access', 'no acquire or release', 'acquire or release'),
];

/** Instruction abort: EC 0x20 and 0x21. */
export function instructionAbortLayout(register: bigint): readonly BitRange[] {
  const isExternal = statusCode(register) === externalAbort;
  return [
    physicalAddressValid,
    ...(isExternal ? [errorState, addressNotValid] : []),
    externalType,
    stage1Walk,
    { ...plain('IFSC', 5, 0, 'instruction fault status code'), explain: (value) => instructionFaultStatus(value).text },
  ];
}

/** ISS2 of a data abort, counted from bit 32 of the register. */
export const dataAbortIss2: readonly BitRange[] = [
  bit('HDBSSF', 11, 'fault on the dirty state structure (FEAT_HDBSS)', 'no', 'hardware dirty state structure fault'),
  bit('TnD', 10, 'tag or data access (FEAT_MTE_CANONICAL_TAGS)', 'data access', 'tag access'),
  bit('TagAccess', 9, 'permission fault from NoTagAccess (FEAT_MTE_PERM)', 'no', 'NoTagAccess denied it'),
  bit('GCS', 8, 'access to a guarded control stack', 'no', 'guarded control stack access'),
  bit('AssuredOnly', 7, 'permission fault from AssuredOnly (FEAT_THE)', 'no', 'AssuredOnly denied it'),
  bit('Overlay', 6, 'permission fault from an overlay', 'no', 'an overlay permission denied it'),
  bit('DirtyBit', 5, 'permission fault because the page is not dirty', 'no', 'dirty state denied it'),
  registerNumber('Xs', 4, 0, 'status register of a 64-byte store (FEAT_LS64_V)'),
];

/** ISS2 of an instruction abort. */
export const instructionAbortIss2: readonly BitRange[] = [
  bit('HDBSSF', 11, 'fault on the dirty state structure (FEAT_HDBSS)', 'no', 'hardware dirty state structure fault'),
  bit('AssuredOnly', 7, 'permission fault from AssuredOnly (FEAT_THE)', 'no', 'AssuredOnly denied it'),
  bit('Overlay', 6, 'permission fault from an overlay', 'no', 'an overlay permission denied it'),
];

const severity: Readonly<Record<number, string>> = {
  0: 'uncontainable (UC)',
  1: 'unrecoverable (UEU)',
  2: 'restartable (UEO)',
  3: 'recoverable (UER)',
  6: 'corrected (CE)',
};

/** SError: EC 0x2f. With IDS set the implementation says what the rest is. */
export function serrorLayout(register: bigint): readonly BitRange[] {
  const ids = bit(
    'IDS',
    24,
    'who defines the rest',
    'defined by the architecture',
    'bits 23:0 are implementation defined',
  );
  if (bitsOf(register, 24, 24) === 1n) return [ids, plain('IMPDEF', 23, 0, 'implementation defined syndrome')];
  const isAsynchronous = statusCode(register) === 0x11;
  const status = choice('DFSC', 5, 0, 'fault status code', { 0: 'uncategorized', 0x11: 'asynchronous SError' });
  if (!isAsynchronous) return [ids, status];
  return [
    ids,
    physicalAddressValid,
    bit('IESB', 13, 'taken because of an implicit error synchronisation', 'no', 'implicit error synchronisation'),
    choice('AET', 12, 10, 'state of the processor after the error', severity),
    externalType,
    bit('WnRV', 7, 'whether WnR is valid (FEAT_RASv2)', 'WnR is not valid', 'WnR is valid'),
    bit('WnR', 6, 'direction of the access (FEAT_RASv2)', 'read', 'write'),
    status,
  ];
}

/** Watchpoint: EC 0x34 and 0x35. */
export const watchpointLayout: readonly BitRange[] = [
  plain('WPT', 23, 18, 'number of the watchpoint'),
  bit('WPTV', 17, 'whether WPT is valid', 'WPT is not valid', 'WPT is valid'),
  bit('WPF', 16, 'whether the watchpoint may not really have matched', 'true match', 'may be a false positive'),
  bit('FnP', 15, 'precision of FAR', 'FAR is precise', 'FAR is not precise'),
  vncr,
  addressNotValid,
  cacheMaintenance,
  writeNotRead,
  choice('DFSC', 5, 0, 'fault status code', { 0x22: 'debug exception' }),
];

/** Granule protection check exception: EC 0x1e, taken to EL3 only. */
export const granuleCheckLayout: readonly BitRange[] = [
  bit('S2PTW', 21, 'during a stage 2 table walk', 'no', 'on a stage 2 table walk'),
  bit('InD', 20, 'instruction or data access', 'data access', 'instruction fetch'),
  plain('GPCSC', 19, 14, 'granule protection check status code'),
  vncr,
  cacheMaintenance,
  stage1Walk,
  writeNotRead,
  { ...plain('xFSC', 5, 0, 'fault status code'), explain: (value) => dataFaultStatus(value).text },
];
