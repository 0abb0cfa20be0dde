/**
 * The words that declarations are made of (C17 §6.4.1), with GNU's spellings and what kernel sources add.
 */

/** Words for basic types, under the one spelling that `lower` knows. */
export const basicWords = new Map<string, string>();
for (const word of [
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  '__int128',
]) {
  basicWords.set(word, word);
}
for (const [spelling, word] of [
  ['__signed', 'signed'],
  ['__signed__', 'signed'],
  ['__int128_t', '__int128_t'],
  ['__uint128_t', '__uint128_t'],
  ['_Complex', '_Complex'],
  ['__complex__', '_Complex'],
  ['_Float16', '_Float16'],
  ['_Float32', 'float'],
  ['_Float64', 'double'],
  ['_Float32x', 'double'],
  ['_Float64x', '_Float64x'],
  ['_Float128', '_Float128'],
  ['__float128', '__float128'],
  ['__builtin_va_list', 'va_list'],
] as const) {
  basicWords.set(spelling, word);
}

export const skippedWords = new Set(
  `const __const __const__ volatile __volatile __volatile__ restrict __restrict __restrict__ _Atomic inline __inline
   __inline__ _Noreturn register auto __thread _Thread_local __extension__`.split(/\s+/),
);
/** Annotations of kernel sources that `make headers_install` drops or that stand for nothing to a compiler. */
export const annotations = new Set(
  `__user __kernel __iomem __percpu __rcu __force __nocast __safe __bitwise __must_check __must_hold __packed2 __always_unused
   __deprecated __attribute_const__ __always_inline asmlinkage`.split(/\s+/),
);
/**
 * Attributes as kernel sources write them, with GCC's names. `make headers_install` or a macro replaces them; in a header that comes
 * alone they stand as they are, and a compiler would take `} __packed;` for a variable.
 */
export const kernelAttributes = new Map([
  ['__packed', 'packed'],
  ['__aligned', 'aligned'],
  ['__counted_by', 'counted_by'],
  ['__counted_by_le', 'counted_by'],
  ['__counted_by_be', 'counted_by'],
  ['__nonstring', 'nonstring'],
]);
export const attributeWords = new Set([
  '__attribute__',
  '__attribute',
  '_Alignas',
  'alignas',
  ...kernelAttributes.keys(),
]);
export const typeofWords = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);
export const assertWords = new Set(['_Static_assert', 'static_assert']);
export const asmWords = new Set(['asm', '__asm__', '__asm']);
