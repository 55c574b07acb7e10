/**
 * The forward pass over token histories, with everything that transformers.js leaves to its caller.
 *
 * Lives in the Worker, on top of `transformers_runtime.ts`. Feeds `attention_mask` and `position_ids` for the whole
 * length, keeps and frees the keys and values, asks for no more logits than are wanted, and splits long
 * inputs into chunks, so that memory stays flat and an abort can take effect between them.
 *
 * What is fed is checked beforehand: in the web build one failed pass makes every later one fail.
 *
 * @module
 */

import type { Tensor } from "@huggingface/transformers";
import { KeyValueCache } from "./key_value_cache.ts";
import type { LoadedModel, RuntimeDevice, Transformers } from "./transformers_runtime.ts";

/**
 * Tokens a pass, by device. More would be hardly faster, take more memory and delay an abort. Measured at the
 * sizes of Qwen2.5-0.5B, tokens a second with chunks of 16, 32, 64, 128: cpu q4 213, 270, 324, 313; wasm q8 with
 * two threads 55, 87, 89, 91. A chunk takes about 0.2 s on cpu and 0.4 s on wasm there.
 */
const CHUNK_TOKENS: Record<RuntimeDevice, number> = { cpu: 64, wasm: 32, webgpu: 128 };

/** At most so many where the graph returns the logits of every position: 32 rows of 151,936 are 19 MB. */
const CHUNK_TOKENS_ALL_LOGITS = 32;

/** One forward pass after another over caches that the caller holds. */
export class ForwardPass {
  readonly #keepsLogits: boolean;
  readonly #wantsPositions: boolean;
  readonly #emptyPast: { name: string; type: string; dims: number[] }[] = [];

  /**
   * @param logitsSize Expected width of a row of logits.
   * @param contextLength Longest history in tokens.
   * @throws {TypeError} If the graph is not that of a causal language model with a cache.
   */
  constructor(
    readonly transformers: Transformers,
    readonly model: LoadedModel,
    readonly device: RuntimeDevice,
    readonly logitsSize: number,
    readonly contextLength: number,
  ) {
    const session = model.sessions.model ?? model.sessions.decoder_model_merged;
    if (!session) throw new TypeError("the model has no decoder graph");
    this.#keepsLogits = session.inputNames.includes("num_logits_to_keep");
    this.#wantsPositions = session.inputNames.includes("position_ids");
    for (const { name, type, shape } of session.inputMetadata) {
      if (!name.startsWith("past_key_values.")) continue;
      const [, kvHeads, , headSize] = shape ?? [];
      if (typeof kvHeads !== "number" || typeof headSize !== "number") {
        throw new TypeError(
          `the input "${name}" has the shape [${shape}], not [batch, heads, past, size]`,
        );
      }
      this.#emptyPast.push({ name, type, dims: [1, kvHeads, 0, headSize] });
    }
    if (this.#emptyPast.length === 0) throw new TypeError("the graph has no key and value inputs");
  }

  /** A cache of no tokens. */
  emptyCache(): KeyValueCache {
    const { Tensor } = this.transformers;
    const tensors: Record<string, Tensor> = {};
    for (const { name, type, dims } of this.#emptyPast) {
      const data = type === "float16" ? new Uint16Array(0) : new Float32Array(0);
      tensors[name] = new Tensor(type as "float32", data, dims);
    }
    return new KeyValueCache(tensors, 0);
  }

  /**
   * Feeds tokens after the cache's.
   *
   * @param past History; stays as it is, and stays the caller's.
   * @param tokenIds At least one; each a row of the embedding.
   * @param logits Receives the last `logits.length / logitsSize` positions' rows.
   * @param betweenChunks Awaited before each chunk but the first; throws to stop.
   * @returns The longer history, which is the caller's to release.
   */
  async append(
    past: KeyValueCache,
    tokenIds: Int32Array,
    logits: Float32Array,
    betweenChunks: () => Promise<void>,
  ): Promise<KeyValueCache> {
    const rowCount = logits.length / this.logitsSize;
    this.#check(past, tokenIds, rowCount);
    const firstWanted = tokenIds.length - rowCount;
    const chunkTokens = this.#keepsLogits
      ? CHUNK_TOKENS[this.device]
      : Math.min(CHUNK_TOKENS[this.device], CHUNK_TOKENS_ALL_LOGITS);
    let cache = past.share();
    try {
      for (let start = 0; start < tokenIds.length; start += chunkTokens) {
        if (start > 0) await betweenChunks();
        const end = Math.min(tokenIds.length, start + chunkTokens);
        const wanted = Math.max(0, end - Math.max(start, firstWanted));
        const outputs = await this.#run(cache, tokenIds.subarray(start, end), wanted);
        if (wanted > 0) {
          const target = (end - wanted - firstWanted) * this.logitsSize;
          this.#copyLastRows(outputs.logits!, wanted, logits, target);
        }
        if ((outputs.logits as unknown as { location?: string }).location === "gpu-buffer") {
          outputs.logits!.dispose();
        }
        const previous = cache;
        cache = this.#cacheFrom(outputs, previous.tokenCount + end - start);
        previous.release();
      }
      return cache;
    } catch (error) {
      cache.release();
      throw error;
    }
  }

  #check(past: KeyValueCache, tokenIds: Int32Array, rowCount: number): void {
    if (tokenIds.length === 0) throw new RangeError("at least one token must be fed");
    if (!Number.isInteger(rowCount) || rowCount > tokenIds.length) {
      throw new RangeError(`${rowCount} rows of logits asked of ${tokenIds.length} tokens`);
    }
    for (const id of tokenIds) {
      if (id < 0 || id >= this.logitsSize) {
        throw new RangeError(`token id ${id} is not in 0..${this.logitsSize - 1}`);
      }
    }
    if (past.tokenCount + tokenIds.length > this.contextLength) {
      throw new RangeError(
        `${past.tokenCount} + ${tokenIds.length} tokens exceed the context of ${this.contextLength}`,
      );
    }
  }

