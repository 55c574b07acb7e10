/**
 * Extractions of a server: what a body asks for, where its schema is compiled, the answer.
 *
 * @module
 */

import * as z from "zod";
import type { GrammarWorker, WorkerGrammar } from "../decoding/mod.ts";
import {
  compileExtraction,
  type CompileExtractionOptions,
  type ExtractionResult,
  type ExtractionSchema,
  readSchema,
  ValidationError,
} from "../extract/mod.ts";
import { ApiError, asApiError, invalidRequest } from "./api_error.ts";
import type { ModelHost, TurnReport } from "./model_host.ts";
import type { NamedSchema } from "./named_schemas.ts";
import { samplingFields } from "./sampling_fields.ts";

/** The fields of an extraction but the schema. */
export const extractionFields = {
  model: z.string().nullish(),
  text: z.string().describe("what to extract from"),
  instructions: z.string().nullish().describe("what to look for, in your own words"),
  examples: z.array(z.object({ text: z.string(), value: z.unknown() })).max(20).nullish(),
  max_tokens: z.int().min(1).nullish(),
  whitespace: z.enum(["compact", "spaced"]).nullish(),
  confidence: z.boolean().nullish().describe("whether to say how sure the model was"),
  abstain_below: z.number().gt(0).max(1).nullish()
    .describe("null in place of less certain values, where the schema allows it"),
  undeclared_properties: z.boolean().nullish(),
  stream: z.boolean().nullish().describe("as Accept: text/event-stream"),
  ...samplingFields,
};

/** How a schema is compiled where a request does not say. */
export const DEFAULT_OPTIONS = { whitespace: "compact", undeclaredProperties: false } as const;

/**
 * Finds the Worker that a schema belongs to; it is compiled there on the way.
 *
 * @param host The model.
 * @param schema Any that `extract` takes.
 * @param options Of the compilation.
 * @param signal Stops waiting.
 * @param param The field that holds it, for errors.
 * @throws {ApiError} 400.
 */
export async function placeExtraction(
  host: ModelHost,
  schema: unknown,
  options: Pick<CompileExtractionOptions, "whitespace" | "undeclaredProperties">,
  signal: AbortSignal,
  param: string | null,
): Promise<GrammarWorker> {
  try {
    const { jsonSchema } = await readSchema(schema);
    return await host.grammars.workerFor(["extraction", jsonSchema, options], async (grammars) => {
      const { vocabulary } = host.model;
      const compiled = await compileExtraction(jsonSchema, vocabulary, { ...options, grammars });
      return compiled.grammar as WorkerGrammar;
    }, signal);
  } catch (error) {
    if (error instanceof TypeError) throw invalidRequest(error.message, param, "invalid_schema");
    throw signal.aborted ? signal.reason : asApiError(error, param);
  }
}

/** What an extraction took. */
export function extractionReport({ usage, timings }: ExtractionResult<unknown>): TurnReport {
  return { usage, decodeMs: timings.decodeMs, maskMs: timings.maskMs };
}

/** The answer. */
export function extractionObject(
  head: { readonly id: string; readonly created: number; readonly model: string },
  named: NamedSchema | null,
  result: ExtractionResult<unknown>,
): object {
  const { value, leaves, finishReason, usage, timings } = result;
  const { promptTokens, cachedTokens, completionTokens, forcedTokens, forwardPasses } = usage;
  return {
    ...head,
    object: "extraction",
    schema: named && { name: named.name, version: named.version },
    value,
    leaves: leaves.map(({ pointer, value, spans, confidence, isAbstained }) => ({
      pointer,
      value,
      spans,
      confidence: confidence && {
        probability: confidence.probability,
        mean_probability: confidence.meanProbability,
        removed_mass: confidence.removedMass,
        margin: confidence.margin,
      },
      is_abstained: isAbstained,
    })),
    finish_reason: finishReason,
    usage: {
      prompt_tokens: promptTokens,
      cached_tokens: cachedTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      forced_tokens: forcedTokens,
      forward_passes: forwardPasses,
    },
    timings: {
      time_to_first_token_ms: timings.timeToFirstTokenMs,
      prefill_ms: timings.prefillMs,
      decode_ms: timings.decodeMs,
      mask_ms: timings.maskMs,
    },
  };
}

/** A value that the schema's own checks refused is no fault of the server's. */
export function asExtractionError(error: unknown): unknown {
  if (!(error instanceof ValidationError)) return error;
  return new ApiError(422, error.code, error.message, { param: "schema", cause: error });
}

/** A schema as the type that `extract` wants. */
export function asSchema(schema: unknown): ExtractionSchema {
  return schema as ExtractionSchema;
}
