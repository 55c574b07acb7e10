/**
 * Typed arrays that grow: the storage of every hash-consed table in the engine.
 *
 * A table is a set of parallel columns. Readers in hot loops take `column.data` once into a local and
 * take it again after anything that may have grown the table, because growing replaces the buffer.
 *
 * @module
 */

/** A growing column of 32-bit integers. */
export class Int32Column {
  /** The buffer; only the first `length` entries mean anything. Replaced when the column grows. */
  data: Int32Array;
  /** Entries in use. */
  length = 0;

  /**
   * Makes an empty column.
   *
   * @param capacity Entries to allocate at first.
   */
  constructor(capacity = 256) {
    this.data = new Int32Array(capacity);
  }

  /** Makes room for `extra` more entries; amortised O(1) an entry. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.data.length) return;
    let capacity = this.data.length * 2;
    while (capacity < needed) capacity *= 2;
    const grown = new Int32Array(capacity);
    grown.set(this.data);
    this.data = grown;
  }

  /** Appends one entry and returns its index. */
  push(value: number): number {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length] = value;
    return this.length++;
  }

  /** The entry at `index`, which the caller knows to be in use. */
  at(index: number): number {
    return this.data[index] as number;
  }
}
