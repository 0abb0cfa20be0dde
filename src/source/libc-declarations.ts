/**
 * The parts of a C library that UAPI headers ask for, declared by us.
 *
 * UAPI headers include `<sys/socket.h>`, `<stdint.h>` or `<time.h>` for a handful of types. Reading the real libc would need
 * one libc for each target; these declarations have the right sizes on every target instead, because they are written
 * with the compiler's own macros (`__SIZE_TYPE__`, `__INT64_TYPE__`; C17 §7.20, GCC's "Common Predefined Macros"). Names and guards are
 * glibc's, since linux/libc-compat.h looks at them (`__GLIBC__`, `_NETINET_IN_H`, `_NET_IF_H`).
 *
 * Left out: functions, and everything no UAPI header uses.
 */

const guard = (name: string, body: string): string =>
  `#ifndef ${name}\n#define ${name} 1\n#include <features.h>\n${body}#endif\n`;

const includes = (...names: readonly string[]): string => names.map((name) => `#include <${name}>\n`).join('');

const sizes = 'typedef __SIZE_TYPE__ size_t;\n#undef NULL\n#define NULL ((void *)0)\n';

/** Pieces that several headers share, each in a header of its own under `bits/`. */
const pieces: Readonly<Record<string, string>> = {
  'features.h': `#ifndef _FEATURES_H
#define _FEATURES_H 1
#define __USE_MISC 1
#define __USE_POSIX 1
#define __GLIBC__ 2
#define __GLIBC_MINOR__ 36
#if defined(__riscv) && __SIZEOF_POINTER__ == 4
/* No 32-bit time_t was ever part of this target. */
#define __USE_TIME_BITS64 1
#endif
#ifndef __BEGIN_DECLS
#define __BEGIN_DECLS
#define __END_DECLS
#endif
#endif
`,
  // x32 has 64-bit "system call longs"; riscv32 was born with a 64-bit time_t; sparc64 alone has 32-bit microseconds.
  'bits/uabi-time.h': `#ifndef _UABI_TIME_H
#define _UABI_TIME_H 1
#if defined(__x86_64__) && !defined(__LP64__)
typedef long long __uabi_slong_t;
typedef long long __time_t;
typedef long long __suseconds_t;
#else
typedef long __uabi_slong_t;
#ifdef __USE_TIME_BITS64
typedef long long __time_t;
typedef long long __suseconds_t;
#else
typedef long __time_t;
#if defined(__sparc__) && defined(__arch64__)
typedef int __suseconds_t;
#else
typedef long __suseconds_t;
#endif
#endif
#endif
typedef __time_t time_t;
typedef __suseconds_t suseconds_t;
typedef int clockid_t;
typedef void *timer_t;
typedef __uabi_slong_t clock_t;
#endif
`,
  'bits/uabi-timespec.h': `#ifndef _STRUCT_TIMESPEC
#define _STRUCT_TIMESPEC 1
#include <bits/uabi-time.h>
struct timespec {
  __time_t tv_sec;
#if defined(__USE_TIME_BITS64) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  int : 32;
#endif
  __uabi_slong_t tv_nsec;
#if defined(__USE_TIME_BITS64) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  int : 32;
#endif
};
#endif
`,
  'bits/uabi-timeval.h': `#ifndef __timeval_defined
#define __timeval_defined 1
#include <bits/uabi-time.h>
struct timeval { __time_t tv_sec; __suseconds_t tv_usec; };
#endif
`,
  'bits/uabi-integers.h': `#ifndef _UABI_INTEGERS_H
#define _UABI_INTEGERS_H 1
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
#endif
`,
  'bits/uabi-iovec.h': `#ifndef __iovec_defined
#define __iovec_defined 1
struct iovec { void *iov_base; __SIZE_TYPE__ iov_len; };
#endif
`,
};

