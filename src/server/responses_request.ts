/**
 * The body of `POST /v1/responses`.
 *
 * Source: OpenAI's API description (create a model response).
 *
 * @module
 */

import * as z from "zod";
import { samplingFields } from "./sampling_fields.ts";

const contentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
});
const content = z.union([z.string(), z.array(contentPart)]);

const messageItem = z.looseObject({
  type: z.literal("message").optional(),
  role: z.enum(["system", "developer", "user", "assistant"]),
  content,
});

const otherItem = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.looseObject({ type: z.literal("function_call_output"), call_id: z.string(), output: content }),
  z.looseObject({ type: z.literal("item_reference"), id: z.string() }),
  z.looseObject({ type: z.literal("reasoning") }),
]);

/** A part of the conversation. */
const inputItem = z.union([messageItem, otherItem]);

const tool = z.looseObject({
  type: z.string(),
  name: z.string().regex(/^[a-zA-Z0-9_.:-]{1,64}$/).optional(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});

const format = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({
    type: z.literal("json_schema"),
    name: z.string().max(256).nullish(),
    schema: z.union([z.record(z.string(), z.unknown()), z.boolean()]),
    strict: z.boolean().nullish(),
  }),
]);

/** The body. */
export const responsesRequest = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().nullish(),
  store: z.boolean().nullish(),
  ...samplingFields,
  max_output_tokens: z.int().min(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  include: z.array(z.string()).nullish(),
  text: z.looseObject({ format: format.nullish() }).nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: z.union([
    z.enum(["none", "auto", "required"]),
    z.looseObject({ type: z.literal("function"), name: z.string() }),
    z.looseObject({
      type: z.literal("allowed_tools"),
      mode: z.enum(["auto", "required"]),
      tools: z.array(z.looseObject({ name: z.string() })),
    }),
  ]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  background: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: z.string().nullish(),
  stream: z.boolean().nullish(),
});

/** A body that was checked. */
export type ResponsesRequest = z.output<typeof responsesRequest>;
/** A part of the conversation that was checked. */
export type InputItem = z.output<typeof inputItem>;
