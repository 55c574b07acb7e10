/** Tests of shortest texts by form, against a search through the automaton. */

import { assert, assertEquals } from "@std/assert";
import {
  Automaton,
  fullMatchLanguage,
  parsePattern,
  RegexStore,
  Utf8Algebra,
} from "../automata/mod.ts";
import { shortestPath } from "../json_schema/mod.ts";
import { shortestLength, shortestText } from "./shortest_text.ts";

const store = new RegexStore();
const algebra = new Utf8Algebra(store);
const automaton = new Automaton(store);
const regexOf = (pattern: string) => fullMatchLanguage(parsePattern(pattern), algebra);

Deno.test("the form tells what a search finds", () => {
  for (
    const pattern of [
      "",
      "abc|de",
      "(?:ab|c){3,5}d?",
      "[é-ü]+x",
      "(?:a*){7}b",
      "(?!ab)[a-c]{2}",
      "(?:|xyz)(?:abcd|\\d{2}|.{9})",
    ]
  ) {
    const regex = regexOf(pattern);
    const bytes = shortestText(automaton, regex, 1000)!;
    assertEquals(bytes.length, shortestPath(automaton, regex)!.length, pattern);
    assertEquals(bytes.length, shortestLength(automaton, regex), pattern);
    assert(automaton.matches(regex, Uint8Array.from(bytes)), pattern);
  }
});

Deno.test("an exponential automaton and a long text are no obstacle, and a bound is kept", () => {
  assertEquals(shortestText(automaton, regexOf("[ab]*a[ab]{40}c"), 100)!.length, 42);
  const long = regexOf(`x{90000}`);
  assertEquals(shortestLength(automaton, long), 90_000);
  assertEquals(shortestText(automaton, long, 1000), null);
});
