/** The AI SDK (`ai`), through its OpenAI provider (responses and chat) and its provider for compatible servers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

const Person = z.object({ name: z.string(), born: z.int() });
const sum = '<tool_call>\n{"name": "add", "arguments": {"a": 20, "b": 22}}\n</tool_call>';
const prompt = "Hello?";

Deno.test("the AI SDK", async (t) => {
  await using server = await startTestServer();
  const { baseURL } = server;
  const openai = createOpenAI({ baseURL, apiKey: "none" });
  const compatible = createOpenAICompatible({
    name: "espalier",
    baseURL,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const models = {
    "openai()": openai("scripted"),
    "openai.chat()": openai.chat("scripted"),
    "openai-compatible": compatible("scripted"),
  };
  const given: unknown[] = [];
  const add = tool({
    description: "Adds two numbers.",
    inputSchema: z.object({ a: z.int(), b: z.int() }),
    execute: ({ a, b }) => {
      given.push([a, b]);
      server.script = "It is 42.";
      return a + b;
    },
  });

  for (const [name, model] of Object.entries(models)) {
    await t.step(`${name}: generateText`, async () => {
      server.script = "Hello there.";
      const { text, finishReason, usage } = await generateText({
        model,
        instructions: "Be kind.",
        prompt,
        maxOutputTokens: 50,
        temperature: 0,
      });
      assertEquals([text, finishReason], ["Hello there.", "stop"]);
      assertEquals(usage.outputTokens, 9);
      assertEquals(usage.totalTokens, usage.inputTokens! + 9);
    });

    await t.step(`${name}: streamText`, async () => {
      server.script = "Hello there.";
      const result = streamText({ model, prompt });
      let text = "";
      for await (const delta of result.textStream) text += delta;
      assertEquals(text, "Hello there.");
      assertEquals(await result.finishReason, "stop");
      assertEquals((await result.usage).outputTokens, 9);
    });

    await t.step(`${name}: structured output, whole and growing`, async () => {
      server.script = '{"name":"Ada","born":1815}';
      const output = Output.object({ schema: Person });
      const whole = await generateText({ model, prompt, output });
      assertEquals(whole.output, { name: "Ada", born: 1815 });
      const growing = streamText({ model, prompt, output });
      const partials = [];
      for await (const partial of growing.partialOutputStream) partials.push(partial);
      assertEquals(partials.at(-1), { name: "Ada", born: 1815 });
      assert(partials.length > 2);
      server.script = "two";
      const choice = Output.choice({ options: ["one", "two"] });
      assert(
        ["one", "two"].includes((await generateText({ model, prompt, output: choice })).output),
      );
    });

    await t.step(`${name}: tools in several steps`, async () => {
      given.length = 0;
      server.script = sum;
      const options = { model, prompt, tools: { add }, stopWhen: stepCountIs(3) };
      const whole = await generateText(options);
      assertEquals([whole.text, whole.steps.length], ["It is 42.", 2]);
      assertEquals(whole.steps[0]!.toolCalls.map(({ toolName, input }) => [toolName, input]), [
        ["add", { a: 20, b: 22 }],
      ]);
      assertEquals(whole.steps[0]!.finishReason, "tool-calls");
      server.script = sum;
      const stream = streamText(options);
      let text = "";
      for await (const delta of stream.textStream) text += delta;
      assertEquals(text, "It is 42.");
      assertEquals(given, [[20, 22], [20, 22]]);
    });

    await t.step(`${name}: toolChoice`, async () => {
      server.script = "I would rather talk.";
      const look = tool({ inputSchema: jsonSchema<object>({ type: "object", properties: {} }) });
      const add = tool({ inputSchema: z.object({ a: z.enum(["x", "y"]) }) });
      const tools = { look, add };
      const ask = async (toolChoice: Parameters<typeof generateText>[0]["toolChoice"]) => {
        const { toolCalls, text } = await generateText({
          model,
          prompt,
          tools,
          toolChoice: toolChoice as "auto",
        });
        return toolCalls.length > 0 ? toolCalls[0]!.toolName : text;
      };
      assertEquals(await ask("auto"), "I would rather talk.");
      assertEquals(await ask("none"), "I would rather talk.");
      assert(["look", "add"].includes(await ask("required")));
      assertEquals(await ask({ type: "tool", toolName: "look" }), "look");
    });

    await t.step(`${name}: errors, and a stream that is left`, async () => {
      const error = await assertRejects(
        () => generateText({ model, prompt: "x".repeat(5000), maxRetries: 0 }),
        APICallError,
      );
      assertEquals(error.statusCode, 400);
      assert(error.message.includes("context"), error.message);
      const leave = new AbortController();
      const { textStream } = streamText({ model, prompt, abortSignal: leave.signal });
      for await (const _delta of textStream) leave.abort();
    });
  }
  const give = performance.now() + 10_000;
  while (server.model.openSequenceCount > 0 && performance.now() < give) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(server.model.openSequenceCount, 0);
});
