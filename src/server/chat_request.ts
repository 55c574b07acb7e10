/**
 * The body of `POST /v1/chat/completions`.
 *
 * Source: OpenAI's API description (create chat completion), vLLM's extra parameters for structured outputs. `null` is as
 * good as a field that was left out, as clients send both.
 *
 * @module
 */

import * as z from "zod";
import { guidedFields } from "./guided_fields.ts";
import { samplingFields } from "./sampling_fields.ts";

/** A part of a message; what kinds are understood is checked where messages are read. */
const contentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
});

/** Text, or parts of it. */
const content = z.union([z.string(), z.array(contentPart)]);

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function").optional(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("system"), content }),
  z.looseObject({ role: z.literal("developer"), content }),
  z.looseObject({ role: z.literal("user"), content }),
  z.looseObject({
    role: z.literal("assistant"),
    content: content.nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]);

/** A function that the model may call. */
export const toolField = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string().regex(/^[a-zA-Z0-9_.:-]{1,64}$/),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

const responseFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({
    type: z.literal("json_schema"),
    json_schema: z.looseObject({
      name: z.string().max(256),
      description: z.string().nullish(),
      schema: z.union([z.record(z.string(), z.unknown()), z.boolean()]).nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** One, or several. */
export const stopField = z.union([z.string(), z.array(z.string().min(1)).max(15)]).nullish();

/** How many answers, bounded by the server's own limit, too. */
export const countField = z.int().min(1).max(128).nullish();

/** `stream_options`. */
export const streamOptionsField = z.looseObject({ include_usage: z.boolean().nullish() }).nullish();

/** The body. */
export const chatRequest = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(message).min(1),
  ...samplingFields,
  ...guidedFields,
  n: countField,
  stop: stopField,
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(toolField).max(128).nullish(),
  tool_choice: z.union([
    z.enum(["none", "auto", "required"]),
    z.looseObject({
      type: z.literal("function"),
      function: z.looseObject({ name: z.string() }),
    }),
    z.looseObject({
      type: z.literal("allowed_tools"),
      allowed_tools: z.looseObject({
        mode: z.enum(["auto", "required"]),
        tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })),
      }),
    }),
  ]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: streamOptionsField,
  modalities: z.array(z.string()).nullish(),
  functions: z.array(z.unknown()).nullish(),
});

/** A body that was checked. */
export type ChatRequest = z.output<typeof chatRequest>;
/** One of its messages. */
export type ChatRequestMessage = ChatRequest["messages"][number];
