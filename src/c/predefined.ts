/**
 * The macros a compiler defines before it reads a header: the facts of GCC 12's `-dM -E`, target by target.
 *
 * Left out are limits of floating types and of fixed-point types, which no UAPI header asks for, and what flags decide and not the
 * target: instruction set extensions, what is atomic without a lock, `__PIC__` and `__PIE__`, `__OPTIMIZE__`. `__KERNEL__` is not defined, because UAPI headers are read as a program reads them.
 */

interface Predefined {
  readonly isLp64: boolean;
  readonly isBigEndian: boolean;
  readonly isCharUnsigned: boolean;
  /** `int` (i), `long` (l) or `unsigned int` (u). */
  readonly wchar: 'i' | 'l' | 'u';
  readonly biggestAlignment: number;
  readonly longDoubleBytes: number;
  /** `NAME` is defined as 1, `NAME=value` as the value. */
  readonly own: string;
}

const lp64 = {
  isLp64: true,
  isBigEndian: false,
  isCharUnsigned: false,
  wchar: 'i',
  biggestAlignment: 16,
  longDoubleBytes: 16,
} as const;
const ilp32 = { ...lp64, isLp64: false, biggestAlignment: 8, longDoubleBytes: 8 } as const;

const x86Common =
  '__SIZEOF_FLOAT80__=16 __SIZEOF_FLOAT128__=16 __ATOMIC_HLE_ACQUIRE=65536 __ATOMIC_HLE_RELEASE=131072 __SSE__ __SSE2__ __MMX__ __FXSR__ __code_model_small__ __SEG_FS __SEG_GS';
const amd64 = `__amd64 __amd64__ __x86_64 __x86_64__ __k8 __k8__ __SSE_MATH__ __SSE2_MATH__ ${x86Common}`;
const powerpc =
  '__PPC__ _ARCH_PPC __powerpc__ __LONG_DOUBLE_128__ __LONGDOUBLE128 __LONG_DOUBLE_IBM128__ __BUILTIN_CPU_SUPPORTS__ __SIZEOF_IBM128__=16';
const powerpc64 = `${powerpc} __PPC64__ __powerpc64__ _ARCH_PPC64 _ARCH_PPCGR _ARCH_PPCSQ _ARCH_PWR4`;
const mips = `__mips__ _mips mips __mips_isa_rev=2 __mips_hard_float __mips_abicalls __MIPSEB __MIPSEB__ _MIPSEB MIPSEB
  _MIPS_SZINT=32 __LANGUAGE_C __LANGUAGE_C__ _LANGUAGE_C LANGUAGE_C`;
const arm =
  '__arm__ __APCS_32__ __ARM_EABI__ __ARM_PCS __ARMEL__ __ARM_32BIT_STATE __ARM_SIZEOF_WCHAR_T=4 __ARM_SIZEOF_MINIMAL_ENUM=4';
const riscv =
  '__riscv __riscv_atomic __riscv_compressed __riscv_mul __riscv_div __riscv_muldiv __riscv_cmodel_medany __riscv_arch_test';
const sparc = '__sparc __sparc__ sparc';

