import { assertEquals, assertRejects } from "@std/assert";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { calls, failureOf, turnsModel, withStatus } from "./_test_agent.ts";
import { createAgent } from "./agent.ts";
import { type McpClient, mcpTools } from "./mcp_tools.ts";
import type { ToolContext } from "./tool.ts";

/** A client that is connected to a server with four tools. */
async function connect(): Promise<Client> {
  const server = new McpServer({ name: "shop", version: "1.0.0" });
  server.registerTool("stock", {
    description: "How many are there?",
    inputSchema: { article: z.string().max(20) },
    outputSchema: { count: z.number() },
  }, ({ article }: { article: string }) => ({
    content: [{ type: "text", text: "as structured content" }],
    structuredContent: { count: article.length },
  }));
  server.registerTool(
    "order",
    {
      inputSchema: { article: z.string().max(20) },
      annotations: { destructiveHint: true },
    },
    ({ article }: { article: string }) => ({
      content: [{ type: "text", text: `ordered ${article}` }],
    }),
  );
  server.registerTool("broken", { inputSchema: {} }, () => ({
    isError: true,
    content: [{ type: "text", text: "out of order" }],
  }));
  server.registerTool("photo", { inputSchema: {} }, () => ({
    content: [
      { type: "text", text: "the shop" },
      { type: "image", data: "AAAA", mimeType: "image/png" },
    ],
  }));
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(mine);
  return client;
}

const context: ToolContext = { callId: "call_1", signal: new AbortController().signal };

Deno.test("an agent calls the tools of a server, whatever kind of result they have", async () => {
  const client = await connect();
  const tools = await mcpTools(client);
  assertEquals(tools.map(({ name }) => name), ["stock", "order", "broken", "photo"]);
  const turn = calls("stock", { article: "tea" }, "order", { article: "tea" }, "broken", {});
  await using model = turnsModel([turn, calls("photo", {}), "Done."]);
  const { steps } = await createAgent({ model, tools }).run("Tea?");
  const results = steps.flatMap(({ toolResults }) => toolResults);
  assertEquals(results.map((result) => result.isError ? result.kind : result.value), [
    { count: 3 },
    "ordered tea",
    "failed",
    ["the shop", { type: "image", mimeType: "image/png", uri: null }],
  ]);
  assertEquals(failureOf(results[2]).message, "out of order");
  await client.close();
});

Deno.test("a server's tools can be renamed, left out, and made to wait", async () => {
  const client = await connect();
  const tools = await mcpTools(client, {
    prefix: "shop.",
    include: ({ name }) => name !== "broken",
    needsApproval: ({ annotations }) => annotations?.destructiveHint === true,
  });
  assertEquals(tools.map(({ name }) => name), ["shop.stock", "shop.order", "shop.photo"]);
  await using model = turnsModel([
    calls("shop.stock", { article: "tea" }, "shop.order", { article: "tea" }),
    "Done.",
  ]);
  const agent = createAgent({ model, tools });
  const paused = withStatus(await agent.run("Tea?"), "needs_approval");
  assertEquals(paused.calls.map(({ name }) => name), ["shop.order"]);
  const approvals = { [paused.calls[0]!.id]: true };
  assertEquals((await agent.resume(paused.state, { approvals })).status, "answered");
  await client.close();
});

Deno.test("a server that is gone fails the call and not the run", async () => {
  const client = await connect();
  const tools = await mcpTools(client);
  await client.close();
  await using model = turnsModel([calls("stock", { article: "tea" }), "Pity."]);
  const { steps } = await createAgent({ model, tools }).run("Tea?");
  assertEquals(failureOf(steps[0]!.toolResults[0]).kind, "failed");
  await assertRejects(() => mcpTools(client));
});

Deno.test("a list in several pages is read to its end, a list without end is not", async () => {
  let pages = 0;
  const inputSchema = { type: "object" };
  const client: McpClient = {
    listTools({ cursor = "0" } = {}) {
      pages++;
      const next = String(Number(cursor) + 1);
      const nextCursor = cursor.length > 3 ? undefined : next;
      return Promise.resolve({ tools: [{ name: `t${cursor}`, inputSchema }], nextCursor });
    },
    callTool: () => Promise.resolve({}),
  };
  const tools = await mcpTools(client);
  assertEquals([tools.length, pages, tools.at(-1)!.name], [100, 100, "t99"]);
  assertEquals(await tools[0]!.execute({}, context), "");
});
