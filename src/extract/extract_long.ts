/**
 * Typed data out of a text that is longer than the model's context.
 *
 *     text -> overlapping parts -> extract() each, with what is not said as null -> one value -> the schema's own checks
 *
 * The parts are read with a loosened schema (`chunk_schema.ts`) and merged by rules (`merged_reading.ts`). Where the schema asks
 * for a value that no part gave, the part that said most is read once more with the schema as it is. The result fits the schema,
 * or the extraction fails with what it has.
 *
 * Cost: that of an `extract()` for each part; the parts' prompts begin alike, so the schema's outline is read once.
 *
 * @module
 */

import {
  acceptsText,
  ContextLengthError,
  encodeChat,
  type FinishReason,
  type LanguageModel,
  type Timings,
  type Usage,
} from "../decoding/mod.ts";
import { loosenForChunks } from "./chunk_schema.ts";
import { EmptyTextError, MergeError, ValidationError } from "./errors.ts";
import { extract, type ExtractionResult, type ExtractOptions } from "./extract.ts";
import { compileExtraction } from "./extraction_grammar.ts";
import { extractionPrompt, writeJson } from "./extraction_prompt.ts";
import {
  type ItemKeys,
  type LongLeaf,
  mergeReadings,
  type Reading,
  readingOf,
  valueOf,
} from "./merged_reading.ts";
import type { InferOutput } from "./schema_input.ts";
import { chunkText, type TextChunk } from "./text_chunks.ts";

/** Options of {@link extractLong}: those of `extract`, for each part, and how the text is taken apart. */
export interface ExtractLongOptions<Schema> extends Omit<ExtractOptions<Schema>, "onPartial"> {
  /** Most tokens of a part. Default, and most: what the context leaves beside the prompt and the answer. */
  chunkTokens?: number;
  /** Tokens that a part shares with the one before it, about. Default a tenth of `chunkTokens`, at most 200. */
  overlapTokens?: number;
  /**
   * Which properties tell the items of a list apart, by the list's JSON Pointer: `{ "/lines": "sku" }`. Items with the same
   * ones are one item. Without it, see {@link extractLong}.
   */
  uniqueBy?: ItemKeys;
  /** Called whenever a part has been read. */
  onChunk?: (progress: LongProgress) => void;
}

/** How far a long extraction is. */
export interface LongProgress {
  /** The part that was read. */
  readonly chunk: ExtractedChunk;
  /** Parts that have been read. */
  readonly done: number;
  /** Parts in all. */
  readonly total: number;
}

/** What one part gave. */
export interface ExtractedChunk extends TextChunk {
  /** Its number, from 0. */
  readonly index: number;
  /** The value; null stands for what it does not say. */
  readonly value: unknown;
  /** What it cost. */
  readonly usage: Usage;
  /** `"length"` where `maxTokens` ended it. */
  readonly finishReason: FinishReason;
}

/** What a long extraction came to. */
export interface LongExtractionResult<Value>
  extends Omit<ExtractionResult<Value>, "leaves" | "seed"> {
  /** Each value that has no parts, with its places in the whole text and the part that it was read in. */
  readonly leaves: readonly LongLeaf[];
  /** The parts, in the order of the text. */
  readonly chunks: readonly ExtractedChunk[];
}

const DEFAULT_MAX_TOKENS = 1024;
const LEAST_CHUNK_TOKENS = 32;
/** Tokens that a text may take more inside a prompt than by itself. */
const SEAM_TOKENS = 8;
const DEFAULT_OVERLAP_SHARE = 0.1;
const DEFAULT_MOST_OVERLAP = 200;

