/**
 * What a parsed ECMAScript pattern is made of, and what can be wrong with one.
 *
 * Between the parser (`ecma_regex_parser.ts`) and the translation into a language
 * (`pattern_language.ts`). Captures, names and greediness are erased: they do not change which texts
 * match. Character classes, escapes and case folding are resolved into code point sets.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";
import type { CodePointSet } from "./language_algebra.ts";

/** A node of a parsed pattern. */
export type PatternNode =
  /** One character out of the set. */
  | { readonly kind: "characters"; readonly set: CodePointSet }
  /** The parts one after the other; no part: the empty text. */
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  /** Any one of the parts. */
  | { readonly kind: "alternation"; readonly parts: readonly PatternNode[] }
  /** Between `min` and `max` (possibly `Infinity`) times the part. */
  | {
    readonly kind: "repeat";
    readonly part: PatternNode;
    readonly min: number;
    readonly max: number;
  }
  /** Nothing stands before this place. */
  | { readonly kind: "text_start" }
  /** Nothing stands after this place. */
  | { readonly kind: "text_end" }
  /** What follows (`ahead`) begins with the part, or what precedes ends with it; or does not (`negated`). */
  | {
    readonly kind: "look";
    readonly ahead: boolean;
    readonly negated: boolean;
    readonly part: PatternNode;
  };

/** The text is not an ECMAScript pattern, neither with the `u` flag nor by the rules of Annex B. */
export class PatternSyntaxError extends EspalierError {
  /** Always `"pattern_syntax"`. */
  readonly code = "pattern_syntax";

  /**
   * Makes the error.
   *
   * @param pattern The whole pattern.
   * @param offset Where it stops making sense, in UTF-16 code units from its start.
   * @param reason What is wrong there.
   */
  constructor(readonly pattern: string, readonly offset: number, readonly reason: string) {
    super(`pattern ${quote(pattern)} is not a regular expression: ${reason} at offset ${offset}`);
  }
}

/** The pattern is valid, but its language is not regular, or too costly to compute. */
export class UnsupportedPatternError extends EspalierError {
  /** Always `"unsupported_pattern"`. */
  readonly code = "unsupported_pattern";

  /**
   * Makes the error.
   *
   * @param pattern The whole pattern; empty where only its tree is known.
   * @param feature The construct that is refused, in words: `"back-reference"`.
   * @param offset Where it stands, in UTF-16 code units; -1 when it is no single place.
   */
  constructor(readonly pattern: string, readonly feature: string, readonly offset: number) {
    super(
      `${pattern === "" ? "a pattern" : `pattern ${quote(pattern)}`} uses what is not supported: ` +
        feature +
        (offset < 0 ? "" : ` at offset ${offset}`),
    );
  }
}

function quote(pattern: string): string {
  return JSON.stringify(pattern.length > 200 ? pattern.slice(0, 200) + "…" : pattern);
}
