/** `/v1/responses` and `/v1/completions` with the `openai` npm package. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI, { APIError, BadRequestError, NotFoundError } from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import * as z from "zod";
import { startTestServer } from "./_test_server.ts";

const model = "scripted";
const add = {
  type: "function" as const,
  name: "add",
  description: "Adds.",
  strict: true,
  parameters: {
    type: "object",
    properties: { a: { type: "integer" }, b: { type: "integer" } },
    required: ["a", "b"],
  },
};
const sum = '<tool_call>\n{"name": "add", "arguments": {"a": 1, "b": 2}}\n</tool_call>';

Deno.test("responses with the openai package", async (t) => {
  await using server = await startTestServer();
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: "none", maxRetries: 0 });
  const { responses } = client;
  const rendered = () =>
    server.model.passes.map((ids) => server.model.tokenizer.decode(ids)).join("");

  await t.step("get an answer with all its fields", async () => {
    server.script = "Hello there.";
    const response = await responses.create({ model, instructions: "Be kind.", input: "Hi" });
    assertEquals(response.output_text, "Hello there.");
    assertEquals([response.object, response.status, response.error], [
      "response",
      "completed",
      null,
    ]);
    const [item] = response.output;
    if (item?.type !== "message") throw new Error("no message");
    assert(item.id.startsWith("msg_"));
    assertEquals(item.content, [{
      type: "output_text",
      text: "Hello there.",
      annotations: [],
      logprobs: [],
    }]);
    const usage = response.usage!;
    assertEquals(usage.total_tokens, usage.input_tokens + usage.output_tokens);
    assert(rendered().includes("system\nBe kind."));
  });

  await t.step("stream typed events that add up to the response", async () => {
    server.script = `Let me see.\n${sum}`;
    const events = [];
    const stream = await responses.create({ model, input: "1+2?", tools: [add], stream: true });
    for await (const event of stream) events.push(event);
    assertEquals(events.map(({ sequence_number }) => sequence_number), [...events.keys()]);
    const types = events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
    assertEquals(types, [
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.output_item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_item.done",
      "response.completed",
    ]);
    let text = "", json = "";
    const done = [];
    for (const event of events) {
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.function_call_arguments.delta") json += event.delta;
      if (event.type === "response.output_item.done") done.push(event.item);
    }
    const last = events.at(-1)!;
    if (last.type !== "response.completed") throw new Error(last.type);
    assertEquals(last.response.output, done);
    assertEquals([text, json], ["Let me see.", '{"a": 1, "b": 2}']);
    const call = last.response.output[1]!;
    assert(call.type === "function_call" && call.name === "add" && call.arguments === json);
  });

  await t.step("parse JSON of a zod schema", async () => {
    server.script = '{"name":"Ada","born":1815}';
    const format = zodTextFormat(z.object({ name: z.string(), born: z.int() }), "person");
    const whole = await responses.parse({ model, input: "Who?", text: { format } });
    assertEquals(whole.output_parsed, { name: "Ada", born: 1815 });
    const final = await responses.stream({ model, input: "Who?", text: { format } })
      .finalResponse();
    assertEquals(final.output_parsed, { name: "Ada", born: 1815 });
  });

  await t.step("take results of calls, by reference or in full", async () => {
    server.script = sum;
    const first = await responses.create({ model, input: "1+2?", tools: [add] });
    const call = first.output[0]!;
    if (call.type !== "function_call") throw new Error(call.type);
    const output = { type: "function_call_output" as const, call_id: call.call_id, output: "3" };
    server.script = "It is 3.";
    const answers = [
      await responses.create({ model, previous_response_id: first.id, input: [output] }),
      await responses.create({
        model,
        input: [
          { role: "user", content: "1+2?" },
          { type: "item_reference", id: call.id! },
          output,
        ],
      }),
      await responses.create({
        model,
        store: false,
        input: [{ role: "user", content: "1+2?" }, call, output],
      }),
    ];
    const prompts = server.model.passes.map((ids) => server.model.tokenizer.decode(ids))
      .filter((text) => text.includes("tool\n3"));
    assertEquals(answers.map(({ output_text }) => output_text), Array(3).fill("It is 3."));
    assertEquals(new Set(prompts).size, 1, "the model sees the same three times");
    assert(prompts[0]!.includes(sum));
    assertEquals((await responses.retrieve(answers[0]!.id)).output_text, "It is 3.");
    await responses.delete(answers[0]!.id);
    await assertRejects(() => responses.retrieve(answers[0]!.id), NotFoundError);
    await assertRejects(() => responses.retrieve(answers[2]!.id), NotFoundError);
    const lost = await assertRejects(
      () => responses.create({ model, input: "?", previous_response_id: answers[2]!.id }),
      NotFoundError,
    );
    assertEquals(lost.code, "previous_response_not_found");
  });

  await t.step("have their tool_choice obeyed and their limits kept", async () => {
    server.script = "I would rather talk about something else.";
    const forced = await responses.create({
      model,
      input: "?",
      tools: [add],
      tool_choice: { type: "function", name: "add" },
    });
    assertEquals(forced.output.map(({ type }) => type), ["function_call"]);
    const cut = await responses.create({ model, input: "?", max_output_tokens: 4 });
    assertEquals([cut.status, cut.incomplete_details], ["incomplete", {
      reason: "max_output_tokens",
    }]);
    const types = [];
    const stream = await responses.create({
      model,
      input: "?",
      max_output_tokens: 4,
      stream: true,
    });
    for await (const { type } of stream) types.push(type);
    assertEquals(types.at(-1), "response.incomplete");
  });

  await t.step("tell of errors, in the middle of a stream, too", async () => {
    const error = await assertRejects(
      () => responses.create({ model, input: "?", tools: [{ type: "web_search" }] }),
      BadRequestError,
    );
    assertEquals([error.param, error.code], ["tools[0].type", "unsupported"]);
    server.model.options.failAtPass = server.model.passes.length + 2;
    const stream = await responses.create({ model, input: "?", stream: true });
    const broken = await assertRejects(async () => {
      for await (const _event of stream);
    }, APIError);
    assertEquals(broken.code, "internal_error");
  });

  assertEquals(server.model.openSequenceCount, 0);
});

Deno.test("completions with the openai package", async (t) => {
  await using server = await startTestServer();
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: "none", maxRetries: 0 });
  const { completions } = client;

  await t.step("go on with a prompt, and with several", async () => {
    server.script = " there.";
    const answer = await completions.create({ model, prompt: "Hello" });
    assertEquals(answer.object, "text_completion");
    assertEquals(answer.choices, [{
      index: 0,
      text: " there.",
      logprobs: null,
      finish_reason: "stop",
    }]);
    const several = await completions.create({ model, prompt: ["a", "bc"], n: 2, echo: true });
    assertEquals(
      several.choices.map(({ index, text }) => [index, text]),
      [[0, "a there."], [1, "a there."], [2, "bc there."], [3, "bc there."]],
    );
    assertEquals(several.usage!.prompt_tokens, 3);
    const ids = server.model.tokenizer.encode("Hello");
    assertEquals((await completions.create({ model, prompt: ids })).choices[0]!.text, " there.");
    assertEquals((await completions.create({ model, prompt: "" })).choices.length, 1);
  });

  await t.step("stream, with usage and probabilities", async () => {
    server.script = " there.";
    const body = { model, prompt: "Hello", logprobs: 1 };
    const whole = (await completions.create(body)).choices[0]!;
    assertEquals(whole.logprobs!.tokens!.join(""), " there.");
    assertEquals(whole.logprobs!.text_offset, [0, 4, 5, 6]);
    let text = "", usage: unknown;
    const tokens: string[] = [], offsets: number[] = [], reasons: unknown[] = [];
    const options = { stream: true as const, stream_options: { include_usage: true } };
    for await (const chunk of await completions.create({ ...body, ...options })) {
      usage = chunk.usage;
      const [choice] = chunk.choices;
      if (choice === undefined) continue;
      text += choice.text;
      tokens.push(...choice.logprobs?.tokens ?? []);
      offsets.push(...choice.logprobs?.text_offset ?? []);
      reasons.push(choice.finish_reason);
    }
    assertEquals(text, whole.text);
    assertEquals([tokens, offsets], [whole.logprobs!.tokens, whole.logprobs!.text_offset]);
    assertEquals(reasons.filter((reason) => reason !== null), ["stop"]);
    assertEquals((usage as { completion_tokens: number }).completion_tokens, 4);
  });

  await t.step("refuse what they cannot do", async () => {
    const failure = async (body: object) =>
      (await assertRejects(
        () => completions.create({ model, prompt: "a", ...body }),
        BadRequestError,
      )).param;
    assertEquals(await failure({ suffix: "b" }), "suffix");
    assertEquals(await failure({ best_of: 3 }), "best_of");
    assertEquals(await failure({ prompt: [1e6] }), "prompt");
    assertEquals(await failure({ prompt: [] }), "prompt");
    assertEquals(await failure({ max_tokens: 0 }), "max_tokens");
  });
});
