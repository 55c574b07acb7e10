import { assert, assertEquals } from "@std/assert";
import { compileJsonSchema } from "../matcher/mod.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { DraftPolicy, passCost } from "./draft_policy.ts";
import { generate } from "./generate.ts";
import { PromptLookup } from "./prompt_lookup.ts";
import { scriptedModel } from "./testing.ts";

const WORDS = ["a", " a", "b", " b", "c", " c", "d", " d", "<end>"];
const vocabulary = Vocabulary.fromBytes(
  WORDS.map((word) => new TextEncoder().encode(word)),
  { eosTokenIds: [8] },
);

function find(prompt: string[], text: string[]): unknown {
  const ids = (words: string[]) => words.map((word) => WORDS.indexOf(word));
  const draft = new PromptLookup(ids(prompt), vocabulary).find(ids(text));
  return draft && [draft.source, draft.tokenIds.map((id) => WORDS[id])];
}

Deno.test("the guess is what follows the longest context, of equals the last", () => {
  assertEquals(find(["a", "b", "c", "d"], ["b"]), ["copied1", ["c", "d"]]);
  assertEquals(find(["b", "c", "a", "b", "d"], ["a", "b"]), ["copied2", ["d"]]);
  assertEquals(find(["a", "b", "c", "a", "b", "d"], ["b"]), ["copied1", ["d"]]);
  assertEquals(find(["c", "a", "b", "c", "d", "a", "b", "d"], ["c", "a", "b"]), [
    "copied3",
    ["c", "d", "a", "b", "d"],
  ]);
});

Deno.test("a word at the start of a value is the same without the space before it", () => {
  assertEquals(find(["a", " b", " c", " d"], ["b"]), ["copied1", [" c", " d"]]);
  assertEquals(find(["a", " b", " c", " d"], ["b", " c"]), ["copied2", [" d"]]);
});

Deno.test("there is no guess without a place, after the prompt, and across special tokens", () => {
  assertEquals(find(["a", "b"], ["c"]), null);
  assertEquals(find(["a", "b"], ["b"]), null);
  assertEquals(find(["a", "b", "<end>", "c"], ["a"]), ["copied1", ["b"]]);
  assertEquals(find(["a", "<end>"], ["a"]), null);
  assertEquals(find(["a", "b"], []), null);
});

Deno.test("what is copied from the prompt takes fewer passes, and is what it would have been", async () => {
  const name = "Augusta Ada King, Countess of Lovelace";
  const script = JSON.stringify({ name, born: 1815 });
  await using model = scriptedModel({ script });
  const grammar = compileJsonSchema({
    type: "object",
    properties: { name: { type: "string" }, born: { type: "integer" } },
    required: ["name", "born"],
  }, model.vocabulary);
  const messages = [{ role: "user" as const, content: `${name}, born in 1815.` }];
  const fast = await generate(model, { messages, grammar }).result;
  const slow = await generate(model, { messages, grammar, drafts: false }).result;
  assertEquals(fast.text, script);
  assertEquals(fast.tokenIds, slow.tokenIds);
  assert(fast.usage.acceptedDraftTokens > 20, `${fast.usage.acceptedDraftTokens} tokens`);
  assertEquals(fast.usage.forwardPasses + fast.usage.acceptedDraftTokens, slow.usage.forwardPasses);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("drafts are longer where they succeed and passes are cheap, and end where they fail", () => {
  assertEquals(new DraftPolicy("mock").length("copied3", 15, 1), 15);
  assertEquals([passCost("wasm", 1), passCost("wasm", 3), passCost("cpu", 40)], [1, 1.8, 3.2]);
  const policy = new DraftPolicy("wasm");
  const before = policy.length("copied2", 15, 1);
  for (let i = 0; i < 10; i++) policy.observe("copied2", 4, 4);
  assert(policy.length("copied2", 15, 1) > before);
  for (let i = 0; i < 20; i++) policy.observe("copied2", 0, 4);
  assertEquals(policy.length("copied2", 15, 1), 0);
});
