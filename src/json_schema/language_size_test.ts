/** Tests of counting texts and finding short ones. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { countTexts, isInfinite, shortestPath, shortestWord, textsOf } from "./language_size.ts";
import { SchemaLanguages } from "./schema_languages.ts";

const ANY = new SchemaLanguages("any");
const PLAIN = new SchemaLanguages("plain");

function pattern(source: string, languages = ANY): number {
  return languages.pattern(source, "pattern", "");
}

Deno.test("texts are counted once, however many ways JSON has to spell them", () => {
  for (const languages of [ANY, PLAIN]) {
    assertEquals(countTexts(languages, pattern("^[ab]{2}$", languages), 100), 4);
    assertEquals(countTexts(languages, pattern('^["\\\\/\\n\\u0001é😀]$', languages), 100), 7);
    assertEquals(countTexts(languages, pattern("^$", languages), 100), 1);
    assertEquals(countTexts(languages, languages.strings.empty, 100), 0);
  }
});

Deno.test("counting stops at the limit, in infinite languages too", () => {
  assertEquals(countTexts(ANY, ANY.strings.all, 50), 50);
  assertEquals(countTexts(ANY, pattern("^a*$"), 50), 50);
  assertEquals(countTexts(ANY, pattern("^[ab]{2}$"), 3), 3);
  assertEquals(countTexts(ANY, pattern("^a{1,300000}$"), 50), 50);
  assert(isInfinite(ANY, ANY.strings.all));
});

Deno.test("the texts of a small language are all of them, of a larger one none", () => {
  assertEquals(textsOf(ANY, pattern("^(a|bc?)$"), 3)?.sort(), ["a", "b", "bc"]);
  assertEquals(textsOf(ANY, pattern("^(a|bc?)$"), 2), null);
  assertEquals(textsOf(ANY, ANY.strings.empty, 2), []);
});

Deno.test("a set of texts has these texts", () => {
  const texts = fc.uniqueArray(
    fc.string({ unit: "grapheme", maxLength: 4 }).filter((text) => text.isWellFormed()),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(texts, fc.constantFrom(ANY, PLAIN), (list, languages) => {
      const language = languages.texts(list);
      assertEquals(countTexts(languages, language, 100), list.length);
      assertEquals(textsOf(languages, language, 100)?.sort(), [...list].sort());
    }),
    { numRuns: 150 },
  );
});

Deno.test("the shortest word is one, and none is shorter", () => {
  assertEquals(shortestWord(ANY, ANY.strings.all), "");
  assertEquals(shortestWord(ANY, ANY.strings.empty), null);
  for (
    const [source, length] of [["^a{3,5}$", 3], ["abc|de", 2], ["^(?=.*x)(?=.*y).{4}", 4], [
      "^$",
      0,
    ]]
      .map((entry) => entry as [string, number])
  ) {
    const word = shortestWord(ANY, pattern(source))!;
    assertEquals(word.length, length, source);
    assert(new RegExp(source, "u").test(JSON.parse(`"${word}"`)), source);
  }
});

Deno.test("a path leads to an accepting state, and too long a search gives up", () => {
  const language = pattern("^ab{5}$");
  const path = shortestPath(ANY.automaton, language)!;
  assert(ANY.automaton.matches(language, Uint8Array.from(path)));
  const startedAt = performance.now();
  const far = ANY.length(500_000, 1_000_000);
  assertEquals(shortestPath(ANY.automaton, far), null);
  assert(performance.now() - startedAt < 20_000);
});
