/**
 * The tools of a Model Context Protocol server as tools of an agent.
 *
 * How the client reaches its server (a process over stdio, streamable HTTP, memory) is the client's business: it comes
 * connected. Only two of its methods are used, written down here by shape, so nothing of the SDK is imported, and
 * whoever has no MCP loads none. The server's JSON Schemas become the masks of the arguments.
 *
 * Source: https://modelcontextprotocol.io/specification, "Tools".
 *
 * @module
 */

import type { JsonSchemaObject } from "../extract/mod.ts";
import type { JsonValue } from "./agent_record.ts";
import { type Tool, tool } from "./tool.ts";

/** What is needed of a connected `Client` of `@modelcontextprotocol/sdk`. */
export interface McpClient {
  /** One page of the server's tools. */
  listTools(params?: { cursor?: string }): Promise<{
    readonly tools: readonly McpTool[];
    readonly nextCursor?: string | undefined;
  }>;
  /** Calls one. */
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    resultSchema?: undefined,
    options?: { signal?: AbortSignal; timeout?: number },
  ): Promise<unknown>;
}

/** A tool as a server describes it. */
export interface McpTool {
  /** Unique among the server's tools. */
  readonly name: string;
  /** For the model. */
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly inputSchema: object;
  /** What the server says of it; hints, not promises. */
  readonly annotations?: {
    readonly readOnlyHint?: boolean | undefined;
    readonly destructiveHint?: boolean | undefined;
  } | undefined;
}

/** Options of {@link mcpTools}. */
export interface McpToolsOptions {
  /** Put before each name, to tell the tools of several servers apart; default nothing. */
  prefix?: string;
  /** Which of the server's tools to take; default all. */
  include?: (tool: McpTool) => boolean;
  /** Whether a call waits until somebody allows it; default false. */
  needsApproval?:
    | boolean
    | ((tool: McpTool, args: Readonly<Record<string, unknown>>) => boolean | Promise<boolean>);
  /** After this time a call has failed, milliseconds; default 60,000. */
  timeoutMs?: number;
}

/** Most pages of a list; a server that never comes to an end is not listened to for ever. */
const MAXIMUM_PAGES = 100;

/**
 * Asks a server for its tools.
 *
 * @param client Connected; it has to stay so as long as the tools are used.
 * @param options See {@link McpToolsOptions}.
 * @returns The tools, for `createAgent`. A result that the server marks as an error is one for the model, too.
 * @throws {TypeError} A name that no tool can have.
 * @throws Whatever the client throws.
 *
 * @example
 * ```ts ignore
 * import { createAgent, mcpTools } from "@espalier/core/agent";
 * import { Client } from "@modelcontextprotocol/sdk/client/index.js";
 * import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
 *
 * const client = new Client({ name: "my-agent", version: "1.0.0" });
 * await client.connect(new StdioClientTransport({ command: "my-mcp-server" }));
 * const agent = createAgent({ model, tools: await mcpTools(client) });
 * ```
 */
export async function mcpTools(client: McpClient, options: McpToolsOptions = {}): Promise<Tool[]> {
  const { prefix = "", include = () => true, needsApproval = false, timeoutMs } = options;
  const listed = (await listAll(client)).filter(include);
  return listed.map((described) =>
    tool<JsonSchemaObject, JsonValue>({
      name: `${prefix}${described.name}`,
      ...(described.description === undefined ? {} : { description: described.description }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      parameters: described.inputSchema as JsonSchemaObject,
      needsApproval: (args) =>
        typeof needsApproval === "function"
          ? needsApproval(described, args as Record<string, unknown>)
          : needsApproval,
      async execute(args, { signal }) {
        const params = { name: described.name, arguments: args as Record<string, unknown> };
        // The tool's own clock runs; the client's shall not run out before it.
        const timeout = timeoutMs === undefined ? {} : { timeout: timeoutMs };
        return readResult(await client.callTool(params, undefined, { signal, ...timeout }));
      },
    })
  );
}

async function listAll(client: McpClient): Promise<McpTool[]> {
  const tools: McpTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAXIMUM_PAGES; page++) {
    const listed = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...listed.tools);
    cursor = listed.nextCursor;
    if (cursor === undefined || cursor === "") break;
  }
  return tools;
}

/** A result's value: structured content where there is some, else its text, else a list of its parts. */
function readResult(result: unknown): JsonValue {
  const { isError, structuredContent, content } = result as {
    isError?: boolean;
    structuredContent?: JsonValue;
    content?: unknown;
  };
  const parts = Array.isArray(content) ? content.map(readPart) : [];
  const isText = parts.every((part) => typeof part === "string");
  if (isError === true) {
    throw new Error(
      (isText ? parts.join("\n") : JSON.stringify(parts)) || "the server reports an error",
    );
  }
  if (structuredContent !== undefined) return structuredContent;
  return isText ? parts.join("\n") : parts;
}

/** Words as words; of what a language model cannot read, that it is there. */
function readPart(part: unknown): JsonValue {
  const { type, text, mimeType, uri, resource } = part as {
    type: string;
    text?: string;
    mimeType?: string;
    uri?: string;
    resource?: { uri?: string; text?: string };
  };
  if (type === "text" && typeof text === "string") return text;
  if (typeof resource?.text === "string") return resource.text;
  return { type, mimeType: mimeType ?? null, uri: uri ?? resource?.uri ?? null };
}