const table: Readonly<Record<string, Predefined>> = {
  x86_64: { ...lp64, own: amd64 },
  x32: {
    ...ilp32,
    wchar: 'l',
    biggestAlignment: 16,
    longDoubleBytes: 16,
    own: `${amd64} __ILP32__ _ILP32 __SIZEOF_INT128__=16`,
  },
  i386: {
    ...{ ...ilp32, wchar: 'l', biggestAlignment: 16, longDoubleBytes: 12 },
    own: '__i386 __i386__ i386 __i686 __i686__ __pentiumpro __pentiumpro__ __code_model_32__ __ILP32__ _ILP32 __SEG_FS __SEG_GS __SIZEOF_FLOAT80__=12 __SIZEOF_FLOAT128__=16 __ATOMIC_HLE_ACQUIRE=65536 __ATOMIC_HLE_RELEASE=131072',
  },
  arm64: {
    ...{ ...lp64, isCharUnsigned: true, wchar: 'u' },
    own: '__aarch64__ __AARCH64EL__ __AARCH64_CMODEL_SMALL__ __ARM_64BIT_STATE __ARM_ARCH=8 __ARM_NEON __ARM_PCS_AAPCS64 __ARM_SIZEOF_WCHAR_T=4 __ARM_SIZEOF_MINIMAL_ENUM=4',
  },
  arm: {
    ...ilp32,
    isCharUnsigned: true,
    wchar: 'u',
    own: `${arm} __ARM_ARCH=5 __ARM_ARCH_5TE__ __SOFTFP__ __VFP_FP__`,
  },
  riscv64: { ...lp64, isCharUnsigned: true, own: `${riscv} __riscv_xlen=64 __riscv_flen=64 __riscv_float_abi_double` },
  riscv32: {
    ...{ ...ilp32, isCharUnsigned: true, biggestAlignment: 16, longDoubleBytes: 16 },
    own: `${riscv} __riscv_xlen=32 __riscv_flen=64 __riscv_float_abi_double`,
  },
  ppc64le: {
    ...{ ...lp64, isCharUnsigned: true },
    own: `${powerpc64} __LITTLE_ENDIAN__ _LITTLE_ENDIAN _CALL_ELF=2 _CALL_LINUX __ALTIVEC__ __VSX__ __FLOAT128__ __SIZEOF_FLOAT128__=16 __SIZEOF_IEEE128__=16`,
  },
  ppc64: {
    ...{ ...lp64, isCharUnsigned: true, isBigEndian: true },
    own: `${powerpc64} __BIG_ENDIAN__ _BIG_ENDIAN _CALL_ELF=1 _CALL_LINUX _CALL_AIX _CALL_AIXDESC`,
  },
  ppc: {
    ...{ ...ilp32, isCharUnsigned: true, isBigEndian: true, wchar: 'l', biggestAlignment: 16, longDoubleBytes: 16 },
    own: `${powerpc} __PPC PPC __powerpc powerpc __BIG_ENDIAN__ _BIG_ENDIAN _CALL_SYSV`,
  },
  s390x: {
    ...{ ...lp64, isBigEndian: true, isCharUnsigned: true, biggestAlignment: 8 },
    own: '__s390__ __s390x__ __zarch__ __ARCH__=9 __LONG_DOUBLE_128__',
  },
  mips: {
    ...{ ...ilp32, isBigEndian: true },
    own: `${mips} __mips=32 _ABIO32=1 _MIPS_SIM=_ABIO32 _MIPS_SZLONG=32 _MIPS_SZPTR=32 _MIPS_ISA=_MIPS_ISA_MIPS32 _MIPS_FPSET=16 __mips_fpr=0 R3000 _R3000 __R3000 __R3000__`,
  },
  mips64: {
    ...{ ...lp64, isBigEndian: true },
    own: `${mips} __mips=64 __mips64 _ABI64=3 _MIPS_SIM=_ABI64 _MIPS_SZLONG=64 _MIPS_SZPTR=64 _MIPS_ISA=_MIPS_ISA_MIPS64 _MIPS_FPSET=32 __mips_fpr=64 R4000 _R4000 __R4000 __R4000__`,
  },
  loongarch64: {
    ...lp64,
    own: '__loongarch__ __loongarch_arch="loongarch64" __loongarch_tune="la464" __loongarch_lp64 __loongarch64 __loongarch_grlen=64 __loongarch_frlen=64 __loongarch_hard_float __loongarch_double_float',
  },
  m68k: {
    ...{ ...ilp32, isBigEndian: true, wchar: 'l', biggestAlignment: 2, longDoubleBytes: 12 },
    own: '__m68k__ __mc68000 __mc68000__ mc68000 __mc68020 __mc68020__ mc68020 __HAVE_68881__',
  },
  sparc64: { ...lp64, isBigEndian: true, own: `${sparc} __sparc_v9__ __arch64__ _LONGLONG` },
  sparc: { ...ilp32, isBigEndian: true, longDoubleBytes: 16, own: `${sparc} __sparc_v9__ __LONG_DOUBLE_128__` },
  alpha: {
    ...lp64,
    own: '__LONG_DOUBLE_128__ __alpha __alpha__ __alpha_ev4__ _LONGLONG _IEEE_FP __LANGUAGE_C __LANGUAGE_C__ LANGUAGE_C',
  },
  parisc: {
    ...{ ...ilp32, isBigEndian: true, wchar: 'l' },
    own: '__hppa __hppa__ _PA_RISC1_1 __BIG_ENDIAN__',
  },
  sh: {
    ...ilp32,
    wchar: 'l',
    biggestAlignment: 4,
    own: '__sh__ __SH4__ __LITTLE_ENDIAN__ __SH_FPU_ANY__ __SH_FPU_DOUBLE__',
  },
};

