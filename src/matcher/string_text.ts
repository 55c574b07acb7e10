/**
 * Where a JSON string's content stands, by looking back over its last bytes.
 *
 * @module
 */

import type { Cursor, TextBytes } from "./cursor.ts";

const BACKSLASH = 0x5c;
/** Bytes of `\\uXXXX`. */
const LONGEST_ESCAPE = 6;

/**
 * Whether the text ends between two characters of the string that the position is in, not inside of a
 * character's UTF-8, of an escape, or of a pair of escapes.
 */
export function isBetweenCharacters(cursor: Cursor, text: TextBytes): boolean {
  const { data, length } = text;
  const start = cursor.lexemeStart;
  if (length <= start) return true;
  const last = data[length - 1]!;
  if (last >= 0x80) {
    let continuations = 0;
    while ((data[length - 1 - continuations]! & 0xc0) === 0x80) continuations++;
    const lead = data[length - 1 - continuations]!;
    const needed = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    return continuations === needed;
  }
  // The last backslash that is no escaped character itself begins the last escape.
  for (let back = 1; back <= LONGEST_ESCAPE && length - back >= start; back++) {
    if (data[length - back] !== BACKSLASH) continue;
    let run = 1;
    while (length - back - run >= start && data[length - back - run] === BACKSLASH) run++;
    if (run % 2 === 0) return true; // pairs: the rest is plain
    if (back === 1) return false;
    if (data[length - back + 1] !== 0x75) return true;
    if (back < LONGEST_ESCAPE) return false;
    const unit = parseInt(String.fromCharCode(...data.subarray(length - 4, length)), 16);
    return unit < 0xd800 || unit > 0xdbff;
  }
  return true;
}

/**
 * How many characters the first bytes of a JSON string's content write. One that is not complete counts.
 *
 * @param bytes Content of a string, from a place between characters on.
 * @param length How many of them to look at.
 */
export function countCharacters(bytes: Uint8Array, length: number): number {
  let count = 0;
  for (let i = 0; i < length;) {
    const byte = bytes[i]!;
    count++;
    if (byte === BACKSLASH) {
      if (bytes[i + 1] !== 0x75) {
        i += 2;
        continue;
      }
      const isHigh = i + 3 < length && (bytes[i + 2]! | 0x20) === 0x64 &&
        isHighDigit(bytes[i + 3]!);
      i += isHigh ? 2 * LONGEST_ESCAPE : LONGEST_ESCAPE;
    } else i += byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  }
  return count;
}

/** Whether a hex digit after `\ud` makes a high surrogate: 8, 9, a or b. */
function isHighDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return byte === 0x38 || byte === 0x39 || lower === 0x61 || lower === 0x62;
}