/**
 * Extracts typed data from a text of any length.
 *
 * A text that fits is extracted as `extract` does. Else the parts' values are merged: objects property by property; lists
 * are joined in the order of the text; of other values one that is not null is taken before null, one that stands in the text
 * before one that does not, then the one that the model was surer of. An item of a list is the same as one of an earlier part if
 * both have the same key (`uniqueBy`); without a key, strings are the same if they differ in case and whitespace only,
 * and other items if nothing in them differs and something in them was read at the same place of the text, which
 * happens where parts overlap.
 *
 * @param model A loaded model.
 * @param options See {@link ExtractLongOptions}.
 * @returns The value; its leaves with their places in the whole text; and the parts.
 * @throws {EmptyTextError} The text has nothing but whitespace.
 * @throws {ContextLengthError} The context leaves no room for a part of the text beside the schema and the answer.
 * @throws {RangeError} `chunkTokens` or `overlapTokens` is out of range.
 * @throws {MergeError} The merged value does not fit the schema; carries what each part gave.
 * @throws {Error} Whatever `extract` throws, for the schema or for a part.
 *
 * @example
 * ```ts
 * import { extractLong } from "@espalier/core/extract";
 * import { scriptedModel } from "@espalier/core/testing";
 * import * as z from "zod";
 *
 * await using model = scriptedModel({
 *   script: (prompt) => JSON.stringify({ ships: prompt.match(/HMS \w+/g) ?? [] }),
 * });
 * const { value, chunks } = await extractLong(model, {
 *   schema: z.object({ ships: z.array(z.string()) }),
 *   text: "HMS Beagle sailed. ".padEnd(5000, "The sea was calm. ") + "HMS Terror did not return.",
 *   chunkTokens: 2800,
 * });
 * console.assert(value.ships.join() === "HMS Beagle,HMS Terror" && chunks.length === 2);
 * ```
 */
