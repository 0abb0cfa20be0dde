/** The texts of a column as bytes, encoded once for all rows and batches that use them. */
export class ColumnTexts {
  readonly #encode: (text: string) => Uint8Array;
  #texts: readonly string[] = [];
  #encoded: (Uint8Array | undefined)[] = [];

  constructor(encode: (text: string) => Uint8Array = (text) => Buffer.from(text)) {
    this.#encode = encode;
  }

  /** The encoded texts for the codes of a batch, by code; those that no row has may be missing. */
  of(texts: readonly string[], codes: Uint32Array, rows: number): readonly (Uint8Array | undefined)[] {
    if (texts !== this.#texts) {
      this.#texts = texts;
      this.#encoded = [];
    }
    const encoded = this.#encoded;
    for (let row = 0; row < rows; row++) {
      const code = codes[row] ?? 0;
      if (code !== 0 && encoded[code] === undefined) encoded[code] = this.#encode(texts[code] ?? '');
    }
    return encoded;
  }
}
