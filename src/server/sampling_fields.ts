/**
 * The sampling fields that all completion endpoints share, and what they mean to the loop.
 *
 * OpenAI's fields, and those that vLLM and llama.cpp add: `top_k`, `min_p`, `typical_p`, `repetition_penalty`.
 *
 * @module
 */

import * as z from "zod";
import type { SamplingOptions } from "../decoding/mod.ts";

/** The fields, for a zod object. */
export const samplingFields = {
  temperature: z.number().min(0).max(2).nullish()
    .describe("0 takes the most probable token; default 1"),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish().describe("0 and -1: all"),
  min_p: z.number().min(0).max(1).nullish(),
  typical_p: z.number().gt(0).max(1).nullish(),
  repetition_penalty: z.number().gt(0).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100)).nullish()
    .describe("by token id, at most 1,024"),
  seed: z.int().nullish(),
};

/** What came in the fields. */
export type SamplingFields = z.output<z.ZodObject<typeof samplingFields>>;

/**
 * The loop's options.
 *
 * @param fields As sent; null is as good as left out.
 * @param defaults Where nothing was sent.
 */
export function samplingOf(fields: SamplingFields, defaults: SamplingOptions): SamplingOptions {
  const { top_p, top_k, seed } = fields;
  return withoutUndefined({
    ...defaults,
    temperature: fields.temperature ?? defaults.temperature ?? 1,
    topP: top_p === 0 ? SMALLEST_TOP_P : top_p ?? defaults.topP,
    topK: top_k === 0 || top_k === -1 ? undefined : top_k ?? defaults.topK,
    minP: fields.min_p ?? defaults.minP,
    typicalP: fields.typical_p ?? defaults.typicalP,
    repetitionPenalty: fields.repetition_penalty ?? defaults.repetitionPenalty,
    presencePenalty: fields.presence_penalty ?? defaults.presencePenalty,
    frequencyPenalty: fields.frequency_penalty ?? defaults.frequencyPenalty,
    logitBias: fields.logit_bias ?? defaults.logitBias,
    seed: seed === undefined || seed === null ? randomSeed() : positive(seed),
  });
}

/** `top_p: 0` means the most probable token alone. */
const SMALLEST_TOP_P = 1e-12;

/** Seeds may be negative over the wire. */
function positive(seed: number): number {
  return seed >= 0 ? seed : seed + 2 ** 53;
}

/** One for all sections and samples of a request. */
function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function withoutUndefined(options: SamplingOptions): SamplingOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
