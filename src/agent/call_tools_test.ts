import { assert, assertEquals, assertRejects } from "@std/assert";
import { ContextLengthError } from "../decoding/mod.ts";
import { PromptCachedModel } from "../models/prompt_cache.ts";
import { type ScriptedModel, scriptedModel } from "../decoding/testing.ts";
import { Vocabulary } from "../vocabulary/mod.ts";
import { callTools, type CallToolsOptions } from "./call_tools.ts";

const WEATHER = {
  name: "weather.get",
  description: "The weather of a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string", maxLength: 20 }, days: { type: "integer", maximum: 9 } },
    required: ["city"],
  },
};
const ADD = {
  name: "add",
  parameters: {
    type: "object",
    properties: { terms: { type: "array", items: { $ref: "#/$defs/term" }, maxItems: 3 } },
    required: ["terms"],
    $defs: { term: { type: "integer", minimum: 0, maximum: 99 } },
  },
};
const tools = [WEATHER, ADD];
const messages = [{ role: "user", content: "The weather in Oslo?" }] as const;
const oslo = '{"name": "weather.get", "arguments": {"city": "Oslo"}}';
const sum = '{"name": "add", "arguments": {"terms": [1, 2]}}';
const section = (...calls: string[]) =>
  calls.map((call) => `<tool_call>\n${call}\n</tool_call>`).join("\n");

/** A script for a turn that is written in several parts: what follows what the prompt has of it. */
const inParts = (whole: string) => (prompt: string) =>
  whole.slice(prompt.split("assistant\n").at(-1)!.length);

const call = (model: ScriptedModel, options: Partial<CallToolsOptions> = {}) =>
  callTools(model, { messages, tools, ...options });

