/**
 * The lint rules: what makes a new interface hard to keep compatible, as data.
 *
 * They follow the kernel's own guidance (Documentation/driver-api/ioctl.rst, Documentation/process/botching-up-ioctls.rst,
 * Documentation/process/adding-syscalls.rst): fixed-width types, explicit padding, the same layout in 32- and 64-bit programs, a
 * flags word that is checked, a size in the request number. None of this is a break. All of it is cheap to do before a
 * release and impossible after it. An `error` hurts programs as soon as the header is used; a `warning` is a trap for a later
 * change; a `note` asks a question that only the author can answer.
 */

export const lintSeverities = ['error', 'warning', 'note'] as const;
export type LintSeverity = (typeof lintSeverities)[number];

export interface LintRule {
  readonly title: string;
  readonly severity: LintSeverity;
  readonly explanation: string;
  readonly wayOut: string;
  /** A declaration that fires it, and one that does the same thing without. */
  readonly example: { readonly bad: string; readonly good: string };
}

const catalogue = {
  'layout-differs': {
    title: 'The layout is another one in 32-bit programs',
    severity: 'error',
    explanation:
      'A 32-bit program on a 64-bit kernel passes a record that the kernel reads with its own layout. Without a translation (compat_ioctl) for this record the two misread each other.',
    wayOut: 'Use __u32, __u64 with explicit padding, __aligned_u64, and __u64 in place of pointers and long.',
    example: {
      bad: 'struct region { __u32 slot; __u64 addr; };',
      good: 'struct region { __u32 slot; __u32 pad; __u64 addr; };',
    },
  },
  'request-differs': {
    title: 'The request has another number in 32-bit programs',
    severity: 'error',
    explanation:
      'The size of the argument is part of the number, so a 32-bit program calls a request that the 64-bit kernel does not know.',
    wayOut: 'Give the argument one size everywhere, or handle both numbers in compat_ioctl.',
    example: {
      bad: "#define REGION_GET _IOR('r', 1, unsigned long)",
      good: "#define REGION_GET _IOR('r', 1, __u64)",
    },
  },
  'unaligned-u64': {
    title: 'An 8-byte integer is aligned differently in i386 programs',
    severity: 'warning',
    explanation:
      'i386 aligns a 64-bit integer inside a record to 4 bytes, all 64-bit targets to 8, so the field, what follows it, or the end of the record stands elsewhere.',
    wayOut: 'Use __aligned_u64, and make the padding before it and at the end of the record explicit.',
    example: {
      bad: 'struct event { __u64 time; __u32 kind; };',
      good: 'struct event { __aligned_u64 time; __u32 kind; __u32 pad; };',
    },
  },
  'long-in-record': {
    title: 'A field is as wide as long',
    severity: 'warning',
    explanation: 'long, size_t and their kin have 4 bytes in 32-bit programs and 8 in 64-bit ones.',
    wayOut: 'Use __u32 or __u64.',
    example: { bad: 'struct limits { unsigned long bytes; };', good: 'struct limits { __u64 bytes; };' },
  },
  'pointer-in-record': {
    title: 'A field is a pointer',
    severity: 'warning',
    explanation:
      'A pointer has 4 bytes in 32-bit programs and 8 in 64-bit ones, and on s390 a 31-bit one must be converted besides.',
    wayOut: 'Use __u64 and u64_to_user_ptr() in the kernel.',
    example: { bad: 'struct list { void *entries; };', good: 'struct list { __u64 entries; };' },
  },
  'time-in-record': {
    title: 'A field holds time in a type that ends in 2038 or differs by program',
    severity: 'warning',
    explanation:
      'time_t, struct timeval and struct timespec have 32 bits of seconds in 32-bit programs of the old ABI, and libc may define them otherwise than the kernel.',
    wayOut: 'Use __u64 nanoseconds, __s64 seconds, or struct __kernel_timespec.',
    example: {
      bad: 'struct stamp { __kernel_old_time_t seconds; };',
      good: 'struct stamp { __s64 seconds; };',
    },
  },
  'enum-in-record': {
    title: 'A field is an enum',
    severity: 'warning',
    explanation:
      'The compiler chooses the size and signedness of an enum by its values and its options (-fshort-enums), and a new enumerator can change both.',
    wayOut: 'Use __u32, and name the values in the enum.',
    example: {
      bad: 'enum mode { MODE_A, MODE_B }; struct setup { enum mode mode; };',
      good: 'enum mode { MODE_A, MODE_B }; struct setup { __u32 mode; };',
    },
  },
  'bit-field-in-record': {
    title: 'A field is a bit-field',
    severity: 'warning',
    explanation:
      'Compilers allocate bit-fields from opposite ends by byte order, and where one starts is the business of each psABI.',
    wayOut: 'Use an integer and masks.',
    example: {
      bad: 'struct caps { __u32 fast : 1; __u32 wide : 31; };',
      good: '#define CAP_FAST 1\nstruct caps { __u32 caps; };',
    },
  },
  'implicit-hole': {
    title: 'There is a hole between two fields',
    severity: 'warning',
    explanation:
      'The bytes have no name: a program cannot clear them by assigning fields, the kernel may leak its stack through them, and they can never be given a meaning because old programs have anything there.',
    wayOut: 'Name them as padding, and refuse calls in which they are not zero.',
    example: {
      bad: 'struct region { __u8 kind; __u32 size; };',
      good: 'struct region { __u8 kind; __u8 pad[3]; __u32 size; };',
    },
  },
  'tail-padding': {
    title: 'There is padding after the last field',
    severity: 'warning',
    explanation:
      'The bytes have no name, with all that follows from it, and a field added there changes no size: nobody notices that old programs have anything in it.',
    wayOut: 'Name them as padding, and refuse calls in which they are not zero.',
    example: {
      bad: 'struct region { __aligned_u64 addr; __u32 slot; };',
      good: 'struct region { __aligned_u64 addr; __u32 slot; __u32 pad; };',
    },
  },
  'request-without-size': {
    title: 'A request with data has size 0',
    severity: 'warning',
    explanation:
      'The number says that data travels and that it has no bytes. The kernel cannot tell versions of the argument apart by the number.',
    wayOut: 'Give the macro the type of the argument.',
    example: {
      bad: "struct nothing { }; \n#define REGION_SET _IOW('r', 1, struct nothing)",
      good: "struct region { __u32 slot; __u32 flags; };\n#define REGION_SET _IOW('r', 1, struct region)",
    },
  },
  'request-without-type': {
    title: 'A request named like one that carries something is an _IO',
    severity: 'note',
    explanation:
      '_IO says that nothing travels. If a pointer or a value does, neither its size nor its direction is in the number, so tools cannot follow it and a later version of the argument has the same number.',
    wayOut: 'Use _IOW, _IOR or _IOWR with the type of the argument.',
    example: {
      bad: "#define REGION_SET_SLOT _IO('r', 1)",
      good: "#define REGION_SET_SLOT _IOW('r', 1, __u32)",
    },
  },
  'no-flags': {
    title: 'What programs hand in has no flags word',
    severity: 'note',
    explanation:
      'A flags word whose unknown bits are refused is how a later version of an interface is announced: old kernels say EINVAL, new ones know what is meant.',
    wayOut: 'Add a __u32 flags, and refuse unknown bits from the first release on.',
    example: {
      bad: "struct region { __u32 slot; __u32 size; };\n#define REGION_SET _IOW('r', 1, struct region)",
      good: "struct region { __u32 slot; __u32 flags; };\n#define REGION_SET _IOW('r', 1, struct region)",
    },
  },
  'no-room-to-grow': {
    title: 'A record of a request has no room to grow',
    severity: 'note',
    explanation:
      'It has no reserved bytes, no flags and no size field, and its size is part of the request number: the next version needs a new request.',
    wayOut: 'Add reserved bytes that must be zero, or a size field that the kernel copies by (copy_struct_from_user).',
    example: {
      bad: "struct region { __u32 slot; __u32 size_kb; };\n#define REGION_GET _IOR('r', 1, struct region)",
      good: "struct region { __u32 slot; __u32 size_kb; __u64 reserved[6]; };\n#define REGION_GET _IOR('r', 1, struct region)",
    },
  },
} as const satisfies Readonly<Record<string, LintRule>>;

export type LintRuleId = keyof typeof catalogue;

export const lintRules: ReadonlyMap<LintRuleId, LintRule> = new Map(
  Object.entries(catalogue) as [LintRuleId, LintRule][],
);

/** The lint rule called `id`, whoever wrote it; `undefined` for none. */
export function findLintRule(id: string): LintRule | undefined {
  return lintRules.get(id as LintRuleId);
}
