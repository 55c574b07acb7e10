/**
 * A finite set of texts as an automaton, without a trie.
 *
 * Behind `enum`, property names and choices with thousands of texts. Idea: the texts are sorted by their
 * UTF-8 bytes, which is code point order, so the texts with a common prefix are a range `low..high`, and reading
 * a byte is a binary search for a smaller range. A **position** is four integers:
 *
 *     low, high   texts[low..high) are those that begin with what was read
 *     depth       UTF-8 bytes read of each of them
 *     pending     0, or a JSON escape that is not yet complete:
 *                 stage in bits 0..3, the hexadecimal digits read so far above them
 *                   1       \            4 bits a digit
 *                   2..5    \u and 0..3 digits
 *                   6       a high surrogate; its low 10 bits
 *                   7       the same and \
 *                   8..11   the same (bits 12..21) and \u and 0..3 digits (bits 0..11)
 *
 * `low` and `high` are narrowed to the texts that can go on with the escape, but for one case that is no range:
 * after `\uD` the texts that go on with U+D000..U+D7FF or beyond U+FFFF are alive, and those between stay in.
 * A text that is complete sorts before all that go on, so only `low` can be complete.
 *
 * Cost: building sorts once, O(n log n); `step` is O(log(high - low)), without allocation; storage is the bytes
 * and 4 bytes a text.
 *
 * @module
 */

export { textSetMachine } from "./text_set_machine.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Stages of `pending`; see the module. */
const AFTER_BACKSLASH = 1;
const AFTER_U = 2;
const AFTER_HIGH_SURROGATE = 6;
const AFTER_SECOND_BACKSLASH = 7;
const AFTER_SECOND_U = 8;

const STAGE_BITS = 4;
const STAGE_MASK = 15;

/** Code point that a byte after `\` stands for, -1 for none. */
const SHORT_ESCAPE = new Int16Array(256).fill(-1);
for (const [byte, character] of Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" })) {
  SHORT_ESCAPE[byte.charCodeAt(0)] = character.charCodeAt(0);
}
for (const character of '"\\/') SHORT_ESCAPE[character.charCodeAt(0)] = character.charCodeAt(0);

const HEX_VALUE = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX_VALUE[text.charCodeAt(0)] = HEX_VALUE[text.toUpperCase().charCodeAt(0)] = digit;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** An immutable, sorted set of texts; see the module for positions. */
export class TextSet {
  /** Texts in the set. */
  readonly size: number;
  /** `low` after the last {@link TextSet.step} that returned true. */
  nextLow = 0;
  /** `high` after it. */
  nextHigh = 0;
  /** `depth` after it. */
  nextDepth = 0;
  /** `pending` after it. */
  nextPending = 0;

  private constructor(
    /** The UTF-8 of all texts, one after the other. */
    readonly bytes: Uint8Array,
    /** Where each text starts in `bytes`; one entry more than there are texts. */
    readonly offsets: Int32Array,
  ) {
    this.size = offsets.length - 1;
  }

  /**
   * Sorts the texts and drops duplicates.
   *
   * @param texts In any order, with duplicates or not. Texts with a lone surrogate are left out: they are no
   *   sequence of characters, and nothing that is written can stand for them.
   */
  static of(texts: Iterable<string>): TextSet {
    const unique = [...new Set(texts)].filter((text) => text.isWellFormed());
    // UTF-16 order is code point order unless surrogates meet U+E000..U+FFFF.
    if (unique.some((text) => /[\ud800-\udfff]/.test(text))) unique.sort(byCodePoints);
    else unique.sort();
    const offsets = new Int32Array(unique.length + 1);
    const joined = unique.join("");
    let bytes = encoder.encode(joined);
    if (bytes.length === joined.length) {
      // ASCII: a byte a character.
      let offset = 0;
      for (let i = 0; i < unique.length; i++) offsets[i + 1] = offset += unique[i]!.length;
    } else {
      bytes = new Uint8Array(bytes.length);
      let offset = 0;
      for (let i = 0; i < unique.length; i++) {
        offset += encoder.encodeInto(unique[i]!, bytes.subarray(offset)).written;
        offsets[i + 1] = offset;
      }
    }
    return new TextSet(bytes, offsets);
  }

  /**
   * The text at an index.
   *
   * @param index 0..size-1, in code point order.
   * @throws {RangeError} There is no such text.
   */
  text(index: number): string {
    if (!(index >= 0 && index < this.size)) {
      throw new RangeError(`text index ${index} is outside 0..${this.size - 1}`);
    }
    return decoder.decode(this.bytes.subarray(this.offsets[index], this.offsets[index + 1]));
  }

