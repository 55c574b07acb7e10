/**
 * A chat request as the turn that it asks for.
 *
 * @module
 */

import type { AnswerFormat, ToolDefinition, TurnRequest, TurnToolChoice } from "../agent/mod.ts";
import type { SamplingOptions } from "../decoding/mod.ts";
import { ApiError, invalidRequest } from "./api_error.ts";
import { readMessages } from "./chat_messages.ts";
import type { ChatRequest } from "./chat_request.ts";
import { guidedFormat } from "./guided_fields.ts";
import { samplingOf } from "./sampling_fields.ts";
import type { ServerLimits } from "./server_options.ts";

/**
 * Reads a chat request.
 *
 * @param body A checked body.
 * @param sampling The model's defaults.
 * @param limits The server's.
 * @throws {ApiError} 400.
 */
export function readChatTurn(
  body: ChatRequest,
  sampling: SamplingOptions,
  limits: ServerLimits,
): TurnRequest {
  if (body.functions) {
    throw new ApiError(400, "unsupported", '"functions" is not supported: use "tools"', {
      param: "functions",
    });
  }
  if (body.modalities?.some((modality) => modality !== "text")) {
    throw invalidRequest("modalities: this model writes text only", "modalities", "unsupported");
  }
  if (typeof body.top_logprobs === "number" && !body.logprobs) {
    throw invalidRequest("top_logprobs needs logprobs: true", "top_logprobs");
  }
  return {
    messages: readMessages(body.messages),
    ...readTools(body),
    parallelToolCalls: body.parallel_tool_calls ?? true,
    format: guidedFormat(body, readFormat(body.response_format)),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    sampling: samplingOf(body, sampling),
    stop: readStop(body.stop),
    logprobs: body.logprobs ? body.top_logprobs ?? 0 : undefined,
    sampleCount: readCount(body.n, limits),
  };
}

/** `n`, held to the server's limit. */
export function readCount(count: number | null | undefined, limits: ServerLimits): number {
  const n = count ?? 1;
  if (n <= limits.answers) return n;
  throw invalidRequest(`n is ${n}, at most ${limits.answers} answers are allowed`, "n");
}

/** `stop` as a list. */
export function readStop(stop: string | readonly string[] | null | undefined): readonly string[] {
  if (stop === null || stop === undefined || stop === "") return [];
  return typeof stop === "string" ? [stop] : stop;
}

function readFormat(format: ChatRequest["response_format"]): AnswerFormat | undefined {
  if (format?.type !== "json_schema") return format ? { type: format.type } : undefined;
  return { type: "json_schema", schema: format.json_schema.schema ?? { type: "object" } };
}

function readTools(
  { tools, tool_choice }: Pick<ChatRequest, "tools" | "tool_choice">,
): Pick<TurnRequest, "tools" | "toolChoice"> {
  const definitions = (tools ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? undefined,
    parameters: parameters ?? { type: "object", properties: {} },
  }));
  if (typeof tool_choice === "string") return readToolChoice(definitions, { mode: tool_choice });
  if (tool_choice?.type === "function") {
    return readToolChoice(definitions, { named: tool_choice.function.name });
  }
  if (tool_choice?.type === "allowed_tools") {
    const { mode, tools: allowed } = tool_choice.allowed_tools;
    const names = allowed.map((tool) => tool.function.name);
    return readToolChoice(definitions, { mode, allowed: names });
  }
  return readToolChoice(definitions, { mode: "auto" });
}

/**
 * The tools that may be called, and whether they have to be.
 *
 * @param tools All of the request's.
 * @param choice What `tool_choice` says: one tool by name, or a mode, of all tools or some.
 * @throws {ApiError} 400: a name that no tool has.
 */
export function readToolChoice(
  tools: readonly ToolDefinition[],
  choice:
    | { readonly named: string }
    | { readonly mode: "auto" | "none" | "required"; readonly allowed?: readonly string[] },
): { tools: readonly ToolDefinition[]; toolChoice: TurnToolChoice } {
  if ("named" in choice) {
    requireTool(tools, choice.named);
    return { tools, toolChoice: { name: choice.named } };
  }
  const { mode, allowed } = choice;
  for (const name of allowed ?? []) requireTool(tools, name);
  if (mode === "required" && (allowed ?? tools).length === 0) {
    throw invalidRequest("tool_choice: a call is required, but there are no tools", "tool_choice");
  }
  return {
    tools: allowed === undefined ? tools : tools.filter(({ name }) => allowed.includes(name)),
    toolChoice: mode,
  };
}

function requireTool(tools: readonly ToolDefinition[], name: string): void {
  if (tools.some((tool) => tool.name === name)) return;
  throw invalidRequest(`tool_choice: there is no tool ${JSON.stringify(name)}`, "tool_choice");
}
