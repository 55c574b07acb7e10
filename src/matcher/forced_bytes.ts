/**
 * What a grammar leaves no choice about.
 *
 * @module
 */

import type { Cursor, TextBytes } from "./cursor.ts";

/** Longest run that is looked for. */
const MAXIMUM_BYTES = 4096;

/**
 * The bytes that every continuation of a text begins with.
 *
 * @param cursor A position; not changed.
 * @param text The text up to it; the same afterwards.
 */
export function forcedBytes(cursor: Cursor, text: TextBytes): number[] {
  const probe = cursor.clone();
  const trial = cursor.clone();
  const { length } = text;
  const bytes: number[] = [];
  while (bytes.length < MAXIMUM_BYTES && !probe.isAccepting(text)) {
    let only = -1;
    for (let byte = 0; byte < 256; byte++) {
      trial.copy(probe);
      if (!trial.step(byte, text)) continue;
      if (only >= 0) {
        only = -1;
        break;
      }
      only = byte;
    }
    if (only < 0) break;
    probe.step(only, text);
    text.push(only);
    bytes.push(only);
  }
  text.length = length;
  return bytes;
}