const everywhere = `__STDC__ __STDC_HOSTED__ __STDC_VERSION__=201710L __STDC_UTF_16__ __STDC_UTF_32__
  __GNUC__=12 __GNUC_MINOR__=2 __GNUC_PATCHLEVEL__=0 __GNUC_STDC_INLINE__ __VERSION__="12.2.0" __GXX_ABI_VERSION=1017 __NO_INLINE__
  __linux __linux__ __gnu_linux__ linux __unix __unix__ unix __ELF__ __CHAR_BIT__=8
  __ORDER_LITTLE_ENDIAN__=1234 __ORDER_BIG_ENDIAN__=4321 __ORDER_PDP_ENDIAN__=3412
  __SIZEOF_SHORT__=2 __SIZEOF_INT__=4 __SIZEOF_LONG_LONG__=8 __SIZEOF_FLOAT__=4 __SIZEOF_DOUBLE__=8 __SIZEOF_WCHAR_T__=4 __SIZEOF_WINT_T__=4
  __SCHAR_MAX__=0x7f __SHRT_MAX__=0x7fff __INT_MAX__=0x7fffffff __LONG_LONG_MAX__=0x7fffffffffffffffLL
  __SCHAR_WIDTH__=8 __SHRT_WIDTH__=16 __INT_WIDTH__=32 __LONG_LONG_WIDTH__=64 __WCHAR_WIDTH__=32 __WINT_WIDTH__=32 __INTMAX_WIDTH__=64
  __INT8_MAX__=0x7f __INT16_MAX__=0x7fff __INT32_MAX__=0x7fffffff __UINT8_MAX__=0xff __UINT16_MAX__=0xffff __UINT32_MAX__=0xffffffffU
  __WINT_MAX__=0xffffffffU __WINT_MIN__=0U __SIG_ATOMIC_MAX__=0x7fffffff __SIG_ATOMIC_WIDTH__=32
  __INT_LEAST8_MAX__=0x7f __INT_LEAST16_MAX__=0x7fff __INT_LEAST32_MAX__=0x7fffffff __INT_FAST8_MAX__=0x7f
  __UINT_LEAST8_MAX__=0xff __UINT_LEAST16_MAX__=0xffff __UINT_LEAST32_MAX__=0xffffffffU __UINT_FAST8_MAX__=0xff
  __INT_LEAST8_WIDTH__=8 __INT_LEAST16_WIDTH__=16 __INT_LEAST32_WIDTH__=32 __INT_LEAST64_WIDTH__=64
  __INT_FAST8_WIDTH__=8 __INT_FAST64_WIDTH__=64
  __ATOMIC_RELAXED=0 __ATOMIC_CONSUME=1 __ATOMIC_ACQUIRE=2 __ATOMIC_RELEASE=3 __ATOMIC_ACQ_REL=4 __ATOMIC_SEQ_CST=5
  __FINITE_MATH_ONLY__=0 __PRAGMA_REDEFINE_EXTNAME __STDC_ISO_10646__=201706L _STDC_PREDEF_H`;

const spacedEverywhere = [
  ...['__INT8_TYPE__ signed char', '__INT16_TYPE__ short int', '__INT32_TYPE__ int', '__UINT8_TYPE__ unsigned char'],
  ...['__UINT16_TYPE__ short unsigned int', '__UINT32_TYPE__ unsigned int', '__CHAR16_TYPE__ short unsigned int'],
  ...['__CHAR32_TYPE__ unsigned int', '__WINT_TYPE__ unsigned int', '__SIG_ATOMIC_TYPE__ int'],
  ...['__INT8_C(c) c', '__INT16_C(c) c', '__INT32_C(c) c', '__UINT8_C(c) c', '__UINT16_C(c) c', '__UINT32_C(c) c ## U'],
  ...['__INT_LEAST8_TYPE__ signed char', '__INT_LEAST16_TYPE__ short int', '__INT_LEAST32_TYPE__ int'],
  ...['__UINT_LEAST8_TYPE__ unsigned char', '__UINT_LEAST16_TYPE__ short unsigned int'],
  ...['__UINT_LEAST32_TYPE__ unsigned int', '__INT_FAST8_TYPE__ signed char', '__UINT_FAST8_TYPE__ unsigned char'],
  ...['__SIG_ATOMIC_MIN__ (-__SIG_ATOMIC_MAX__ - 1)', '__USER_LABEL_PREFIX__'],
];

function definitions(words: string): string[] {
  return words
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => (word.includes('=') ? word.replace('=', ' ') : `${word} 1`));
}

const definedEverywhere = [...definitions(everywhere), ...spacedEverywhere];

/** What g++ defines beside that; `bool` is no macro there, and needs no header either. */
const inCxx = definitions(
  '__cplusplus=201703L __GNUG__=12 _GNU_SOURCE __GXX_WEAK__ __GXX_RTTI __EXCEPTIONS __DEPRECATED __STDCPP_THREADS__ bool=_Bool true false=0',
);

/**
 * What follows each `#define` that holds before the first line of a C (or C++) program, for a target.
 * @throws Error for an unknown target
 */
