/** LangChain's `ChatOpenAI` against a running server. */

import { assertEquals } from "@std/assert";
import { HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

const Person = z.object({ name: z.string(), born: z.int() });
const sum = '<tool_call>\n{"name": "add", "arguments": {"a": 20, "b": 22}}\n</tool_call>';
const ada = '{"name": "Ada", "born": 1815}';

Deno.test("LangChain", async (t) => {
  await using server = await startTestServer();
  const options = {
    model: "scripted",
    apiKey: "none",
    maxRetries: 0,
    configuration: { baseURL: server.baseURL },
  };
  const add = tool(({ a, b }) => String(a + b), {
    name: "add",
    description: "Adds two numbers.",
    schema: z.object({ a: z.int(), b: z.int() }),
  });

  for (const useResponsesApi of [false, true]) {
    const model = new ChatOpenAI({ ...options, useResponsesApi });
    const name = useResponsesApi ? "responses" : "chat";

    await t.step(`${name}: invoke and stream`, async () => {
      server.script = "Hello there.";
      const messages = [new SystemMessage("Be kind."), new HumanMessage("Hi")];
      const answer = await model.invoke(messages);
      assertEquals(answer.text, "Hello there.");
      assertEquals(answer.usage_metadata!.output_tokens, 9);
      let text = "";
      for await (const chunk of await model.stream(messages)) text += chunk.text;
      assertEquals(text, "Hello there.");
    });

    await t.step(`${name}: withStructuredOutput, by schema and by a call`, async () => {
      server.script = ada.replaceAll(": ", ":").replaceAll(", ", ",");
      const bySchema = model.withStructuredOutput(Person, { method: "jsonSchema" });
      assertEquals(await bySchema.invoke("Who?"), { name: "Ada", born: 1815 });
      server.script = `<tool_call>\n{"name": "extract", "arguments": ${ada}}\n</tool_call>`;
      const byCall = model.withStructuredOutput(Person, { method: "functionCalling" });
      assertEquals(await byCall.invoke("Who?"), { name: "Ada", born: 1815 });
    });

    await t.step(`${name}: bindTools, and the result of a call`, async () => {
      server.script = sum;
      const withTools = model.bindTools([add]);
      const question = new HumanMessage("20+22?");
      const answer = await withTools.invoke([question]);
      assertEquals(answer.tool_calls!.map(({ name, args }) => [name, args]), [
        ["add", { a: 20, b: 22 }],
      ]);
      const result: unknown = await add.invoke(answer.tool_calls![0]! as never);
      if (!(result instanceof ToolMessage)) throw new Error("no message of a tool");
      server.script = "It is 42.";
      const final = await withTools.invoke([question, answer, result]);
      assertEquals(final.text, "It is 42.");
      server.script = sum;
      let streamed: { tool_calls?: { name: string; args: object }[] } | undefined;
      let whole: Awaited<ReturnType<typeof withTools.invoke>> | undefined;
      for await (const chunk of await withTools.stream([question])) {
        whole = whole === undefined ? chunk : whole.concat(chunk);
        streamed = whole as typeof streamed;
      }
      assertEquals(streamed!.tool_calls!.map(({ name, args }) => [name, args]), [
        ["add", { a: 20, b: 22 }],
      ]);
    });

    await t.step(`${name}: tool_choice`, async () => {
      server.script = "I would rather talk.";
      const forced = model.bindTools([add], { tool_choice: "add" });
      const answer = await forced.invoke("?");
      assertEquals(answer.tool_calls!.map(({ name }) => name), ["add"]);
    });
  }
  assertEquals(server.model.openSequenceCount, 0);
});