export async function extractLong<Schema>(
  model: LanguageModel,
  options: ExtractLongOptions<Schema>,
): Promise<LongExtractionResult<InferOutput<Schema>>> {
  const { text, signal, schema } = options;
  signal?.throwIfAborted();
  if (typeof text !== "string") throw new TypeError(`text must be a string, got ${typeof text}`);
  if (text.trim() === "") throw new EmptyTextError();
  const whole = await compileExtraction(schema, model.vocabulary, options);
  const parts = chunkText(text, (part) => model.tokenizer.encode(part).length, sizesOf());
  if (parts.length === 1) return ofOnePart(await extract(model, options));

  const loose = loosenForChunks(whole.jsonSchema);
  const results: ExtractionResult<unknown>[] = [];
  const chunks: ExtractedChunk[] = [];
  const readings: Reading[] = [];
  for (const index of parts.keys()) {
    const result = await read(index, loose.jsonSchema);
    readings.push(readingOf(result.value, result.leaves, { index, start: parts[index]!.start }));
    const { value, usage, finishReason } = result;
    chunks.push({ ...parts[index]!, index, value, usage, finishReason });
    options.onChunk?.({ chunk: chunks[index]!, done: index + 1, total: parts.length });
  }
  const merged = mergeReadings(readings, {
    jsonSchema: whole.jsonSchema,
    uniqueBy: options.uniqueBy ?? {},
  });
  let { value: rawValue, leaves } = valueOf(merged);
  if (lacks(merged, "")) {
    const index = fullest(readings);
    const result = await read(index, whole.jsonSchema);
    const filler = readingOf(result.value, result.leaves, { index, start: parts[index]!.start });
    ({ value: rawValue, leaves } = valueOf(filled(merged, filler, "")));
  }
  const json = writeJson(rawValue, options.whitespace ?? "compact");
  if (!await acceptsText(model, whole.grammar, json)) {
    throw new MergeError(rawValue, chunks.map(({ value }) => value));
  }
  const checked = await whole.validate(rawValue);
  if ("issues" in checked) throw new ValidationError(checked.issues, json, rawValue);
  return {
    value: checked.value as InferOutput<Schema>,
    text: json,
    leaves,
    chunks,
    finishReason: results.some(({ finishReason }) => finishReason === "length") ? "length" : "stop",
    usage: sumOf<Usage>(results.map(({ usage }) => usage)),
    timings: {
      ...sumOf<Timings>(results.map(({ timings }) => timings)),
      timeToFirstTokenMs: results[0]!.timings.timeToFirstTokenMs,
    },
  };

  async function read(
    index: number,
    jsonSchema: typeof whole.jsonSchema,
  ): Promise<ExtractionResult<unknown>> {
    const { start, end } = parts[index]!;
    const result = await extract(model, {
      ...options,
      onPartial: undefined,
      schema: jsonSchema,
      text: text.slice(start, end),
      confidence: true,
    });
    results.push(result);
    return result;
  }

  function sizesOf() {
    const { contextLength } = model.info;
    const messages = extractionPrompt({
      ...options,
      jsonSchema: whole.jsonSchema,
      text: "",
      whitespace: options.whitespace ?? "compact",
    });
    const promptTokens = encodeChat(model, messages).length + SEAM_TOKENS;
    const answerTokens = options.maxTokens ?? Math.min(DEFAULT_MAX_TOKENS, contextLength >> 2);
    const room = contextLength - promptTokens - answerTokens;
    if (room < LEAST_CHUNK_TOKENS) {
      const prompt = promptTokens + LEAST_CHUNK_TOKENS;
      throw new ContextLengthError(prompt + answerTokens, contextLength, prompt);
    }
    const { chunkTokens = room } = options;
    if (!(chunkTokens >= LEAST_CHUNK_TOKENS && chunkTokens <= room)) {
      throw new RangeError(
        `chunkTokens must be from ${LEAST_CHUNK_TOKENS} to ${room}, which is what the context leaves ` +
          `beside the prompt and the answer; given ${chunkTokens}`,
      );
    }
    const {
      overlapTokens = Math.min(
        DEFAULT_MOST_OVERLAP,
        Math.floor(chunkTokens * DEFAULT_OVERLAP_SHARE),
      ),
    } = options;
    if (!(overlapTokens >= 0 && overlapTokens < chunkTokens / 2)) {
      throw new RangeError(
        `overlapTokens must be from 0 to less than half of chunkTokens (${chunkTokens}), given ${overlapTokens}`,
      );
    }
    return { chunkTokens: Math.floor(chunkTokens), overlapTokens: Math.floor(overlapTokens) };
  }

  function ofOnePart(
    result: ExtractionResult<InferOutput<Schema>>,
  ): LongExtractionResult<InferOutput<Schema>> {
    const { seed: _seed, ...others } = result;
    const { usage, finishReason } = result;
    const chunk = { index: 0, start: 0, end: text.length, usage, finishReason };
    const chunks = [{ ...chunk, value: JSON.parse(result.text) as unknown }];
    options.onChunk?.({ chunk: chunks[0]!, done: 1, total: 1 });
    const leaves = result.leaves.map((leaf) => ({ ...leaf, chunkIndex: 0 }));
    return { ...others, leaves, chunks };
  }

  /** Whether the schema asks for something here that no part gave. */
  function lacks(reading: Reading, pointer: string): boolean {
    if (reading.kind === "leaf") return reading.leaf.value === null && loose.loosened.has(pointer);
    if (reading.kind === "array") {
      return reading.items.length < (loose.minimumItems.get(pointer) ?? 0);
    }
    return [...reading.members].some(([name, part]) => lacks(part, below(pointer, name)));
  }

  function filled(reading: Reading, filler: Reading | undefined, pointer: string): Reading {
    if (filler === undefined) return reading;
    if (reading.kind === "object" && filler.kind === "object") {
      const members = [...reading.members].map(([name, part]) =>
        [name, filled(part, filler.members.get(name), below(pointer, name))] as const
      );
      return { kind: "object", members: new Map(members) };
    }
    return lacks(reading, pointer) ? filler : reading;
  }
}

/** The part in which most values were found. */
function fullest(readings: readonly Reading[]): number {
  const counts = readings.map((reading) =>
    valueOf(reading).leaves.filter(({ value, spans }) => value !== null && spans !== null).length
  );
  return counts.indexOf(Math.max(...counts));
}

function below(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function sumOf<Numbers extends Usage | Timings>(parts: readonly Numbers[]): Numbers {
  const sum: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + value;
  }
  return sum as unknown as Numbers;
}
