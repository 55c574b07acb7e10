/** The `openai` npm package, as users have it, against a running server. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI, { APIError, BadRequestError, NotFoundError } from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

const Person = z.object({ name: z.string(), born: z.int() });
const messages = [{ role: "user" as const, content: "Who was Ada?" }];
const model = "scripted";
const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    description: "The weather in a city.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};
const add = {
  type: "function" as const,
  function: {
    name: "add",
    parameters: {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "integer" } },
      required: ["a", "b"],
    },
  },
};
const oslo = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
const sum = '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>';

Deno.test("the openai package", async (t) => {
  await using server = await startTestServer();
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: "none", maxRetries: 0 });
  const { chat } = client;

  await t.step("lists and shows models", async () => {
    const ids = [];
    for await (const { id } of await client.models.list()) ids.push(id);
    assertEquals(ids, ["scripted"]);
    assertEquals((await client.models.retrieve("scripted")).object, "model");
    await assertRejects(() => client.models.retrieve("other"), NotFoundError);
  });

  await t.step("gets an answer with all its fields", async () => {
    server.script = "Hello there.";
    const answer = await chat.completions.create({
      model,
      messages: [
        { role: "developer", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Hi" }, { type: "text", text: "!" }] },
        { role: "assistant", content: null, refusal: "no" },
        { role: "user", content: "Please." },
      ],
      user: "somebody",
      metadata: { unknown: "fields are fine" },
    });
    assertEquals(answer.object, "chat.completion");
    assert(answer.id.startsWith("chatcmpl-"));
    assertEquals(answer.model, model);
    assertEquals(answer.choices, [{
      index: 0,
      message: {
        role: "assistant",
        content: "Hello there.",
        refusal: null,
        annotations: [],
      },
      logprobs: null,
      finish_reason: "stop",
    }]);
    const { usage } = answer;
    assertEquals(usage!.total_tokens, usage!.prompt_tokens + usage!.completion_tokens);
    assertEquals(usage!.completion_tokens, 9);
  });

  await t.step("streams: role first, text, reason, usage", async () => {
    server.script = "Hello there.";
    const stream = await chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    assertEquals(chunks[0]!.choices[0]!.delta, { role: "assistant", content: "", refusal: null });
    assertEquals(chunks.at(-2)!.choices[0]!.finish_reason, "stop");
    assertEquals(chunks.at(-2)!.choices[0]!.delta, {});
    assertEquals(chunks.at(-1)!.choices, []);
    assertEquals(chunks.at(-1)!.usage!.completion_tokens, 9);
    assert(chunks.slice(0, -1).every(({ usage }) => usage === null));
    assertEquals(new Set(chunks.map(({ id }) => id)).size, 1);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    assertEquals(text, "Hello there.");
  });

  await t.step("parses JSON of a zod schema, streaming and not", async () => {
    server.script = '{"name":"Ada","born":1815}';
    const response_format = zodResponseFormat(Person, "person");
    const whole = await chat.completions.parse({ model, messages, response_format });
    assertEquals(whole.choices[0]!.message.parsed, { name: "Ada", born: 1815 });
    const final = await chat.completions.stream({ model, messages, response_format })
      .finalChatCompletion();
    assertEquals(final.choices[0]!.message.parsed, { name: "Ada", born: 1815 });
  });

  await t.step("gets JSON whatever the model wants to write", async () => {
    server.script = "Ada was a mathematician.";
    const format = (schema: Record<string, unknown>, strict?: boolean) => ({
      type: "json_schema" as const,
      json_schema: { name: "person", schema, strict },
    });
    const schema = {
      type: "object",
      properties: { name: { type: "string", maxLength: 9 }, born: { enum: [1, 2] } },
      required: ["name", "born"],
    };
    for (const strict of [true, false, undefined]) {
      const { choices } = await chat.completions.create({
        model,
        messages,
        response_format: format(schema, strict),
      });
      const value = JSON.parse(choices[0]!.message.content!);
      assertEquals(Object.keys(value), ["name", "born"]);
      assert([1, 2].includes(value.born) && [...value.name].length <= 9);
    }
    const { choices } = await chat.completions.create({
      model,
      messages,
      max_tokens: 20,
      response_format: { type: "json_object" },
    });
    assertEquals(typeof JSON.parse(choices[0]!.message.content!), "object");
  });

  await t.step("ends at stop strings and token limits", async () => {
    server.script = "One, two, three, four.";
    const stopped = await chat.completions.create({ model, messages, stop: [" three", "x"] });
    assertEquals(stopped.choices[0]!.message.content, "One, two,");
    assertEquals(stopped.choices[0]!.finish_reason, "stop");
    const cut = await chat.completions.create({ model, messages, max_completion_tokens: 3 });
    assertEquals(cut.choices[0]!.finish_reason, "length");
    assertEquals(cut.usage!.completion_tokens, 3);
    server.script = '{"words":["one two three four five six seven"]}';
    const cutJson = await chat.completions.create({
      model,
      messages,
      max_tokens: 12,
      response_format: zodResponseFormat(z.object({ words: z.array(z.string()) }), "words"),
    });
    assertEquals(cutJson.choices[0]!.finish_reason, "length");
    assert(Array.isArray(JSON.parse(cutJson.choices[0]!.message.content!).words));
  });

  await t.step("gets several answers, each with an index", async () => {
    server.script = "Yes.";
    const { choices, usage } = await chat.completions.create({ model, messages, n: 3 });
    assertEquals(choices.map(({ index }) => index), [0, 1, 2]);
    assertEquals(choices.map(({ message }) => message.content), ["Yes.", "Yes.", "Yes."]);
    assertEquals(usage!.completion_tokens, 12);
    const stream = await chat.completions.create({ model, messages, n: 2, stream: true });
    const texts = ["", ""], reasons: unknown[] = [];
    for await (const { choices: [choice] } of stream) {
      texts[choice!.index] += choice!.delta.content ?? "";
      if (choice!.finish_reason) reasons.push(choice!.finish_reason);
    }
    assertEquals(texts, ["Yes.", "Yes."]);
    assertEquals(reasons, ["stop", "stop"]);
  });

  await t.step("draws the same text for a seed, streaming and not", async () => {
    server.script = "";
    const texts = new Set<string>();
    const vary = { temperature: 2, max_tokens: 30, logit_bias: { "278": -100 } };
    const body = { model, messages, ...vary, seed: 7, response_format: json("string") };
    for (let i = 0; i < 2; i++) {
      const { choices } = await chat.completions.create(body);
      texts.add(choices[0]!.message.content!);
      let text = "";
      for await (const chunk of await chat.completions.create({ ...body, stream: true })) {
        text += chunk.choices[0]!.delta.content ?? "";
      }
      texts.add(text);
    }
    assertEquals(texts.size, 1);
    const other = await chat.completions.create({ ...body, seed: -8 });
    assert(!texts.has(other.choices[0]!.message.content!));
  });

  await t.step("gets the probabilities of tokens", async () => {
    server.script = "Hi \u{1F600}!";
    const body = { model, messages, logprobs: true, top_logprobs: 2 };
    const { choices } = await chat.completions.create(body);
    const { content } = choices[0]!.logprobs!;
    assertEquals(bytesText(content!), "Hi \u{1F600}!");
    assert(
      content!.every(({ logprob, top_logprobs }) => logprob <= 0 && top_logprobs.length === 2),
    );
    assertEquals(content![0]!.token, "H");
    assertEquals(content![0]!.top_logprobs[0]!.token, "H");
    const streamed = [];
    for await (const chunk of await chat.completions.create({ ...body, stream: true })) {
      streamed.push(...chunk.choices[0]!.logprobs?.content ?? []);
    }
    assertEquals(streamed, content);
  });

  await t.step("is told which field is wrong", async () => {
    const failure = async (body: object) => {
      const error = await assertRejects(
        () => chat.completions.create({ model, messages, ...body } as never),
        BadRequestError,
      );
      return [error.param, error.code, error.type];
    };
    const type = "invalid_request_error";
    assertEquals(await failure({ temperature: 3 }), ["temperature", "invalid_value", type]);
    assertEquals(await failure({ messages: [] }), ["messages", "invalid_value", type]);
    assertEquals(
      await failure({ messages: [{ role: "king", content: "" }] }),
      ["messages[0].role", "invalid_value", type],
    );
    assertEquals(
      await failure({ messages: [{ role: "user" }] }),
      ["messages[0].content", "missing_required_parameter", type],
    );
    assertEquals(
      await failure({ messages: [{ role: "user", content: [{ type: "image_url" }] }] }),
      ["messages[0].content[0].type", "unsupported_content", type],
    );
    assertEquals(await failure({ n: 17 }), ["n", "invalid_value", type]);
    assertEquals(await failure({ top_logprobs: 2 }), ["top_logprobs", "invalid_value", type]);
    assertEquals(
      await failure({ response_format: json("strin") }),
      ["response_format", "invalid_schema", type],
    );
    assertEquals(
      await failure({ tools: [weather, weather] }),
      ["tools", "invalid_value", type],
    );
    assertEquals(
      await failure({
        tools: [weather],
        tool_choice: { type: "function", function: { name: "x" } },
      }),
      ["tool_choice", "invalid_value", type],
    );
    assertEquals(
      await failure({ tool_choice: "required" }),
      ["tool_choice", "invalid_value", type],
    );
    assertEquals(
      await failure({ messages: [{ role: "user", content: "x".repeat(5000) }] }),
      ["messages", "context_length_exceeded", type],
    );
    const unknown = await assertRejects(
      () => chat.completions.create({ model: "gpt-9", messages }),
      NotFoundError,
    );
    assertEquals(unknown.code, "model_not_found");
  });

  await t.step("hears of an error in the middle of a stream", async () => {
    server.script = "Hello there.";
    server.model.options.failAtPass = server.model.passes.length + 3;
    const stream = await chat.completions.create({ model, messages, stream: true });
    let text = "";
    const error = await assertRejects(async () => {
      for await (const chunk of stream) text += chunk.choices[0]!.delta.content ?? "";
    }, APIError);
    server.model.options.failAtPass = undefined;
    assertEquals(text, "Hel");
    assertEquals(error.code, "internal_error");
    assertEquals(server.model.openSequenceCount, 0);
  });

  await t.step("gets tool calls, several of them, after words or without", async () => {
    server.script = `Let me see.\n${oslo}\n${sum}`;
    const { choices } = await chat.completions.create({ model, messages, tools: [weather, add] });
    const { message, finish_reason } = choices[0]!;
    assertEquals(finish_reason, "tool_calls");
    assertEquals(message.content, "Let me see.");
    assertEquals(
      message.tool_calls!.map((call) => call.type === "function" && call.function),
      [
        { name: "weather", arguments: '{"city": "Oslo"}' },
        { name: "add", arguments: '{"a": 1, "b": 2}' },
      ],
    );
    assert(message.tool_calls!.every(({ id }) => id.startsWith("call_")));
    server.script = oslo;
    const alone = await chat.completions.create({ model, messages, tools: [weather, add] });
    assertEquals(alone.choices[0]!.message.content, null);
    assertEquals(alone.choices[0]!.message.tool_calls!.length, 1);
  });

  await t.step("streams calls: id, type and name first, then arguments", async () => {
    server.script = `Let me see.\n${oslo}\n${sum}`;
    const calls: { id?: string; type?: string; name?: string; json: string }[] = [];
    let text = "", reason: unknown;
    const stream = await chat.completions.create({
      model,
      messages,
      tools: [weather, add],
      stream: true,
    });
    for await (const { choices: [choice] } of stream) {
      text += choice!.delta.content ?? "";
      reason = choice!.finish_reason;
      for (const { index, id, type, function: part } of choice!.delta.tool_calls ?? []) {
        if (id !== undefined) {
          assertEquals(part!.arguments, "");
          calls[index] = { id, type, name: part!.name, json: "" };
        } else calls[index]!.json += part!.arguments;
      }
    }
    assertEquals(text, "Let me see.");
    assertEquals(reason, "tool_calls");
    assertEquals(calls.map(({ type, name, json }) => [type, name, JSON.parse(json)]), [
      ["function", "weather", { city: "Oslo" }],
      ["function", "add", { a: 1, b: 2 }],
    ]);
  });

  await t.step("has its tool_choice obeyed, whatever the model wants", async () => {
    const tools = [weather, add];
    const ask = async (body: object) => {
      const { choices } = await chat.completions.create({ model, messages, tools, ...body });
      const { tool_calls, content } = choices[0]!.message;
      const names = (tool_calls ?? []).map((call) =>
        call.type === "function" && call.function.name
      );
      return { names, content, reason: choices[0]!.finish_reason };
    };
    server.script = `${oslo}\n${sum}`;
    assertEquals((await ask({})).names, ["weather", "add"]);
    assertEquals((await ask({ parallel_tool_calls: false })).names, ["weather"]);
    assertEquals(await ask({ tool_choice: "none" }), { names: [], content: "", reason: "stop" });
    assertEquals((await ask({ tool_choice: "required" })).names, ["weather", "add"]);
    const named = { tool_choice: { type: "function", function: { name: "add" } } };
    assertEquals((await ask(named)).names, ["add"]);
    server.script = "I would rather talk.";
    assertEquals((await ask({})).content, "I would rather talk.");
    assertEquals((await ask(named)).names, ["add"]);
    assertEquals((await ask({ tool_choice: "required" })).names.length > 0, true);
  });

  await t.step("may have both tools and a form of the answer", async () => {
    const body = { model, messages, tools: [add], response_format: zodResponseFormat(Person, "p") };
    server.script = sum;
    const called = await chat.completions.create(body);
    assertEquals(called.choices[0]!.finish_reason, "tool_calls");
    server.script = '{"name":"Ada","born":1815}';
    const answered = await chat.completions.create(body);
    assertEquals(answered.choices[0]!.message.content, '{"name":"Ada","born":1815}');
  });

  await t.step("runs tools with its tool runner", async () => {
    server.script = '<tool_call>\n{"name": "add", "arguments": {"a": 20, "b": 22}}\n</tool_call>';
    const given: unknown[] = [];
    const runner = chat.completions.runTools({
      model,
      messages,
      tools: [zodFunction({
        name: "add",
        parameters: z.object({ a: z.int(), b: z.int() }),
        function: ({ a, b }) => {
          given.push([a, b]);
          server.script = "It is 42.";
          return String(a + b);
        },
      })],
    });
    assertEquals(await runner.finalContent(), "It is 42.");
    assertEquals(given, [[20, 22]]);
    const rendered = server.model.passes.map((ids) => server.model.tokenizer.decode(ids)).join("");
    assert(rendered.includes("tool\n42"), "the model sees the result");
  });

  await t.step("is guided as vLLM guides", async () => {
    server.script = "maybe";
    const ask = async (body: object) => {
      const { choices } = await chat.completions.create(
        { model, messages, ...body } as never,
      ) as OpenAI.ChatCompletion;
      return choices[0]!.message.content!;
    };
    assert(["yes", "no"].includes(await ask({ guided_choice: ["yes", "no"] })));
    assert(/^\d{4}$/.test(await ask({ guided_regex: "\\d{4}" })));
    const schema = { type: "array", items: { const: 1 }, minItems: 2, maxItems: 2 };
    assertEquals(await ask({ guided_json: schema }), "[1,1]");
    assertEquals(await ask({ guided_json: JSON.stringify(schema) }), "[1,1]");
    assertEquals(await ask({ structured_outputs: { json: schema } }), "[1,1]");
    assert(/^a+$/.test(await ask({ structured_outputs: { regex: "a{1,9}" } })));
    await assertRejects(() => ask({ guided_regex: "a", guided_choice: ["b"] }), BadRequestError);
    const gbnf = 'root ::= "(" root ")" | "x"';
    server.script = "((x))";
    assertEquals(await ask({ guided_grammar: gbnf }), "((x))");
    assertEquals(await ask({ structured_outputs: { grammar: gbnf } }), "((x))");
    for (const grammar of ["root ::= (", "root ::= other"]) {
      const error = await assertRejects(() => ask({ guided_grammar: grammar }), BadRequestError);
      assertEquals(error.code, "invalid_grammar");
    }
  });

  assertEquals(server.model.openSequenceCount, 0, "no sequence is left behind");
});

function json(type: string) {
  return { type: "json_schema" as const, json_schema: { name: "v", schema: { type } } };
}

function bytesText(content: readonly { bytes: number[] | null }[]): string {
  return new TextDecoder().decode(Uint8Array.from(content.flatMap(({ bytes }) => bytes ?? [])));
}
