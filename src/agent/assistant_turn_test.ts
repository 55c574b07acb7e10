import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ContextLengthError, TokenLimitTooSmallError } from "../decoding/mod.ts";
import { scriptedModel } from "../decoding/testing.ts";
import { loadModel } from "../models/mod.ts";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { prepareTurn, type TurnEvent, type TurnRequest, writeTurn } from "./mod.ts";

const messages = [{ role: "user" as const, content: "Hi" }];
const object = (properties: Record<string, unknown>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});
const tools = [
  { name: "weather", parameters: object({ city: { type: "string", maxLength: 9 } }) },
  { name: "add", parameters: object({ a: { enum: [1, 2, 3] } }) },
];
const oslo = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';

async function write(script: string, request: TurnRequest) {
  await using model = scriptedModel({ script });
  const stream = writeTurn(model, await prepareTurn(model, { messages, ...request }));
  const events: TurnEvent[] = [];
  for await (const event of stream) events.push(event);
  assertEquals(model.openSequenceCount, 0);
  return { events, results: await stream.result, model };
}

Deno.test("what is told on the way adds up to the result", async () => {
  const { events, results: [result] } = await write(`See: \u{1F600}.\n${oslo}`, { tools });
  let text = "", json = "";
  for (const event of events) {
    if (event.type === "text") text += event.text;
    if (event.type === "call_arguments") json += event.text;
  }
  assertEquals(text, result!.text);
  assertEquals(json, result!.toolCalls[0]!.arguments);
  assertEquals(text, "See: \u{1F600}.");
  assertEquals(result!.finishReason, "tool_calls");
  const types = events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
  assertEquals(types, ["prompt", "text", "call_start", "call_arguments", "call_end", "end"]);
});

Deno.test("the prompt is read once, for all samples", async () => {
  const { model, results } = await write("Yes.", { sampleCount: 3 });
  assertEquals(results.map(({ text }) => text), ["Yes.", "Yes.", "Yes."]);
  const promptLength = results[0]!.usage.promptTokens;
  assertEquals(model.passes.filter((ids) => ids.length >= promptLength).length, 1);
});

Deno.test("with tools and a form, the first words decide", async () => {
  const format = { type: "json_object" } as const;
  const called = await write(oslo, { tools, format });
  assertEquals(called.results[0]!.toolCalls[0]!.name, "weather");
  const answered = await write('{"b":1}', { tools, format });
  assertEquals(answered.results[0]!.text, '{"b":1}');
  const neither = await write("<b>Hi</b>", { tools, format, maxTokens: 20 });
  assertEquals(typeof JSON.parse(neither.results[0]!.text!), "object");
});

Deno.test("a token limit leaves calls whole or out, and is kept", async () => {
  for (let maxTokens = 1; maxTokens < 150; maxTokens += 7) {
    const { results: [result] } = await write(`Words.\n${oslo}\n${oslo}`, { tools, maxTokens });
    assert(result!.usage.completionTokens <= maxTokens, `${maxTokens}`);
    for (const call of result!.toolCalls) JSON.parse(call.arguments);
  }
  await assertRejects(
    () => write("", { tools, toolChoice: "required", maxTokens: 3 }),
    TokenLimitTooSmallError,
  );
  await assertRejects(
    () => write("", { messages: [{ role: "user", content: "x".repeat(5000) }] }),
    ContextLengthError,
  );
});

Deno.test("whatever a model wants: calls are of a given tool, fit it, and tool_choice is obeyed", async () => {
  const names = fc.uniqueArray(fc.constantFrom("a", "b-c", "d.e", "f_g"), { minLength: 1 });
  const parameters = fc.constantFrom(
    object({}),
    object({ n: { enum: [1, 2] } }),
    object({ s: { type: "string", maxLength: 4 }, t: { type: "boolean" } }),
    object({ l: { type: "array", items: { const: "x" }, minItems: 1, maxItems: 3 } }),
  );
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(parameters, { minLength: 4, maxLength: 4 }),
      fc.constantFrom("auto", "required", "none", "named"),
      fc.boolean(),
      fc.oneof(fc.string(), fc.constantFrom("<tool_call>", "<tool_call>\n{}", oslo)),
      fc.nat(),
      async (names, forms, choice, parallelToolCalls, script, seed) => {
        const tools = names.map((name, index) => ({ name, parameters: forms[index]! }));
        const toolChoice = choice === "named" ? { name: names[0]! } : choice as "auto";
        const { results: [result] } = await write(script, {
          tools,
          toolChoice,
          parallelToolCalls,
          maxTokens: 200,
          sampling: { temperature: 1, seed },
        });
        const { toolCalls } = result!;
        for (const call of toolCalls) {
          const tool = tools.find(({ name }) => name === call.name)!;
          const value = JSON.parse(call.arguments);
          assertEquals(Object.keys(value), tool.parameters.required);
          assert(choice !== "none", "a call that was forbidden");
        }
        if (choice === "named") assertEquals(toolCalls.map(({ name }) => name), [names[0]]);
        if (choice === "required") assert(toolCalls.length > 0);
        if (!parallelToolCalls) assert(toolCalls.length <= 1);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("on a model with Qwen's tokenizer, calls fit their tools whatever the weights say", async () => {
  await using model = await loadModel(await ensureTinyModel(), { device: "cpu" });
  const [call] = /<tool_call>.*/s.exec(oslo)!;
  const conversation = [...messages, { role: "assistant" as const, content: call }, {
    role: "tool" as const,
    content: "rain",
  }];
  for (let seed = 0; seed < 12; seed++) {
    const toolChoice = ["auto", "required", { name: "add" }, "none"][seed % 4] as "auto";
    const turn = await prepareTurn(model, {
      messages: conversation,
      tools,
      toolChoice,
      maxTokens: 80,
      sampleCount: 2,
      sampling: { temperature: 1.5, seed },
    });
    const results = await writeTurn(model, turn).result;
    for (const { toolCalls, usage } of results) {
      assert(usage.completionTokens <= 80);
      for (const call of toolCalls) {
        const value = JSON.parse(call.arguments);
        if (call.name === "add") assert([1, 2, 3].includes(value.a));
        else assert(call.name === "weather" && typeof value.city === "string");
      }
      if (seed % 4 === 1) assert(toolCalls.length > 0);
      if (seed % 4 === 2) assertEquals(toolCalls.map(({ name }) => name), ["add"]);
      if (seed % 4 === 3) assertEquals(toolCalls, []);
    }
    // The same again, of the same seed: what the prompt cache keeps changes nothing.
    const again = await writeTurn(model, turn).result;
    assertEquals(
      again.map(({ text, toolCalls }) => [text, toolCalls.map((call) => call.arguments)]),
      results.map(({ text, toolCalls }) => [text, toolCalls.map((call) => call.arguments)]),
    );
  }
});
