/**
 * One item, asked in one way.
 *
 * With masks this is what users call: `extract()` and `callTools()`. Without, the same prompt is continued freely. What
 * those functions have no option for (another order, the schema as it is) is put together here out of the
 * parts that they consist of.
 *
 * @module
 */

import { callTools, encodeToolPrompt } from "../agent/mod.ts";
import {
  type FinishReason,
  generate,
  type LanguageModel,
  type SamplingOptions,
  type Usage,
} from "../decoding/mod.ts";
import {
  compileExtraction,
  extract,
  type ExtractionExample,
  extractionPrompt,
  type JsonSchemaObject,
  outlineSchema,
} from "../extract/mod.ts";
import { compileJsonSchema } from "../matcher/mod.ts";
import type { EvaluationItem, ExtractionItem, ToolCallItem } from "./evaluation_set.ts";
import type { Variant } from "./variant.ts";

/** Options of {@link runItem}. */
export interface RunItemOptions {
  /** Most tokens to write. */
  readonly maxTokens: number;
  /** Shown before the item, where the variant asks for examples. */
  readonly examples: readonly ExtractionExample[];
  /** Ends the work. */
  readonly signal?: AbortSignal;
}

/** What was written, and what it took. */
export interface WrittenItem {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly callProbability?: number;
}

/** Asks a model; rejects with whatever the model, the schema or the signal gives. */
export function runItem(
  model: LanguageModel,
  item: EvaluationItem,
  variant: Variant,
  options: RunItemOptions,
): Promise<WrittenItem> {
  return item.kind === "extraction"
    ? runExtraction(model, item, variant, options)
    : runToolCall(model, item, variant, options);
}

async function runExtraction(
  model: LanguageModel,
  item: ExtractionItem,
  variant: Variant,
  { maxTokens, examples, signal }: RunItemOptions,
): Promise<WrittenItem> {
  const { text } = item;
  const { masks, prompt, order, whitespace = "compact" } = variant;
  const sampling = samplingOf(variant);
  const ordered = order === "reversed" ? reversed(item.schema) : item.schema;
  const schema = variant.uniqueItems ? withUniqueItems(ordered) : ordered;
  const shown = order === "reversed"
    ? examples.map((example) => ({ ...example, value: reversedMembers(example.value) }))
    : examples;
  if (masks && prompt === "outline" && order !== "any" && !variant.reminder) {
    const asked = { schema, text, examples: shown, whitespace };
    return await extract(model, { ...asked, maxTokens, sampling, signal });
  }
  const compiled = await compileExtraction(schema, model.vocabulary, { whitespace });
  const { jsonSchema } = compiled;
  const messages = extractionPrompt({ jsonSchema, text, examples: shown, whitespace });
  if (prompt === "json-schema") {
    const [system] = messages;
    const outline = outlineSchema(jsonSchema), whole = JSON.stringify(jsonSchema);
    system!.content = system!.content.replace(
      "JSON of this form",
      "JSON that fits this JSON Schema",
    )
      .replace(outline, () => whole);
  }
  if (variant.reminder) {
    const names = Object.keys(jsonSchema.properties ?? {}).join(", ");
    messages.at(-1)!.content += `\n\nAnswer with the JSON only, with these keys: ${names}.`;
  }
  const grammar = !masks
    ? undefined
    : order === "any"
    ? compileJsonSchema(jsonSchema, model.vocabulary, { whitespace, propertyOrder: "any" })
    : compiled.grammar;
  return await generate(model, { messages, grammar, maxTokens, sampling, signal }).result;
}

async function runToolCall(
  model: LanguageModel,
  { messages, tools }: ToolCallItem,
  variant: Variant,
  { maxTokens, signal }: RunItemOptions,
): Promise<WrittenItem> {
  const { masks, whitespace = "spaced", choice, callThreshold } = variant;
  const limits = { maxTokens, sampling: samplingOf(variant), signal };
  if (!masks) {
    const promptTokenIds = encodeToolPrompt(model, messages, tools);
    return await generate(model, { promptTokenIds, ...limits }).result;
  }
  const asked = { messages, tools, choice, callThreshold, whitespace };
  const result = await callTools(model, { ...asked, ...limits });
  return { ...result, callProbability: result.callProbability ?? undefined };
}

function samplingOf({ frequencyPenalty, repetitionPenalty }: Variant): SamplingOptions {
  return { frequencyPenalty, repetitionPenalty };
}

/** The same schema with the properties of its root the other way round. */
function reversed(schema: JsonSchemaObject): JsonSchemaObject {
  const { properties } = schema;
  if (typeof properties !== "object" || properties === null) return schema;
  return { ...schema, properties: reversedMembers(properties) };
}

function reversedMembers(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).reverse());
}

/** The same schema with `uniqueItems` at the lists among the properties of its root. */
function withUniqueItems(schema: JsonSchemaObject): JsonSchemaObject {
  const properties = Object.entries(schema.properties ?? {}).map(([name, part]) => [
    name,
    part?.type === "array" ? { uniqueItems: true, ...part } : part,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
