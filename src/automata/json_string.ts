/**
 * Languages of texts as the bytes between the quotes of a JSON string.
 *
 * The algebra behind `pattern`, `format`, `minLength`, `const` and property names. A text has many
 * encodings: each character may stand raw in UTF-8 (but `"`, `\` and the controls below U+0020), as a
 * two-character escape if it has one, or as `\uXXXX` with digits of either case, above U+FFFF as a surrogate
 * pair. An expression holds all encodings of its texts or none. Lone surrogates are in no text, and so in
 * no expression.
 *
 * Cost: a single character is built once (about 10 µs) and looked up afterwards; a literal takes one
 * node a character. Source: RFC 8259, section 7.
 *
 * @module
 */

import { CharacterCoder } from "./character_coding.ts";
import type { CodePointSet } from "./language_algebra.ts";
import type { RegexStore } from "./regex_store.ts";
import type { Regex } from "./regex_table.ts";
import { TextAlgebra } from "./text_algebra.ts";
import { codePointSet, intersectSets, setHas } from "./unicode_sets.ts";

/** Code points that may not stand raw: the controls, the quote, the backslash. */
const RAW: CodePointSet = codePointSet([0x20, 0x21, 0x23, 0x5b, 0x5d, 0x10ffff]);

/** Code point, byte after the backslash, and so on. */
const SHORT_ESCAPES: readonly number[] = [
  0x22,
  0x22, // \"
  0x5c,
  0x5c, // \\
  0x2f,
  0x2f, // \/
  0x08,
  0x62, // \b
  0x0c,
  0x66, // \f
  0x0a,
  0x6e, // \n
  0x0d,
  0x72, // \r
  0x09,
  0x74, // \t
];

/** Which spellings of a text an expression holds. */
export type JsonSpelling =
  /** All that JSON allows. */
  | "any"
  /** The one that a serialiser writes: raw, or else the short escape, or else `\\u00xx` in lower case. */
  | "plain";

/** Builds regular expressions over the content of JSON strings in a store. */
export class JsonStringAlgebra extends TextAlgebra {
  /** Which spellings of a text its expressions hold. */
  readonly spelling: JsonSpelling;

  /**
   * Makes the algebra.
   *
   * @param store Where the expressions are made.
   * @param spelling Which spellings of a text its expressions hold; default all.
   */
  constructor(store: RegexStore, spelling: JsonSpelling = "any") {
    const coder = new CharacterCoder(store);
    const backslash = store.byte(0x5c), u = store.byte(0x75);
    super(
      store,
      spelling === "any"
        ? (set) => encode(coder, set, backslash, u)
        : (set) => encodePlainly(coder, set, backslash),
    );
    this.spelling = spelling;
  }
}

/** Quote, backslash and the controls that have a short escape. */
const SHORT: CodePointSet = codePointSet([0x08, 0x0a, 0x0c, 0x0d, 0x22, 0x22, 0x5c, 0x5c]);

function encodePlainly(coder: CharacterCoder, set: CodePointSet, backslash: Regex): Regex {
  const { store } = coder;
  const parts: Regex[] = [coder.utf8(intersectSets(set, RAW))];
  const short: number[] = [];
  for (let i = 0; i < SHORT_ESCAPES.length; i += 2) {
    const codePoint = SHORT_ESCAPES[i]!, byte = SHORT_ESCAPES[i + 1]!;
    if (setHas(SHORT, codePoint) && setHas(set, codePoint)) short.push(byte, byte);
  }
  if (short.length > 0) parts.push(store.concat(backslash, store.bytes(short)));
  for (let control = 0; control < 0x20; control++) {
    if (!setHas(set, control) || setHas(SHORT, control)) continue;
    const digits = control.toString(16).padStart(2, "0");
    parts.push(store.literal(new TextEncoder().encode(`\\u00${digits}`)));
  }
  return store.union(parts);
}

function encode(coder: CharacterCoder, set: CodePointSet, backslash: Regex, u: Regex): Regex {
  const { store } = coder;
  const escapes: Regex[] = [store.concat(u, coder.afterBackslashU(set))];
  const short: number[] = [];
  for (let i = 0; i < SHORT_ESCAPES.length; i += 2) {
    const byte = SHORT_ESCAPES[i + 1]!;
    if (setHas(set, SHORT_ESCAPES[i]!)) short.push(byte, byte);
  }
  if (short.length > 0) escapes.push(store.bytes(short));
  const escaped = store.concat(backslash, store.union(escapes));
  return store.union([coder.utf8(intersectSets(set, RAW)), escaped]);
}