/** Header → text. */
export const libcDeclarations: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...pieces,
    'stddef.h': `#ifndef _STDDEF_H
#define _STDDEF_H 1
${sizes}typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __WCHAR_TYPE__ wchar_t;
#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#endif
`,
    'stdarg.h': '#ifndef _STDARG_H\n#define _STDARG_H 1\ntypedef __builtin_va_list va_list;\n#endif\n',
    'stdbool.h':
      '#ifndef _STDBOOL_H\n#define _STDBOOL_H 1\n#define bool _Bool\n#define true 1\n#define false 0\n#define __bool_true_false_are_defined 1\n#endif\n',
    'stdint.h': guard(
      '_STDINT_H',
      `${includes('bits/uabi-integers.h')}typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTMAX_TYPE__ intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t;
#define INT8_MAX 127
#define INT16_MAX 32767
#define INT32_MAX 2147483647
#define INT64_MAX 9223372036854775807LL
#define INT8_MIN (-128)
#define INT16_MIN (-32768)
#define INT32_MIN (-2147483647 - 1)
#define INT64_MIN (-9223372036854775807LL - 1)
#define UINT8_MAX 255
#define UINT16_MAX 65535
#define UINT32_MAX 4294967295U
#define UINT64_MAX 18446744073709551615ULL
#define SIZE_MAX ((__SIZE_TYPE__)-1)
#define INT64_C(c) c ## LL
#define UINT64_C(c) c ## ULL
#define UINT32_C(c) c ## U
`,
    ),
    'inttypes.h': includes('stdint.h'),
    'limits.h': guard(
      '_LIBC_LIMITS_H_',
      `#define CHAR_BIT 8
#define SCHAR_MAX 127
#define SCHAR_MIN (-128)
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX __INT_MAX__
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX (INT_MAX * 2U + 1U)
#define LONG_MAX __LONG_MAX__
#define LONG_MIN (-LONG_MAX - 1L)
#define ULONG_MAX (LONG_MAX * 2UL + 1UL)
#define LLONG_MAX __LONG_LONG_MAX__
#define LLONG_MIN (-LLONG_MAX - 1LL)
#define ULLONG_MAX (LLONG_MAX * 2ULL + 1ULL)
#define IOV_MAX 1024
${includes('linux/limits.h')}`,
    ),
    'errno.h': guard('_ERRNO_H', includes('linux/errno.h')),
    'endian.h': guard(
      '_ENDIAN_H',
      `#define __LITTLE_ENDIAN 1234
#define __BIG_ENDIAN 4321
#define __PDP_ENDIAN 3412
#define __BYTE_ORDER __BYTE_ORDER__
#define __FLOAT_WORD_ORDER __BYTE_ORDER
#define LITTLE_ENDIAN __LITTLE_ENDIAN
#define BIG_ENDIAN __BIG_ENDIAN
#define PDP_ENDIAN __PDP_ENDIAN
#define BYTE_ORDER __BYTE_ORDER
`,
    ),
    'byteswap.h': '',
    'assert.h': '',
    'string.h': guard('_STRING_H', sizes),
    'strings.h': guard('_STRINGS_H', sizes),
    'stdlib.h': guard('_STDLIB_H', `${sizes}typedef __WCHAR_TYPE__ wchar_t;\n${includes('sys/types.h')}`),
    'stdio.h': guard('_STDIO_H', `${sizes}typedef struct _IO_FILE FILE;\n`),
    'sys/cdefs.h': includes('features.h'),
    'sys/types.h': guard(
      '_SYS_TYPES_H',
      `${sizes}${includes('bits/uabi-integers.h', 'bits/uabi-time.h', 'bits/uabi-timeval.h', 'bits/uabi-timespec.h', 'endian.h')}typedef __PTRDIFF_TYPE__ ssize_t;
typedef __UINT8_TYPE__ u_int8_t;
typedef __UINT16_TYPE__ u_int16_t;
typedef __UINT32_TYPE__ u_int32_t;
typedef __UINT64_TYPE__ u_int64_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef long long quad_t;
typedef unsigned long long u_quad_t;
typedef char *caddr_t;
typedef int daddr_t;
typedef int key_t;
typedef int pid_t;
typedef unsigned int id_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef unsigned long long dev_t;
typedef __uabi_slong_t off_t;
typedef long long loff_t;
#if defined(__x86_64__) && !defined(__LP64__)
typedef unsigned long long ino_t;
typedef unsigned long long nlink_t;
#else
typedef unsigned long ino_t;
#if defined(__LP64__) && (defined(__aarch64__) || defined(__riscv) || defined(__loongarch__) || defined(__alpha__) || defined(__sparc__))
typedef unsigned int nlink_t;
#else
typedef unsigned long nlink_t;
#endif
#endif
`,
    ),
    'unistd.h': guard('_UNISTD_H', includes('sys/types.h')),
    'time.h': guard(
      '_TIME_H',
      `${sizes}${includes('bits/uabi-time.h', 'bits/uabi-timespec.h')}typedef int pid_t;
struct itimerspec { struct timespec it_interval; struct timespec it_value; };
struct tm {
  int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
  long tm_gmtoff;
  const char *tm_zone;
};
`,
    ),
    'sys/time.h': guard(
      '_SYS_TIME_H',
      `${includes('bits/uabi-time.h', 'bits/uabi-timeval.h', 'bits/uabi-timespec.h')}struct timezone { int tz_minuteswest; int tz_dsttime; };
struct itimerval { struct timeval it_interval; struct timeval it_value; };
`,
    ),
    'sys/ioctl.h': guard(
      '_SYS_IOCTL_H',
      `${includes('asm/ioctls.h')}struct winsize { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; };
`,
    ),
    'sys/uio.h': guard('_SYS_UIO_H', includes('sys/types.h', 'bits/uabi-iovec.h')),
    'sys/socket.h': guard(
      '_SYS_SOCKET_H',
      `${includes('bits/uabi-iovec.h', 'sys/types.h', 'asm/socket.h')}typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;
#define PF_UNSPEC 0
#define PF_UNIX 1
#define PF_INET 2
#define PF_INET6 10
#define AF_UNSPEC PF_UNSPEC
#define AF_UNIX PF_UNIX
#define AF_INET PF_INET
#define AF_INET6 PF_INET6
enum {
  MSG_OOB = 0x01, MSG_PEEK = 0x02, MSG_DONTROUTE = 0x04, MSG_CTRUNC = 0x08, MSG_PROXY = 0x10, MSG_TRUNC = 0x20,
  MSG_DONTWAIT = 0x40, MSG_EOR = 0x80, MSG_WAITALL = 0x100, MSG_FIN = 0x200, MSG_SYN = 0x400, MSG_CONFIRM = 0x800,
  MSG_RST = 0x1000, MSG_ERRQUEUE = 0x2000, MSG_NOSIGNAL = 0x4000, MSG_MORE = 0x8000
};
struct sockaddr { sa_family_t sa_family; char sa_data[14]; };
struct sockaddr_storage {
  sa_family_t ss_family;
  char __ss_padding[128 - sizeof(sa_family_t) - sizeof(unsigned long)];
  unsigned long __ss_align;
};
struct msghdr {
  void *msg_name;
  socklen_t msg_namelen;
  struct iovec *msg_iov;
  size_t msg_iovlen;
  void *msg_control;
  size_t msg_controllen;
  int msg_flags;
};
struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };
struct linger { int l_onoff; int l_linger; };
`,
    ),
    'sys/un.h': guard(
      '_SYS_UN_H',
      `${includes('sys/socket.h')}struct sockaddr_un { sa_family_t sun_family; char sun_path[108]; };\n`,
    ),
    'netinet/in.h': guard(
      '_NETINET_IN_H',
      `${includes('stdint.h', 'sys/socket.h')}typedef uint32_t in_addr_t;
typedef uint16_t in_port_t;
enum {
  IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_IGMP = 2, IPPROTO_IPIP = 4, IPPROTO_TCP = 6, IPPROTO_EGP = 8, IPPROTO_PUP = 12,
  IPPROTO_UDP = 17, IPPROTO_IDP = 22, IPPROTO_TP = 29, IPPROTO_DCCP = 33, IPPROTO_IPV6 = 41, IPPROTO_RSVP = 46, IPPROTO_GRE = 47,
  IPPROTO_ESP = 50, IPPROTO_AH = 51, IPPROTO_MTP = 92, IPPROTO_BEETPH = 94, IPPROTO_ENCAP = 98, IPPROTO_PIM = 103,
  IPPROTO_COMP = 108, IPPROTO_SCTP = 132, IPPROTO_UDPLITE = 136, IPPROTO_MPLS = 137, IPPROTO_ETHERNET = 143,
  IPPROTO_RAW = 255, IPPROTO_MPTCP = 262, IPPROTO_MAX
};
struct in_addr { in_addr_t s_addr; };
struct in6_addr {
  union { uint8_t __u6_addr8[16]; uint16_t __u6_addr16[8]; uint32_t __u6_addr32[4]; } __in6_u;
};
struct sockaddr_in {
  sa_family_t sin_family;
  in_port_t sin_port;
  struct in_addr sin_addr;
  unsigned char sin_zero[8];
};
struct sockaddr_in6 {
  sa_family_t sin6_family;
  in_port_t sin6_port;
  uint32_t sin6_flowinfo;
  struct in6_addr sin6_addr;
  uint32_t sin6_scope_id;
};
struct ip_mreq { struct in_addr imr_multiaddr; struct in_addr imr_interface; };
struct ip_mreqn { struct in_addr imr_multiaddr; struct in_addr imr_address; int imr_ifindex; };
struct in_pktinfo { int ipi_ifindex; struct in_addr ipi_spec_dst; struct in_addr ipi_addr; };
struct ipv6_mreq { struct in6_addr ipv6mr_multiaddr; unsigned int ipv6mr_interface; };
struct in6_pktinfo { struct in6_addr ipi6_addr; unsigned int ipi6_ifindex; };
`,
    ),
    'arpa/inet.h': includes('netinet/in.h'),
    'net/ethernet.h': guard(
      '__NET_ETHERNET_H',
      `${includes('sys/types.h', 'stdint.h', 'linux/if_ether.h')}struct ether_addr { uint8_t ether_addr_octet[6]; } __attribute__((__packed__));
struct ether_header { uint8_t ether_dhost[6]; uint8_t ether_shost[6]; uint16_t ether_type; } __attribute__((__packed__));
`,
    ),
    'netinet/if_ether.h': guard('__NETINET_IF_ETHER_H', includes('sys/types.h', 'linux/if_ether.h', 'net/ethernet.h')),
    'net/if.h': guard(
      '_NET_IF_H',
      `${includes('sys/types.h', 'sys/socket.h')}#define IF_NAMESIZE 16
#define IFNAMSIZ IF_NAMESIZE
struct ifmap {
  unsigned long mem_start, mem_end;
  unsigned short base_addr;
  unsigned char irq, dma, port;
};
struct ifreq {
  union { char ifrn_name[IFNAMSIZ]; } ifr_ifrn;
  union {
    struct sockaddr ifru_addr, ifru_dstaddr, ifru_broadaddr, ifru_netmask, ifru_hwaddr;
    short ifru_flags;
    int ifru_ivalue, ifru_mtu;
    struct ifmap ifru_map;
    char ifru_slave[IFNAMSIZ];
    char ifru_newname[IFNAMSIZ];
    char *ifru_data;
  } ifr_ifru;
};
struct ifconf { int ifc_len; union { char *ifcu_buf; struct ifreq *ifcu_req; } ifc_ifcu; };
`,
    ),
  }),
);
