/**
 * One word through which 64-bit integers and floats pass between bytes and values: faster than a `DataView` for each buffer,
 * and nothing is allocated but the BigInt itself.
 */

/** Which half of a 64-bit scratch word holds the low 32 bits: depends on the machine we run on. */
export const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;
export const scratch64 = new BigUint64Array(1);
export const scratchSigned64 = new BigInt64Array(scratch64.buffer);
export const scratch32 = new Uint32Array(scratch64.buffer);
export const scratchDouble = new Float64Array(scratch64.buffer);
export const scratchFloat = new Float32Array(scratch64.buffer);
