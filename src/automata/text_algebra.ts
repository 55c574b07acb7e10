/**
 * The algebra of text languages over an encoding of characters as bytes.
 *
 * Between the front ends, which speak of characters, and {@link RegexStore}, which speaks of bytes. What the
 * encodings share is here: an expression stands for all encodings of its texts, so the Boolean operations on
 * texts are those on byte strings, as long as the complement is taken within the encodings of all texts.
 * The simplifications need one fact: every expression that an algebra gives is a subset of its `all`.
 *
 * @module
 */

import type { CodePointSet, LanguageAlgebra } from "./language_algebra.ts";
import { type RegexStore } from "./regex_store.ts";
import { EMPTY, EPSILON, KIND_INTERSECT, KIND_NOT, type Regex } from "./regex_table.ts";
import { everyCodePoint } from "./unicode_sets.ts";

/** Shared half of {@link Utf8Algebra} and {@link JsonStringAlgebra}; the other half encodes characters. */
export abstract class TextAlgebra implements LanguageAlgebra<Regex> {
  /** The language with no member. */
  readonly empty: Regex = EMPTY;
  /** The language whose only member is the empty text. */
  readonly epsilon: Regex = EPSILON;
  /** One arbitrary character, in any encoding. */
  readonly any: Regex;
  /** All texts, in any encoding. */
  readonly all: Regex;
  /** Single ASCII characters by code point; 0 (`EMPTY`) is not known yet. */
  readonly #ascii = new Int32Array(128);
  readonly #single = new Map<number, Regex>();
  readonly #bySet = new WeakMap<CodePointSet, Regex>();
  readonly #byContent = new Map<string, Regex>();
  /** From an expression to its complement and back. */
  readonly #complements = new Map<Regex, Regex>();

  /**
   * Builds `any` and `all`.
   *
   * @param store Where the expressions are made.
   * @param encode Gives all encodings of the characters of a non-empty set.
   */
  constructor(readonly store: RegexStore, private readonly encode: (set: CodePointSet) => Regex) {
    this.any = encode(everyCodePoint);
    this.all = store.universe(this.any);
    this.#complements.set(EMPTY, this.all).set(this.all, EMPTY);
  }

  /** Exactly one character out of the set, cached by set. */
  characters(set: CodePointSet): Regex {
    if (set.length === 0) return EMPTY;
    if (set.length === 2 && set[0] === set[1]) return this.#character(set[0]!);
    let regex = this.#bySet.get(set);
    if (regex !== undefined) return regex;
    const key = set.join();
    regex = this.#byContent.get(key);
    if (regex === undefined) {
      regex = this.#encodeWithinAll(set);
      this.#byContent.set(key, regex);
    }
    this.#bySet.set(set, regex);
    return regex;
  }

  /** Exactly this text; no text at all if it holds a lone surrogate. */
  literal(text: string): Regex {
    let result = EPSILON;
    for (let i = text.length - 1; i >= 0; i--) {
      let codePoint = text.charCodeAt(i);
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) {
        if (i === 0) return EMPTY;
        codePoint = text.codePointAt(--i)!;
        if (codePoint <= 0xffff) return EMPTY;
      }
      result = this.store.concat(this.#character(codePoint), result);
    }
    return result;
  }

  /** The parts one after the other. */
  concat(parts: readonly Regex[]): Regex {
    let result = EPSILON;
    let previous = EPSILON;
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i]!;
      if (part === this.all && previous === part) continue;
      result = this.store.concat(part, result);
      previous = part;
    }
    return result;
  }

  /** What any part holds. */
  union(parts: readonly Regex[]): Regex {
    return parts.includes(this.all) ? this.all : this.store.union(parts);
  }

  /** What all parts hold; all texts when there is no part. */
  intersect(parts: readonly Regex[]): Regex {
    const { store } = this;
    const flat: Regex[] = [];
    for (const part of parts) {
      if (store.kind.at(part) === KIND_INTERSECT) {
        const offset = store.a.at(part), count = store.b.at(part);
        for (let i = 0; i < count; i++) flat.push(store.pool.at(offset + i));
      } else flat.push(part);
    }
    // Whatever is no bare complement lies within `all`, which then adds nothing.
    const members = flat.filter((part) => part !== this.all);
    const isBounded = members.some((part) => store.kind.at(part) !== KIND_NOT);
    if (!isBounded) members.push(this.all);
    return store.intersect(members);
  }

  /** All texts, in every encoding, that are not members. */
  complement(part: Regex): Regex {
    let result = this.#complements.get(part);
    if (result === undefined) {
      result = this.store.intersect([this.all, this.store.not(part)]);
      this.#complements.set(part, result);
      this.#complements.set(result, part);
    }
    return result;
  }

  /** Between `min` and `max` members in a row; `max` may be `Infinity`. */
  repeat(part: Regex, min: number, max: number): Regex {
    return part === this.all && max > 0 ? part : this.store.repeat(part, min, max);
  }

  #encodeWithinAll(set: CodePointSet): Regex {
    const regex = this.encode(set);
    this.store.declareWithin(regex, this.all);
    return regex;
  }

  #character(codePoint: number): Regex {
    if (codePoint < 128) {
      let regex = this.#ascii[codePoint]!;
      if (regex === EMPTY) {
        regex = this.#encodeWithinAll([codePoint, codePoint]);
        this.#ascii[codePoint] = regex;
      }
      return regex;
    }
    let regex = this.#single.get(codePoint);
    if (regex === undefined) {
      regex = this.#encodeWithinAll([codePoint, codePoint]);
      this.#single.set(codePoint, regex);
    }
    return regex;
  }
}
