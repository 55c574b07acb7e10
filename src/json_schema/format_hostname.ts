/**
 * `hostname` and `idn-hostname`.
 *
 * Which `xn--` labels are right can only be said after decoding Punycode, which no regular language does: they
 * are left out, in either case of the letters. U-labels are built up from characters with what may follow them, and
 * not as an intersection of rules, so that it is cheap to see what has no completion. Of U-labels everything is here but the exact length of their
 * A-label (57 characters are taken; more never fit into 63 octets), two hyphens in a row, hyphens before marks,
 * and ZERO WIDTH NON-JOINER between joining letters outside Arabic. The Bidi rule holds for all labels of a name as soon as one is written from
 * right to left.
 * Source: RFC 1123, section 2.1; RFC 952; RFC 1034 (63 and 253 octets); RFC 5891 to 5893.
 *
 * @module
 */

import { type CodePointSet, everyCodePoint, intersectSets, unionOfSets } from "../automata/mod.ts";
import { characterSet, type FormatBuilder, without } from "./format_builder.ts";
import { idnaSets } from "./idna_sets.ts";

const MAX_LABEL_LENGTH = 63;
const MAX_NAME_LENGTH = 253;
const MAX_U_LABEL_LENGTH = 57;

const LET_DIG = characterSet("A-Za-z0-9");
const LET_DIG_HYPHEN = characterSet("A-Za-z0-9-");
const SMALL_L = characterSet("l");
const GERESH = characterSet("\u05f3\u05f4");
/** Bidi class EN among the valid characters. */
const EUROPEAN_NUMBERS = characterSet("0-9\u06f0-\u06f9");
/** Bidi class AN among the valid characters. */
const ARABIC_NUMBERS = characterSet("\u0660-\u0669");

/** Labels of letters, digits and hyphens. */
export function hostnameLanguage<T>(b: FormatBuilder<T>): T {
  return limited(b, b.list(asciiLabel(b), "."));
}

function asciiLabel<T>(b: FormatBuilder<T>): T {
  const { algebra } = b;
  const end = b.oneOf(LET_DIG);
  const label = b.seq(
    end,
    b.maybe(b.times(b.oneOf(LET_DIG_HYPHEN), 0, MAX_LABEL_LENGTH - 2), end),
  );
  const encoded = b.seq(b.oneOf("Xx"), b.oneOf("Nn"), "--", algebra.all);
  return algebra.intersect([label, algebra.complement(encoded)]);
}

function limited<T>(b: FormatBuilder<T>, name: T): T {
  const { algebra } = b;
  return algebra.intersect([name, b.times(b.oneOf(everyCodePoint), 0, MAX_NAME_LENGTH)]);
}

/** Labels of ASCII or of Unicode characters; `.` and the three ideographic full stops separate them. */
export function idnHostnameLanguage<T>(b: FormatBuilder<T>): T {
  const { valid, marks, rightToLeft, nonspacing } = idnaSets();
  const separator = b.oneOf(".\u3002\uff0e\uff61");
  const ascii = asciiLabel(b);
  const letters = without(rightToLeft, ARABIC_NUMBERS);
  const leftToRight = without(valid, unionOfSets([marks, rightToLeft, EUROPEAN_NUMBERS]));
  const unmarked = unionOfSets([leftToRight, EUROPEAN_NUMBERS]);
  // No letter is written from right to left, or all labels keep the rules of RFC 5893, section 2.
  const label = b.either(
    ascii,
    unicodeLabel(b, unmarked, unmarked, intersectSets(marks, valid)),
    labelWithKatakanaDot(b, unmarked),
  );
  const bidiLabel = b.either(
    b.algebra.intersect([ascii, b.seq(b.oneOf("A-Za-z"), b.algebra.all)]),
    unicodeLabel(b, leftToRight, unmarked, nonspacing),
    unicodeLabel(b, letters, unionOfSets([letters, EUROPEAN_NUMBERS]), nonspacing),
    unicodeLabel(b, letters, rightToLeft, nonspacing),
  );
  return limited(b, b.either(b.list(label, separator), b.list(bidiLabel, separator)));
}

/** A label that begins with a character of `first` and goes on with others of `rest`, each with marks. */
function unicodeLabel<T>(
  b: FormatBuilder<T>,
  first: CodePointSet,
  rest: CodePointSet,
  marks: CodePointSet,
): T {
  const marked = (set: CodePointSet) => b.seq(withContext(b, set), marksLanguage(b, marks));
  return limitedLabel(b, b.seq(marked(first), b.any(b.seq(b.maybe("-"), marked(rest)))));
}

/** KATAKANA MIDDLE DOT may stand in a label that has a character of a Japanese script. */
function labelWithKatakanaDot<T>(b: FormatBuilder<T>, characters: CodePointSet): T {
  const japanese = b.oneOf(intersectSets(characters, idnaSets().kanaOrHan));
  const character = b.oneOf(unionOfSets([characters, characterSet("\u30fb")]));
  const rest = b.any(b.seq(b.maybe("-"), character));
  return limitedLabel(b, b.seq(b.maybe(character, rest, b.maybe("-")), japanese, rest));
}

/** A character of the set, together with a contextual one whose rule it fulfils. */
function withContext<T>(b: FormatBuilder<T>, set: CodePointSet): T {
  const { greek, hebrew, joiningLeft, joiningRight } = idnaSets();
  const within = (context: CodePointSet) => b.oneOf(intersectSets(set, context));
  const nonJoiner = "\u200c";
  return b.either(
    b.oneOf(set),
    b.seq(within(SMALL_L), b.any("\u00b7l")),
    b.seq("\u0375", within(greek)),
    b.seq(within(hebrew), b.any(b.oneOf(GERESH))),
    b.seq(
      within(joiningLeft),
      b.any(b.seq(nonJoiner, within(joiningLeft))),
      nonJoiner,
      within(joiningRight),
    ),
  );
}

/** Combining marks; a virama may have a joiner after it. */
function marksLanguage<T>(b: FormatBuilder<T>, marks: CodePointSet): T {
  const virama = intersectSets(marks, idnaSets().virama);
  return b.any(b.either(b.oneOf(marks), b.seq(b.oneOf(virama), b.oneOf("\u200c\u200d"))));
}

function limitedLabel<T>(b: FormatBuilder<T>, label: T): T {
  return b.algebra.intersect([label, b.times(b.oneOf(everyCodePoint), 1, MAX_U_LABEL_LENGTH)]);
}
