import { assertEquals, assertThrows } from "@std/assert";
import { Vocabulary } from "../vocabulary/mod.ts";
import { compileGrammar } from "./compile_grammar.ts";
import { compileJsonSchema } from "./compile_json_schema.ts";
import { compileRegex } from "./compile_regex.ts";
import { explainText } from "./explain_text.ts";

const vocabulary = Vocabulary.fromBytes(
  [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), null],
  { eosTokenIds: [256] },
);

function ranges(pattern: string, text: string): string[] {
  return explainText(compileRegex(pattern, vocabulary), text).nextCharacters.map(([first, last]) =>
    `${String.fromCodePoint(first)}-${String.fromCodePoint(last)}`
  );
}

Deno.test("a text is followed as far as it fits, to a whole character", () => {
  const found = explainText(compileRegex("日本[0-9]+", vocabulary), "日末");
  assertEquals(found, {
    isSentence: false,
    fittingLength: 1,
    nextCharacters: [[0x672c, 0x672c]],
    mayEnd: false,
    forced: "本",
    completion: "本0",
  });
});

Deno.test("what could come next is told in ranges of characters", () => {
  assertEquals(ranges("[a-fx]|[à-ö]+|[一-龥]|[😀-😎]", ""), [
    "a-f",
    "x-x",
    "à-ö",
    "一-龥",
    "😀-😎",
  ]);
  const [all] = [explainText(compileRegex("[^]", vocabulary), "").nextCharacters];
  assertEquals(all, [[0, 0xd7ff], [0xe000, 0x10ffff]]);
  assertEquals(ranges("a", "a"), []);
});

Deno.test("a sentence is said to be one, and where a text could end or go on is said, too", () => {
  const grammar = compileGrammar('root ::= "a" ("," "a")*', vocabulary);
  const whole = explainText(grammar, "a,a");
  assertEquals([whole.isSentence, whole.mayEnd, whole.fittingLength], [true, true, 3]);
  assertEquals(whole.nextCharacters, [[44, 44]]);
  const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
  const cut = explainText(compileJsonSchema(schema, vocabulary), '{"nome":1}');
  assertEquals([cut.fittingLength, cut.forced, cut.completion], [3, 'ame":"', 'ame":""}']);
});

Deno.test("a vocabulary without all bytes cannot tell", () => {
  const letters = Vocabulary.fromBytes([Uint8Array.of(97), null], { eosTokenIds: [1] });
  assertThrows(() => explainText(compileRegex("a", letters), "a"), TypeError, "byte 0");
});
