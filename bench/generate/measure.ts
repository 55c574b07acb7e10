/**
 * One configuration of `bench/generate.ts`, in a process of its own: every way through every text, in turn.
 *
 * A round is one text through all ways, and the way that goes first changes from text to text, so that what else the
 * machine does meets all of them alike. Before the clock counts, each way writes one text.
 *
 * @module
 */

import { Ajv2020 } from "ajv/dist/2020.js";
import { encodeChat, generate, type LanguageModel } from "../../src/decoding/mod.ts";
import { compileExtraction, extract, extractionPrompt } from "../../src/extract/mod.ts";
import { loadModel } from "../../src/models/mod.ts";
import { type ModelDtype, resolveDevice } from "../../src/models/device.ts";
import { openModelFiles } from "../../src/models/model_files.ts";
import { readModelFolder } from "../../src/models/model_folder.ts";
import type { RuntimeDevice } from "../../src/models/transformers_runtime.ts";
import { type ExtractionCase, longSchema } from "./cases.ts";
import { TransformersClient } from "./transformers_client.ts";

/** The ways to write an answer. */
export const WAYS = ["espalier", "uncached", "stepwise", "generate", "peer"] as const;
/** One of {@link WAYS}. */
export type Way = typeof WAYS[number];

/** One text by one way; times in milliseconds. */
export interface Run {
  way: Way;
  /** Index of the text. */
  textIndex: number;
  tokenCount: number;
  firstTokenMs: number;
  totalMs: number;
  /** The answer is JSON that fits the schema. */
  fits: boolean;
  /** It was ended by the token limit. */
  isCut: boolean;
  /** Only of our own loop. */
  own?: {
    maskMs: number;
    sampleMs: number;
    completionMs: number;
    decodeMs: number;
    forwardPasses: number;
    forcedTokens: number;
    draftedTokens: number;
    acceptedDraftTokens: number;
    cachedTokens: number;
  };
}

/** What a configuration is measured with. */
export interface MeasureOptions {
  folder: string;
  device: RuntimeDevice;
  dtype: ModelDtype;
  threads: number | undefined;
  cases: readonly ExtractionCase[];
  maxTokens: number;
  /** The weights are random: no end token means anything, and free text is as long as ours was. */
  isRandom: boolean;
  /** Schemas for the first token's time. */
  prefixCount: number;
  onRun?: (run: Run) => void;
}

/** Milliseconds to the first token, of two texts with the same long schema. */
export interface PrefixRun {
  prefixTokens: number;
  firstMs: number;
  secondMs: number;
}

/** What came out. */
export interface Measured {
  runs: Run[];
  prefixes: PrefixRun[];
  /** Texts that the peer refused, with its words. */
  refusals: string[];
  peakRssMiB: number;
}

