/**
 * Typed data out of a text: the project's main job.
 *
 *     schema -> JSON Schema -> grammar ┐
 *     schema -> outline -> prompt ─────┴> generation -> JSON -> the schema's own checks -> value
 *
 * Every token is masked, so the JSON always fits the schema; what a schema library checks beyond JSON Schema
 * runs on the parsed value.
 *
 * Whitespace is compact by default. Qwen2.5 has single tokens for `":"` and `","` but needs two with a space
 * in between, so compact JSON is about a fifth to a third shorter in tokens, and time is tokens.
 *
 * @module
 */

import {
  EventStream,
  type FinishReason,
  generate,
  type GrammarWorker,
  IncompleteOutputError,
  type LanguageModel,
  PartialJson,
  type PromptEvent,
  type SamplingOptions,
  type Timings,
  type TokenEvent,
  type Usage,
} from "../decoding/mod.ts";
import { EmptyTextError, ValidationError } from "./errors.ts";
import { abstain, evidenceOf, type ExtractedLeaf } from "./evidence.ts";
import { compileExtraction } from "./extraction_grammar.ts";
import {
  type ExtractionExample,
  extractionPrompt,
  type ExtractionWhitespace,
} from "./extraction_prompt.ts";
import type { InferInput, InferOutput } from "./schema_input.ts";
import { requireTextFits } from "./text_size.ts";

/** Options of {@link extract} and {@link streamExtract}. */
export interface ExtractOptions<Schema> {
  /**
   * What to extract: a zod 4 or zod 3 schema, a Standard Schema that offers its JSON Schema, or a plain JSON
   * Schema (see `jsonSchema` for giving that a type). Descriptions are shown to the model.
   */
  schema: Schema;
  /** The text to extract from; not empty. */
  text: string;
  /** What to look for, or how, in your own words; added to the prompt. */
  instructions?: string;
  /** Texts with their right answers, shown to the model before the text. */
  examples?: readonly ExtractionExample[];
  /**
   * Most tokens to write. Default 1,024, or what the context leaves room for if that is less. A value that would not
   * end in time is closed by the shortest end the schema allows, and `finishReason` is `"length"`.
   */
  maxTokens?: number;
  /** Default greedy. */
  sampling?: SamplingOptions;
  /** Ends the extraction within one forward pass; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Default `"compact"`. */
  whitespace?: ExtractionWhitespace;
  /**
   * Whether the model may invent properties where the schema does not forbid it. Default false: objects have
   * their declared properties only, unless the schema sets `additionalProperties` itself.
   */
  undeclaredProperties?: boolean;
  /**
   * Whether to say how sure the model was of each value: see `leaves`. Costs some 2 ms a token at 151,936 logits. Default
   * false.
   */
  confidence?: boolean;
  /**
   * Null in place of values that the model was less sure of: those whose `meanProbability` is below this number, where the
   * schema allows null. In (0, 1]; default: values are left as they are. Implies `confidence`.
   */
  abstainBelow?: number;
  /**
   * A Worker, made with the model's vocabulary, in which the schema is compiled and the masks are computed, so that neither
   * holds up this thread. Default: on this thread.
   */
  grammars?: GrammarWorker;
  /** Called whenever the value has grown. */
  onPartial?: (partial: DeepPartial<InferInput<Schema>>) => void;
}

/** A value of which any part may still be missing. */
export type DeepPartial<T> = T extends readonly (infer Item)[] ? DeepPartial<Item>[]
  : T extends object ? { [Key in keyof T]?: DeepPartial<T[Key]> }
  : T;

/** What an extraction came to. */
export interface ExtractionResult<Value> {
  /** The value, checked and transformed by the schema. */
  readonly value: Value;
  /** The JSON as the model wrote it. */
  readonly text: string;
  /** Each value that has no parts, in the order of the JSON, with where the source text says it. */
  readonly leaves: readonly ExtractedLeaf[];
  /** What it cost, in tokens. */
  readonly usage: Usage;
  /**
   * `"stop"`, or `"length"` where `maxTokens` ended the text: the value fits the schema, but its last parts may be
   * the engine's shortest ones (a string cut short, a list without its last items, a 0) and not the model's answer.
   */
  readonly finishReason: FinishReason;
  /** Where the time went. */
  readonly timings: Timings;
  /** The seed of the draws; `null` when greedy. */
  readonly seed: number | null;
}

/** A token was written; with the value so far. */
export interface ExtractionTokenEvent<Partial> extends TokenEvent {
  /** The best typed prefix of the value, before any transform; undefined while there is none. */
  readonly partial: Partial | undefined;
}

/** What an extraction reports while it runs. */
export type ExtractionEvent<Partial> = PromptEvent | ExtractionTokenEvent<Partial>;

