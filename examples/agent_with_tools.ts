// deno-lint-ignore-file no-console -- an example shows its result

/**
 * An agent with three tools, one of which waits for somebody's word.
 *
 *     deno run -A examples/agent_with_tools.ts
 *
 * @module
 */

import { createAgent, tool } from "@espalier/core/agent";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

const order = z.enum(["A-17", "B-42"]).describe("number of the order");

const findOrder = tool({
  name: "find_order",
  description: "What was ordered, and for how much.",
  parameters: z.object({ order }),
  execute: ({ order }) => order === "A-17" ? { tea: 2, euros: 14 } : { cups: 6, euros: 39 },
});
const trackParcel = tool({
  name: "track_parcel",
  description: "Where the parcel of an order is.",
  parameters: z.object({ order }),
  execute: () => {
    throw new Error("the carrier does not answer"); // the model is told, and the run goes on
  },
});
const refund = tool({
  name: "refund",
  description: "Pays money back.",
  parameters: z.object({ order, euros: z.int().min(1).max(99) }),
  needsApproval: ({ euros }) => euros > 20,
  execute: ({ euros }) => `${euros} EUR were paid back`,
});

await using model = await exampleModel();
const agent = createAgent({
  model,
  instructions: "You answer the customers of a tea shop. Look things up before you answer.",
  tools: [findOrder, trackParcel, refund],
  toolChoice: "required", // of the first turn; then the model decides
  output: z.object({ reply: z.string().max(80), isSettled: z.boolean() }),
  maxSteps: 4,
  onStep: ({ toolCalls, toolResults }) =>
    toolCalls.forEach(({ name, arguments: args }, at) => console.log(name, args, toolResults[at])),
});

let result = await agent.run("My cups of order B-42 came broken. Can I have my money back?");
while (result.status === "needs_approval") {
  console.log("allowed:", result.calls.map(({ arguments: args }) => args).join(" "));
  const approvals = Object.fromEntries(result.calls.map(({ id }) => [id, true]));
  result = await agent.resume(result.state, { approvals });
}
console.log(result.status, result.status === "answered" ? result.output : result.reason);
