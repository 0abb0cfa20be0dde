/**
 * A header of a kernel tree, as `make headers_install` would install it.
 *
 * scripts/headers_install.sh edits text with sed and unifdef; the same edits are made here. Nothing changes its line, so a line
 * of the result is a line of the kernel's file. `unifdef -U__KERNEL__` needs no counterpart: the macro is simply never
 * defined. The installed text has `__EXPORTED_HEADERS__` decided, so a condition on it is decided here: it is defined for
 * nobody else.
 *
 * Left out: the script's checks (SPDX lines, `CONFIG_` leaks), which judge a header but do not change it.
 */

/** What the edits make of words: some come in, and the beginning of an include guard's name goes. */
export const installEdits = {
  made: new Set(['__attribute__', 'packed', '__inline__', '__asm__', '__volatile__']),
  dropped: '_UAPI',
};

/** Whether the edits may make a word of the beginning of one, which is not found by searching the text. */
export function mayShortenWords(text: string): boolean {
  return ['__packed', '__attribute_const__'].some(
    (word) => text.includes(word) && new RegExp(`[\\w$]${word}`).test(text),
  );
}

const blank = (text: string): string => ' '.repeat(text.length);

/**
 * Applies the edits of scripts/headers_install.sh. As in sed, a blank never matches the end of a line, and what one match
 * has taken is not looked at by the next.
 */
export function installedText(text: string): string {
  let result = text
    .replace(/([ \t\r\f\v(])(?:__user|__force|__iomem)[ \t\r\f\v]/g, '$1')
    .replace(/__attribute_const__([ \t\r\f\v]|$)/gm, '$1')
    .replace(/^#include <linux\/compiler(?:|_types).h>/gm, blank)
    .replace(/(^|[^a-zA-Z0-9])__packed([^a-zA-Z0-9_]|$)/gm, '$1__attribute__((packed))$2')
    .replace(/(^|[ \t\r\f\v(])(inline|asm|volatile)([ \t\r\f\v(]|$)/gm, '$1__$2__$3')
    .replace(
      /^(.*?#(?:ifndef|define|endif[ \t\r\f\v]*\/\*))([ \t\r\f\v]*)_UAPI/gm,
      (_, before: string, blanks: string) => `${before}${blanks}     `,
    );
  if (result.includes('__EXPORTED_HEADERS__')) {
    result = result
      .replace(/^(\s*#\s*)ifndef(\s+)__EXPORTED_HEADERS__\b/gm, '$1if 0$2')
      .replace(/^(\s*#\s*)ifdef(\s+)__EXPORTED_HEADERS__\b/gm, '$1if 1$2')
      .replace(/\bdefined\s*(?:\(\s*__EXPORTED_HEADERS__\s*\)|__EXPORTED_HEADERS__\b)/g, '1');
  }
  return result;
}
