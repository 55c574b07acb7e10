// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * Everything that makes the loop fast, against the same loop without: the text has to be the same.
 *
 *     deno task exactness --pairs 500 --devices cpu,wasm
 *
 * A pair is a text with a schema: the schemas of the random walks (every keyword) and those that the synthetic generators
 * draw (what people extract), with texts of theirs. Each is answered greedily twice: with the prompt cache, forced tokens
 * in one pass and drafts; and with a pass for every token and nothing kept. `exactness_test.ts` takes a few in CI.
 *
 * The weights are random and fp32, because there the kernels give the same bits however wide a pass is. So the comparison is
 * of ids, not of likelihoods. With `--model` it is another model's.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { generate, TokenLimitTooSmallError } from "../src/decoding/mod.ts";
import { compileExtraction, extractionPrompt, type JsonSchemaObject } from "../src/extract/mod.ts";
import { loadModel } from "../src/models/mod.ts";
import { ensureTinyModel } from "../tools/model_builder/mod.ts";
import { drawExtraction } from "../tools/synthetic/document.ts";
import { LESSONS } from "../tools/synthetic/example.ts";
import { Draws } from "../tools/synthetic/random.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS } from "./random_walk/schemas.ts";

/** What is compared. */
export interface ExactnessOptions {
  pairs: number;
  device: "cpu" | "wasm";
  seed: number;
  maxTokens: number;
  /** Folder of the model; default: the tiny one with random weights, in fp32. */
  model?: string;
  dtype?: "fp32" | "q8" | "q4";
}

/** What came out. */
export interface ExactnessReport {
  pairs: number;
  tokens: number;
  /** Tokens that took no pass of their own. */
  forced: number;
  accepted: number;
  drafted: number;
  cached: number;
  /** Passes with everything on, and with nothing. */
  passes: number;
  plainPasses: number;
  /** One line for each pair whose texts differ. */
  differences: string[];
}

/** Answers every pair twice. */
export async function compareAccelerations(options: ExactnessOptions): Promise<ExactnessReport> {
  const { device, maxTokens, dtype = "fp32" } = options;
  const folder = options.model ?? await ensureTinyModel();
  await using fast = await loadModel(folder, { device, dtype });
  await using plain = await loadModel(folder, { device, dtype, promptCacheBytes: 0 });
  const report: ExactnessReport = {
    ...{ pairs: 0, tokens: 0, forced: 0, accepted: 0, drafted: 0, cached: 0 },
    ...{ passes: 0, plainPasses: 0, differences: [] },
  };
  for (const { name, schema, text } of pairsOf(options)) {
    const { grammar, jsonSchema } = await compileExtraction(schema, fast.vocabulary);
    const messages = extractionPrompt({ jsonSchema, text, whitespace: "compact" });
    let one;
    try {
      one = await generate(fast, { messages, grammar, maxTokens }).result;
    } catch (error) {
      // Some schemas cannot be written in so few tokens.
      if (error instanceof TokenLimitTooSmallError) continue;
      throw error;
    }
    const other = await generate(plain, {
      ...{ messages, grammar, maxTokens },
      ...{ fastForward: false, drafts: false },
    }).result;
    report.pairs++;
    report.tokens += other.tokenIds.length;
    report.forced += one.usage.forcedTokens;
    report.accepted += one.usage.acceptedDraftTokens;
    report.drafted += one.usage.draftedTokens;
    report.cached += one.usage.cachedTokens;
    report.passes += one.usage.forwardPasses;
    report.plainPasses += other.usage.forwardPasses;
    if (one.tokenIds.join() !== other.tokenIds.join() || one.finishReason !== other.finishReason) {
      report.differences.push(`${name}: ${one.text} is not ${other.text}`);
    }
  }
  return report;
}

function* pairsOf({ pairs, seed }: ExactnessOptions) {
  const draws = new Draws(seed);
  const walked = Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS });
  let skipped = 0;
  for (let index = 0; index < pairs; index++) {
    const { text, schema, family } = drawExtraction(draws, "trained", LESSONS.at(-1)!);
    const [name, other] = walked[(seed + (index >> 1)) % walked.length]!;
    // A schema that is `true` or `false` has no outline to show.
    if (index % 2 === 1 && typeof other === "object") {
      yield { name, schema: structuredClone(other) as JsonSchemaObject, text };
    } else {
      if (index % 2 === 1) skipped++;
      yield {
        name: `${family} ${index}`,
        schema: structuredClone(schema) as JsonSchemaObject,
        text,
      };
    }
  }
  if (skipped > pairs / 4) throw new Error(`${skipped} schemas of the walks were none`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "500" },
      devices: { type: "string", default: "cpu,wasm" },
      seed: { type: "string", default: "1" },
      "max-tokens": { type: "string", default: "120" },
      model: { type: "string" },
      dtype: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(
      "deno task exactness: accelerations on against off, greedy\n\n" +
        "  --pairs N (500)  --devices cpu,wasm  --seed N  --max-tokens N (120)  --model DIR  --dtype fp32",
    );
    return;
  }
  let isExact = true;
  for (const device of values.devices.split(",") as ("cpu" | "wasm")[]) {
    const { differences, ...report } = await compareAccelerations({
      pairs: Number(values.pairs),
      device,
      seed: Number(values.seed),
      maxTokens: Number(values["max-tokens"]),
      model: values.model,
      dtype: values.dtype as "fp32" | undefined,
    });
    console.log(`${device}: ${differences.length} differences; ${JSON.stringify(report)}`);
    for (const line of differences.slice(0, 10)) console.log(`  ${line}`);
    isExact &&= differences.length === 0;
  }
  if (!isExact) Deno.exit(1);
}

if (import.meta.main) await main();
