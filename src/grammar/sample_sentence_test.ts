import { assert, assertEquals, assertThrows } from "@std/assert";
import { GrammarOracle } from "../../tests/grammars/oracle.ts";
import { RandomSource } from "../decoding/mod.ts";
import { UndefinedRuleError } from "./errors.ts";
import { parseGbnf } from "./gbnf_reader.ts";
import type { Grammar } from "./grammar_form.ts";
import { parseLark } from "./lark_assembly.ts";
import { type SampleOptions, sampleSentence, SentenceSampler } from "./sample_sentence.ts";
import { substringExpression, wordChunks } from "./substring_expression.ts";

function samples(grammar: Grammar, count: number, options?: SampleOptions): string[] {
  const source = new RandomSource(1);
  const sampler = new SentenceSampler(grammar, options);
  return Array.from({ length: count }, () => sampler.sample(() => source.nextFloat()));
}

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  "left and right recursion": parseGbnf(
    'root ::= root "+" t | t\nt ::= [0-9] | "-" t | "(" root ")"',
  ),
  "empty rules that multiply": parseGbnf('root ::= e e "x"\ne ::= e e | "" | "y"'),
  "counted repeats": parseGbnf('root ::= ("a" [b-d]{2,4}){3} "e"{0,40}'),
  "negated classes": parseGbnf("root ::= [^a-z\\n]{5} ."),
  "ignored text": parseLark('start: A ("," A)*\nA: /[a-z]+/\n%ignore /[ \\t]+/\n%ignore "#"'),
  "look-arounds": parseLark(String.raw`start: /(?!if|do\b)[a-z]{2,5}(?<!x)-y/ "SELECT"i`),
  "Unicode": parseLark(String.raw`start: /\p{Script=Greek}+/ "ß"i "😀".."😂"`),
};

for (const [name, grammar] of Object.entries(GRAMMARS)) {
  Deno.test(`random sentences belong to their grammar: ${name}`, () => {
    const oracle = new GrammarOracle(grammar);
    const sentences = samples(grammar, 60, { maxLength: 30 });
    assertEquals(sentences.filter((sentence) => !oracle.accepts(sentence)), []);
    assert(new Set(sentences).size > 3, "they differ");
  });
}

Deno.test("the same numbers give the same sentences", () => {
  const grammar = GRAMMARS["left and right recursion"]!;
  assertEquals(samples(grammar, 20), samples(grammar, 20));
});

Deno.test("sentences keep to their size, unless none is that short", () => {
  const grammar = GRAMMARS["left and right recursion"]!;
  for (const maxLength of [1, 20, 500]) {
    const lengths = samples(grammar, 200, { maxLength }).map(({ length }) => length);
    assert(Math.max(...lengths) <= 2 * maxLength + 5, `${maxLength}: ${Math.max(...lengths)}`);
  }
  assertEquals(samples(parseGbnf('root ::= "a"{50}'), 1, { maxLength: 3 })[0]!.length, 50);
});

Deno.test("a grammar that has only endless recursion beside one way out always ends", () => {
  const grammar = parseGbnf('root ::= root root root | "(" root ")" | "x"');
  assert(samples(grammar, 100, { maxLength: 200 }).every(({ length }) => length < 1000));
});

Deno.test("sentences may nest more deeply than the stack", () => {
  const deep = samples(parseGbnf('root ::= "a" (("b" root?)?)?'), 20, { maxLength: 100_000 });
  assert(deep.every((sentence) => /^(?:ab)*a?$/.test(sentence)));
  let drawn = 0;
  // Much room, and always the first option.
  const random = () => drawn++ === 0 ? 0.9 : 0;
  assert(
    sampleSentence(parseGbnf('root ::= "a" root | "b"'), random, { maxLength: 50_000 }).length >
      20_000,
  );
});

Deno.test("rules that multiply without a character end, too", () => {
  const grammar = parseGbnf('root ::= root root root | root root | "" | "x"');
  const sentences = samples(grammar, 50, { maxLength: 300 });
  assert(Math.max(...sentences.map(({ length }) => length)) > 5);
});

Deno.test("tokens stand for their text, schemas for what the caller draws", () => {
  const grammar = parseLark('start: <a> <[7]> !<b> %json {"type": "null"}');
  const options = { tokenText: (id: number) => `[${id}]`, sampleJson: () => "null" };
  assert(/^<a>\[7\][ -~]null$/.test(sampleSentence(grammar, Math.random, options)));
  assertThrows(
    () => sampleSentence(grammar, Math.random, { sampleJson: () => "" }),
    TypeError,
    "tokenText",
  );
  assertThrows(
    () => sampleSentence(grammar, Math.random, { tokenText: () => "" }),
    TypeError,
    "sampleJson",
  );
});

Deno.test("a grammar without sentences, or without a rule that it uses, is refused", () => {
  assertThrows(
    () => sampleSentence(parseGbnf("root ::= root"), Math.random),
    RangeError,
    "no sentence",
  );
  const expression = { kind: "rule", name: "gone" } as const;
  const broken = { start: "a", rules: [{ name: "a", expression, isTerminal: false }], ignored: [] };
  assertThrows(() => sampleSentence(broken, Math.random), UndefinedRuleError, "gone");
});

Deno.test("substrings are all that neighbouring chunks make up, and nothing else", () => {
  const chunks = ["ab", "c", "d", "ab", "e"];
  const expression = substringExpression(chunks);
  const oracle = new GrammarOracle({
    start: "s",
    rules: [{ name: "s", expression, isTerminal: true }],
    ignored: [],
  });
  const members = new Set<string>();
  for (let from = 0; from <= chunks.length; from++) {
    for (let to = from; to <= chunks.length; to++) members.add(chunks.slice(from, to).join(""));
  }
  for (const text of members) assert(oracle.accepts(text), text);
  for (const text of ["a", "b", "abd", "cab", "abab", "abcdabee", "ea"]) {
    assertEquals(oracle.accepts(text), members.has(text), text);
  }
  assertEquals(wordChunks("foo bar. naïve_1"), ["foo", " ", "bar", ".", " ", "naïve_1"]);
});

Deno.test("substrings of long texts stay shallow and small", () => {
  const chunks = Array.from({ length: 4096 }, (_, i) => `w${i} `);
  let nodes = 0;
  const depth = (expression: ReturnType<typeof substringExpression>): number => {
    nodes++;
    const parts = "parts" in expression
      ? expression.parts
      : "options" in expression
      ? expression.options
      : "part" in expression
      ? [expression.part]
      : [];
    return 1 + Math.max(0, ...parts.map(depth));
  };
  assert(depth(substringExpression(chunks)) < 50);
  assert(nodes < 300_000, `${nodes}`);
});