  /** The index of a text, -1 when it is no member; by binary search. */
  indexOf(text: string): number {
    if (!text.isWellFormed()) return -1;
    const wanted = encoder.encode(text);
    let low = 0, high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(middle, wanted);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** Whether the text at `low` is complete at a position; no other text of the range can be. */
  isComplete(low: number, high: number, depth: number, pending: number): boolean {
    return pending === 0 && low < high && this.offsets[low + 1]! - this.offsets[low]! === depth;
  }

  /**
   * One byte of a JSON string's content. The results are in `nextLow`, `nextHigh`, `nextDepth` and
   * `nextPending`; the start is `(0, size, 0, 0)`.
   *
   * @returns False, with the results unchanged, when no text begins with what was read.
   */
  step(low: number, high: number, depth: number, pending: number, byte: number): boolean {
    if (pending !== 0) return this.#stepEscape(low, high, depth, pending, byte);
    if (byte === BACKSLASH) return this.#startEscape(low, high, depth);
    if (byte < 0x20 || byte === QUOTE) return false;
    return this.stepRaw(low, high, depth, byte);
  }

  /** One byte of plain UTF-8, as {@link TextSet.step} without escapes. */
  stepRaw(low: number, high: number, depth: number, byte: number): boolean {
    if (low >= high) return false;
    if (this.#byteAt(low, depth) !== byte) {
      low = this.#firstByteFrom(low, high, depth, byte);
      if (low === high || this.#byteAt(low, depth) !== byte) return false;
    }
    if (this.#byteAt(high - 1, depth) !== byte) {
      high = this.#firstByteFrom(low, high, depth, byte + 1);
    }
    return this.#give(low, high, depth + 1, 0);
  }

  /**
   * The end of the group of texts, from `low` on, that have the same byte at `depth`.
   *
   * Galloping, so that walking over all groups costs their number times the logarithm of their sizes.
   */
  groupEnd(low: number, high: number, depth: number): number {
    const byte = this.byteAt(low, depth);
    let stride = 1;
    let known = low;
    while (known + stride < high && this.#byteAt(known + stride, depth) === byte) {
      known += stride;
      stride *= 2;
    }
    return this.#firstByteFrom(known + 1, Math.min(known + stride, high), depth, byte + 1);
  }

  /** The byte of a text at a depth; -1 at its end. */
  byteAt(index: number, depth: number): number {
    return this.#byteAt(index, depth);
  }

  #give(low: number, high: number, depth: number, pending: number): true {
    this.nextLow = low;
    this.nextHigh = high;
    this.nextDepth = depth;
    this.nextPending = pending;
    return true;
  }

  #startEscape(low: number, high: number, depth: number): boolean {
    if (low < high && this.#byteAt(low, depth) < 0) low++;
    if (low >= high) return false;
    // All texts of the range agree on whether `depth` is inside a character.
    if ((this.#byteAt(low, depth) & 0xc0) === 0x80) return false;
    return this.#give(low, high, depth, AFTER_BACKSLASH);
  }

  #stepEscape(low: number, high: number, depth: number, pending: number, byte: number): boolean {
    const stage = pending & STAGE_MASK;
    const value = pending >> STAGE_BITS;
    switch (stage) {
      case AFTER_BACKSLASH: {
        if (byte === 0x75) return this.#give(low, high, depth, AFTER_U);
        const codePoint = SHORT_ESCAPE[byte]!;
        return codePoint >= 0 && this.#narrow(low, high, depth, codePoint, codePoint, 0);
      }
      case AFTER_HIGH_SURROGATE:
        if (byte !== BACKSLASH) return false;
        return this.#give(low, high, depth, AFTER_SECOND_BACKSLASH | value << STAGE_BITS);
      case AFTER_SECOND_BACKSLASH:
        if (byte !== 0x75) return false;
        return this.#give(low, high, depth, AFTER_SECOND_U | value << (12 + STAGE_BITS));
    }
    const digit = HEX_VALUE[byte]!;
    if (digit < 0) return false;
    if (stage >= AFTER_SECOND_U) {
      return this.#stepLowSurrogate(low, high, depth, stage, value, digit);
    }
    const digits = stage - AFTER_U + 1;
    const read = value << 4 | digit;
    const missingBits = 4 * (4 - digits);
    const from = read << missingBits;
    const to = from + (1 << missingBits) - 1;
    if (digits === 1 && digit === 0xd) return this.#narrowAfterD(low, high, depth);
    if (from < 0xd800 || from > 0xdfff) {
      const next = digits === 4 ? 0 : stage + 1 | read << STAGE_BITS;
      return this.#narrow(low, high, depth, from, to, next);
    }
    if (from > 0xdbff) return false;
    return this.#narrow(
      low,
      high,
      depth,
      0x10000 + ((from - 0xd800) << 10),
      0x10000 + ((to - 0xd800) << 10) + 0x3ff,
      digits === 4
        ? AFTER_HIGH_SURROGATE | (from - 0xd800) << STAGE_BITS
        : stage + 1 | read << STAGE_BITS,
    );
  }

  /** After `\uD`: what goes on with U+D000..U+D7FF or beyond U+FFFF. */
  #narrowAfterD(low: number, high: number, depth: number): boolean {
    const start = this.#firstCodePointFrom(low, high, depth, 0xd000);
    const gapStart = this.#firstCodePointFrom(start, high, depth, 0xe000);
    const gapEnd = this.#firstCodePointFrom(gapStart, high, depth, 0x10000);
    const from = start < gapStart ? start : gapEnd;
    const to = gapEnd < high ? high : gapStart;
    return from < to && this.#give(from, to, depth, AFTER_U + 1 | 0xd << STAGE_BITS);
  }

