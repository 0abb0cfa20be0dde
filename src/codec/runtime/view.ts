/** What all views share: a place in a buffer that moves. */

const nothing = new Uint8Array(0);

export class RecordView {
  /** @internal */
  _bytes: Uint8Array = nothing;
  /** @internal */
  _offset = 0;

  /** Moves without checking that the record fits: use `reset`. @internal */
  _moveTo(bytes: Uint8Array, offset: number): this {
    this._bytes = bytes;
    this._offset = offset;
    return this;
  }
}
