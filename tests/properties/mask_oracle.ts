/**
 * The slow, obviously right mask: try every token.
 *
 * @module
 */

import type { Matcher } from "../../src/matcher/mod.ts";

/**
 * What is wrong with the mask of a matcher's position, or null.
 *
 * @param ids The token ids to try; all of them by default.
 */
export function maskDifference(matcher: Matcher, ids?: Iterable<number>): string | null {
  const { vocabulary } = matcher.grammar;
  const mask = new Uint32Array(vocabulary.maskWordCount);
  const hasAny = matcher.fillMask(mask);
  const count = matcher.tokenCount;
  let found = false;
  for (const id of ids ?? Array(vocabulary.logitsSize).keys()) {
    const isIn = (mask[id >>> 5]! >>> (id & 31) & 1) === 1;
    const accepted = matcher.acceptToken(id);
    if (accepted) matcher.rollback(1);
    if (matcher.tokenCount !== count) return `acceptToken(${id}) and rollback left a trace`;
    if (accepted) found = true;
    if (accepted !== isIn) {
      const bytes = vocabulary.tokenBytes(id);
      const text = bytes === null ? "" : new TextDecoder().decode(bytes);
      return `token ${id} ${JSON.stringify(text)} is ${isIn ? "" : "not "}in the mask, but ` +
        `${accepted ? "" : "not "}accepted`;
    }
  }
  if (ids === undefined && found !== hasAny) return `fillMask gave ${hasAny}`;
  const past = mask.findIndex((word, index) =>
    index === mask.length - 1 && vocabulary.logitsSize % 32 !== 0 &&
    word >>> (vocabulary.logitsSize % 32) !== 0
  );
  return past < 0 ? null : "bits beyond the logits are set";
}
