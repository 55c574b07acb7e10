/**
 * The near side of `transformers_worker.ts`: one request at a time, as promises.
 *
 * @module
 */

import type { OpenOptions } from "../../src/models/transformers_runtime.ts";
import type { TransformersAnswer, TransformersRequest } from "./transformers_worker.ts";

/** A text of `generate()`, with the times that its streamer saw. */
export type Generated = Extract<TransformersAnswer, { type: "generated" }>;

/** A Worker with a model of transformers.js in it. */
export class TransformersClient {
  #worker = new Worker(new URL("transformers_worker.ts", import.meta.url), { type: "module" });

  /** Opens a model; the Worker is ended if that fails. */
  static async open(options: OpenOptions): Promise<TransformersClient> {
    const client = new TransformersClient();
    try {
      await client.#ask({ type: "open", options });
    } catch (error) {
      client.end();
      throw error;
    }
    return client;
  }

  /** Writes a text; rejects where `generate()` throws. */
  async generate(request: Omit<TransformersRequest & { type: "generate" }, "type">) {
    const answer = await this.#ask({ type: "generate", ...request });
    return answer as Generated;
  }

  /** Ends the Worker. */
  end(): void {
    this.#worker.terminate();
  }

  #ask(request: TransformersRequest): Promise<TransformersAnswer> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<TransformersAnswer>) =>
        data.type === "failed" ? reject(new Error(data.message)) : resolve(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      this.#worker.postMessage(request);
    });
  }
}
