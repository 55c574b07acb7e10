/**
 * The character sets of internationalised domain names.
 *
 * Used by `format_hostname.ts` and `format_email.ts`. Idea: RFC 5892 derives the valid characters from
 * properties that the JavaScript host knows, so they are read off regular expressions run over all
 * characters of the planes that hold letters. What the host does not know (bidi classes, joining types,
 * viramas) is given as ranges: whole blocks of right-to-left scripts, and the basic Arabic letters.
 * Cost: about 20 ms on first use, once a process. Source: RFC 5892, section 2 and appendix A; RFC 5893.
 *
 * @module
 */

import { type CodePointSet, codePointSet, intersectSets, unionOfSets } from "../automata/mod.ts";
import { without } from "./format_builder.ts";
/** Sets of code points; see {@link idnaSets}. */
export interface IdnaSets {
  /** PVALID: allowed anywhere in a U-label but for the rules on first and last characters. */
  readonly valid: CodePointSet;
  /** General category M. */
  readonly marks: CodePointSet;
  /** General category Mn, which is bidi class NSM. */
  readonly nonspacing: CodePointSet;
  /** Valid characters of bidi class R, AL or AN. */
  readonly rightToLeft: CodePointSet;
  /** Script Greek. */
  readonly greek: CodePointSet;
  /** Script Hebrew. */
  readonly hebrew: CodePointSet;
  /** Scripts Hiragana, Katakana and Han. */
  readonly kanaOrHan: CodePointSet;
  /** Canonical combining class 9. */
  readonly virama: CodePointSet;
  /** Characters that join to the left-hand side of a ZERO WIDTH NON-JOINER (joining type D, Arabic). */
  readonly joiningLeft: CodePointSet;
  /** Characters that join to its right-hand side (joining type D or R, Arabic). */
  readonly joiningRight: CodePointSet;
}

const LAST_PLANE = 3;

/** RFC 5892, section 2.6: valid although no rule says so. */
const EXCEPTIONS_VALID = ranges("df df 3c2 3c2 6fd 6fe f0b f0b 3007 3007");
/** Section 2.6, not valid although they are letters; 2.5, ignorable blocks; 2.9, old Hangul. */
const EXCEPTIONS_INVALID = ranges(
  "640 640 7fa 7fa 302e 302f 3031 3035 303b 303b 20d0 20ff 1d100 1d24f 1100 11ff a960 a97f d7b0 d7ff",
);
/** CONTEXTJ and CONTEXTO but for the digits: only allowed where a rule holds. */
const CONTEXTUAL = ranges("b7 b7 375 375 5f3 5f4 30fb 30fb 200c 200d");
/** Blocks of scripts written from right to left. */
const RIGHT_TO_LEFT = ranges("590 8ff fb1d fdff fe70 fefc 10800 10fff 1e800 1efff");
const VIRAMA = ranges(
  "94d 94d 9cd 9cd a4d a4d acd acd b4d b4d bcd bcd c4d c4d ccd ccd d3b d3c d4d d4d dca dca e3a e3a " +
    "eba eba f84 f84 1039 103a 1714 1715 1734 1734 17d2 17d2 1a60 1a60 1b44 1b44 1baa 1bab 1bf2 1bf3 " +
    "2d7f 2d7f a806 a806 a82c a82c a8c4 a8c4 a953 a953 a9c0 a9c0 aaf6 aaf6 abed abed 11046 11046 " +
    "1107f 1107f 110b9 110b9 11133 11134 111c0 111c0 11235 11235 112ea 112ea 1134d 1134d 11442 11442",
);
const JOINING_DUAL = ranges(
  "626 626 628 628 62a 62e 633 63f 641 647 649 64a 67e 67e 686 686 6a9 6a9 6af 6af 6cc 6cc",
);
const JOINING_RIGHT_ONLY = ranges("622 625 627 627 629 629 62f 632 648 648 698 698");

let sets: IdnaSets | undefined;

/** The sets, made on first use. */
export function idnaSets(): IdnaSets {
  if (sets !== undefined) return sets;
  const characters = everyCharacter();
  const find = (source: string) => findRuns(new RegExp(source, "gv"), characters);
  const derived = find(
    String.raw`[[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]--` +
      String.raw`[\p{Changes_When_NFKC_Casefolded}\p{Default_Ignorable_Code_Point}]]+`,
  );
  const valid = unionOfSets([
    without(derived, unionOfSets([EXCEPTIONS_INVALID, CONTEXTUAL])),
    EXCEPTIONS_VALID,
  ]);
  const nonspacing = intersectSets(find(String.raw`\p{Mn}+`), valid);
  const extendedDigits: CodePointSet = [0x6f0, 0x6f9];
  sets = {
    valid,
    marks: find(String.raw`\p{M}+`),
    nonspacing,
    rightToLeft: without(
      intersectSets(valid, RIGHT_TO_LEFT),
      unionOfSets([nonspacing, extendedDigits]),
    ),
    greek: find(String.raw`\p{Script=Greek}+`),
    hebrew: find(String.raw`\p{Script=Hebrew}+`),
    kanaOrHan: find(String.raw`[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]+`),
    virama: VIRAMA,
    joiningLeft: JOINING_DUAL,
    joiningRight: unionOfSets([JOINING_DUAL, JOINING_RIGHT_ONLY]),
  };
  return sets;
}

function ranges(hexadecimal: string): CodePointSet {
  return codePointSet(hexadecimal.split(" ").map((text) => parseInt(text, 16)));
}

/** Every scalar value of the planes that hold letters, in order. */
function everyCharacter(): string {
  const chunks: string[] = [];
  for (let first = 0; first < (LAST_PLANE + 1) << 16; first += 0x800) {
    if (first === 0xd800) continue;
    chunks.push(String.fromCodePoint(...Array.from({ length: 0x800 }, (_, i) => first + i)));
  }
  return chunks.join("");
}

function findRuns(runs: RegExp, characters: string): CodePointSet {
  const flat: number[] = [];
  for (const match of characters.matchAll(runs)) {
    // Within a run code points are consecutive, but for the surrogates that the text leaves out.
    const last = match[0].codePointAt(match[0].length - 1)!;
    const isPair = last >= 0xdc00 && last <= 0xdfff;
    flat.push(match[0].codePointAt(0)!, isPair ? match[0].codePointAt(match[0].length - 2)! : last);
  }
  return codePointSet(flat);
}
