/**
 * A request of `/v1/responses` as the conversation and the turn that it asks for.
 *
 * @module
 */

import { type AnswerFormat, callText, type TurnRequest } from "../agent/mod.ts";
import type { ChatMessage, SamplingOptions } from "../decoding/mod.ts";
import { ApiError, invalidRequest } from "./api_error.ts";
import { joinContent } from "./chat_messages.ts";
import { readToolChoice } from "./chat_turn.ts";
import type { ResponseStore } from "./response_store.ts";
import type { InputItem, ResponsesRequest } from "./responses_request.ts";
import { samplingOf } from "./sampling_fields.ts";

/**
 * The turns of the conversation, without instructions.
 *
 * @param body A checked body.
 * @param store Where earlier answers are.
 * @param keyName Whose they are.
 * @throws {ApiError} 400 or 404.
 */
export function readConversation(
  body: ResponsesRequest,
  store: ResponseStore,
  keyName: string,
): ChatMessage[] {
  const messages: ChatMessage[] = [];
  const previous = body.previous_response_id;
  if (typeof previous === "string") {
    const stored = store.get(keyName, previous);
    if (stored === null) {
      throw new ApiError(
        404,
        "previous_response_not_found",
        `the response ${JSON.stringify(previous)} is not known here (any more)`,
        { param: "previous_response_id" },
      );
    }
    messages.push(...stored.messages);
  }
  if (typeof body.input === "string") return [...messages, { role: "user", content: body.input }];
  for (const [index, item] of body.input.entries()) {
    addItem(messages, item, `input[${index}]`, (id) => store.item(keyName, id));
  }
  return messages;
}

function addItem(
  messages: ChatMessage[],
  item: InputItem,
  place: string,
  find: (id: string) => ReturnType<ResponseStore["item"]>,
): void {
  if (item.type === undefined || item.type === "message") {
    const role = item.role === "developer" ? "system" : item.role;
    const content = joinContent(item.content, `${place}.content`);
    if (role === "assistant") addToAssistant(messages, content);
    else messages.push({ role, content });
    return;
  }
  switch (item.type) {
    case "function_call":
      return addToAssistant(messages, callText(item.name, item.arguments));
    case "function_call_output":
      messages.push({ role: "tool", content: joinContent(item.output, `${place}.output`) });
      return;
    case "item_reference": {
      const found = find(item.id);
      if (found === null) {
        const message = `${place}: the item ${
          JSON.stringify(item.id)
        } is not known here (any more)`;
        throw new ApiError(404, "item_not_found", message, { param: `${place}.id` });
      }
      const text = found.type === "message"
        ? found.content.map((part) => part.text).join("")
        : callText(found.name, found.arguments);
      return addToAssistant(messages, text);
    }
    case "reasoning": // of other models; this one has none
  }
}

/** Words and calls that follow one another are one turn. */
function addToAssistant(messages: ChatMessage[], content: string): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") messages.push({ role: "assistant", content });
  else if (last.content === "") messages[messages.length - 1] = { role: "assistant", content };
  else {
    messages[messages.length - 1] = { role: "assistant", content: `${last.content}\n${content}` };
  }
}

/**
 * The turn.
 *
 * @param body A checked body.
 * @param conversation Made by {@link readConversation}.
 * @param sampling The model's defaults.
 * @throws {ApiError} 400.
 */
export function readResponsesTurn(
  body: ResponsesRequest,
  conversation: readonly ChatMessage[],
  sampling: SamplingOptions,
): TurnRequest {
  if (body.background) {
    throw invalidRequest("background is not supported", "background", "unsupported");
  }
  const wantsLogprobs = body.include?.includes("message.output_text.logprobs") ?? false;
  const { instructions } = body;
  const messages = typeof instructions === "string"
    ? withInstructions(conversation, instructions)
    : conversation;
  const tools = (body.tools ?? []).map((tool, index) => {
    if (tool.type !== "function") {
      const message = `tools[${index}]: there is no tool ${JSON.stringify(tool.type)} here`;
      throw invalidRequest(message, `tools[${index}].type`, "unsupported");
    }
    if (tool.name === undefined) {
      const param = `tools[${index}].name`;
      throw invalidRequest(`${param} is missing`, param, "missing_required_parameter");
    }
    return {
      name: tool.name,
      description: tool.description ?? undefined,
      parameters: tool.parameters ?? { type: "object", properties: {} },
    };
  });
  return {
    messages,
    ...readToolChoice(tools, readChoice(body)),
    parallelToolCalls: body.parallel_tool_calls ?? true,
    format: readFormat(body),
    maxTokens: body.max_output_tokens ?? undefined,
    sampling: samplingOf(body, sampling),
    logprobs: wantsLogprobs || body.top_logprobs ? body.top_logprobs ?? 0 : undefined,
  };
}

function readChoice({ tool_choice }: ResponsesRequest): Parameters<typeof readToolChoice>[1] {
  if (typeof tool_choice === "string") return { mode: tool_choice };
  if (tool_choice?.type === "function") return { named: tool_choice.name };
  if (tool_choice?.type === "allowed_tools") {
    return { mode: tool_choice.mode, allowed: tool_choice.tools.map(({ name }) => name) };
  }
  return { mode: "auto" };
}

function readFormat({ text }: ResponsesRequest): AnswerFormat | undefined {
  const format = text?.format;
  if (format?.type === "json_schema") return { type: "json_schema", schema: format.schema };
  return format ? { type: format.type } : undefined;
}

function withInstructions(
  conversation: readonly ChatMessage[],
  instructions: string,
): readonly ChatMessage[] {
  const [first, ...rest] = conversation;
  // Chat templates know one system turn.
  return first?.role === "system"
    ? [{ role: "system", content: `${instructions}\n\n${first.content}` }, ...rest]
    : [{ role: "system", content: instructions }, ...conversation];
}
