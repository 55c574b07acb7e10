/** Tests of patterns as strangers write them: long, nested, ambiguous. What they cost is counted, not timed. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { Automaton } from "./automaton.ts";
import { parsePattern } from "./ecma_regex_parser.ts";
import { JsonStringAlgebra } from "./json_string.ts";
import { patternLanguage } from "./pattern_language.ts";
import { RegexStore } from "./regex_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function automatonOf(pattern: string) {
  const store = new RegexStore();
  const language = patternLanguage(parsePattern(pattern), new JsonStringAlgebra(store));
  return { store, language, automaton: new Automaton(store) };
}

/** Large patterns, a text that matches and one that does not, and the most expressions that both may take. */
const LARGE: Readonly<
  Record<string, { pattern: string; yes: string; no: string; expressions: number }>
> = {
  "optional letters, then as many": {
    pattern: `^${"a?".repeat(20_000)}${"a".repeat(20_000)}$`,
    yes: "a".repeat(20_000),
    no: "a".repeat(19_999),
    expressions: 300_000,
  },
  "optional letters of two kinds": {
    pattern: `^${"[ab]?".repeat(5000)}${"[ac]".repeat(3)}$`,
    yes: "abcac".replace("b", "a"),
    no: "cb",
    expressions: 100_000,
  },
  "a long literal": {
    pattern: `^${"abcdefghij".repeat(9000)}$`,
    yes: "abcdefghij".repeat(9000),
    no: "abcdefghij".repeat(999),
    expressions: 700_000,
  },
  "many words": {
    pattern: `^(${Array.from({ length: 14_000 }, (_, i) => `w${i}`).join("|")})$`,
    yes: "w13999",
    no: "w14000",
    expressions: 200_000,
  },
  "counts in counts in counts": {
    pattern: "^((a{1,100}){1,100}){1,100}$",
    yes: "a".repeat(1000),
    no: "ab",
    expressions: 10_000,
  },
  "two ways to read a text": {
    pattern: "^(a|b|ab)*c{1000}$",
    yes: "abab" + "c".repeat(1000),
    no: "c".repeat(999),
    expressions: 20_000,
  },
  "stars of stars": { pattern: "^(a*)*b$", yes: "aaab", no: "aaa", expressions: 1000 },
  "a letter at a place from the end": {
    pattern: "^.*a.{50}$",
    yes: "a".repeat(60),
    no: "b".repeat(60),
    expressions: 20_000,
  },
  "parts of a name in bounds": {
    pattern: "^(.{1,63}\\.){1,127}[a-z]+$",
    yes: "a.b.c.d.e.f.g.h",
    no: "abc.1",
    expressions: 20_000,
  },
  "one look-ahead many times": {
    pattern: `^${"(?=.*a)".repeat(10_000)}.*$`,
    yes: "xa",
    no: "xx",
    expressions: 2000,
  },
  "a deep group of optional ends": {
    pattern: `^${"(a".repeat(190)}${"b?)?".repeat(190)}$`,
    yes: "aab",
    no: "abb" + "c",
    expressions: 20_000,
  },
};

for (const [name, { pattern, yes, no, expressions }] of Object.entries(LARGE)) {
  Deno.test(`a large pattern is followed: ${name}`, () => {
    const { store, language, automaton } = automatonOf(pattern);
    assert(automaton.isAlive(language));
    assert(automaton.matches(language, bytes(yes)), "the text that matches");
    assert(!automaton.matches(language, bytes(no)), "the text that does not");
    assert(store.size < expressions, `${store.size} expressions`);
  });
}

Deno.test("look-aheads that nest through optional parts are refused by a typed limit", () => {
  const error = assertThrows(
    () => automatonOf(`^${"(?=.*a)x?".repeat(5000)}$`),
    LimitExceededError,
  );
  assertEquals(error.limit, "patternNesting");
});

Deno.test("nested groups with names are counted", () => {
  const error = assertThrows(
    () => parsePattern(Array.from({ length: 2000 }, (_, i) => `(?<n${i}>a)`).join("")),
    LimitExceededError,
  );
  assertEquals(error.limit, "patternNames");
});

Deno.test("expressions nested without end are refused by a typed limit", () => {
  const store = new RegexStore();
  const error = assertThrows(() => {
    let regex = store.byte(97);
    for (let i = 0; i < 10_000; i++) regex = store.not(store.concat(regex, store.byte(98)));
  }, LimitExceededError);
  assertEquals(error.limit, "expressionDepth");
});

Deno.test("unions whose operands would fill the memory are refused by a typed limit", () => {
  const store = new RegexStore({ expressionOperands: 1000 });
  const error = assertThrows(() => {
    for (let i = 0; i < 100; i++) {
      store.union(Array.from({ length: 20 }, (_, j) => store.literal(bytes(`${i}-${j}-`))));
    }
  }, LimitExceededError);
  assertEquals(error.limit, "expressionOperands");
});

Deno.test("the one long text that a minimum and several required letters leave is found", () => {
  const { language, automaton } = automatonOf(
    "^(?=(.*[a-z]){20})(?=(.*[A-Z]){20})(?=(.*[0-9]){20}).{60,200}$",
  );
  assert(automaton.isAlive(language));
  assert(automaton.distanceBound(language) < 1000);
});
