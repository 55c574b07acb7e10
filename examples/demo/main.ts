// deno-lint-ignore-file no-console -- a command-line script: the console is its output

/**
 * `deno task demo`: typed JSON out of three texts, token by token.
 *
 * By default with the embedded model, which needs no download; with `--model` any other. `--random` takes a tiny one with random
 * weights: what it writes is nonsense, and still every output fits its schema, because the masks leave it no
 * choice. Each output is checked by ajv, which knows nothing of the engine. Exit codes: 0, 1 if anything failed, 2
 * for bad usage.
 *
 * @module
 */

import {
  EMBEDDED_MODEL,
  type LanguageModel,
  loadModel,
  ModelLoadError,
  streamExtract,
} from "@espalier/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { bold, dim, green, red } from "@std/fmt/colors.js";
import addFormats from "ajv-formats";
import { parseArgs } from "node:util";
import { z } from "zod";
import { ensureTinyModel } from "../../tools/model_builder/mod.ts";
import { CASES, type DemoCase } from "./cases.ts";

const HELP = `deno task demo: typed JSON out of three texts, token by token

  --model ID|PATH   a model of the hub or a folder; default: the embedded one
  --random          a tiny model with random weights: nonsense in a valid frame
  --device NAME     cpu, wasm, webgpu or auto; default: cpu where it runs, else wasm
  --seed N          of the draws; default 1
  --help`;

/** Enough for the longest text that the schemas allow, several times over. */
const MAX_TOKENS = 1500;

/** Writes to standard output without a line break. */
function write(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

async function load(idOrPath: string, device: string | undefined): Promise<LanguageModel> {
  try {
    return await loadModel(idOrPath, { device: (device ?? "cpu") as "cpu" });
  } catch (error) {
    const isMissing = error instanceof ModelLoadError && error.reason === "unsupported_device";
    if (!isMissing || device !== undefined) throw error;
    return await loadModel(idOrPath, { device: "wasm" });
  }
}

/** Extracts, shows the JSON as it is written, and says whether ajv accepts it. */
async function show(
  model: LanguageModel,
  { text, schema }: DemoCase,
  isRandom: boolean,
  seed: number,
) {
  // Random weights under a low temperature repeat themselves.
  const sampling = isRandom ? { temperature: 1.5, seed } : { temperature: 0 };
  const stream = streamExtract(model, { schema, text, sampling, maxTokens: MAX_TOKENS });
  for await (const event of stream) if (event.type === "token") write(event.text);
  write("\n\n");

  const { text: json, usage, timings } = await stream.result;
  const ajv = addFormats.default(new Ajv2020({ strict: false }));
  const isValid = ajv.validate(z.toJSONSchema(schema, { io: "input" }), JSON.parse(json));
  console.log(isValid ? green("valid (ajv)") : red(`NOT VALID: ${ajv.errorsText()}`));
  const perToken = (milliseconds: number) =>
    `${(milliseconds / Math.max(1, usage.completionTokens)).toFixed(2)} ms`;
  console.log(dim(
    `prompt: ${usage.promptTokens} tokens in ${timings.prefillMs.toFixed(0)} ms; ` +
      `output: ${usage.completionTokens} tokens in ${timings.decodeMs.toFixed(0)} ms, ` +
      `${perToken(timings.decodeMs)} a token, of which masks ${perToken(timings.maskMs)}`,
  ));
  return isValid;
}

async function main(): Promise<number> {
  let options: { model?: string; random: boolean; device?: string; seed: string; help: boolean };
  try {
    options = parseArgs({
      options: {
        model: { type: "string" },
        random: { type: "boolean", default: false },
        device: { type: "string" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
    return 2;
  }
  if (!/^\d{1,15}$/.test(options.seed)) {
    console.error(`demo: --seed must be an integer, got ${JSON.stringify(options.seed)}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const startedAt = performance.now();
  const isRandom = options.random;
  const source = isRandom ? await ensureTinyModel() : options.model ?? EMBEDDED_MODEL;
  await using model = await load(source, options.device);
  const { info } = model;
  console.log(
    `model ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ` +
      `${isRandom ? "tiny, random weights" : options.model ?? "the embedded model"}, ` +
      `${info.dtype} on ${info.device}`,
  );
  if (isRandom) {
    console.log(
      "Its weights are random: the values are nonsense, in a frame that is always valid.",
    );
  }
  let failures = 0;
  for (const [index, demoCase] of CASES.entries()) {
    console.log(bold(`\n── ${index + 1} of ${CASES.length}: ${demoCase.title} ──`));
    console.log(dim(demoCase.text.trim()) + "\n");
    if (!(await show(model, demoCase, isRandom, Number(options.seed)))) failures++;
  }
  console.log(
    `\n${CASES.length - failures} of ${CASES.length} outputs are valid; ` +
      `${((performance.now() - startedAt) / 1000).toFixed(1)} s in all`,
  );
  return failures === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  }
}
