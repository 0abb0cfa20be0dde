/**
 * What `__has_attribute`, `__has_builtin` and `__has_c_attribute` answer: what GCC 12 knows, as far as headers ask.
 */

import { isBuiltin } from './builtins.ts';
import type { HasTest } from './macro.ts';

const attributes = new Set(
  `access alias aligned alloc_align alloc_size always_inline artificial assume_aligned cleanup cold common const constructor
   copy deprecated designated_init destructor error externally_visible fallthrough flatten format format_arg gnu_inline hot
   ifunc leaf malloc may_alias mode naked no_icf no_instrument_function no_reorder no_sanitize no_sanitize_address
   no_sanitize_thread no_sanitize_undefined no_split_stack no_stack_protector noclone noinit noinline noipa nonnull nonstring
   noplt noreturn nothrow optimize packed patchable_function_entry pure retain returns_nonnull returns_twice
   scalar_storage_order section sentinel simd stack_protect symver target tls_model transparent_union unavailable
   uninitialized unused used vector_size visibility warn_if_not_aligned warn_unused_result warning weak weakref zero_call_used_regs`.split(
    /\s+/,
  ),
);

const standardAttributes = new Map([
  ['deprecated', 1],
  ['fallthrough', 1],
  ['maybe_unused', 1],
  ['nodiscard', 1],
]);

function unadorned(name: string): string {
  return /^__\w+__$/.test(name) ? name.slice(2, -2) : name;
}

/** Whether GCC has the attribute or builtin called `name`. */
export function hasFeature(test: HasTest, name: string, isDefined: (macro: string) => boolean): boolean {
  switch (test) {
    case '__has_attribute':
      return attributes.has(unadorned(name));
    case '__has_c_attribute':
      return standardAttributes.has(unadorned(name));
    case '__has_builtin':
      return isBuiltin(name, isDefined);
    case '__has_include':
    case '__has_include_next':
      return false;
    default:
      return test satisfies never;
  }
}
