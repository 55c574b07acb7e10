import { assert, assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { jsonSchema } from "../extract/mod.ts";
import { add, calls, failureOf, turnsModel, weather, withStatus } from "./_test_agent.ts";
import { createAgent } from "./agent.ts";
import type { AgentRecord, AgentState, ToolResult } from "./agent_record.ts";
import { AgentStateError, ReplayMismatchError } from "./errors.ts";
import { tool } from "./tool.ts";

const anything = jsonSchema<object>({ type: "object", properties: {} });

/** What comes of a call of a tool that does this. */
async function resultOf(execute: () => unknown, timeoutMs?: number): Promise<ToolResult> {
  await using model = turnsModel([calls("odd", {}), "Well."]);
  const odd = tool({ name: "odd", parameters: anything, execute, timeoutMs });
  const result = withStatus(await createAgent({ model, tools: [odd] }).run("Go."), "answered");
  return result.steps[0]!.toolResults[0]!;
}

const kindOf = (result: ToolResult) => result.isError ? result.kind : result.value;

Deno.test("a tool that throws, or rejects, is a result that says so", async () => {
  const thrown = failureOf(
    await resultOf(() => {
      throw new Error("the disk is full");
    }),
  );
  assertEquals([thrown.kind, thrown.message], ["failed", "the disk is full"]);
  assertEquals(kindOf(await resultOf(() => Promise.reject("no"))), "failed");
  assertEquals(kindOf(await resultOf(() => Promise.reject(Object.create(null)))), "failed");
});

Deno.test("a tool that does not come back in its time is a result that says so", async () => {
  assertEquals(kindOf(await resultOf(() => new Promise(() => {}), 5)), "timed_out");
});

Deno.test("what JSON cannot write is a result that says so; nothing is null", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const odd = [1n, () => 1, Symbol("s"), NaN, new Map(), cycle, [Infinity], { at: new Set() }];
  for (const value of [...odd, new Uint8Array(2), { later: Promise.resolve(1) }]) {
    assertEquals(kindOf(await resultOf(() => value)), "not_json", String(value));
  }
  assertEquals(kindOf(await resultOf(() => undefined)), null);
  assertEquals(kindOf(await resultOf(() => ({ a: undefined, at: new Date(0) }))), {
    at: "1970-01-01T00:00:00.000Z",
  });
});

Deno.test("arguments that only the schema library refuses never reach the tool", async () => {
  let runs = 0;
  const even = tool({
    name: "even",
    parameters: z.object({ n: z.int().refine((n) => n % 2 === 0, "odd") }),
    execute: () => ++runs,
  });
  await using model = turnsModel([calls("even", { n: 3 }), calls("even", { n: 4 }), "Done."]);
  const { steps } = await createAgent({ model, tools: [even] }).run("Go.");
  const first = failureOf(steps[0]!.toolResults[0]);
  assertEquals([first.kind, first.message], ["invalid_arguments", "wrong arguments: n: odd"]);
  assertEquals([kindOf(steps[1]!.toolResults[0]!), runs], [1, 1]);
});

Deno.test("a tool gets what the schema makes of the arguments", async () => {
  const shout = tool({
    name: "shout",
    parameters: z.object({
      word: z.string().transform((word) => word.toUpperCase()),
      times: z.int().default(2),
    }),
    execute: ({ word, times }) => word.repeat(times),
  });
  await using model = turnsModel([calls("shout", { word: "hey" }), "Done."]);
  const { steps } = await createAgent({ model, tools: [shout] }).run("Go.");
  assertEquals(kindOf(steps[0]!.toolResults[0]!), "HEYHEY");
});

Deno.test("a tool that does not exist cannot be called, whatever the model wants", async () => {
  await using model = turnsModel([calls("format_disk", { city: "Oslo" }), "Done."]);
  const { steps } = await createAgent({ model, tools: [weather, add], maxTokens: 200 }).run("Go.");
  const names = steps.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name));
  assert(names.length > 0);
  assert(names.every((name) => name === "weather" || name === "add"), names.join());
});

const deleted: string[] = [];
const remove = tool({
  name: "remove",
  parameters: z.object({ path: z.string() }),
  needsApproval: ({ path }) => path.startsWith("/"),
  execute: ({ path }) => {
    deleted.push(path);
    return "gone";
  },
});
const twoDeletions = calls(
  "remove",
  { path: "/a" },
  "weather",
  { city: "Oslo" },
  "remove",
  { path: "/b" },
);

