/**
 * A conversation with tools as the tokens that a model sees.
 *
 * Qwen's chat template puts the tools into the system turn, one JSON a line between `<tools>` tags, and says how a call is
 * written. Whether a model's template knows tools is found out by rendering one: where its name does not
 * come out, the template ignores tools, and a system turn of the same build is written here.
 *
 * @module
 */

import {
  type ChatMessage,
  encodeChat,
  type LanguageModel,
  type Tokenizer,
} from "../decoding/mod.ts";
import type { ToolDefinition } from "./tool_definition.ts";
import { CALL_CLOSING, CALL_OPENING } from "./call_tags.ts";

/**
 * Encodes a conversation, up to where the assistant's turn begins.
 *
 * @param model Whose tokenizer and template to use.
 * @param messages The turns, oldest first.
 * @param tools What the model may call; with none, the conversation alone is encoded.
 */
export function encodeToolPrompt(
  model: LanguageModel,
  messages: readonly ChatMessage[],
  tools: readonly ToolDefinition[],
): number[] {
  if (tools.length === 0) return encodeChat(model, messages);
  if (templateKnowsTools(model.tokenizer)) {
    return encodeChat(model, messages, { tools: tools.map(asFunction) });
  }
  const [first, ...rest] = messages;
  const guide = toolGuide(tools);
  return encodeChat(
    model,
    first?.role === "system"
      ? [{ role: "system", content: `${first.content}\n\n${guide}` }, ...rest]
      : [{ role: "system", content: guide }, ...messages],
  );
}

/** The form in which chat templates take tools. */
function asFunction({ name, description, parameters }: ToolDefinition): unknown {
  return { type: "function", function: { name, description: description ?? "", parameters } };
}

/** What the system turn says where the template has no words of its own. */
function toolGuide(tools: readonly ToolDefinition[]): string {
  const lines = tools.map((tool) => JSON.stringify(asFunction(tool)));
  return [
    "You can call the functions that are described here, one a line:",
    `<tools>\n${lines.join("\n")}\n</tools>`,
    "If a function fits the request, answer with a call of it, and nothing else, in this form:\n" +
    `${CALL_OPENING}\n{"name": <name of the function>, "arguments": <object>}\n${CALL_CLOSING}`,
    "Make one call for each thing that is asked for. If no function fits, answer in plain words.",
  ].join("\n\n");
}

const knowsTools = new WeakMap<Tokenizer, boolean>();

function templateKnowsTools(tokenizer: Tokenizer): boolean {
  let known = knowsTools.get(tokenizer);
  if (known === undefined) {
    const name = "tool_name_that_no_template_has";
    const probe = asFunction({ name, parameters: { type: "object", properties: {} } });
    known = tokenizer.renderChat([{ role: "user", content: "?" }], { tools: [probe] })
      .includes(name);
    knowsTools.set(tokenizer, known);
  }
  return known;
}
