/** Error numbers as Linux's generic `errno-base.h` and `errno.h` number them: the ones KVM answers with. */

export const errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  ENOSPC: 28,
  ENOSYS: 38,
} as const;

const names = new Map<number, string>(Object.entries(errno).map(([name, value]) => [value, name]));

/** `EINVAL` for 22; empty for 0; `errno 77` for a number KVM does not use. */
export function errnoName(value: number): string {
  return value === 0 ? '' : (names.get(value) ?? `errno ${String(value)}`);
}
