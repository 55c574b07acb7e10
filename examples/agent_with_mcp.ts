// deno-lint-ignore-file no-console -- an example shows its result

/**
 * An agent whose tools come from a server of the Model Context Protocol.
 *
 *     deno run -A examples/agent_with_mcp.ts
 *
 * @module
 */

import { createAgent, mcpTools } from "@espalier/core/agent";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import { exampleModel } from "./_model.ts";

// A server in this process; StdioClientTransport and StreamableHTTPClientTransport reach others.
const server = new McpServer({ name: "library", version: "1.0.0" });
const shelf: Record<string, number> = { poems: 3, novels: 12 };
server.registerTool("count_books", {
  description: "How many books of a kind are on the shelf.",
  inputSchema: { kind: z.enum(["poems", "novels"]) },
}, ({ kind }: { kind: string }) => ({
  content: [{ type: "text", text: `${shelf[kind]} ${kind}` }],
}));
const [ours, theirs] = InMemoryTransport.createLinkedPair();
await server.connect(theirs);

const client = new Client({ name: "reader", version: "1.0.0" });
await client.connect(ours);

await using model = await exampleModel();
const agent = createAgent({
  model,
  tools: await mcpTools(client),
  toolChoice: { name: "count_books" }, // of the first turn; then the model decides
  output: z.object({ answer: z.string().max(60) }),
  maxSteps: 4,
});

const stream = agent.stream("How many books of poems are there?");
for await (const event of stream) {
  if (event.type === "call_start") console.log(`calls ${event.name}`);
  if (event.type === "tool_result") console.log(event.result);
}
const result = await stream.result;
console.log(result.status, result.status === "answered" ? result.output : "");
await client.close();
