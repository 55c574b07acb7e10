/**
 * What a front end needs to describe a language of texts, whatever represents it.
 *
 * The regular-expression front end and the format definitions are written against this interface.
 * `T` is the engine's hash-consed node in production; tests use a predicate or a set of strings.
 * Texts are sequences of Unicode scalar values (no lone surrogates).
 *
 * @module
 */

/**
 * A set of code points: sorted, disjoint, non-adjacent inclusive ranges, flat:
 * `[from0, to0, from1, to1, …]`. Surrogates (0xD800..0xDFFF) are never members.
 */
export type CodePointSet = readonly number[];

/** Builds languages of texts, closed under the Boolean operations. */
export interface LanguageAlgebra<T> {
  /** The language with no member. */
  readonly empty: T;
  /** The language whose only member is the empty text. */
  readonly epsilon: T;
  /** All texts. */
  readonly all: T;
  /** Exactly one character, out of the set. */
  characters(set: CodePointSet): T;
  /** Exactly this text. */
  literal(text: string): T;
  /** A member of each part, one after the other; the empty text for no part. */
  concat(parts: readonly T[]): T;
  /** The members of any part. */
  union(parts: readonly T[]): T;
  /** The texts that are members of every part. */
  intersect(parts: readonly T[]): T;
  /** All texts that are not members. */
  complement(part: T): T;
  /** Between `min` and `max` members in a row; `max` may be `Infinity`. */
  repeat(part: T, min: number, max: number): T;
}
