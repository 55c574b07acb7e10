/**
 * A {@link LanguageModel} whose forward pass runs in a Worker.
 *
 * Made by `loadModel`. The tokenizer and the vocabulary live here, on the caller's thread; token ids go to
 * the Worker and logits come back, so the caller's thread is never blocked for longer than a message.
 *
 * @module
 */

import type {
  AppendOptions,
  LanguageModel,
  ModelInfo,
  Sequence,
  Tokenizer,
} from "../decoding/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { ModelRunError } from "./errors.ts";
import { type WorkerClient, WorkerFailure } from "./worker_client.ts";

/** A model in a Worker. */
export class WorkerModel implements LanguageModel {
  readonly #client: WorkerClient;
  #nextSequence = 1;

  /** @param client The Worker, with the model loaded; the new object owns it. */
  constructor(
    client: WorkerClient,
    readonly info: ModelInfo,
    readonly tokenizer: Tokenizer,
    readonly vocabulary: Vocabulary,
  ) {
    this.#client = client;
  }

  /** Opens an empty sequence; costs nothing until its first `append`. */
  openSequence(): Promise<Sequence> {
    if (this.#client.ended) return Promise.reject(this.#client.ended);
    return Promise.resolve(new WorkerSequence(this.#client, this.info, () => this.#nextSequence++));
  }

  /** Ends the Worker; whatever waits for it fails with a `ModelRunError` (`disposed`). Idempotent. */
  dispose(): Promise<void> {
    this.#client.end(
      new ModelRunError("disposed", `the model "${this.info.id}" has been disposed`),
    );
    return Promise.resolve();
  }

  /** As {@link dispose}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * One token history in the Worker. Calls take effect in the order in which they are made: each waits for the
 * one before it.
 */
class WorkerSequence implements Sequence {
  readonly #client: WorkerClient;
  readonly #info: ModelInfo;
  readonly #allocateId: () => number;
  readonly #id: number;
  #tokenCount: number;
  #disposed = false;
  /** Settles when the calls so far have; never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  /** The last logits' buffer, which the next append gives back to the Worker. */
  #logits: ArrayBuffer | undefined;

  constructor(client: WorkerClient, info: ModelInfo, allocateId: () => number, tokenCount = 0) {
    this.#client = client;
    this.#info = info;
    this.#allocateId = allocateId;
    this.#id = allocateId();
    this.#tokenCount = tokenCount;
  }

  get tokenCount(): number {
    return this.#tokenCount;
  }

  append(tokenIds: readonly number[], options: AppendOptions = {}): Promise<Float32Array> {
    return this.#inOrder(async () => {
      const { logitCount = 1, signal } = options;
      this.#check(tokenIds, logitCount);
      signal?.throwIfAborted();
      if (tokenIds.length === 0) return new Float32Array(0);
      const ids = Int32Array.from(tokenIds);
      const recycled = this.#logits;
      this.#logits = undefined;
      const logits = await this.#send(
        { type: "append", sequence: this.#id, tokenIds: ids, logitCount, recycled },
        { signal, transfer: recycled ? [ids.buffer, recycled] : [ids.buffer] },
      );
      this.#tokenCount += tokenIds.length;
      this.#logits = logits!.buffer;
      return logits!;
    });
  }

  truncate(tokenCount: number): Promise<void> {
    return this.#inOrder(async () => {
      if (!Number.isInteger(tokenCount) || tokenCount < 0 || tokenCount > this.#tokenCount) {
        throw new RangeError(
          `tokenCount must be an integer from 0 to ${this.#tokenCount}, given ${tokenCount}`,
        );
      }
      if (tokenCount === this.#tokenCount) return;
      await this.#send({ type: "truncate", sequence: this.#id, tokenCount });
      this.#tokenCount = tokenCount;
    });
  }

  fork(): Promise<Sequence> {
    return this.#inOrder(async () => {
      const copy = new WorkerSequence(
        this.#client,
        this.#info,
        this.#allocateId,
        this.#tokenCount,
      );
      await this.#send({ type: "fork", sequence: this.#id, newSequence: copy.#id });
      return copy;
    });
  }

  dispose(): Promise<void> {
    if (this.#disposed) return this.#tail.then(() => {});
    return this.#inOrder(async () => {
      this.#disposed = true;
      this.#logits = undefined;
      if (!this.#client.ended) await this.#send({ type: "close", sequence: this.#id });
    }, { evenIfDisposed: true });
  }

  #inOrder<Result>(
    action: () => Promise<Result>,
    { evenIfDisposed = false } = {},
  ): Promise<Result> {
    const result = this.#tail.then(() => {
      if (this.#disposed && !evenIfDisposed) {
        throw new ModelRunError("disposed", "the sequence has been disposed");
      }
      return action();
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  async #send(
    ...request: Parameters<WorkerClient["request"]>
  ): Promise<Float32Array<ArrayBuffer> | undefined> {
    try {
      return await this.#client.request(...request);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      const { kind, message } = error.failure;
      throw new ModelRunError(
        kind === "out_of_memory" ? "out_of_memory" : "forward_failed",
        kind === "out_of_memory"
          ? `the forward pass ran out of memory: ${message}`
          : `the forward pass failed: ${message}`,
        { cause: error },
      );
    }
  }

  #check(tokenIds: readonly number[], logitCount: number): void {
    if (!Number.isInteger(logitCount) || logitCount < 0 || logitCount > tokenIds.length) {
      throw new RangeError(
        `logitCount must be an integer from 0 to the ${tokenIds.length} tokens given, given ${logitCount}`,
      );
    }
    for (const id of tokenIds) {
      if (!Number.isInteger(id) || id < 0 || id >= this.#info.logitsSize) {
        throw new RangeError(
          `token id ${id} is not an integer from 0 to ${this.#info.logitsSize - 1}`,
        );
      }
    }
    const total = this.#tokenCount + tokenIds.length;
    if (total > this.#info.contextLength) {
      throw new RangeError(
        `${total} tokens do not fit into the model's context of ${this.#info.contextLength}`,
      );
    }
  }
}
