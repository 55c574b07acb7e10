/** Tests of expressions whose counts are out of a token's reach. */

import { assertEquals, assertNotEquals } from "@std/assert";
import {
  Automaton,
  fullMatchLanguage,
  parsePattern,
  RegexStore,
  Utf8Algebra,
} from "../automata/mod.ts";
import { ReachableCounts } from "./reachable_counts.ts";

const store = new RegexStore();
const algebra = new Utf8Algebra(store);
const automaton = new Automaton(store);
const counts = new ReachableCounts(store);
const regexOf = (pattern: string) => fullMatchLanguage(parsePattern(pattern), algebra);

/** All texts of at most so many letters. */
function textsUpTo(length: number): string[] {
  const texts = [""];
  for (let i = 0; texts[i]!.length < length; i++) texts.push(texts[i]! + "a", texts[i]! + "b");
  return texts;
}

Deno.test("states that differ in counts out of reach become one", () => {
  assertEquals(counts.within(regexOf("a{0,40}b"), 8), counts.within(regexOf("a{0,23}b"), 8));
  assertNotEquals(counts.within(regexOf("a{0,7}b"), 8), counts.within(regexOf("a{0,6}b"), 8));
  assertEquals(counts.within(regexOf("[ab]*a"), 1), regexOf("[ab]*a"));
});

Deno.test("texts within reach are read as before", () => {
  const patterns = ["a{3,9}b?", "(?:a{0,9}b){2,7}", "(?:ab|a{2,5}){1,8}a", "b{9}", "(?:a?){0,9}b"];
  for (const pattern of patterns) {
    for (const reach of [1, 3, 5]) {
      const before = regexOf(pattern), after = counts.within(before, reach);
      for (const text of textsUpTo(reach)) {
        const bytes = new TextEncoder().encode(text);
        const left = automaton.run(before, bytes), right = automaton.run(after, bytes);
        assertEquals(left === 0, right === 0, `${pattern}, ${reach}: ${text}`);
        if (left === 0) continue;
        assertEquals(store.nullable.at(left), store.nullable.at(right), `${pattern}: ${text}`);
      }
    }
  }
});
