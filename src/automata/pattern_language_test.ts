import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DATA_MISSING, dataFolder, maskBenchCases } from "../../tests/conformance/data.ts";
import { EspalierError } from "../errors.ts";
import {
  ANNEX_B_PATTERNS,
  mutated,
  randomNumbers,
  SAMPLE_PATTERNS,
  textLike,
} from "./_pattern_samples.ts";
import { Automaton } from "./automaton.ts";
import { parsePattern } from "./ecma_regex_parser.ts";
import { type PatternNode, UnsupportedPatternError } from "./ecma_regex_syntax.ts";
import { JsonStringAlgebra } from "./json_string.ts";
import { fullMatchLanguage, patternLanguage } from "./pattern_language.ts";
import { RegexStore } from "./regex_store.ts";
import { Utf8Algebra } from "./utf8.ts";

const encoder = new TextEncoder();

/** Membership in the language of a pattern. */
function tester(node: PatternNode, translate: typeof patternLanguage = patternLanguage) {
  const store = new RegexStore();
  const language = translate(node, new Utf8Algebra(store));
  const automaton = new Automaton(store);
  return (text: string) => automaton.matches(language, encoder.encode(text));
}

/**
 * The host's verdict by the `u` grammar. It is made to try every place between characters itself, because
 * V8 (15.0) on its own also tries those inside surrogate pairs: `/(?!^|$)/u.test("😀")` is true there.
 */
function hostTester(source: string, flags: "u" | "" = "u") {
  const anywhere = new RegExp(`^[^]*?(?:${source})`, flags);
  return (text: string) => anywhere.test(text);
}

/** Asserts that the language and the host agree on texts like the pattern; gives how many matched. */
function compare(source: string, flags: "u" | "", seed: number, textCount: number): number {
  const node = parsePattern(source);
  const isMember = tester(node), matches = hostTester(source, flags);
  const random = randomNumbers(seed);
  let members = 0;
  for (let i = 0; i < textCount; i++) {
    let text = textLike(node, random);
    if (i % 3 !== 0) text = mutated(text, random);
    if (i % 7 === 6) text += mutated(textLike(node, random), random);
    // Without the u flag the host reads UTF-16 units, where Espalier reads characters.
    if (flags === "") text = text.replace(/[\ud800-\udfff]/g, "");
    const expected = matches(text);
    if (expected) members++;
    assertEquals(isMember(text), expected, `${JSON.stringify(source)} on ${JSON.stringify(text)}`);
  }
  return members;
}

Deno.test("samples match what they match in JavaScript, and nothing else", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      for (const source of SAMPLE_PATTERNS) compare(source, "u", seed, 60);
    }),
    { numRuns: 2 },
  );
});

Deno.test("nearly every sample is tried with members and with other texts", () => {
  let both = 0;
  for (const source of SAMPLE_PATTERNS) {
    const members = compare(source, "u", 1, 60);
    if (members > 0 && members < 60) both++;
  }
  assert(both > 0.85 * SAMPLE_PATTERNS.length, `${both} of ${SAMPLE_PATTERNS.length}`);
});

Deno.test("patterns of Annex B match what they match without the u flag", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      for (const source of ANNEX_B_PATTERNS) compare(source, "", seed, 60);
    }),
    { numRuns: 3 },
  );
});

/**
 * Random patterns. The modifier i is left out: after `(?i:…)` V8 (15.0) reads the next `\w` or `\W` as if it
 * were still inside.
 */
const randomPattern: fc.Arbitrary<string> = fc.letrec<{ node: string; plain: string }>((tie) => {
  const atom = fc.constantFrom(
    ...["a", "b", "c", "-", "_", "é", "😀", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\n"],
    ...["\\u0061", "\\u{1F600}", "\\p{Lu}", "\\P{L}", "\\.", "[ab]", "[^a]", "[a-c_]", "[\\w-]"],
    ...["[^\\d\\s]", "[]", "[^]", "ab", "(?<n>a)"],
  );
  const quantifier = fc.constantFrom(
    ...["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*?", "+?", "??", "{1,2}?", "{2,}?"],
  );
  const of = (key: "node" | "plain", weight: number, wrap: (inner: string) => string) => ({
    arbitrary: tie(key).map(wrap),
    weight,
  });
  /** What may stand in a look-behind, which is no look-ahead. */
  const shapes = (key: "node" | "plain") => {
    const pair = fc.tuple(tie(key), tie(key));
    return [
      { arbitrary: pair.map(([x, y]) => x + y), weight: 4 },
      { arbitrary: pair.map(([x, y]) => `(?:${x}|${y})`), weight: 2 },
      { arbitrary: pair.map(([x, y]) => `((?:${x})|${y}|)`), weight: 1 },
      { arbitrary: fc.tuple(tie(key), quantifier).map(([x, q]) => `(?:${x})${q}`), weight: 3 },
      of(key, 1, (x) => `(?s:${x})`),
      of(key, 1, (x) => `(?m:^(?:${x}))`),
      of(key, 1, (x) => `^(?:${x})`),
      of("plain", 1, (x) => `(?<=${x})`),
      of("plain", 1, (x) => `(?<!${x})`),
    ];
  };
  const options = { maxDepth: 4, depthSize: "small" as const };
  const assertion = fc.constantFrom("^", "$", "\\b", "\\B");
  return {
    plain: fc.oneof(options, { arbitrary: atom, weight: 3 }, ...shapes("plain")),
    node: fc.oneof(
      options,
      { arbitrary: fc.oneof(atom, assertion), weight: 3 },
      ...shapes("node"),
      of("node", 1, (x) => `(?=${x})`),
      of("node", 1, (x) => `(?!${x})`),
      of("node", 1, (x) => `(?m:(?:${x})$)`),
      of("node", 1, (x) => `(?:${x})$`),
    ),
  };
}).node;

Deno.test("random patterns match what they match in JavaScript, or are refused", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "c", "A", "é", "😀", "\n", "1", " ", "-", "_", "."),
    maxLength: 7,
  });
  const texts = fc.array(text, { minLength: 20, maxLength: 40 });
  let refused = 0, tried = 0;
  fc.assert(
    fc.property(randomPattern, texts, fc.integer(), (pattern, texts, seed) => {
      // A name may stand only once.
      let names = 0;
      const source = pattern.replaceAll("(?<n>", () => `(?<n${names++}>`);
      const node = parsePattern(source);
      const random = randomNumbers(seed);
      const similar = Array.from({ length: 10 }, () => textLike(node, random));
      const matches = hostTester(source);
      tried++;
      try {
        const isMember = tester(node);
        for (const text of [...texts, ...similar]) {
          assertEquals(isMember(text), matches(text), `${source} on ${JSON.stringify(text)}`);
        }
      } catch (error) {
        if (!(error instanceof EspalierError)) throw error;
        refused++;
      }
    }),
    { numRuns: 4000 },
  );
  assert(refused < 0.01 * tried, `${refused} of ${tried} were refused`);
});

