/**
 * One training example: the conversation as the model will see it, and the answer as it should write it.
 *
 * Top of the generators. Extractions go through the prompt that `extract()` sends, tool requests through the chat template's
 * own tools; so what is trained on is what comes at run time, byte for byte.
 *
 * @module
 */

import type { ChatMessage } from "../../src/decoding/mod.ts";
import { closeObjects } from "../../src/extract/closed_objects.ts";
import { extractionPrompt, writeJson } from "../../src/extract/extraction_prompt.ts";
import { type Difficulty, drawExtraction, type Extraction } from "./document.ts";
import { drawLabelledValues } from "./labelled_values.ts";
import { drawList } from "./lists.ts";
import { drawNews } from "./news.ts";
import type { Draws } from "./random.ts";
import type { Split } from "./split.ts";
import { drawToolRequest, NO_TOOL_ANSWER, type ToolRequest } from "./tool_calls.ts";

/** A conversation with its answer. */
export interface Example {
  family: string;
  messages: ChatMessage[];
  tools?: unknown[];
  answer: string;
}

/** Lessons, by how far training has come: from short copies to everything. */
export const LESSONS: readonly (Difficulty & {
  toolShare: number;
  newsShare: number;
  listShare: number;
  labelShare: number;
})[] = [
  { maxFields: 2, isFull: false, toolShare: 0, newsShare: 0, listShare: 0, labelShare: 0 },
  { maxFields: 5, isFull: true, toolShare: 0.1, newsShare: 0.08, listShare: 0.04, labelShare: 0 },
  {
    maxFields: 9,
    isFull: true,
    isRich: true,
    toolShare: 0.14,
    newsShare: 0.12,
    listShare: 0.04,
    labelShare: 0,
  },
  {
    maxFields: 9,
    isFull: true,
    isRich: true,
    hasOtherLabels: true,
    toolShare: 0.2,
    newsShare: 0.1,
    listShare: 0.04,
    labelShare: 0.18,
  },
];

/** Draws an example of a lesson. */
export function drawExample(draws: Draws, split: Split, lesson: number): Example {
  const { toolShare, newsShare, listShare, labelShare, ...difficulty } = LESSONS[lesson]!;
  const roll = draws.unit();
  if (roll < toolShare) return toolExample(drawToolRequest(draws, split));
  if (roll < toolShare + newsShare) return extractionExample(drawNews(draws, split, difficulty));
  if (roll < toolShare + newsShare + listShare) return extractionExample(drawList(draws, split));
  if (roll < toolShare + newsShare + listShare + labelShare) {
    return extractionExample(drawLabelledValues(draws, split, difficulty));
  }
  return extractionExample(drawExtraction(draws, split, difficulty));
}

/** An extraction as `extract()` asks for it. */
export function extractionExample({ family, text, schema, answer }: Extraction): Example {
  const jsonSchema = closeObjects(structuredClone(schema));
  return {
    family,
    messages: extractionPrompt({ jsonSchema, text, whitespace: "compact" }),
    answer: writeJson(inSchemaOrder(jsonSchema, answer), "compact"),
  };
}

/** A tool request as chat templates ask for it, in Qwen's form of a call. */
export function toolExample({ family, tools, request, call }: ToolRequest): Example {
  return {
    family,
    tools,
    messages: [{ role: "user", content: request }],
    answer: call === null
      ? NO_TOOL_ANSWER
      : `<tool_call>\n{"name": ${JSON.stringify(call.name)}, "arguments": ${
        writeJson(call.arguments, "spaced")
      }}\n</tool_call>`,
  };
}

/** Properties in the order in which masks ask for them. */
function inSchemaOrder(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = (schema as { items?: unknown } | undefined)?.items;
    return value.map((item) => inSchemaOrder(items, item));
  }
  if (typeof value !== "object" || value === null) return value;
  const properties = (schema as { properties?: Record<string, unknown> } | undefined)?.properties;
  if (properties === undefined) return value;
  const record = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(properties).filter((name) => name in record).map((
      name,
    ) => [name, inSchemaOrder(properties[name], record[name])]),
  );
}
