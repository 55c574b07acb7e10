/** Tests of grammars from regular expressions and from lists of choices. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PatternSyntaxError, UnsupportedPatternError } from "../automata/mod.ts";
import { EspalierError } from "../errors.ts";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import { acceptText, isSentence, vocabulary } from "./_matcher_fixtures.ts";
import { compileChoice, compileRegex, EmptyGrammarError, Matcher } from "./mod.ts";

Deno.test("the whole text has to match", () => {
  const grammar = compileRegex("a|bc", vocabulary);
  for (const text of ["a", "bc"]) assert(isSentence(grammar, text), text);
  for (const text of ["", "b", "abc", "xa", "a "]) assert(!isSentence(grammar, text), text);
  assert(isSentence(compileRegex("", vocabulary), ""));
});

Deno.test("a pattern matches what the language's own engine matches", () => {
  const patterns = ["^(a|é)*b?$", "[^a]{2}", "\\d+(\\.\\d)?", "(?=.*b)[ab]+", "\\p{L}😀?", "a$|^b"];
  const texts = fc.string({
    unit: fc.constantFrom("a", "b", "é", "1", ".", "😀", "\n", '"'),
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.constantFrom(...patterns), texts, (source, text) => {
      const expected = new RegExp(`^(?:${source})$`, "u").test(text);
      assertEquals(isSentence(compileRegex(source, vocabulary), text), expected, source);
    }),
    { numRuns: 500 },
  );
});

Deno.test("masks of patterns and choices are what trying every token gives", () => {
  const grammars = [
    compileRegex("(ab|é|\\d{2,4})*[ ,]?", vocabulary),
    compileRegex('[^"]{0,5}', vocabulary),
    compileChoice(["name", "names", "日本", "日本語", '"}', "é"], vocabulary),
  ];
  for (const grammar of grammars) {
    const matcher = new Matcher(grammar);
    assertEquals(maskDifference(matcher), null);
    for (const start of ["a", "n", "1", "日"]) {
      if (acceptText(matcher, start)) assertEquals(maskDifference(matcher), null, start);
      matcher.reset();
    }
  }
});

Deno.test("patterns that are none, that cannot be followed, and that match nothing", () => {
  assertThrows(() => compileRegex("(", vocabulary), PatternSyntaxError);
  assertThrows(() => compileRegex("(a)\\1", vocabulary), UnsupportedPatternError);
  const error = assertThrows(() => compileRegex("a(?!.*)", vocabulary), EmptyGrammarError);
  assertEquals([error.code, error.grammar], ["empty_grammar", "a(?!.*)"]);
  assertThrows(() => compileRegex(/a/ as unknown as string, vocabulary), TypeError);
});

Deno.test("patterns that are made to hurt end in a grammar or in an error of the engine's own", () => {
  const patterns = [
    "((a{1,1000}){1,1000}){1,1000}",
    "(a|b)*a(a|b){20}",
    "(a*)*(a|aa)+$",
    "(".repeat(50_000) + ")".repeat(50_000),
    "(x+x+)+y",
    "a".repeat(200_000),
  ];
  for (const source of patterns) {
    const startedAt = performance.now();
    try {
      new Matcher(compileRegex(source, vocabulary))
        .fillMask(new Uint32Array(vocabulary.maskWordCount));
    } catch (error) {
      assert(error instanceof EspalierError, `${source.slice(0, 40)}: ${error}`);
    }
    assert(performance.now() - startedAt < 20_000, source.slice(0, 40));
  }
});

Deno.test("one of the choices, and nothing but", () => {
  const choices = ["yes", "no", "", "yes, but", "日本", '{"a":1}'];
  const grammar = compileChoice(choices, vocabulary);
  for (const choice of choices) assert(isSentence(grammar, choice), choice);
  for (const text of ["y", "yes,", "noo", "日"]) assert(!isSentence(grammar, text), text);
});

Deno.test("100,000 choices are compiled in time", () => {
  const startedAt = performance.now();
  const grammar = compileChoice(Array.from({ length: 100_000 }, (_, i) => `no. ${i}`), vocabulary);
  assert(isSentence(grammar, "no. 99999") && !isSentence(grammar, "no. 100000"));
  assert(performance.now() - startedAt < 20_000);
});

Deno.test("choices that are none are misuse", () => {
  for (const choices of [[], "yes", ["a", 1], ["\ud800"]]) {
    assertThrows(() => compileChoice(choices as string[], vocabulary), TypeError);
  }
});