Deno.test("fullMatchLanguage holds the texts that the pattern matches from end to end", () => {
  for (const source of SAMPLE_PATTERNS) {
    const node = parsePattern(source);
    const isMember = tester(node, fullMatchLanguage);
    const expression = new RegExp(`^(?:${source})$`, "u");
    const random = randomNumbers(7);
    for (let i = 0; i < 30; i++) {
      let text = textLike(node, random);
      if (i % 2 === 0) text = mutated(text, random);
      const expected = expression.test(text);
      assertEquals(
        isMember(text),
        expected,
        `${JSON.stringify(source)} on ${JSON.stringify(text)}`,
      );
    }
  }
});

Deno.test("anchors are parts like any other, wherever they stand", () => {
  const cases: [string, string[], string[]][] = [
    ["a|^b|c$", ["xax", "bx", "xc"], ["xb", "cx", ""]],
    ["(^|,)a(,|$)", ["a", "b,a", "a,b", "b,a,c"], ["ba", "ab", ""]],
    ["^^a$$", ["a"], ["aa", "ba", ""]],
    ["a^b", [], ["ab", "a\nb"]],
    ["(?:^a|b)+$", ["ab", "xb", "bbb"], ["xa", "ba", ""]],
    ["$", ["", "x"], []],
    ["^(?:$|x)", ["", "xy"], ["y"]],
    ["(?m:^a$)", ["a", "b\na", "a\nb"], ["ab", "b a"]],
  ];
  for (const [source, members, others] of cases) {
    const isMember = tester(parsePattern(source));
    for (const text of members) assert(isMember(text), `${source} on ${JSON.stringify(text)}`);
    for (const text of others) assert(!isMember(text), `${source} on ${JSON.stringify(text)}`);
  }
});

Deno.test("look-aheads inside look-behinds are refused by name", () => {
  for (const source of ["(?<=a(?=b))", "(?<!a$)", "(?<=\\b)a"]) {
    const error = assertThrows(() => tester(parsePattern(source)), UnsupportedPatternError);
    assert(error.feature.includes("inside a look-behind"), error.feature);
    assert(!error.message.includes('""'), error.message);
  }
});

Deno.test("texts are sequences of characters, not of UTF-16 units", () => {
  const oneCharacter = tester(parsePattern("^.$"));
  assert(oneCharacter("😀"));
  assert(!oneCharacter("ab"));
  // By Annex B too, although the host would read two units.
  assert(tester(parsePattern("^\\_?.$"))("😀"));
  assert(!tester(parsePattern("[\\ud800-\\udbff]"))("😀"));
});

Deno.test({
  name: "every pattern of MaskBench is translated within 100 ms, or refused with a typed error",
  ignore: dataFolder() === undefined,
  fn: async () => {
    const patterns = new Set<string>();
    for await (const { schema } of maskBenchCases(dataFolder()!, () => true)) {
      collectPatterns(schema, patterns);
    }
    assert(patterns.size > 2000);
    const refused: string[] = [];
    for (const source of patterns) {
      let elapsedMs = Infinity;
      try {
        // The second time does not pay for the host's compiler, nor, probably, for a busy machine.
        for (let i = 0; i < 2 && elapsedMs > 100; i++) {
          const algebra = new JsonStringAlgebra(new RegexStore());
          const started = performance.now();
          patternLanguage(parsePattern(source), algebra);
          elapsedMs = performance.now() - started;
        }
      } catch (error) {
        if (!(error instanceof EspalierError)) throw error;
        refused.push(`${source}: ${error.message}`);
        continue;
      }
      assert(elapsedMs < 100, `${source} took ${elapsedMs} ms`);
      compare(source, isValid(source, "u") ? "u" : "", 3, 6);
    }
    assertEquals(refused, []);
  },
});
if (dataFolder() === undefined) {
  Deno.test(`${DATA_MISSING} (the patterns of MaskBench)`, { ignore: true }, () => {});
}

function collectPatterns(node: unknown, into: Set<string>): void {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) return node.forEach((item) => collectPatterns(item, into));
  for (const [key, value] of Object.entries(node)) {
    if (key === "pattern" && typeof value === "string") into.add(value);
    if (key === "patternProperties" && typeof value === "object" && value !== null) {
      for (const pattern of Object.keys(value)) into.add(pattern);
    }
    collectPatterns(value, into);
  }
}

function isValid(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}
