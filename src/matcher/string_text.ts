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
