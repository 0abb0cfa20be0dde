/**
 * The type names a layout file may use without declaring them: those of `linux/types.h`, `asm/posix_types.h` and
 * `stdint.h`, resolved for one target.
 *
 * `__u64` is `unsigned long long` here on every target. A few 64-bit architectures (alpha, ppc64, mips64) spell it
 * `unsigned long` for programs (`asm-generic/int-l64.h`); the two have one size, one alignment and one sign there.
 */

import { onceFor } from '../once.ts';
import type { Target } from '../target.ts';
import type { IntegerBase, Type, TypedefType } from '../types.ts';

const fixedWidth: Readonly<Record<string, IntegerBase>> = {
  u8: 'unsigned char',
  u16: 'unsigned short',
  u32: 'unsigned int',
  u64: 'unsigned long long',
  s8: 'signed char',
  s16: 'short',
  s32: 'int',
  s64: 'long long',
};

function integer(base: IntegerBase): Type {
  return { kind: 'integer', base };
}

function alias(name: string, type: Type, alignBytes?: number): TypedefType {
  return { kind: 'typedef', name, type, ...(alignBytes === undefined ? {} : { alignBytes }) };
}

/** Finds names of types that are one on some targets and another on others; which one, `modelOf` tells. */
export const namesByModel = /\b(?:s?size_t|u?intptr_t|__kernel_\w+)\b/;

/** The same for targets that have the same standard typedefs. */
export function modelOf({ name, dataModel }: Target): string {
  return name === 'x32' ? name : dataModel;
}

/** The standard typedefs of one target, by name. */
export const standardTypes = onceFor(standardTypesFor);

function standardTypesFor(target: Target): ReadonlyMap<string, TypedefType> {
  const types = new Map<string, TypedefType>();
  const add = (name: string, type: Type, alignBytes?: number): TypedefType => {
    const added = alias(name, type, alignBytes);
    types.set(name, added);
    return added;
  };
  for (const [suffix, base] of Object.entries(fixedWidth)) {
    add(`__${suffix}`, integer(base));
    add(`${suffix.startsWith('u') ? 'uint' : 'int'}${suffix.slice(1)}_t`, integer(base));
  }
  for (const bits of ['16', '32', '64']) {
    for (const order of ['le', 'be']) add(`__${order}${bits}`, types.get(`__u${bits}`) ?? integer('unsigned int'));
  }
  for (const name of ['__u64', '__s64', '__le64', '__be64']) {
    add(`__aligned_${name.slice(2)}`, types.get(name) ?? integer('unsigned long long'), 8);
  }
  add('__sum16', types.get('__u16') ?? integer('unsigned short'));
  add('__wsum', types.get('__u32') ?? integer('unsigned int'));
  add('__poll_t', integer('unsigned int'));

  // x32 keeps the kernel's 64-bit "long" although its own has 32 bits (asm/posix_types_x32.h).
  const isX32 = modelOf(target) === 'x32';
  const long = add('__kernel_long_t', integer(isX32 ? 'long long' : 'long'));
  const unsignedLong = add('__kernel_ulong_t', integer(isX32 ? 'unsigned long long' : 'unsigned long'));
  // Where int and long have one size the kernel says int (asm-generic/posix_types.h).
  const isNarrow = target.dataModel === 'ILP32' && !isX32;
  const size = isNarrow ? integer('unsigned int') : unsignedLong;
  const signedSize = isNarrow ? integer('int') : long;
  add('__kernel_size_t', size);
  add('__kernel_ssize_t', signedSize);
  add('__kernel_ptrdiff_t', signedSize);
  for (const name of [
    '__kernel_off_t',
    '__kernel_old_time_t',
    '__kernel_time_t',
    '__kernel_clock_t',
    '__kernel_suseconds_t',
  ]) {
    add(name, long);
  }
  for (const name of ['__kernel_pid_t', '__kernel_timer_t', '__kernel_clockid_t', '__kernel_key_t', '__kernel_mqd_t']) {
    add(name, integer('int'));
  }
  for (const name of ['__kernel_uid32_t', '__kernel_gid32_t']) add(name, integer('unsigned int'));
  for (const name of ['__kernel_loff_t', '__kernel_time64_t']) add(name, integer('long long'));
  add('__kernel_sa_family_t', integer('unsigned short'));
  add('__kernel_caddr_t', { kind: 'pointer', pointee: integer('char') });

  const pointerSized = (sign: string): Type =>
    integer(`${sign}${target.dataModel === 'LP64' ? 'long' : 'int'}` as IntegerBase);
  add('size_t', pointerSized('unsigned '));
  add('ssize_t', pointerSized(''));
  add('uintptr_t', pointerSized('unsigned '));
  add('intptr_t', pointerSized(''));
  return types;
}
