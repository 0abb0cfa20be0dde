/**
 * What a text shows at first sight, so that most headers need not be cut into tokens to know it: that no declaration begins in it and
 * goes on in another file, or the other way round; that its macros close the braces that they open; which macros it names.
 *
 * Whatever is unusual makes a text `unclear`: splices and digraphs outside of directives, torn words, quotes that are not closed.
 * Bytes are looked at, one after another: in a short run, that is several times as fast as it is with the characters of a string.
 */

import { recordKeywords } from './text-unit.ts';

export interface FirstSight {
  /** All braces are closed, and includes stand behind semicolons. */
  readonly isWhole: boolean;
  /** So are those of each macro, by itself. */
  readonly areMacrosBalanced: boolean;
  /** The directives in which `##` may stand, as they are written. */
  readonly pasting: string;
  /** What `#define` and `#undef` name. */
  readonly macroNames: readonly string[];
}

export function firstSight(text: string): FirstSight | 'unclear' {
  // In no character beyond ASCII is there a byte that means something here (RFC 3629).
  const size = text.length * 3;
  if (shared.length < size) shared = Buffer.alloc(size * 2);
  const sight = new Sight(text, shared, shared.write(text));
  return sight.isUnclear ? 'unclear' : sight;
}

let shared = Buffer.alloc(1 << 18);

const newline = 0x0a;
const space = 0x20;
const quoteMark = 0x22;
const hash = 0x23;
const percent = 0x25;
const apostrophe = 0x27;
const parenthesisCloses = 0x29;
const star = 0x2a;
const slash = 0x2f;
const colon = 0x3a;
const semicolon = 0x3b;
const less = 0x3c;
const greater = 0x3e;
const backslash = 0x5c;
const braceOpens = 0x7b;
const braceCloses = 0x7d;

