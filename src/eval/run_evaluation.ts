/**
 * Items through a model, one after the other, under each variant in turn.
 *
 * The variants of an item follow each other directly, so that a slow minute of the machine slows all of them, and a
 * run that was stopped has treated them alike. What fails is a record; only an abort ends the run.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";
import { type LanguageModel, RandomSource } from "../decoding/mod.ts";
import type { ExtractionExample } from "../extract/mod.ts";
import type { EvaluationRecord, RecordKey } from "./evaluation_record.ts";
import type { EvaluationItem } from "./evaluation_set.ts";
import { runItem } from "./run_item.ts";
import type { Variant } from "./variant.ts";

/** Options of {@link runEvaluation}. */
export interface EvaluationOptions {
  /** What to run, in this order. */
  readonly items: readonly EvaluationItem[];
  /** Each item is run under each of these. */
  readonly variants: readonly Variant[];
  /** Most tokens of an answer; default 512. */
  readonly maxTokens?: number;
  /** Where examples are taken from, where a variant shows some; default the items themselves. */
  readonly examplePool?: readonly EvaluationItem[];
  /** What need not be run: it has a record already. */
  readonly isDone?: (key: RecordKey) => boolean;
  /** Ends the run within one forward pass; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an evaluation.
 *
 * @param model A loaded model.
 * @param options See {@link EvaluationOptions}.
 * @returns The records, as they come; the next item is begun when the consumer asks for the next record.
 *
 * @example
 * ```ts
 * import { parseVariant, readEvaluationSet, runEvaluation } from "@espalier/core/eval";
 * import { scriptedModel } from "@espalier/core/testing";
 *
 * await using model = scriptedModel({ script: '{"age":36}' });
 * const items = readEvaluationSet(JSON.stringify({
 *   id: "note-1",
 *   text: "Ada, 36",
 *   schema: { type: "object", properties: { age: { type: "integer" } } },
 *   expected: { age: 36 },
 * }));
 * const variants = [parseVariant("masks"), parseVariant("no-masks")];
 * const records = await Array.fromAsync(runEvaluation(model, { items, variants }));
 * console.assert(records.length === 2);
 * ```
 */
export async function* runEvaluation(
  model: LanguageModel,
  options: EvaluationOptions,
): AsyncGenerator<EvaluationRecord, void> {
  const { items, variants, maxTokens = 512, examplePool = items, isDone, signal } = options;
  for (const item of items) {
    for (const variant of variants) {
      const key = { id: item.id, variant: variant.name };
      if (isDone?.(key)) continue;
      signal?.throwIfAborted();
      const examples = chooseExamples(item, examplePool, variant.exampleCount);
      const startedAt = performance.now();
      const elapsed = () => Math.round((performance.now() - startedAt) * 10) / 10;
      let record: EvaluationRecord;
      try {
        const written = await runItem(model, item, variant, { maxTokens, examples, signal });
        const { text, finishReason, usage, callProbability } = written;
        record = { ...key, text, finishReason, usage, elapsedMs: elapsed(), callProbability };
      } catch (error) {
        signal?.throwIfAborted();
        record = { ...key, error: describe(error), elapsedMs: elapsed() };
      }
      yield record;
    }
  }
}

/** Other items with the same schema; for one item always the same ones. */
function chooseExamples(
  item: EvaluationItem,
  pool: readonly EvaluationItem[],
  count: number,
): ExtractionExample[] {
  if (count === 0 || item.kind !== "extraction") return [];
  const schema = JSON.stringify(item.schema);
  const others = pool.filter((other) =>
    other.kind === "extraction" && other.id !== item.id && JSON.stringify(other.schema) === schema
  );
  const random = new RandomSource(1);
  const chosen: ExtractionExample[] = [];
  while (chosen.length < count && others.length > 0) {
    const [other] = others.splice(random.nextInteger(others.length), 1);
    if (other?.kind === "extraction") chosen.push({ text: other.text, value: other.expected });
  }
  return chosen;
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof EspalierError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: "unknown", message: String(error) };
}
