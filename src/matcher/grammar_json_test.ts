/** Tests of JSON and named tokens inside of grammars: handed over, read in parallel, and back again. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { maskDifference } from "../../tests/properties/mask_oracle.ts";
import type { Expression, Grammar } from "../grammar/mod.ts";
import { UnsupportedGrammarError } from "../grammar/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { choice, grammarOf, repeat, rule, sequence, text } from "./_grammar_samples.ts";
import { acceptText, eos, isSentence, maskOf, vocabulary } from "./_matcher_fixtures.ts";
import { compileGrammar } from "./compile_grammar.ts";
import { EmptyGrammarError, Matcher } from "./mod.ts";

const json = (schema: unknown): Expression => ({ kind: "json", schema });
const token = (name: number | string, isNegated = false): Expression => ({
  kind: "token",
  token: name,
  isNegated,
});

const POINT = {
  type: "object",
  properties: { x: { type: "integer" }, y: { type: "array", items: { type: "string" } } },
  required: ["x"],
  additionalProperties: false,
};

/** Follows a text byte by byte and compares every mask on the way. */
function check(grammar: Grammar, accepted: readonly string[], refused: readonly string[]): void {
  const compiled = compileGrammar(grammar, vocabulary, { whitespace: "any", propertyOrder: "any" });
  for (const one of accepted) {
    const matcher = new Matcher(compiled);
    for (const byte of new TextEncoder().encode(one)) {
      assertEquals(maskDifference(matcher), null, `in ${one}, after ${matcher.tokenCount} bytes`);
      const fork = matcher.fork();
      const completion = fork.completionTokens();
      assert(completion !== null, `in ${one}, after ${matcher.tokenCount} bytes`);
      for (const id of completion!) assert(fork.acceptToken(id));
      assert(fork.isAccepting());
      assert(matcher.acceptToken(byte), `${one}, byte ${matcher.tokenCount}`);
    }
    assertEquals(maskDifference(matcher), null, `after ${one}`);
    assert(matcher.isAccepting(), one);
  }
  for (const one of refused) assert(!isSentence(compiled, one), one);
}

Deno.test("after a value the grammar goes on", () => {
  check(
    grammarOf({ s: sequence(text("<"), json(POINT), text(">"), repeat(rule("s"), 0, 1)) }),
    ['<{"x":1}>', '<{"y":["a","b>"],"x":-20}><{ "x" : 3 }>'],
    ["<{}>", '<{"x":1}', '<{"x":1.5}>', '< {"x":1}>'],
  );
});

Deno.test("a number ends where the grammar goes on, also with a digit", () => {
  check(
    grammarOf({ s: sequence(json({ type: "integer" }), text("0"), repeat(rule("s"), 0, 1)) }),
    ["10", "100", "1020", "-500"],
    ["1", "0x0", ""],
  );
});

Deno.test("a value is read beside other ways to read the text", () => {
  check(
    grammarOf({
      s: choice(
        sequence(json(POINT), text(";")),
        sequence(text("{"), repeat(rule("word"), 0, null), text("}")),
        sequence(json({ type: "object", maxProperties: 1 }), text("!")),
        sequence(text("("), rule("s"), text(")")),
      ),
      word: { kind: "regex", pattern: '[x"a:1]+', flags: "" },
    }),
    ['{"x":1};', '{"x":1}!', '{"x":1}', "{xx}", '({"x":1,"y":[]};)', '{"a":[1,{}]}!', "{}"],
    ['{"a":1};', '{"x":1,"y":[]}!', '{"x":1'],
  );
});

Deno.test("what is ignored stands around a value, and not inside of a compact one", () => {
  const grammar = compileGrammar(
    grammarOf({
      s: sequence(text("v"), json(POINT), rule("END")),
      END: text("e"),
      SPACE: text(" "),
    }, [
      "SPACE",
    ]),
    vocabulary,
  );
  for (const one of ['v{"x":1}e', ' v  {"x":1} e ']) assert(isSentence(grammar, one), one);
  for (const one of ['v{"x": 1}e', 'v{"x":1}']) assert(!isSentence(grammar, one), one);
});

Deno.test("an alternative whose schema nothing fits is left out", () => {
  const dead = json({ type: "integer", minimum: 2, maximum: 1 });
  assert(isSentence(compileGrammar(grammarOf({ s: choice(dead, text("a")) }), vocabulary), "a"));
  assertThrows(() => compileGrammar(grammarOf({ s: dead }), vocabulary), EmptyGrammarError);
});

const special = eos - 1;

Deno.test("a named token is followed whatever its bytes, and taken back", () => {
  const grammar = grammarOf({ s: sequence(text("a"), token(special), repeat(text("b"), 1, null)) });
  const matcher = new Matcher(compileGrammar(grammar, vocabulary));
  assertEquals(matcher.acceptToken(special), false);
  assert(acceptText(matcher, "a"));
  assertEquals(maskDifference(matcher), null);
  const mask = maskOf(matcher);
  assertEquals(matcher.forcedTokens()[0], special);
  assertEquals(matcher.completionTokens(), [special, 0x62]);
  assert(matcher.acceptToken(special));
  assert(acceptText(matcher, "bb") && matcher.isAccepting());
  matcher.rollback(3);
  assertEquals(maskOf(matcher), mask);
});

Deno.test("any other token means ordinary ones, and a token may be read as itself and as bytes", () => {
  const grammar = grammarOf({
    s: choice(sequence(token(0x61, true), text("!")), sequence(text("bc"), text("?"))),
  });
  const matcher = new Matcher(compileGrammar(grammar, vocabulary));
  assertEquals(maskDifference(matcher), null);
  for (const id of [0x61, special, eos]) assertEquals(matcher.acceptToken(id), false, `${id}`);
  assert(matcher.acceptToken(0x62));
  assertEquals(maskDifference(matcher), null);
  const fork = matcher.fork();
  assert(acceptText(matcher, "!") && matcher.isAccepting());
  assert(acceptText(fork, "c?") && fork.isAccepting());
});

Deno.test("a token is found by its text, and one that does not exist is refused", () => {
  const named = Vocabulary.fromTokenizer({
    model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: [] },
    added_tokens: [
      { id: 3, content: "<go>", special: true },
      { id: 4, content: "<|im_end|>", special: true },
    ],
    decoder: { type: "ByteLevel" },
    pre_tokenizer: { type: "ByteLevel" },
  });
  const grammar = compileGrammar('root ::= "a" <go> "ab"', named);
  const matcher = new Matcher(grammar);
  assert([0, 3, 2].every((id) => matcher.acceptToken(id)) && matcher.isAccepting());
  const error = assertThrows(
    () => compileGrammar('root ::= "a" <stop>', named),
    UnsupportedGrammarError,
  );
  assertEquals(error.position?.column, 14);
});

Deno.test("an EOS token that a grammar names does not end the text", () => {
  const grammar = compileGrammar(grammarOf({ s: sequence(token(eos), text("a")) }), vocabulary);
  const matcher = new Matcher(grammar);
  assert(matcher.acceptToken(eos) && !matcher.isAccepting());
  assert(acceptText(matcher, "a") && matcher.acceptToken(eos));
  assertEquals(matcher.fillMask(new Uint32Array(vocabulary.maskWordCount)), false);
});
