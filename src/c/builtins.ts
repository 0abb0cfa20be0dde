/**
 * The builtin functions of GCC 12, as `__has_builtin` answers for them (GCC manual, "Other Builtins", "__sync Builtins", "__atomic
 * Builtins"): those that headers ask for. Not one of a name that merely looks like it.
 */

const own = `expect expect_with_probability constant_p choose_expr types_compatible_p offsetof bswap16 bswap32 bswap64 clz clzl clzll
  clzimax ctz ctzl ctzll ctzimax ffs ffsl ffsll ffsimax popcount popcountl popcountll popcountimax parity parityl parityll parityimax
  clrsb clrsbl clrsbll clrsbimax alloca_with_align alloca_with_align_and_max trap unreachable assume_aligned prefetch return_address
  frame_address extract_return_addr frob_return_addr object_size dynamic_object_size add_overflow sub_overflow mul_overflow
  add_overflow_p sub_overflow_p mul_overflow_p sadd_overflow saddl_overflow saddll_overflow uadd_overflow uaddl_overflow
  uaddll_overflow ssub_overflow ssubl_overflow ssubll_overflow usub_overflow usubl_overflow usubll_overflow smul_overflow
  smull_overflow smulll_overflow umul_overflow umull_overflow umulll_overflow shuffle shufflevector convertvector has_attribute LINE
  FILE FUNCTION speculation_safe_value va_start va_end va_copy va_arg_pack va_arg_pack_len apply_args apply return setjmp longjmp
  classify_type __memcpy_chk __memmove_chk __memset_chk __mempcpy_chk __strcpy_chk __stpcpy_chk __strncpy_chk __strcat_chk
  __strncat_chk __sprintf_chk __snprintf_chk __vsprintf_chk __vsnprintf_chk __printf_chk __fprintf_chk __vprintf_chk
  __vfprintf_chk __clear_cache inf inff infl huge_val huge_valf huge_vall nan nanf nanl nans nansf nansl isnormal isinf_sign
  fpclassify isgreater isgreaterequal isless islessequal islessgreater isunordered eh_return unwind_init dwarf_cfa
  init_dwarf_reg_size_table clear_padding thread_pointer set_thread_pointer stack_save stack_restore update_setjmp_buf
  setjmp_setup nonlocal_goto next_arg`;

/** Functions of C and POSIX, which exist with the prefix and without it. */
const library = `abs labs llabs imaxabs memcpy memmove memset memcmp memchr mempcpy strlen strcmp strcpy strcat strchr strrchr strncmp
  strncpy strncat strstr strdup strndup strnlen strspn strcspn strpbrk stpcpy stpncpy strcasecmp strncasecmp index rindex bcmp bcopy
  bzero alloca malloc calloc realloc free aligned_alloc posix_memalign abort exit _exit printf fprintf sprintf snprintf vprintf
  vfprintf vsprintf vsnprintf puts fputs putchar fputc fwrite isnan isinf isfinite signbit signbitf signbitl sqrt sqrtf sqrtl fabs
  fabsf fabsl copysign copysignf copysignl fmin fmax floor ceil trunc round pow exp log sin cos fma ldexp frexp hypot isdigit isalpha
  toupper tolower`;

const sync =
  /^__sync_(?:(?:fetch_and_(?:add|sub|or|and|xor|nand)|(?:add|sub|or|and|xor|nand)_and_fetch|(?:bool|val)_compare_and_swap|lock_test_and_set|lock_release)(?<bytes>_(?:1|2|4|8|16))?|synchronize)$/;
const atomic =
  /^__atomic_(?:(?:load|store|exchange|compare_exchange)(?:_n|(?<bytes>_(?:1|2|4|8|16)))?|(?:(?:add|sub|and|xor|or|nand)_fetch|fetch_(?:add|sub|and|xor|or|nand))(?<size>_(?:1|2|4|8|16))?|test_and_set|clear|thread_fence|signal_fence|always_lock_free|is_lock_free|feraiseexcept)$/;

let names: ReadonlySet<string> | undefined;

function everywhere(): ReadonlySet<string> {
  const ofLibrary = library.split(/\s+/);
  return new Set([...[...own.split(/\s+/), ...ofLibrary].map((name) => `__builtin_${name}`), ...ofLibrary]);
}

/** `isDefined`: whether a macro is, which tells targets apart. */
export function isBuiltin(name: string, isDefined: (macro: string) => boolean): boolean {
  const match = sync.exec(name) ?? atomic.exec(name);
  if (match !== null) {
    const bytes = match.groups?.['bytes'] ?? match.groups?.['size'];
    return bytes !== '_16' || isDefined('__SIZEOF_INT128__');
  }
  if (name === '__builtin_bswap128') return isDefined('__SIZEOF_INT128__');
  if (/^__builtin_cpu_(?:init|is|supports)$/.test(name)) {
    return isDefined('__x86_64__') || isDefined('__i386__') || isDefined('__PPC__');
  }
  return (names ??= everywhere()).has(name);
}
