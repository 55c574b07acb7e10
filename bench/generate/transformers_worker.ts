/**
 * `generate()` of transformers.js in a Worker, plain or held to a schema by transformers.js' own structured-output package.
 *
 * The other side of `bench/generate.ts`. It opens the same folder with the same build, device and threads as `loadModel`
 * does, in a Worker as `loadModel` does, so what differs is the loop. Token ids come in and go out: no tokenizer's time
 * counts for anyone. The repetition penalty that Qwen's configuration asks for is set to 1, as our loop has none.
 *
 * @module
 */

import type * as StructuredOutput from "@huggingface/transformers-structured-output";
import {
  type LoadedModel,
  openModel,
  type OpenOptions,
  type Transformers,
} from "../../src/models/transformers_runtime.ts";

/** To the Worker. */
export type TransformersRequest =
  | { type: "open"; options: OpenOptions }
  | {
    type: "generate";
    promptTokenIds: readonly number[];
    maxNewTokens: number;
    /** Hold the text to this schema with the peer package; absent: free text. */
    jsonSchema?: object;
    /** Do not end at EOS: weights that are random end anywhere. */
    ignoresEnd: boolean;
  };

/** From the Worker. */
export type TransformersAnswer =
  | { type: "opened" }
  | { type: "generated"; tokenIds: number[]; firstTokenMs: number; totalMs: number }
  | { type: "failed"; message: string };

type JsonSchemaFormat = Extract<
  ConstructorParameters<typeof StructuredOutput.StructuredOutputProcessor>[1],
  { type: "json_schema" }
>;

/** This module's own side of the Worker. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<TransformersRequest>) => void;
  postMessage(answer: TransformersAnswer): void;
};

let transformers: Transformers;
let structuredOutput: typeof StructuredOutput;
let model: LoadedModel & { generate(options: Record<string, unknown>): Promise<unknown> };
let tokenizer: object;
/** Ends where the model's own configuration says, unless the weights are random. */
const NO_END = -1;

async function answer(request: TransformersRequest): Promise<TransformersAnswer> {
  if (request.type === "open") {
    const opened = await openModel(request.options);
    transformers = opened.transformers;
    model = opened.model as typeof model;
    tokenizer = await transformers.AutoTokenizer.from_pretrained(request.options.folder, {
      local_files_only: true,
    });
    // Only now: it loads transformers.js too, which a Worker must be made ready for.
    structuredOutput = await import("@huggingface/transformers-structured-output");
    structuredOutput.StructuredOutputProcessor.warmup(tokenizer);
    return { type: "opened" };
  }
  const { promptTokenIds, maxNewTokens, jsonSchema, ignoresEnd } = request;
  const shape = [1, promptTokenIds.length];
  const { Tensor } = transformers;
  const ids = new Tensor("int64", BigInt64Array.from(promptTokenIds, BigInt), shape);
  const mask = new Tensor("int64", new BigInt64Array(promptTokenIds.length).fill(1n), shape);
  const tokenIds: number[] = [];
  let isPrompt = true;
  let firstTokenMs = 0;
  const started = performance.now();
  const streamer = {
    put(value: bigint[][]) {
      if (!isPrompt) {
        if (tokenIds.length === 0) firstTokenMs = performance.now() - started;
        tokenIds.push(...value[0]!.map(Number));
      }
      isPrompt = false;
    },
    end() {},
  };
  await model.generate({
    inputs: ids,
    attention_mask: mask,
    max_new_tokens: maxNewTokens,
    do_sample: false,
    repetition_penalty: 1,
    streamer,
    ...(ignoresEnd ? { eos_token_id: NO_END } : {}),
    ...(jsonSchema === undefined ? {} : {
      logits_processor: new structuredOutput.StructuredOutputProcessor(tokenizer, {
        type: "json_schema",
        json_schema: jsonSchema as JsonSchemaFormat["json_schema"],
      }),
    }),
  });
  return { type: "generated", tokenIds, firstTokenMs, totalMs: performance.now() - started };
}

scope.onmessage = async ({ data }: MessageEvent<TransformersRequest>) => {
  try {
    scope.postMessage(await answer(data));
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    scope.postMessage({ type: "failed", message });
  }
};
