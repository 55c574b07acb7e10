/**
 * `regex`: patterns of ECMA-262 with the `u` flag.
 *
 * The language of all patterns is not regular, so this is a part of it, never more: groups nest
 * {@link MAX_GROUP_DEPTH} deep; at most one group has a name, it stands outside of all others, and only a name of one small
 * letter can be referred to;
 * numbered back-references are left out, and `\0`, which no digit may follow; `{n,m}` has an `n` of two digits at most; ranges in classes start at an
 * ASCII character, or join two `\xHH` or two `\uHHHH` that differ in their first digit; property escapes are
 * general categories and a few scripts.
 * Source: ECMA-262 2025, 22.2.1.
 *
 * @module
 */

import { type CodePointSet, everyCodePoint, intersectSets } from "../automata/mod.ts";
import { characterSet, type FormatBuilder, without } from "./format_builder.ts";

/** Groups inside groups. */
const MAX_GROUP_DEPTH = 3;

const SYNTAX_CHARACTERS = "^$\\.*+?()[]{}|/";
const PATTERN_CHARACTERS: CodePointSet = without(
  everyCodePoint,
  characterSet("^$\\.*+?()[]{}|"),
);
const CLASS_CHARACTERS: CodePointSet = without(everyCodePoint, characterSet("\\]-"));
const CATEGORIES =
  "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc " +
  "Sk Sm So Z Zl Zp Zs Alphabetic ASCII Any Emoji Lowercase Uppercase White_Space ID_Start ID_Continue " +
  "Script=Latin Script=Greek Script=Cyrillic Script=Han Script=Arabic Script=Hebrew Script=Hiragana " +
  "Script=Katakana Script=Hangul Script=Thai Script=Devanagari";

/** Some of the valid patterns; see the module. */
export function regexLanguage<T>(b: FormatBuilder<T>): T {
  const escape = characterEscape(b);
  const quantifier = b.seq(b.either(b.oneOf("*+?"), countedQuantifier(b)), b.maybe("?"));
  const atom = b.either(
    b.oneOf(PATTERN_CHARACTERS),
    ".",
    b.seq("\\", escape),
    characterClass(b, escape),
  );
  const anchor = b.either(b.oneOf("^$"), "\\b", "\\B");
  const groupStart = b.either("(", "(?:", modifierStart(b));
  const lookStart = b.seq("(?", b.maybe("<"), b.oneOf("=!"));
  // A pattern is closed under concatenation, so `|` may count as one of its terms.
  let pattern = b.any(b.either(b.seq(atom, b.maybe(quantifier)), anchor, "|"));
  for (let depth = 0; depth < MAX_GROUP_DEPTH; depth++) {
    const group = b.seq(groupStart, pattern, ")");
    pattern = b.any(b.either(
      b.seq(b.either(atom, group), b.maybe(quantifier)),
      b.seq(lookStart, pattern, ")"),
      anchor,
      "|",
    ));
  }
  const rest = b.seq(pattern, ")", b.maybe(quantifier), pattern);
  const name = b.seq(b.oneOf("A-Za-z_$"), b.some(b.oneOf("A-Za-z0-9_$")));
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(0x61 + i));
  const named = b.either(
    b.seq(name, ">", rest),
    ...letters.map((letter) => {
      const reference = b.seq(`\\k<${letter}>`, b.maybe(quantifier), pattern);
      return b.seq(letter, ">", rest, b.any(reference));
    }),
  );
  return b.either(pattern, b.seq(pattern, "(?<", named));
}

/** What follows the backslash of an escaped character, inside and outside of a class. */
function characterEscape<T>(b: FormatBuilder<T>): T {
  const { hexDigit } = b;
  const four = b.times(hexDigit, 4);
  const codePoint = b.seq(
    b.any("0"),
    b.either(b.times(hexDigit, 1, 5), b.seq("10", b.times(hexDigit, 4))),
  );
  return b.either(
    b.oneOf("dDsSwWfnrtv"),
    b.oneOf(characterSet(SYNTAX_CHARACTERS)),
    b.seq("c", b.oneOf("A-Za-z")),
    b.seq("x", hexDigit, hexDigit),
    b.seq("u", b.either(four, b.seq("{", codePoint, "}"))),
    b.seq(b.oneOf("pP"), "{", b.either(...CATEGORIES.split(" ")), "}"),
  );
}

/** `[…]` and `[^…]`. */
function characterClass<T>(b: FormatBuilder<T>, escape: T): T {
  const ranges: T[] = [];
  for (let first = 0x20; first < 0x7f; first++) {
    const character = String.fromCharCode(first);
    if ("\\]-^".includes(character)) continue;
    ranges.push(b.seq(character, "-", b.oneOf(intersectSets(CLASS_CHARACTERS, [first, 0x10ffff]))));
  }
  const digits = "0123456789abcdef";
  for (let first = 0; first < 15; first++) {
    const same = digits[first]! + digits[first]!.toUpperCase();
    const above = digits.slice(first + 1) + digits.slice(first + 1).toUpperCase();
    for (const [prefix, count] of [["\\x", 1], ["\\u", 3]] as const) {
      const rest = b.times(b.hexDigit, count);
      ranges.push(b.seq(prefix, b.oneOf(same), rest, "-", prefix, b.oneOf(above), rest));
    }
  }
  const single = b.either(b.oneOf(CLASS_CHARACTERS), b.seq("\\", b.either(escape, b.oneOf("b-"))));
  const items = b.any(b.either(single, ...ranges));
  // A hyphen stands for itself at either end only; `^` is a single character anywhere but at the start.
  return b.seq("[", b.maybe("^"), b.maybe("-"), items, b.maybe("-"), "]");
}

/** `{n}`, `{n,}` and `{n,m}` with n <= m. */
function countedQuantifier<T>(b: FormatBuilder<T>): T {
  const { digit } = b;
  const bounds: T[] = [b.seq(b.some(digit), b.maybe(","))];
  for (let n = 0; n < 100; n++) {
    const tens = Math.floor(n / 10), ones = n % 10;
    const enough: T[] = [b.seq(b.oneOf("1-9"), digit, b.some(digit))];
    if (tens === 0) enough.push(b.oneOf(`${ones}-9`), b.seq(b.oneOf("1-9"), digit));
    else {
      enough.push(b.seq(String(tens), b.oneOf(`${ones}-9`)));
      if (tens < 9) enough.push(b.seq(b.oneOf(`${tens + 1}-9`), digit));
    }
    bounds.push(b.seq(String(n), ",", b.either(...enough)));
  }
  return b.seq("{", b.either(...bounds), "}");
}

/** `(?i:`, and the other flags of ECMA-262 2025 that a group may switch. */
function modifierStart<T>(b: FormatBuilder<T>): T {
  return b.seq("(?", b.maybe("-"), b.oneOf("ims"), ":");
}
