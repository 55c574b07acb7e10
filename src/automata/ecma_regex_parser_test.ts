import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitExceededError } from "../errors.ts";
import { ANNEX_B_PATTERNS, INVALID_PATTERNS, SAMPLE_PATTERNS } from "./_pattern_samples.ts";
import { MAX_PATTERN_DEPTH, MAX_PATTERN_LENGTH, parsePattern } from "./ecma_regex_parser.ts";
import {
  type PatternNode,
  PatternSyntaxError,
  UnsupportedPatternError,
} from "./ecma_regex_syntax.ts";

function hostAccepts(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

const character = (text: string): PatternNode => {
  const codePoint = text.codePointAt(0)!;
  return { kind: "characters", set: [codePoint, codePoint] };
};

Deno.test("patterns become trees without captures, names and greediness", () => {
  const [a, b] = [character("a"), character("b")];
  const ab: PatternNode = { kind: "sequence", parts: [a, b] };
  const cases: [string, PatternNode][] = [
    ["a", a],
    ["", { kind: "sequence", parts: [] }],
    ["ab", ab],
    ["(ab)", ab],
    ["(?<name>ab)", ab],
    ["(?:ab)", ab],
    ["a|b", { kind: "alternation", parts: [a, b] }],
    ["a*?", { kind: "repeat", part: a, min: 0, max: Infinity }],
    ["a+", { kind: "repeat", part: a, min: 1, max: Infinity }],
    ["a??", { kind: "repeat", part: a, min: 0, max: 1 }],
    ["a{3}", { kind: "repeat", part: a, min: 3, max: 3 }],
    ["a{3,}?", { kind: "repeat", part: a, min: 3, max: Infinity }],
    ["(ab){0,7}", { kind: "repeat", part: ab, min: 0, max: 7 }],
    ["^", { kind: "text_start" }],
    ["$", { kind: "text_end" }],
    ["(?=ab)", { kind: "look", ahead: true, negated: false, part: ab }],
    ["(?!a)", { kind: "look", ahead: true, negated: true, part: a }],
    ["(?<=a)", { kind: "look", ahead: false, negated: false, part: a }],
    ["(?<!ab)", { kind: "look", ahead: false, negated: true, part: ab }],
    ["[a-cx]", { kind: "characters", set: [97, 99, 120, 120] }],
    ["(?i:a)", { kind: "characters", set: [65, 65, 97, 97] }],
    ["\\u{1F600}", character("😀")],
    ["\\ud83d\\ude00", character("😀")],
    ["😀", character("😀")],
  ];
  for (const [source, expected] of cases) assertEquals(parsePattern(source), expected, source);
});

Deno.test("every sample parses, by the u grammar or by Annex B", () => {
  for (const source of SAMPLE_PATTERNS) {
    assert(hostAccepts(source, "u"), source);
    parsePattern(source);
  }
  for (const source of ANNEX_B_PATTERNS) {
    assert(!hostAccepts(source, "u") && hostAccepts(source, ""), source);
    parsePattern(source);
  }
});

Deno.test("what neither grammar has is a syntax error with its place", () => {
  for (const source of INVALID_PATTERNS) {
    assert(!hostAccepts(source, "u") && !hostAccepts(source, ""), source);
    const error = assertThrows(() => parsePattern(source), PatternSyntaxError, undefined, source);
    assertEquals(error.code, "pattern_syntax");
    assertEquals(error.pattern, source);
    assert(error.offset >= 0 && error.offset <= source.length, `${source}: ${error.offset}`);
    assert(error.reason.length > 0);
  }
});

Deno.test("random texts are patterns exactly where they are for the host", () => {
  const piece = fc.constantFrom(
    ..."ab1-^$.*+?()[]{}|\\/,<>=!:iksuxcdbBwp_é😀",
    ..."\\d \\w \\b \\1 \\k<a> \\u{61} \\u0061 \\x41 \\cA \\p{L} \\- [^ (?: (?= (?<a> (?<! (?i: {2} {1,2} *? (a)"
      .split(" "),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const source = pieces.join("");
      const expected = hostAccepts(source, "u") || hostAccepts(source, "");
      try {
        parsePattern(source);
        accepted++;
        assert(expected, `${source} was accepted`);
      } catch (error) {
        if (error instanceof PatternSyntaxError) assert(!expected, `${source} was refused`);
        else if (error instanceof UnsupportedPatternError) assert(expected);
        else throw error;
      }
    }),
    { numRuns: 20_000 },
  );
  assert(accepted > 2000, `only ${accepted} of 20,000 were patterns`);
});

Deno.test("back-references are refused by name", () => {
  const cases: [string, number][] = [
    ["(a)\\1", 3],
    ["^(['\"]).*\\1$", 9],
    ["(?<q>a)\\k<q>", 7],
    ["\\1(a)", 0],
    ["(a)(?<=\\1b)", 7],
    ["(a)\\1\\_", 3],
  ];
  for (const [source, offset] of cases) {
    const error = assertThrows(
      () => parsePattern(source),
      UnsupportedPatternError,
      "back-reference",
    );
    assertEquals(error.code, "unsupported_pattern");
    assertEquals([error.pattern, error.feature, error.offset], [source, "back-reference", offset]);
  }
  // A pattern that is wrong besides is wrong first.
  assertThrows(() => parsePattern("(a)\\1("), PatternSyntaxError);
});

Deno.test("limits on length, depth and counts raise errors that name them", () => {
  const refused: [string, string][] = [
    ["a".repeat(MAX_PATTERN_LENGTH + 1), "patternLength"],
    ["(".repeat(MAX_PATTERN_DEPTH + 1) + ")".repeat(MAX_PATTERN_DEPTH + 1), "patternDepth"],
    ["a{1000001}", "patternRepeat"],
    ["a{1000001,}", "patternRepeat"],
  ];
  for (const [source, limit] of refused) {
    const error = assertThrows(() => parsePattern(source), LimitExceededError);
    assertEquals(error.limit, limit);
  }
  parsePattern("(".repeat(MAX_PATTERN_DEPTH - 1) + ")".repeat(MAX_PATTERN_DEPTH - 1));
  assertEquals(parsePattern("a{0,99999999999}"), {
    kind: "repeat",
    part: character("a"),
    min: 0,
    max: Infinity,
  });
});

Deno.test("long patterns are parsed in linear time", () => {
  const started = performance.now();
  parsePattern("(?:[a-z0-9]\\w|\\d{2,3})".repeat(4000));
  parsePattern("(?i:" + "abcdefghij".repeat(9000) + ")");
  parsePattern("[" + "a-z".repeat(30_000) + "]");
  assert(performance.now() - started < 2000);
});
