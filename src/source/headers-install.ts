/**
 * A header of a kernel tree, as `make headers_install` would install it.
 *
 * scripts/headers_install.sh edits text with sed and unifdef; the same edits are made here, except that nothing changes its
 * line and that removed words leave blanks where they can, so that a place in the result is a place in the kernel's
 * file. `unifdef -U__KERNEL__` needs no counterpart: the macro is simply never defined. The installed text has
 * `__EXPORTED_HEADERS__` decided, so a condition on it must be decided here: it is defined for nobody else.
 *
 * Left out: the script's checks (SPDX lines, `CONFIG_` leaks), which judge a header but do not change it.
 */

const blank = (text: string): string => ' '.repeat(text.length);

/** Applies the edits of scripts/headers_install.sh. */
export function installedText(text: string): string {
  let result = text
    // The blank before the word stays, the one after it goes with it; two in a row share the blank between them.
    .replace(/(?<=[\s(])(?:__user|__force|__iomem)(?=\s)/g, blank)
    .replace(/__attribute_const__(?=\s|$)/g, blank)
    .replace(/^#include <linux\/compiler(?:|_types)\.h>/gm, blank)
    .replace(/(^|[^a-zA-Z0-9])__packed(?![a-zA-Z0-9_])/gm, '$1__attribute__((packed))')
    .replace(/(^|\s|\()(inline|asm|volatile)(?=[\s(]|$)/gm, '$1__$2__')
    .replace(/(#(?:ifndef|define|endif\s*\/\*)\s*)_UAPI/g, (_, before: string) => `${before}     `);
  if (result.includes('__EXPORTED_HEADERS__')) {
    result = result
      .replace(/^(\s*#\s*)ifndef(\s+)__EXPORTED_HEADERS__\b/gm, '$1if 0$2')
      .replace(/^(\s*#\s*)ifdef(\s+)__EXPORTED_HEADERS__\b/gm, '$1if 1$2')
      .replace(/\bdefined\s*(?:\(\s*__EXPORTED_HEADERS__\s*\)|__EXPORTED_HEADERS__\b)/g, '1');
  }
  return result;
}