/** Bytes at which there is something to do. */
const stops = new Uint8Array(256);
for (const byte of [hash, percent, slash, less, backslash, braceOpens, braceCloses]) stops[byte] = 1;
stops[quoteMark] = stops[apostrophe] = 1;
const directiveStops = Uint8Array.from(stops);
directiveStops[newline] = 1;
/** Bytes that are tokens by themselves, whatever they stand beside. */
const alone = new Uint8Array(256);
for (const mark of ';,(){}[]~') alone[mark.charCodeAt(0)] = 1;
/** Bytes of names. */
const ofWords = new Uint8Array(256);
for (const letter of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$')
  ofWords[letter.charCodeAt(0)] = 1;
ofWords.fill(1, 0x80);

/** Directives that include nothing. */
const harmless = new Set('error warning pragma line'.split(' '));
const conditions = new Set('if ifdef ifndef elif elifdef elifndef else endif'.split(' '));
/** A macro's definition or a condition, to where something may be that has to be looked at. */
const usualHead =
  /[ \t]*(?:(?:define|undef)[ \t]+([A-Za-z0-9_$]+)|(if|ifdef|ifndef|elif|else|endif)(?![\w$\\]))[^\n/"'{}#%<\\]*/y;
const linkage = '"C"';
const splicedStar = /\*\\[\0-\t\v-\x20]*\n[/\\]/;
/** The parameters of a function and its name, behind one more word of the declaration. */
const functionHead = /([A-Za-z_]\w*)[\s*]+([A-Za-z_]\w*)\s*\([^(){};"'#\\/]*\)\s*$/;
/** How far back the parameters of a function are looked for. */
const longestHead = 400;

class Sight implements FirstSight {
  isUnclear = false;
  isWhole = true;
  areMacrosBalanced = true;
  pasting = '';
  readonly macroNames: string[] = [];
  readonly #text: string;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #isAscii: boolean;
  #at = 0;
  #braces = 0;
  /** Those that were open where each open condition began. */
  readonly #bracesBefore: number[] = [];
  /** Whether those that are open are those of a function. */
  #isBody = false;
  /** Those of `extern "C"` that are open. */
  #linkages = 0;
  /** The last byte outside of directives; that of `extern "C" {`, and of what closes it, counts as a semicolon. */
  #last = semicolon;

  constructor(text: string, bytes: Buffer, end: number) {
    this.#text = text;
    this.#bytes = bytes;
    this.#end = end;
    this.#isAscii = text.length === end;
    // A splice may tear what ends a comment.
    if (text.includes('*\\') && splicedStar.test(text)) this.isUnclear = true;
    while (this.#at < end && !this.isUnclear) this.#passText();
    if (!this.#isAtRest || this.#linkages > 0) this.isWhole = false;
  }

  /** Whether no declaration is open. */
  get #isAtRest(): boolean {
    return this.#braces === 0 && this.#last === semicolon;
  }

  /** To behind the next byte at which there is something to do. */
  #passText(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at;
    const before = this.#last;
    let at = start;
    let last = before;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte <= space) continue;
      if (stops[byte] === 1) break;
      last = byte;
    }
    this.#last = last;
    this.#at = at + 1;
    if (at >= end) return;
    const byte = bytes[at];
    if (byte === slash && this.#isCommentAt(at)) this.#passComment(at);
    else if (byte === hash) this.#passDirective(at);
    else if (byte === quoteMark && this.#opensLinkage(start, at, before)) this.#linkages++;
    else if (byte === braceCloses && this.#closesLinkage(at)) this.#linkages--;
    else this.#passToken(at, byte);
  }

  #passToken(at: number, byte: number | undefined): void {
    const before = this.#last;
    this.#last = byte ?? 0;
    if (byte === braceOpens) {
      if (this.#braces++ === 0) this.#isBody = before === parenthesisCloses && this.#opensBody(at);
    } else if (byte === braceCloses) {
      if (--this.#braces < 0) this.isUnclear = true;
      // Behind the body of a function nothing is open.
      else if (this.#braces === 0 && this.#isBody) this.#last = semicolon;
    } else if (byte === quoteMark || byte === apostrophe) this.#passQuote(at, byte);
    else if (byte === backslash || this.#isDigraphAt(at)) this.isUnclear = true;
  }

  /** Whether a brace opens the body of a function, and no record with an attribute. */
  #opensBody(brace: number): boolean {
    if (!this.#isAscii) return false;
    const text = this.#text.slice(Math.max(0, brace - longestHead), brace);
    const remark = text.lastIndexOf('/');
    // What looks like a declaration may stand in a remark.
    if (remark >= 0 && text[remark - 1] !== '*') return false;
    const [, before = '', name = ''] = functionHead.exec(text.slice(remark + 1)) ?? [];
    return name !== '' && !name.startsWith('__attribute') && !recordKeywords.has(before);
  }

  #passDirective(hashAt: number): void {
    if (!this.#isFirstOnLine(hashAt)) {
      this.isUnclear = true;
      return;
    }
    if (!this.#passUsual(hashAt + 1)) this.#passUnusual(hashAt + 1);
    if (this.#passRest()) this.pasting += `${this.#spell(hashAt, Math.min(this.#at, this.#end))}\n`;
  }

  /** The head of a directive as nearly all are written. */
  #passUsual(start: number): boolean {
    if (!this.#isAscii) return false;
    usualHead.lastIndex = start;
    const [, name, word] = usualHead.exec(this.#text) ?? [];
    if (usualHead.lastIndex === 0) return false;
    if (name !== undefined) this.macroNames.push(name);
    if (word !== undefined) this.#passCondition(word);
    this.#at = usualHead.lastIndex;
    return true;
  }

  #passUnusual(start: number): void {
    const word = this.#passWord(start);
    if (word === 'define' || word === 'undef') {
      const name = this.#passWord(this.#at);
      if (name === '') this.isUnclear = true;
      else this.macroNames.push(name);
    } else if (conditions.has(word)) this.#passCondition(word);
    else if (!harmless.has(word)) {
      // A splice or a comment may stand before the word.
      if (word === '' && !this.#isLast(this.#at)) this.isUnclear = true;
      if (!this.#isAtRest) this.isWhole = false;
    }
  }

  /** What one branch leaves open, the others do not close. */
  #passCondition(word: string): void {
    if (word.startsWith('if')) this.#bracesBefore.push(this.#braces);
    else if (word === 'endif') this.#bracesBefore.pop();
    else if ((this.#bracesBefore.at(-1) ?? this.#braces) !== this.#braces) this.isWhole = false;
  }

  /** The rest of a directive; whether `##` stands in it. */
  #passRest(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let pastes = false;
    let braces = 0;
    while (!this.isUnclear) {
      let at = this.#at;
      while (at < end && directiveStops[bytes[at] ?? 0] === 0) at++;
      this.#at = at + 1;
      const byte = at < end ? bytes[at] : newline;
      if (byte === newline) break;
      if (byte === slash && this.#isCommentAt(at)) this.#passComment(at);
      else if (byte === quoteMark || byte === apostrophe) this.#passQuote(at, byte);
      else if (byte === braceOpens) braces++;
      else if (byte === braceCloses) {
        if (--braces < 0) this.areMacrosBalanced = false;
      } else if (byte === hash) pastes ||= bytes[at + 1] === hash;
      else if (byte === backslash) this.#passSplice(at);
      else if (this.#isDigraphAt(at)) this.isUnclear = true;
    }
    if (braces !== 0) this.areMacrosBalanced = false;
    return pastes;
  }

  /** To behind a line break behind a backslash. */
  #passSplice(backslashAt: number): void {
    const bytes = this.#bytes;
    let at = backslashAt + 1;
    while ((bytes[at] ?? 0) <= space && bytes[at] !== newline && at < this.#end) at++;
    // What stands on either side may be one token, or none that one sees.
    const isTorn = this.#mayBeOne(backslashAt - 1, at + 1);
    if (at >= this.#end || bytes[at] !== newline || isTorn) this.isUnclear = true;
    this.#at = at + 1;
  }

  /** Whether what stands at two places could be of one token if nothing were in between. */
  #mayBeOne(left: number, right: number): boolean {
    const [before, behind] = [this.#bytes[left] ?? 0, right < this.#end ? (this.#bytes[right] ?? 0) : 0];
    return before > space && behind > space && alone[before] === 0 && alone[behind] === 0;
  }

  /** The word that begins at a place, white space aside, to behind it. */
  #passWord(start: number): string {
    const bytes = this.#bytes;
    let from = start;
    while (from < this.#end && (bytes[from] ?? 0) <= space && bytes[from] !== newline) from++;
    let at = from;
    while (at < this.#end && ofWords[bytes[at] ?? 0] === 1) at++;
    this.#at = at;
    // The word may stand in the next line.
    if (from === at && bytes[at] === backslash && at < this.#end) this.isUnclear = true;
    return this.#spell(from, at);
  }

  #spell(start: number, end: number): string {
    // To slice a string is faster, where characters are bytes.
    return this.#isAscii ? this.#text.slice(start, end) : this.#bytes.toString('utf8', start, end);
  }

  #passComment(start: number): void {
    const bytes = this.#bytes;
    if (bytes[start + 1] === star) {
      const end = this.#endOfComment(start + 2);
      if (end < 0) this.isUnclear = true;
      this.#at = end + 2;
      return;
    }
    let at = start + 2;
    while (at < this.#end && bytes[at] !== newline) at++;
    this.#at = at;
    while (this.#isBlank(at - 1)) at--;
    if (bytes[at - 1] === backslash) this.isUnclear = true;
  }

  /** Where `*` and `/` stand, or less than zero. Half of all text is comments, and a search goes through them fastest. */
  #endOfComment(start: number): number {
    if (this.#isAscii) return this.#text.indexOf('*/', start);
    const end = this.#bytes.indexOf('*/', start, 'latin1');
    return end >= this.#end ? -1 : end;
  }

  /** To behind the quote that closes one on the same line. */
  #passQuote(start: number, quote: number): void {
    const bytes = this.#bytes;
    let at = start + 1;
    while (at < this.#end && bytes[at] !== quote && bytes[at] !== newline) {
      if (bytes[at] !== backslash) at++;
      // No splice, but a character that is written with it.
      else if ((bytes[at + 1] ?? 0) > space) at += 2;
      else break;
    }
    if (at >= this.#end || bytes[at] !== quote) this.isUnclear = true;
    this.#at = at + 1;
  }

  /** Whether a quote is that of `extern "C" {`, to behind which is gone then. `before`: the last byte before a stretch from `start`. */
  #opensLinkage(start: number, quoteAt: number, before: number): boolean {
    const bytes = this.#bytes;
    if (this.#braces > 0 || this.#spell(quoteAt, quoteAt + linkage.length) !== linkage) return false;
    let brace = quoteAt + linkage.length;
    while (this.#isBlank(brace)) brace++;
    if (bytes[brace] !== braceOpens || brace >= this.#end) return false;
    let at = quoteAt;
    while (at > start && this.#isBlank(at - 1)) at--;
    const word = Math.max(start, at - 'extern'.length);
    const isFirst = this.#spell(word, at) === 'extern' && this.#isFirstOnLine(word);
    at = word;
    while (at > start && (bytes[at - 1] ?? 0) <= space) at--;
    if (!isFirst || (at > start ? bytes[at - 1] : before) !== semicolon) {
      this.isUnclear = true;
      return false;
    }
    this.#last = semicolon;
    this.#at = brace + 1;
    return true;
  }

  /** Whether a brace stands alone on its line where one of `extern "C"` is open. */
  #closesLinkage(at: number): boolean {
    return this.#linkages > 0 && this.#isAtRest && this.#isFirstOnLine(at) && this.#isLast(at + 1);
  }

  #isFirstOnLine(start: number): boolean {
    let at = start - 1;
    while (this.#isBlank(at)) at--;
    return at < 0 || this.#bytes[at] === newline;
  }

  /** Whether nothing but a comment stands behind a place on its line. */
  #isLast(start: number): boolean {
    let at = start;
    while (this.#isBlank(at) && at < this.#end) at++;
    return at >= this.#end || this.#bytes[at] === newline || this.#isCommentAt(at);
  }

  /** White space other than the end of a line. */
  #isBlank(at: number): boolean {
    const byte = this.#bytes[at] ?? newline;
    return byte <= space && byte !== newline;
  }

  #isCommentAt(at: number): boolean {
    const next = this.#bytes[at + 1];
    return this.#bytes[at] === slash && (next === star || next === slash);
  }

  /** `<%`, `%>` and `%:`, or what looks like them. */
  #isDigraphAt(at: number): boolean {
    const next = this.#bytes[at + 1];
    return this.#bytes[at] === percent
      ? next === colon || next === greater
      : this.#bytes[at] === less && next === percent;
  }
}