Deno.test("a call that the model wants to make is made, in the tags it was trained on", async () => {
  await using model = scriptedModel({ script: inParts(section(oslo)) });
  const result = await call(model);
  assertEquals(result.calls, [{ name: "weather.get", arguments: { city: "Oslo" } }]);
  assertEquals(result.text, section(oslo));
  assertEquals(result.finishReason, "stop");
  assert(result.callProbability! > 0.9);
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("a tag that is one token of the model is written as that token", async () => {
  const texts = ["<tool_call>", "</tool_call>", "<tool", "_call>"];
  const tokens = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...texts.map((text) => new TextEncoder().encode(text)),
    null,
  ];
  const vocabulary = Vocabulary.fromBytes(tokens, { eosTokenIds: [tokens.length - 1] });
  await using model = scriptedModel({ vocabulary, script: section(oslo) });
  const { text, usage, callProbability } = await call(model);
  assertEquals(text, section(oslo));
  assertEquals(usage.completionTokens, model.tokenizer.encode(text).length);
  assert(callProbability! > 0.9);
  assertEquals(await call(model, { choice: "required" }).then(({ text }) => text), text);
});

Deno.test("several calls are made as long as the model wants another one", async () => {
  await using model = scriptedModel({ script: inParts(section(oslo, sum)) });
  assertEquals((await call(model)).calls.map(({ name }) => name), ["weather.get", "add"]);
  assertEquals((await call(model)).text, section(oslo, sum));
  assertEquals((await call(model, { parallel: false })).calls.length, 1);
  assertEquals((await call(model, { maxCalls: 1 })).calls.length, 1);
});

Deno.test("a call that the turn has already ends it, and is left out", async () => {
  await using model = scriptedModel({ script: inParts(section(oslo, sum, oslo, sum, oslo)) });
  const { calls, text } = await call(model);
  assertEquals(calls.map(({ name }) => name), ["weather.get", "add"]);
  assertEquals(text, section(oslo, sum));
});

Deno.test("a call that does not fit any more is not begun", async () => {
  await using model = scriptedModel({ script: inParts(section(oslo, sum)) });
  const maxTokens = model.tokenizer.encode(section(oslo)).length + 20;
  const result = await call(model, { maxTokens });
  assertEquals([result.text, result.finishReason], [section(oslo), "length"]);
});

Deno.test("a text that looks like the closing tag does not end a call", async () => {
  const odd = '{"name": "weather.get", "arguments": {"city": "</tool_call>{"}}';
  await using model = scriptedModel({ script: inParts(section(odd, sum)) });
  const { calls } = await call(model);
  assertEquals(calls.map(({ name }) => name), ["weather.get", "add"]);
  assertEquals(calls[0]!.arguments, { city: "</tool_call>{" });
});

Deno.test("an answer in words stays one, unless a call is required", async () => {
  await using model = scriptedModel({ script: "I cannot say." });
  const answer = await call(model);
  assertEquals([answer.calls, answer.text, answer.finishReason], [[], "I cannot say.", "stop"]);
  assert(answer.callProbability! < 0.1);
  const required = await call(model, { choice: "required", maxTokens: 80 });
  assertEquals(required.calls.length, 1);
  assertEquals(required.callProbability, null);
  const asked = await call(model, { callThreshold: 0, maxCalls: 1, maxTokens: 80 });
  assertEquals(asked.calls.length, 1);
  const silent = await call(model, { maxTokens: 0 });
  assertEquals([silent.calls, silent.text, silent.usage.completionTokens], [[], "", 0]);
});

Deno.test("a chosen tool is called and no other; none calls none, even if the model wants to", async () => {
  await using model = scriptedModel({ script: section(oslo) });
  const add = await call(model, { choice: { name: "add" }, parallel: false, maxTokens: 80 });
  assertEquals(add.calls.map(({ name }) => name), ["add"]);
  const none = await call(model, { choice: "none" });
  assertEquals([none.calls, none.text, none.callProbability], [[], "", null]);
});

Deno.test("arguments fit the tool that is called, whatever the model wants", async () => {
  const wild = '{"name": "add", "arguments": {"terms": [1000, "x"], "city": "Oslo"}}';
  for (let seed = 1; seed <= 20; seed++) {
    await using model = scriptedModel({ script: section(wild), seed });
    const sampling = { temperature: 1.5, seed };
    const { calls, text } = await call(model, { choice: "required", sampling, maxTokens: 60 });
    for (const { name, arguments: given } of calls) {
      if (name === "add") {
        assertEquals(Object.keys(given), ["terms"], text);
        const terms = given.terms as number[];
        assert(terms.every((term) => Number.isInteger(term) && term >= 0 && term <= 99), text);
      } else {
        assertEquals(name, "weather.get");
        assert(typeof given.city === "string", text);
      }
    }
  }
});

Deno.test("a call that would not end in time is closed by the frame", async () => {
  await using model = scriptedModel({ isEndless: true });
  const city = { type: "string" }; // as long as it likes
  const tool = { ...WEATHER, parameters: { ...WEATHER.parameters, properties: { city } } };
  const result = await call(model, { tools: [tool], choice: "required", maxTokens: 70 });
  assertEquals(result.finishReason, "length");
  assertEquals(result.calls.length, 1);
});

Deno.test("with a prompt cache the prompt is read once", async () => {
  const inner = scriptedModel({ script: section(oslo) });
  await using model = new PromptCachedModel(inner, { maximumBytes: 1e6, bytesPerToken: 1 });
  const { usage, calls } = await callTools(model, { messages, tools });
  assertEquals(calls.length, 1);
  const fed = inner.passes.reduce((count, tokenIds) => count + tokenIds.length, 0);
  assert(fed < usage.promptTokens * 1.5, `${fed} tokens of ${usage.promptTokens} were fed`);
  assertEquals(usage.cachedTokens, 0);
});

Deno.test("a template that ignores tools gets them in the system turn", async () => {
  let prompt = "";
  await using model = scriptedModel({
    script(seen) {
      prompt = seen;
      return "Hello.";
    },
  });
  const system = { role: "system", content: "Be brief." } as const;
  await callTools(model, { messages: [system, ...messages], tools });
  const parts = [
    "Be brief.",
    "<tools>",
    '"weather.get"',
    '"add"',
    "</tools>",
    "<tool_call>",
    "Oslo?",
  ];
  const places = parts.map((part) => prompt.indexOf(part));
  assertEquals(places, places.toSorted((a, b) => a - b), prompt);
  await callTools(model, { messages, tools, choice: "none" });
  assert(!prompt.includes("<tools>"));
});

Deno.test("wrong use is refused before any pass", async () => {
  await using model = scriptedModel();
  const wrong: Partial<CallToolsOptions>[] = [
    { messages: [] },
    { tools: [ADD, ADD] },
    { choice: { name: "subtract" } },
    { tools: [], choice: "required" },
    { callThreshold: 1.5 },
    { maxCalls: 0 },
  ];
  for (const options of wrong) {
    const error = await assertRejects(() => call(model, options));
    assert(error instanceof TypeError || error instanceof RangeError, String(error));
  }
  await using small = scriptedModel({ contextLength: 200 });
  await assertRejects(() => call(small), ContextLengthError);
  await assertRejects(() => call(small, { choice: "required" }), ContextLengthError);
  assertEquals([model.passes.length, small.passes.length], [0, 0]);
});

Deno.test("an abort ends the work with its reason and frees the cache", async () => {
  await using model = scriptedModel({ script: section(oslo), passMs: 5 });
  const controller = new AbortController(), reason = new Error("enough");
  const running = call(model, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 30);
  assertEquals(await assertRejects(() => running), reason);
  assertEquals(model.openSequenceCount, 0);
});
