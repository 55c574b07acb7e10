/**
 * `json-pointer` and `relative-json-pointer`.
 *
 * A relative pointer is a number of levels, then `#` or a pointer; the `+1` and `-1` that later drafts put after
 * the number are left out, because validators refuse them.
 * Source: RFC 6901, section 3; draft-bhutton-relative-json-pointer-00, section 3.
 *
 * @module
 */

import { everyCodePoint } from "../automata/mod.ts";
import { characterSet, type FormatBuilder, without } from "./format_builder.ts";

const UNESCAPED = without(everyCodePoint, characterSet("/~"));

/** Reference tokens, each after a slash; `~` stands as `~0`, `/` as `~1`. */
export function jsonPointerLanguage<T>(b: FormatBuilder<T>): T {
  const character = b.either(b.oneOf(UNESCAPED), b.seq("~", b.oneOf("01")));
  return b.any(b.seq("/", b.any(character)));
}

/** Levels up, then a pointer or `#`. */
export function relativeJsonPointerLanguage<T>(b: FormatBuilder<T>): T {
  const levels = b.either("0", b.seq(b.oneOf("1-9"), b.any(b.digit)));
  return b.seq(levels, b.either("#", jsonPointerLanguage(b)));
}
