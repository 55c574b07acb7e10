import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { generate } from "../decoding/mod.ts";
import { ModelRunError } from "./errors.ts";
import { PromptCachedModel } from "./prompt_cache.ts";
import { type ScriptedModel, scriptedModel } from "../decoding/testing.ts";

const SYSTEM = "You answer in one word. ".repeat(6);

function cached(model: ScriptedModel, tokens = 1000): PromptCachedModel {
  return new PromptCachedModel(model, { maximumBytes: tokens * 8, bytesPerToken: 8 });
}

function ask(model: PromptCachedModel, question: string) {
  const messages = [{ role: "system", content: SYSTEM }, {
    role: "user",
    content: question,
  }] as const;
  return generate(model, { messages, maxTokens: 40 }).result;
}

Deno.test("a prompt that begins like an earlier one is computed from where it differs", async () => {
  await using scripted = scriptedModel({ script: "yes" });
  await using model = cached(scripted);
  const first = await ask(model, "Is it Monday?");
  assertEquals(first.usage.cachedTokens, 0);
  const passes = scripted.passes.length;
  const second = await ask(model, "Is it Tuesday?");
  assertEquals(second.text, first.text);
  assert(second.usage.cachedTokens > 100);
  assertEquals(
    scripted.passes[passes]!.length,
    second.usage.promptTokens - second.usage.cachedTokens,
  );
  const again = await ask(model, "Is it Tuesday?");
  assertEquals(again.usage.cachedTokens, again.usage.promptTokens - 1, "the last gives the logits");
});

Deno.test("a conversation goes on from the answer", async () => {
  await using scripted = scriptedModel({ script: "ab" });
  await using model = cached(scripted);
  const promptTokenIds = model.tokenizer.encode(`${SYSTEM} one`);
  const { tokenIds } = await generate(model, { promptTokenIds }).result;
  const longer = [...promptTokenIds, ...tokenIds, ...model.tokenizer.encode(" and then?")];
  const { usage } = await generate(model, { promptTokenIds: longer }).result;
  // The last token of the answer was drawn, but never read by the model.
  assertEquals(usage.cachedTokens, promptTokenIds.length + tokenIds.length);
});

Deno.test("what is kept is bounded, and freed with the model", async () => {
  await using scripted = scriptedModel({ script: "yes" });
  const model = cached(scripted, 600);
  for (let index = 0; index < 12; index++) {
    const promptTokenIds = model.tokenizer.encode(`${index} `.repeat(60));
    await generate(model, { promptTokenIds }).result;
    assert(scripted.openSequenceCount <= 6, `${scripted.openSequenceCount} sequences`);
  }
  assert(scripted.openSequenceCount > 0);
  await model.dispose();
  assertEquals(scripted.openSequenceCount, 0);
});

Deno.test("requests at the same time, forks and failures leave every sequence whole", async () => {
  await using scripted = scriptedModel({ script: "yes", failAtPass: 3 });
  await using model = cached(scripted);
  const questions = ["a", "b", "c", "d", "e", "f"];
  const results = await Promise.allSettled(questions.map((question) => ask(model, question)));
  assertEquals(results.filter(({ status }) => status === "rejected").length, 1);
  for (const question of questions) assertEquals((await ask(model, question)).text, "yes");
  const sequence = await model.openSequence();
  await sequence.append([1, 2, 3]);
  const fork = await sequence.fork();
  await sequence.truncate(1);
  assertEquals([sequence.tokenCount, fork.tokenCount], [1, 3]);
  await sequence.dispose();
  await sequence.dispose();
  await assertRejects(() => sequence.append([1]), ModelRunError, "disposed");
  await fork.dispose();
});

Deno.test("sizes have to be above 0", async () => {
  await using scripted = scriptedModel();
  assertThrows(
    () => new PromptCachedModel(scripted, { maximumBytes: 0, bytesPerToken: 8 }),
    RangeError,
    "maximumBytes",
  );
});