/**
 * Extracts typed data from a text.
 *
 * @param model A loaded model.
 * @param options See {@link ExtractOptions}.
 * @returns The value and what it took.
 * @throws {EmptyTextError} The text has nothing but whitespace.
 * @throws {ContextLengthError} Text, schema and answer do not fit into the model's context.
 * @throws {TokenLimitTooSmallError} No value of the schema can be written in `maxTokens`; before any pass.
 * @throws {IncompleteOutputError} `maxTokens` ran out and the engine had found no way to complete a text of this schema;
 *   carries the text and the partial value.
 * @throws {ValidationError} A refinement or transform of the schema refused the value.
 * @throws {SchemaConversionError} The schema cannot be written as JSON Schema.
 * @throws {UnsupportedSchemaError} The JSON Schema has a keyword that cannot be enforced.
 *
 * @example With zod
 * ```ts
 * import { extract } from "@espalier/core/extract";
 * import { scriptedModel } from "@espalier/core/testing";
 * import * as z from "zod";
 *
 * await using model = scriptedModel({ script: '{"name":"Ada","born":1815}' });
 * const { value } = await extract(model, {
 *   schema: z.object({ name: z.string(), born: z.int() }),
 *   text: "Ada was born in 1815.",
 * });
 * console.assert(value.born === 1815);
 * ```
 */
export function extract<Schema>(
  model: LanguageModel,
  options: ExtractOptions<Schema>,
): Promise<ExtractionResult<InferOutput<Schema>>> {
  return streamExtract(model, options).result;
}

/**
 * As {@link extract}, with the value as it grows.
 *
 * Nothing runs before the stream is iterated or its `result` is read; both fail as {@link extract} does.
 *
 * @param model A loaded model.
 * @param options See {@link ExtractOptions}.
 * @returns Events, each token with the value so far, and the result.
 */
export function streamExtract<Schema>(
  model: LanguageModel,
  options: ExtractOptions<Schema>,
): EventStream<
  ExtractionEvent<DeepPartial<InferInput<Schema>>>,
  ExtractionResult<InferOutput<Schema>>
> {
  return new EventStream(run(model, options));
}

async function* run<Schema>(
  model: LanguageModel,
  options: ExtractOptions<Schema>,
): AsyncGenerator<
  ExtractionEvent<DeepPartial<InferInput<Schema>>>,
  ExtractionResult<InferOutput<Schema>>
> {
  const { text, maxTokens, sampling, signal, whitespace = "compact", onPartial, abstainBelow } =
    options;
  signal?.throwIfAborted();
  if (typeof text !== "string") throw new TypeError(`text must be a string, got ${typeof text}`);
  if (text.trim() === "") throw new EmptyTextError();
  if (abstainBelow !== undefined && !(abstainBelow > 0 && abstainBelow <= 1)) {
    throw new RangeError(`abstainBelow must be in (0, 1], got ${abstainBelow}`);
  }
  const { jsonSchema, grammar, validate } = await compileExtraction(
    options.schema,
    model.vocabulary,
    options,
  );
  requireTextFits(model, text);
  const messages = extractionPrompt({ ...options, jsonSchema, whitespace });

  const reader = new PartialJson();
  let partial: DeepPartial<InferInput<Schema>> | undefined;
  const wantsConfidence = abstainBelow !== undefined || options.confidence === true;
  const logprobs = wantsConfidence ? 2 : undefined;
  const tokens: TokenEvent[] = [];
  const generation = generate(model, { messages, grammar, maxTokens, sampling, signal, logprobs });
  for await (const event of generation) {
    if (event.type === "token") {
      tokens.push(event);
      if (event.text !== "") {
        reader.push(event.text);
        partial = reader.snapshot() as typeof partial;
        if (partial !== undefined) onPartial?.(partial);
      }
      yield { ...event, partial };
    } else {
      yield event;
    }
  }
  const written = await generation.result;
  if (!written.isComplete) {
    const { completionTokens } = written.usage;
    throw new IncompleteOutputError(written.text, completionTokens, reader.snapshot());
  }
  const evidence = evidenceOf(written.text, text, wantsConfidence ? tokens : null);
  const abstained = abstainBelow === undefined
    ? { text: written.text, leaves: evidence }
    : await abstain(model, grammar, written.text, evidence, abstainBelow);
  const rawValue: unknown = JSON.parse(abstained.text);
  const checked = await validate(rawValue);
  if ("issues" in checked) throw new ValidationError(checked.issues, written.text, rawValue);
  const { text: json, usage, finishReason, timings, seed } = written;
  return {
    value: checked.value as InferOutput<Schema>,
    text: json,
    leaves: abstained.leaves.map(({ start: _start, end: _end, ...leaf }) => leaf),
    usage,
    finishReason,
    timings,
    seed,
  };
}