/** Runs every way over every text. */
export async function measure(options: MeasureOptions): Promise<Measured> {
  const { folder, device, dtype, cases, isRandom } = options;
  const threads = device === "wasm"
    ? options.threads ?? Math.min(navigator.hardwareConcurrency, 4)
    : options.threads;
  await using cached = await loadModel(folder, { device, dtype, threads });
  await using plain = await loadModel(folder, { device, dtype, threads, promptCacheBytes: 0 });
  const files = await openModelFiles(folder, {});
  const { folder: path, externalFileCount } = await readModelFolder(
    folder,
    files,
    await resolveDevice(device, folder),
    dtype,
  );
  const peer = await TransformersClient.open({
    folder: path,
    device,
    dtype,
    threads,
    externalFileCount,
  });
  const measured: Measured = { runs: [], prefixes: [], refusals: [], peakRssMiB: 0 };
  try {
    for (const textIndex of [-1, ...cases.keys()]) {
      const one = cases[Math.max(0, textIndex)]!;
      let ownTokens = 0;
      for (let turn = 0; turn < WAYS.length; turn++) {
        // Random weights: the length of free text is that of our own, so that goes first.
        const way = WAYS[isRandom ? turn : (turn + Math.max(0, textIndex)) % WAYS.length]!;
        try {
          const run = await runWay(way, one, ownTokens);
          if (way === "espalier") ownTokens = run.tokenCount;
          if (textIndex < 0) continue; // warm-up
          measured.runs.push({ ...run, textIndex });
          options.onRun?.({ ...run, textIndex });
        } catch (error) {
          if (way !== "peer") throw error;
          if (textIndex >= 0) measured.refusals.push((error as Error).message);
        }
      }
    }
    for (let number = 0; number < options.prefixCount; number++) {
      measured.prefixes.push(await measurePrefix(cached, number));
    }
    measured.peakRssMiB = await peakRssMiB();
  } finally {
    peer.end();
  }
  return measured;

  async function runWay(
    way: Way,
    { text, schema }: ExtractionCase,
    ownTokens: number,
  ): Promise<Omit<Run, "textIndex">> {
    const { maxTokens } = options;
    if (way === "generate" || way === "peer") {
      const { jsonSchema } = await compileExtraction(structuredClone(schema), cached.vocabulary);
      const messages = extractionPrompt({ jsonSchema, text, whitespace: "compact" });
      const limit = isRandom && way === "generate" ? Math.max(ownTokens, 1) : maxTokens;
      const { tokenIds, firstTokenMs, totalMs } = await peer.generate({
        promptTokenIds: encodeChat(cached, messages),
        maxNewTokens: limit,
        jsonSchema: way === "peer" ? jsonSchema : undefined,
        ignoresEnd: isRandom && way === "generate",
      });
      const words = tokenIds.filter((id) => !cached.vocabulary.eosTokenIds.includes(id));
      const answer = cached.tokenizer.decode(words);
      return {
        way,
        tokenCount: words.length,
        firstTokenMs,
        totalMs,
        fits: fits(schema, answer),
        isCut: tokenIds.length === limit && words.length === tokenIds.length,
      };
    }
    const started = performance.now();
    if (way === "stepwise") {
      const { grammar, jsonSchema } = await compileExtraction(
        structuredClone(schema),
        plain.vocabulary,
      );
      const messages = extractionPrompt({ jsonSchema, text, whitespace: "compact" });
      const result = await generate(plain, {
        messages,
        grammar,
        maxTokens,
        fastForward: false,
        drafts: false,
      }).result;
      return own(way, schema, result, performance.now() - started);
    }
    const model = way === "espalier" ? cached : plain;
    const result = await extract(model, { text, schema: structuredClone(schema), maxTokens });
    return own(way, schema, result, performance.now() - started);
  }
}

/** Whether the text is JSON of the schema. */
function fits(schema: object, text: string): boolean {
  try {
    return new Ajv2020({ strict: false }).validate(schema, JSON.parse(text));
  } catch {
    return false;
  }
}

type OwnResult = Pick<
  Awaited<ReturnType<typeof extract>>,
  "text" | "usage" | "timings" | "finishReason"
>;

function own(way: Way, schema: object, result: OwnResult, totalMs: number): Omit<Run, "textIndex"> {
  const { usage, timings, finishReason } = result;
  const { maskMs, sampleMs, completionMs, decodeMs, timeToFirstTokenMs } = timings;
  const { forwardPasses, forcedTokens, draftedTokens, acceptedDraftTokens, cachedTokens } = usage;
  return {
    way,
    tokenCount: usage.completionTokens,
    firstTokenMs: timeToFirstTokenMs,
    totalMs,
    fits: fits(schema, result.text),
    isCut: finishReason === "length",
    own: {
      ...{ maskMs, sampleMs, completionMs, decodeMs },
      ...{ forwardPasses, forcedTokens, draftedTokens, acceptedDraftTokens, cachedTokens },
    },
  };
}

/** Two texts with a schema that was never seen before. */
async function measurePrefix(model: LanguageModel, number: number): Promise<PrefixRun> {
  const schema = longSchema(number);
  const one = await extract(model, { schema, text: "The parcel was brown.", maxTokens: 600 });
  const other = await extract(model, { schema, text: "Nobody saw the engine.", maxTokens: 600 });
  return {
    prefixTokens: other.usage.cachedTokens,
    firstMs: one.timings.timeToFirstTokenMs,
    secondMs: other.timings.timeToFirstTokenMs,
  };
}

/** Peak of the resident memory of this process: the kernel's own figure on Linux, elsewhere that of now. */
async function peakRssMiB(): Promise<number> {
  if (Deno.build.os !== "linux") return Deno.memoryUsage().rss / 2 ** 20;
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
