import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { z } from "zod";
import { jsonSchema } from "../extract/mod.ts";
import { add, calls, failureOf, turnsModel, weather, withStatus } from "./_test_agent.ts";
import { createAgent } from "./agent.ts";
import type { AgentEvent } from "./agent_run.ts";
import { hasToolCall, stepCountIs } from "./stop_conditions.ts";
import { tool } from "./tool.ts";

const tools = [weather, add];
const oslo = calls("weather", { city: "Oslo" });

Deno.test("a call is run, its result is shown to the model, and the answer ends the run", async () => {
  const seen: string[] = [];
  await using model = turnsModel([oslo, "It is 4 degrees."]);
  const { script } = model.options;
  model.options.script = (prompt) => {
    seen.push(prompt);
    return typeof script === "function" ? script(prompt) : "";
  };
  const agent = createAgent({ model, tools, instructions: "Be brief." });
  const result = withStatus(await agent.run("The weather in Oslo?"), "answered");
  assertEquals(result.output satisfies string, "It is 4 degrees.");
  assertEquals(result.steps.map(({ text }) => text), [null, "It is 4 degrees."]);
  const [{ toolCalls, toolResults }] = result.steps as [typeof result.steps[0]];
  assertEquals(toolCalls.map(({ name, arguments: json }) => [name, JSON.parse(json)]), [
    ["weather", { city: "Oslo" }],
  ]);
  const value = { city: "Oslo", celsius: 4 };
  assertEquals(toolResults, [
    { callId: toolCalls[0]!.id, name: "weather", isError: false, value },
  ]);
  assert(seen.at(-1)!.includes(`tool\n${JSON.stringify(value)}`), seen.at(-1));
  assert(seen.at(-1)!.includes("Be brief."));
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("events tell of text, calls, results, steps and the end, in order", async () => {
  await using model = turnsModel([`One moment.\n${oslo}`, "Cold."]);
  const stream = createAgent({ model, tools }).stream("The weather in Oslo?");
  const events: AgentEvent[] = [];
  for await (const event of stream) events.push(event);
  const kinds = events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
  assertEquals(kinds, [
    "text",
    "call_start",
    "call_arguments",
    "call_end",
    "tool_result",
    "step",
    "text",
    "step",
    "final",
  ]);
  const texts = (stepIndex: number) =>
    events.map((event) => event.type === "text" && event.stepIndex === stepIndex ? event.text : "")
      .join("");
  assertEquals([texts(0), texts(1)], ["One moment.", "Cold."]);
  const json = events.map((event) => event.type === "call_arguments" ? event.text : "").join("");
  assertEquals(json, '{"city": "Oslo"}');
  assertEquals(events.at(-1), { type: "final", result: await stream.result });
});

Deno.test("calls of one turn run side by side, and their results stay in order", async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const slow = tool({
    name: "slow",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    execute: async () => {
      await first.promise; // never, if the other one did not run meanwhile
      order.push("slow");
      return "slow";
    },
  });
  const quick = tool({
    name: "quick",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    execute: () => {
      order.push("quick");
      first.resolve();
      return "quick";
    },
  });
  await using model = turnsModel([calls("slow", {}, "quick", {}), "Done."]);
  const result = await createAgent({ model, tools: [slow, quick] }).run("Go.");
  assertEquals(order, ["quick", "slow"]);
  assertEquals(result.steps[0]!.toolResults.map(({ name }) => name), ["slow", "quick"]);
  await using again = turnsModel([calls("slow", {}, "quick", {}), "Done."]);
  const single = createAgent({ model: again, tools: [slow, quick], parallelToolCalls: false });
  assertEquals((await single.run("Go.")).steps[0]!.toolCalls.length, 1);
});

Deno.test("an answer has the type and the form of the output schema", async () => {
  await using model = turnsModel([oslo, '{"celsius":4,"advice":"scarf"}']);
  const output = z.object({
    celsius: z.int(),
    advice: z.string().transform((word) => word.toUpperCase()),
  });
  const result = withStatus(
    await createAgent({ model, tools, output }).run("The weather in Oslo?"),
    "answered",
  );
  assertEquals(result.output.advice satisfies string, "SCARF");
  assertEquals(result.output.celsius satisfies number, 4);
  assertEquals(result.steps.length, 2);
});

Deno.test("an answer that the schema library refuses is asked for again, with its words", async () => {
  await using model = turnsModel(['{"even":3}', '{"even":4}']);
  const output = z.object({ even: z.int().refine((n) => n % 2 === 0, "3 is odd") });
  const result = withStatus(
    await createAgent({ model, output }).run("An even number?"),
    "answered",
  );
  assertEquals(result.output, { even: 4 });
  assertEquals(result.steps.map(({ refusal }) => refusal), ["even: 3 is odd", null]);
});

Deno.test("each budget ends the loop with its name", async () => {
  await using model = turnsModel(Array(20).fill(oslo));
  const reason = async (options: object) => {
    const result = withStatus(
      await createAgent({ model, tools, ...options }).run("The weather in Oslo?"),
      "stopped",
    );
    return [result.reason, result.steps.length];
  };
  assertEquals(await reason({ maxSteps: 3 }), ["max_steps", 3]);
  assertEquals(await reason({ stopWhen: stepCountIs(2) }), ["stop_condition", 2]);
  assertEquals(await reason({ stopWhen: [stepCountIs(9), hasToolCall("weather")] }), [
    "stop_condition",
    1,
  ]);
  await using twice = turnsModel(Array(20).fill(oslo));
  const one = await createAgent({ model: twice, tools, maxSteps: 1 }).run("The weather in Oslo?");
  const { completionTokens } = one.usage;
  assertEquals(await reason({ maxTokens: completionTokens }), ["max_tokens", 1]);
  assertEquals(await reason({ maxTokens: completionTokens + 3 }), ["max_tokens", 2]);
});

Deno.test("a conversation that outgrows the context ends the loop with that reason", async () => {
  await using model = turnsModel(Array(20).fill(oslo), { contextLength: 2000 });
  const result = withStatus(
    await createAgent({ model, tools, maxSteps: 99 }).run("The weather in Oslo?"),
    "stopped",
  );
  assert(["context_length", "max_tokens"].includes(result.reason), result.reason);
  assert(result.steps.length > 2);
});

Deno.test("the time limit ends a turn and a tool, and is no exception", async () => {
  await using slow = turnsModel([oslo], { passMs: 5 });
  const turn = withStatus(
    await createAgent({ model: slow, tools, timeLimitMs: 20 }).run("Oslo?"),
    "stopped",
  );
  assertEquals([turn.reason, turn.steps.length], ["time_limit", 0]);
  assertEquals(slow.openSequenceCount, 0);

  // The tool waits for a word first, so that the time runs out in it and not in the turn before.
  const stuck = tool({
    name: "stuck",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    needsApproval: true,
    execute: () => new Promise<string>(() => {}),
  });
  await using model = turnsModel([calls("stuck", {})]);
  const paused = withStatus(
    await createAgent({ model, tools: [stuck] }).run("Go."),
    "needs_approval",
  );
  const approvals = { [paused.calls[0]!.id]: true };
  const hasty = createAgent({ model, tools: [stuck], timeLimitMs: paused.state.elapsedMs + 50 });
  const result = withStatus(await hasty.resume(paused.state, { approvals }), "stopped");
  assertEquals(result.reason, "time_limit");
  assertEquals(failureOf(result.steps[0]!.toolResults[0]).kind, "timed_out");
});

Deno.test("a call that the token limit closed is not run", async () => {
  let runs = 0;
  const write = tool({
    name: "write",
    parameters: z.object({ text: z.string() }),
    execute: () => ++runs,
  });
  await using model = turnsModel([], { isEndless: true });
  const agent = createAgent({ model, tools: [write], toolChoice: "required", maxTokens: 100 });
  const result = withStatus(await agent.run("Write."), "stopped");
  assertEquals([result.reason, runs], ["max_tokens", 0]);
  assertEquals(failureOf(result.steps[0]!.toolResults[0]).kind, "cut_off");
});

Deno.test("a required or a named tool is called first; then the model may answer", async () => {
  await using model = turnsModel(["No.", "Well then."]);
  const named = await createAgent({ model, tools, toolChoice: { name: "add" }, maxTokens: 300 })
    .run("?");
  assertEquals(named.steps[0]!.toolCalls.map(({ name }) => name), ["add"]);
  await using silent = turnsModel([oslo]);
  const none = await createAgent({ model: silent, tools, toolChoice: "none" }).run("?");
  assertEquals(none.steps[0]!.toolCalls, []);
});

Deno.test("the probability of a call is reported and held against the threshold", async () => {
  await using model = turnsModel([oslo, "Cold."]);
  const eager = await createAgent({ model, tools, callThreshold: 0.5 }).run("Oslo?");
  const [first, second] = eager.steps;
  assert(first!.callProbability! > 0.9 && second!.callProbability! < 0.1);
  assertEquals([first!.toolCalls.length, second!.text], [1, "Cold."]);
  await using other = turnsModel(["Cold."]);
  const forced = await createAgent({ model: other, tools, callThreshold: 0, maxSteps: 1 })
    .run("Oslo?");
  assertEquals(forced.steps[0]!.toolCalls.length > 0, true);
});

Deno.test("a thought comes before the frame, in bounds, and later turns know it", async () => {
  const prompts: string[] = [];
  await using model = turnsModel([
    `Thought: look it up\n${oslo}`,
    'Thought: that is cold\n{"advice":"scarf"}',
  ]);
  const write = model.options.script as (prompt: string) => string;
  model.options.script = (prompt) => {
    prompts.push(prompt);
    return write(prompt);
  };
  const output = z.object({ advice: z.string() });
  const stream = createAgent({ model, tools, output, thinkingTokens: 60 }).stream("Oslo?");
  const thoughts = ["", ""];
  for await (const event of stream) {
    if (event.type === "thinking") thoughts[event.stepIndex] += event.text;
  }
  const result = withStatus(await stream.result, "answered");
  assertEquals(thoughts.map((thought) => thought.trim()), ["look it up", "that is cold"]);
  assertEquals(result.steps.map(({ thinking }) => thinking), ["look it up", "that is cold"]);
  assertEquals([result.output.advice, result.steps[0]!.toolCalls.length], ["scarf", 1]);
  assert(prompts.at(-1)!.includes("Thought: look it up\n<tool_call>"), prompts.at(-1));
  assertEquals(model.openSequenceCount, 0);

  await using endless = turnsModel([], { isEndless: true });
  const bounded = z.object({ digit: z.int().min(0).max(9) });
  const long = await createAgent({ model: endless, output: bounded, thinkingTokens: 20 }).run("?");
  assert("digit" in (withStatus(long, "answered").output));
  assert(long.usage.completionTokens <= 20 + 20, String(long.usage.completionTokens));
});

Deno.test("an abort rejects with its reason: in a turn, in a tool, before the start", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const stuck = tool({
    name: "stuck",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    execute: () => {
      controller.abort(reason);
      return new Promise<string>(() => {});
    },
  });
  await using model = turnsModel([calls("stuck", {})]);
  const agent = createAgent({ model, tools: [stuck], signal: controller.signal });
  assertEquals(await assertRejects(() => agent.run("Go.")), reason);
  assertEquals(await assertRejects(() => agent.run("Go.")), reason);
  const second = new AbortController();
  const stream = createAgent({ model, tools: [stuck] }).stream("Go.", { signal: second.signal });
  await assertRejects(
    async () => {
      for await (const event of stream) if (event.type === "call_arguments") second.abort(reason);
    },
    Error,
    "enough",
  );
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("leaving the stream early ends the run and tells its tools", async () => {
  const told = Promise.withResolvers<void>();
  const stuck = tool({
    name: "stuck",
    parameters: jsonSchema<object>({ type: "object", properties: {} }),
    execute: (_, { signal }) => {
      signal.addEventListener("abort", () => told.resolve());
      return new Promise<string>(() => {});
    },
  });
  await using model = turnsModel([calls("weather", { city: "Oslo" }, "stuck", {})]);
  for await (const event of createAgent({ model, tools: [weather, stuck] }).stream("Go.")) {
    if (event.type === "tool_result") break;
  }
  await told.promise;
  assertEquals(model.openSequenceCount, 0);
});

Deno.test("onStep sees every step, and what it throws ends the run", async () => {
  await using model = turnsModel([oslo, "Cold."]);
  const indices: number[] = [];
  await createAgent({ model, tools, onStep: ({ index }) => indices.push(index) }).run("Oslo?");
  assertEquals(indices, [0, 1]);
  const broken = createAgent({
    model,
    tools,
    onStep: () => {
      throw new Error("no");
    },
  });
  await assertRejects(() => broken.run("Oslo?"), Error, "no");
});

Deno.test("wrong use is refused", async () => {
  await using model = turnsModel([]);
  assertThrows(() => createAgent({ model, maxSteps: 0 }), RangeError);
  assertThrows(() => createAgent({ model, maxTokens: 0.5 }), RangeError);
  assertThrows(() => createAgent({ model, timeLimitMs: 0 }), RangeError);
  assertThrows(() => createAgent({ model, callThreshold: 2 }), RangeError);
  assertThrows(() => createAgent({ model, tools: [add, add] }), TypeError);
  const parameters = { type: "object" };
  assertThrows(() => tool({ name: 'a"b', parameters, execute: () => 1 }), TypeError);
  assertThrows(() => tool({ name: "a", parameters, execute: () => 1, timeoutMs: 0 }), RangeError);
  const text = tool({ name: "text", parameters: z.string(), execute: () => 1 });
  await assertRejects(() => createAgent({ model, tools: [text] }).run("?"), TypeError);
  await assertRejects(() => createAgent({ model }).run([]), TypeError);
});