  #run(
    past: KeyValueCache,
    tokenIds: Int32Array,
    wanted: number,
  ): Promise<Record<string, Tensor>> {
    const { Tensor } = this.transformers;
    const count = tokenIds.length, total = past.tokenCount + count;
    const inputs: Record<string, unknown> = {
      input_ids: new Tensor("int64", BigInt64Array.from(tokenIds, BigInt), [1, count]),
      attention_mask: new Tensor("int64", new BigInt64Array(total).fill(1n), [1, total]),
      past_key_values: past.tensors,
    };
    if (this.#wantsPositions) {
      const positions = BigInt64Array.from(
        { length: count },
        (_, index) => BigInt(past.tokenCount + index),
      );
      inputs.position_ids = new Tensor("int64", positions, [1, count]);
    }
    if (this.#keepsLogits) {
      // 0 would mean all: where none are wanted, one row is the least.
      inputs.num_logits_to_keep = new Tensor("int64", [BigInt(Math.max(1, wanted))], []);
    }
    return this.model.forward(inputs);
  }

  #copyLastRows(logits: Tensor, wanted: number, target: Float32Array, offset: number): void {
    const [, rows, width] = logits.dims as [number, number, number];
    if (width !== this.logitsSize || rows < wanted) {
      throw new TypeError(
        `logits have the shape [${logits.dims}], expected ${wanted} rows of ${this.logitsSize}`,
      );
    }
    const data = logits.data as Float32Array;
    target.set(data.subarray((rows - wanted) * width, rows * width), offset);
  }

  #cacheFrom(outputs: Record<string, Tensor>, tokenCount: number): KeyValueCache {
    const tensors: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      if (name.startsWith("present.")) {
        tensors[name.replace("present.", "past_key_values.")] = tensor;
      }
    }
    return new KeyValueCache(tensors, tokenCount);
  }
}