  #stepLowSurrogate(
    low: number,
    high: number,
    depth: number,
    stage: number,
    value: number,
    digit: number,
  ): boolean {
    const digits = stage - AFTER_SECOND_U + 1;
    const read = (value & 0xfff) << 4 | digit;
    const missingBits = 4 * (4 - digits);
    const from = Math.max(read << missingBits, 0xdc00);
    const to = Math.min((read << missingBits) + (1 << missingBits) - 1, 0xdfff);
    if (from > to) return false;
    const base = 0x10000 + (value >> 12 << 10) - 0xdc00;
    const next = digits === 4 ? 0 : stage + 1 | ((value & ~0xfff) | read) << STAGE_BITS;
    return this.#narrow(low, high, depth, base + from, base + to, next);
  }

  /** Keeps the texts whose next character is in the interval; `next` 0 means that it has been read. */
  #narrow(
    low: number,
    high: number,
    depth: number,
    from: number,
    to: number,
    next: number,
  ): boolean {
    const start = this.#firstCodePointFrom(low, high, depth, from);
    const end = this.#firstCodePointFrom(start, high, depth, to + 1);
    if (start >= end) return false;
    return this.#give(start, end, next === 0 ? depth + utf8Length(from) : depth, next);
  }

  #byteAt(index: number, depth: number): number {
    const at = this.offsets[index]! + depth;
    return at < this.offsets[index + 1]! ? this.bytes[at]! : -1;
  }

  /** The first text of the range whose byte at `depth` is not below `byte`. */
  #firstByteFrom(low: number, high: number, depth: number, byte: number): number {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#byteAt(middle, depth) < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first text of the range whose character at `depth` is not below a code point. */
  #firstCodePointFrom(low: number, high: number, depth: number, codePoint: number): number {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#codePointAt(middle, depth) < codePoint) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #codePointAt(index: number, depth: number): number {
    const { bytes } = this;
    const at = this.offsets[index]! + depth;
    if (at >= this.offsets[index + 1]!) return -1;
    const lead = bytes[at]!;
    if (lead < 0x80) return lead;
    const second = bytes[at + 1]! & 0x3f;
    if (lead < 0xe0) return (lead & 0x1f) << 6 | second;
    const third = bytes[at + 2]! & 0x3f;
    if (lead < 0xf0) return (lead & 0x0f) << 12 | second << 6 | third;
    return (lead & 0x07) << 18 | second << 12 | third << 6 | (bytes[at + 3]! & 0x3f);
  }

  /** Negative, zero or positive as the text at `index` is below, equal to or above the wanted one. */
  #compare(index: number, wanted: Uint8Array): number {
    const start = this.offsets[index]!;
    const length = this.offsets[index + 1]! - start;
    const common = Math.min(length, wanted.length);
    for (let i = 0; i < common; i++) {
      const difference = this.bytes[start + i]! - wanted[i]!;
      if (difference !== 0) return difference;
    }
    return length - wanted.length;
  }
}

function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x === y) continue;
    const isSurrogateX = x >= 0xd800 && x <= 0xdfff, isSurrogateY = y >= 0xd800 && y <= 0xdfff;
    return isSurrogateX === isSurrogateY ? x - y : isSurrogateX ? 1 : -1;
  }
  return a.length - b.length;
}
