/** The texts of two sources, to be searched before they are cut into tokens: one for each content, whoever includes it. */

import type { Target } from '../abi/target.ts';
import { tokenize } from '../c/tokenize.ts';
import { SearchedText } from '../c/unsettled/searched-text.ts';
import type { HeaderFile } from '../source/header.ts';
import { installedText, installEdits, mayShortenWords } from '../source/headers-install.ts';
import type { HeaderSource } from './header-source.ts';

export class HeaderTexts {
  readonly #byFile = new WeakMap<HeaderFile, SearchedText>();
  readonly #spellings = new Map<string, string>();
  readonly #byContent = new Map<string, SearchedText>();

  of(source: HeaderSource, target: Target, file: HeaderFile): SearchedText {
    let text = this.#byFile.get(file);
    if (text === undefined) this.#byFile.set(file, (text = this.#find(source, target, file)));
    return text;
  }

  #find(source: HeaderSource, target: Target, file: HeaderFile): SearchedText {
    const key = `${file.contentKey}\0${file.path}\0${file.name}`;
    let text = this.#byContent.get(key);
    if (text === undefined) {
      const cut = (): SearchedText['tokens'] => source.tokensOf(target, file);
      const { name, path, original } = file;
      // A text that nobody edits need not be edited to be searched, and most are not edited.
      const isSearchable = original !== undefined && !mayShortenWords(original);
      const cutPart = (part: string): SearchedText['tokens'] =>
        tokenize({ name, path, text: isSearchable ? installedText(part) : part }, this.#spellings);
      text = isSearchable
        ? new SearchedText({ name, path, text: original }, { cut, cutPart }, installEdits)
        : new SearchedText({ name, path, text: file.text }, { cut, cutPart });
      this.#byContent.set(key, text);
    }
    return text;
  }
}
