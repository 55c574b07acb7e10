/**
 * The messages of a chat request as the turns of a conversation.
 *
 * `developer` is what newer clients call `system`. Content parts are joined; parts that are no text are refused by
 * name. Calls that the assistant made are written as the model writes them, tool results are turns of the role `tool`.
 *
 * @module
 */

import { callText } from "../agent/mod.ts";
import type { ChatMessage } from "../decoding/mod.ts";
import { ApiError, invalidRequest } from "./api_error.ts";
import type { ChatRequestMessage } from "./chat_request.ts";

type Content = string | readonly { type: string; text?: string; refusal?: string }[];

/**
 * Reads the messages.
 *
 * @param messages As sent.
 * @param place Their place in the body, for errors.
 * @throws {ApiError} 400: content that is no text.
 */
export function readMessages(
  messages: readonly ChatRequestMessage[],
  place = "messages",
): ChatMessage[] {
  return messages.map((message, index) => readMessage(message, `${place}[${index}]`));
}

function readMessage(message: ChatRequestMessage, place: string): ChatMessage {
  const content = joinContent(message.content ?? "", `${place}.content`);
  switch (message.role) {
    case "developer":
    case "system":
      return { role: "system", content };
    case "user":
      return { role: "user", content };
    case "tool":
      return { role: "tool", content };
    case "assistant": {
      const words = content === "" ? message.refusal ?? "" : content;
      const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: json } }) =>
        callText(name, json)
      );
      return {
        role: "assistant",
        content: [words, ...calls].filter((part) => part !== "").join("\n"),
      };
    }
  }
}

/** The text of a message's content. */
export function joinContent(content: Content, place: string): string {
  if (typeof content === "string") return content;
  return content.map((part, index) => {
    const { type } = part;
    if (TEXT_PARTS.has(type) && typeof part.text === "string") return part.text;
    if (type === "refusal" && typeof part.refusal === "string") return part.refusal;
    if (TEXT_PARTS.has(type) || type === "refusal") {
      throw invalidRequest(`${place}[${index}] has no text`, `${place}[${index}].text`);
    }
    throw new ApiError(
      400,
      "unsupported_content",
      `${place}[${index}]: this model reads text, not ${JSON.stringify(type)}`,
      { param: `${place}[${index}].type` },
    );
  }).join("");
}

const TEXT_PARTS = new Set(["text", "input_text", "output_text"]);