export function predefinedMacros(target: string, language: 'C' | 'C++' = 'C'): readonly string[] {
  const lines = predefinedInC(target);
  return language === 'C' ? lines : [...lines.filter((line) => !line.startsWith('__STDC_VERSION__ ')), ...inCxx];
}

let anywhere: ReadonlySet<string> | undefined;

/** Whether a C or C++ program for any target starts with a macro of this name. */
export function isPredefinedAnywhere(name: string): boolean {
  anywhere ??= new Set(
    Object.keys(table).flatMap((target) =>
      [...predefinedInC(target), ...inCxx].map((line) => /^\w*/.exec(line)?.[0] ?? ''),
    ),
  );
  return anywhere.has(name);
}

function predefinedInC(target: string): readonly string[] {
  const facts = Object.hasOwn(table, target) ? table[target] : undefined;
  if (facts === undefined) throw new Error(`no predefined macros for target ${target}`);
  const { isLp64, isBigEndian } = facts;
  const wide = isLp64 ? 'long' : 'long long';
  const suffix = isLp64 ? 'L' : 'LL';
  const order = isBigEndian ? '__ORDER_BIG_ENDIAN__' : '__ORDER_LITTLE_ENDIAN__';
  const pointerBytes = isLp64 ? 8 : 4;
  const size = isLp64 ? 'long unsigned int' : 'unsigned int';
  const difference = isLp64 ? 'long int' : 'int';
  const pointerMax = isLp64 ? '0x7fffffffffffffffL' : '0x7fffffff';
  const sizeMax = isLp64 ? '0xffffffffffffffffUL' : '0xffffffffU';
  const wchar = { i: 'int', l: 'long int', u: 'unsigned int' }[facts.wchar];
  const lines = [
    ...definedEverywhere,
    ...definitions(facts.own),
    `__BYTE_ORDER__ ${order}`,
    `__FLOAT_WORD_ORDER__ ${order}`,
    `__BIGGEST_ALIGNMENT__ ${facts.biggestAlignment}`,
    ...['LONG', 'POINTER', 'SIZE_T', 'PTRDIFF_T'].map((name) => `__SIZEOF_${name}__ ${pointerBytes}`),
    `__SIZEOF_LONG_DOUBLE__ ${facts.longDoubleBytes}`,
    ...['LONG', 'SIZE', 'PTRDIFF', 'INTPTR'].map((name) => `__${name}_WIDTH__ ${pointerBytes * 8}`),
    `__LONG_MAX__ ${isLp64 ? '0x7fffffffffffffffL' : '0x7fffffffL'}`,
    ...['INT64', 'INTMAX', 'INT_LEAST64', 'INT_FAST64'].flatMap((name) => [
      `__${name}_TYPE__ ${wide} int`,
      `__U${name}_TYPE__ ${wide} unsigned int`,
      `__${name}_MAX__ 0x7fffffffffffffff${suffix}`,
      `__U${name}_MAX__ 0xffffffffffffffffU${suffix}`,
    ]),
    ...['INT64', 'INTMAX'].flatMap((name) => [`__${name}_C(c) c ## ${suffix}`, `__U${name}_C(c) c ## U${suffix}`]),
    // As wide as a register, but on x32.
    ...['INT_FAST16', 'INT_FAST32'].flatMap((name) => [
      `__${name}_TYPE__ ${difference}`,
      `__U${name}_TYPE__ ${size}`,
      `__${name}_MAX__ ${pointerMax}`,
      `__U${name}_MAX__ ${sizeMax}`,
      `__${name}_WIDTH__ ${pointerBytes * 8}`,
    ]),
    `__SIZE_TYPE__ ${size}`,
    `__UINTPTR_TYPE__ ${size}`,
    `__PTRDIFF_TYPE__ ${difference}`,
    `__INTPTR_TYPE__ ${difference}`,
    `__SIZE_MAX__ ${sizeMax}`,
    `__UINTPTR_MAX__ ${sizeMax}`,
    `__PTRDIFF_MAX__ ${pointerMax}`,
    `__INTPTR_MAX__ ${pointerMax}`,
    `__WCHAR_TYPE__ ${wchar}`,
    `__WCHAR_MAX__ ${{ i: '0x7fffffff', l: '0x7fffffffL', u: '0xffffffffU' }[facts.wchar]}`,
    `__WCHAR_MIN__ ${facts.wchar === 'u' ? '0U' : '(-__WCHAR_MAX__ - 1)'}`,
  ];
  if (isLp64) lines.push('__LP64__ 1', '_LP64 1', '__SIZEOF_INT128__ 16');
  if (facts.isCharUnsigned) lines.push('__CHAR_UNSIGNED__ 1');
  return lines;
}
