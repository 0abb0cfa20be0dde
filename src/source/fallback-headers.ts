/**
 * Stand-ins for the few kernel headers that almost every UAPI header includes, for a header that comes alone.
 *
 * `uabi layout foo --in foo.h` has no tree around it, yet foo.h says `__u64`, `_IOWR` and `__DECLARE_FLEX_ARRAY`. What these mean never
 * changes (include/uapi/linux/types.h, asm-generic/ioctl.h and its five other forms, linux/stddef.h, linux/const.h), so they are declared
 * here. A tree or an `--include` directory that has the real header always wins.
 *
 * Left out on purpose: types whose size depends on the architecture in odd ways (`__kernel_mode_t`, `__kernel_ipc_pid_t`): better an
 * unknown type than a wrong size.
 */

const once = (name: string, body: string): string => `#ifndef ${name}\n#define ${name}\n${body}#endif\n`;

/** Header → text. */
export const fallbackDeclarations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'linux/types.h': once(
      '_LINUX_TYPES_H',
      `#include <asm/types.h>
#include <linux/posix_types.h>
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
#define __bitwise
#define __bitwise__
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_s64 __s64 __attribute__((aligned(8)))
#define __aligned_be64 __be64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
typedef unsigned __poll_t;
#ifdef __SIZEOF_INT128__
typedef __signed__ __int128 __s128 __attribute__((aligned(16)));
typedef unsigned __int128 __u128 __attribute__((aligned(16)));
#endif
`,
    ),
    'asm/types.h': once(
      '_ASM_TYPES_H',
      `#include <asm/bitsperlong.h>
typedef __signed__ char __s8;
typedef unsigned char __u8;
typedef __signed__ short __s16;
typedef unsigned short __u16;
typedef __signed__ int __s32;
typedef unsigned int __u32;
typedef __signed__ long long __s64;
typedef unsigned long long __u64;
`,
    ),
    'asm/bitsperlong.h': once(
      '__ASM_BITSPERLONG_H',
      `#define __BITS_PER_LONG (__SIZEOF_LONG__ * 8)
#ifndef __BITS_PER_LONG_LONG
#define __BITS_PER_LONG_LONG 64
#endif
`,
    ),
    'linux/posix_types.h': once(
      '_LINUX_POSIX_TYPES_H',
      `#include <linux/stddef.h>
#if defined(__x86_64__) && !defined(__LP64__)
typedef long long __kernel_long_t;
typedef unsigned long long __kernel_ulong_t;
#else
typedef long __kernel_long_t;
typedef unsigned long __kernel_ulong_t;
#endif
typedef __SIZE_TYPE__ __kernel_size_t;
typedef __PTRDIFF_TYPE__ __kernel_ssize_t;
typedef __PTRDIFF_TYPE__ __kernel_ptrdiff_t;
typedef __kernel_long_t __kernel_off_t;
typedef long long __kernel_loff_t;
typedef __kernel_long_t __kernel_old_time_t;
typedef __kernel_long_t __kernel_time_t;
typedef long long __kernel_time64_t;
typedef __kernel_long_t __kernel_clock_t;
typedef int __kernel_timer_t;
typedef int __kernel_clockid_t;
typedef int __kernel_pid_t;
typedef int __kernel_key_t;
typedef int __kernel_mqd_t;
typedef unsigned int __kernel_uid32_t;
typedef unsigned int __kernel_gid32_t;
typedef char *__kernel_caddr_t;
`,
    ),
    'asm/posix_types.h': '#include <linux/posix_types.h>\n',
    'linux/const.h': once(
      '_LINUX_CONST_H',
      `#define __AC(X, Y) (X##Y)
#define _AC(X, Y) __AC(X, Y)
#define _AT(T, X) ((T)(X))
#define _UL(x) (_AC(x, UL))
#define _ULL(x) (_AC(x, ULL))
#define _BITUL(x) (_UL(1) << (x))
#define _BITULL(x) (_ULL(1) << (x))
#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a) __ALIGN_KERNEL_MASK(x, (__typeof__(x))(a) - 1)
#define __KERNEL_DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
`,
    ),
    'linux/stddef.h': once(
      '_LINUX_STDDEF_H',
      `#define __struct_group(TAG, NAME, ATTRS, MEMBERS...) \\
  union { struct { MEMBERS } ATTRS; struct TAG { MEMBERS } ATTRS NAME; } ATTRS
#define __DECLARE_FLEX_ARRAY(TYPE, NAME) struct { struct { } __empty_ ## NAME; TYPE NAME[]; }
#ifndef __counted_by
#define __counted_by(m)
#endif
`,
    ),
    'linux/ioctl.h': '#include <asm/ioctl.h>\n',
    'asm/ioctls.h': '#include <asm/ioctl.h>\n',
    'asm/ioctl.h': once(
      '_ASM_GENERIC_IOCTL_H',
      `#define _IOC_NRBITS 8
#define _IOC_TYPEBITS 8
#if defined(__mips__) || defined(__powerpc__) || defined(__sparc__) || defined(__alpha__)
#define _IOC_SIZEBITS 13
#define _IOC_DIRBITS 3
#define _IOC_NONE 1U
#define _IOC_READ 2U
#define _IOC_WRITE 4U
#else
#define _IOC_SIZEBITS 14
#define _IOC_DIRBITS 2
#define _IOC_NONE 0U
#ifdef __hppa__
#define _IOC_WRITE 2U
#define _IOC_READ 1U
#else
#define _IOC_WRITE 1U
#define _IOC_READ 2U
#endif
#endif
#define _IOC_NRSHIFT 0
#define _IOC_TYPESHIFT (_IOC_NRSHIFT + _IOC_NRBITS)
#define _IOC_SIZESHIFT (_IOC_TYPESHIFT + _IOC_TYPEBITS)
#define _IOC_DIRSHIFT (_IOC_SIZESHIFT + _IOC_SIZEBITS)
#ifdef __alpha__
#define _IOC(dir, type, nr, size) \\
  ((unsigned int)(((dir) << _IOC_DIRSHIFT) | ((type) << _IOC_TYPESHIFT) | ((nr) << _IOC_NRSHIFT) | ((size) << _IOC_SIZESHIFT)))
#else
#define _IOC(dir, type, nr, size) \\
  (((dir) << _IOC_DIRSHIFT) | ((type) << _IOC_TYPESHIFT) | ((nr) << _IOC_NRSHIFT) | ((size) << _IOC_SIZESHIFT))
#endif
#define _IOC_TYPECHECK(t) (sizeof(t))
#define _IO(type, nr) _IOC(_IOC_NONE, (type), (nr), 0)
#define _IOR(type, nr, size) _IOC(_IOC_READ, (type), (nr), (_IOC_TYPECHECK(size)))
#define _IOW(type, nr, size) _IOC(_IOC_WRITE, (type), (nr), (_IOC_TYPECHECK(size)))
#define _IOWR(type, nr, size) _IOC(_IOC_READ | _IOC_WRITE, (type), (nr), (_IOC_TYPECHECK(size)))
#define _IOR_BAD(type, nr, size) _IOC(_IOC_READ, (type), (nr), sizeof(size))
#define _IOW_BAD(type, nr, size) _IOC(_IOC_WRITE, (type), (nr), sizeof(size))
#define _IOWR_BAD(type, nr, size) _IOC(_IOC_READ | _IOC_WRITE, (type), (nr), sizeof(size))
`,
    ),
    'asm/byteorder.h': once(
      '_ASM_BYTEORDER_H',
      `#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define __BIG_ENDIAN 4321
#define __BIG_ENDIAN_BITFIELD
#else
#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD
#endif
`,
    ),
    'linux/limits.h': once(
      '_LINUX_LIMITS_H',
      '#define NGROUPS_MAX 65536\n#define ARG_MAX 131072\n#define NAME_MAX 255\n#define PATH_MAX 4096\n',
    ),
    'linux/compiler.h': '',
    'linux/compiler_types.h': '',
    'linux/errno.h': '',
    'asm/socket.h': '',
    'linux/if_ether.h': once('_LINUX_IF_ETHER_H', '#define ETH_ALEN 6\n'),
  }),
);