Deno.test("calls that need approval pause the run; its state goes through JSON and on", async () => {
  deleted.length = 0;
  await using model = turnsModel([twoDeletions, "Done."]);
  const options = { model, tools: [remove, weather] };
  const paused = withStatus(await createAgent(options).run("Clean up."), "needs_approval");
  assertEquals(paused.calls.map(({ arguments: json }) => json), [
    '{"path": "/a"}',
    '{"path": "/b"}',
  ]);
  assertEquals(deleted, []);
  const kept: AgentState = JSON.parse(JSON.stringify(paused.state));
  assertEquals(kept, paused.state);
  const [a, b] = paused.calls;

  const agent = createAgent(options); // another process
  const still = withStatus(
    await agent.resume(kept, { approvals: { [a!.id]: true } }),
    "needs_approval",
  );
  assertEquals([still.calls, deleted], [[b!], ["/a"]]);
  const approvals = { [b!.id]: { approved: false, reason: "keep it" } };
  const done = withStatus(await agent.resume(still.state, { approvals }), "answered");
  assertEquals([done.output, deleted], ["Done.", ["/a"]]);
  const [step] = done.steps;
  assertEquals(step!.toolResults.map(kindOf), ["gone", { city: "Oslo", celsius: 4 }, "denied"]);
  assert(failureOf(step!.toolResults[2]).message.endsWith("keep it"));
});

Deno.test("an approval may depend on the arguments; one that throws is needed", async () => {
  deleted.length = 0;
  await using model = turnsModel([calls("remove", { path: "b" }), "Done."]);
  assertEquals((await createAgent({ model, tools: [remove] }).run("Go.")).status, "answered");
  assertEquals(deleted, ["b"]);
  const unsure = tool({
    name: "unsure",
    parameters: anything,
    needsApproval: () => {
      throw new Error("who knows");
    },
    execute: () => 1,
  });
  await using other = turnsModel([calls("unsure", {})]);
  const result = await createAgent({ model: other, tools: [unsure] }).run("Go.");
  assertEquals(result.status, "needs_approval");
});

Deno.test("a state that does not wait, or not for this call, is refused", async () => {
  await using model = turnsModel([twoDeletions, "Done."]);
  const agent = createAgent({ model, tools: [remove, weather] });
  const paused = withStatus(await agent.run("Clean up."), "needs_approval");
  const { state } = paused;
  const refused = [
    () => agent.resume(state, { approvals: { call_0: true } }),
    () => agent.resume({ ...state, version: 2 } as never, { approvals: {} }),
    () => agent.resume(paused.record as AgentState, { approvals: {} }),
    () => agent.replay({ version: 1 } as never),
  ];
  for (const attempt of refused) await assertRejects(attempt, AgentStateError);
});

Deno.test("a replay runs no tool and comes to the same end, at any temperature", async () => {
  let runs = 0;
  const count = tool({
    name: "count",
    parameters: z.object({ word: z.string().max(8) }),
    execute: ({ word }) => ({ word, run: ++runs }),
  });
  const options = {
    tools: [count],
    parallelToolCalls: false,
    sampling: { temperature: 1 },
    toolChoice: "required",
    maxSteps: 2,
    maxTokens: 400,
  } as const;
  await using model = turnsModel([]); // noise, once a call is begun
  const agent = createAgent({ ...options, model });
  const result = await agent.run("Count.");
  assertEquals(runs > 0, true);
  const before = runs;
  const record: AgentRecord = JSON.parse(JSON.stringify(result.record));
  const replayed = await agent.replay(record);
  assertEquals(runs, before);
  const shape = ({ steps }: AgentRecord) =>
    steps.map(({ text, toolCalls, toolResults }) => [
      text,
      toolCalls.map(({ name, arguments: json }) => [name, json]),
      toolResults.map(kindOf),
    ]);
  assertEquals(shape(replayed.record), shape(record));
  assertEquals(replayed.status, result.status);

  const short = await agent.replay({ ...record, steps: record.steps.slice(0, 1) });
  assertEquals(withStatus(short, "stopped").reason, "end_of_record");
  const other = await agent.run("Count.");
  assert(
    JSON.stringify(shape(other.record)) !== JSON.stringify(shape(record)),
    "another run draws other arguments",
  );
});

Deno.test("a replay that goes another way than the record says where", async () => {
  await using model = turnsModel([calls("weather", { city: "Oslo" }), "Cold."]);
  const { record } = await createAgent({ model, tools: [weather] }).run("Oslo?");
  await using other = turnsModel([calls("weather", { city: "Rome" }), "Warm."]);
  const error = await assertRejects(
    () => createAgent({ model: other, tools: [weather] }).replay(record),
    ReplayMismatchError,
  );
  assertEquals(error.stepIndex, 0);
  assert(error.written.includes("Rome") && error.recorded.includes("Oslo"));
  await using third = turnsModel([calls("weather", { city: "Oslo" }), "Icy."]);
  const late = await assertRejects(
    () => createAgent({ model: third, tools: [weather] }).replay(record),
    ReplayMismatchError,
  );
  assertEquals(late.stepIndex, 1);
});
