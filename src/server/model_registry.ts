/**
 * The models of a server by name.
 *
 * Two names of one model share its queue and its grammars.
 *
 * @module
 */

import type { LanguageModel } from "../decoding/mod.ts";
import { ApiError } from "./api_error.ts";
import { ModelHost, type ModelObserver } from "./model_host.ts";
import type { ServedModel, ServerLimits, ServerOptions } from "./server_options.ts";

/** All models of a server. */
export class ModelRegistry implements AsyncDisposable {
  readonly #hosts = new Map<string, ModelHost>();

  /**
   * @throws {TypeError} There is no model.
   */
  constructor(models: ServerOptions["models"], limits: ServerLimits, observer: ModelObserver) {
    const createdAt = Math.floor(Date.now() / 1000);
    const hosts = new Map<LanguageModel, ModelHost>();
    for (const [id, entry] of Object.entries(models)) {
      const { model, sampling = {} }: ServedModel = "model" in entry ? entry : { model: entry };
      let host = hosts.get(model);
      if (host === undefined) {
        host = new ModelHost({ id, model, sampling, limits, createdAt, observer });
        hosts.set(model, host);
      }
      this.#hosts.set(id, host);
    }
    if (this.#hosts.size === 0) throw new TypeError("a server needs at least one model");
  }

  /** Names and models. */
  get entries(): ReadonlyMap<string, ModelHost> {
    return this.#hosts;
  }

  /** Each model once. */
  get hosts(): ReadonlySet<ModelHost> {
    return new Set(this.#hosts.values());
  }

  /**
   * Finds a model.
   *
   * @param name As a request gives it; the first model where it gives none.
   * @throws {ApiError} 404.
   */
  find(name: string | null | undefined): ModelHost {
    const host = this.#hosts.get(name ?? this.#hosts.keys().next().value!);
    if (host !== undefined) return host;
    const message = `the model ${JSON.stringify(name)} does not exist; see GET /v1/models`;
    throw new ApiError(404, "model_not_found", message, { param: "model" });
  }

  /** Ends the grammars' threads; the models stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.hosts].map((host) => host[Symbol.asyncDispose]()));
  }
}
