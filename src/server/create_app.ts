/**
 * The server as a function from requests to responses, for `Deno.serve` or for embedding.
 *
 * @module
 */

import { Hono } from "hono";
import { ApiError, asApiError } from "./api_error.ts";
import { chatCompletions } from "./chat_completions.ts";
import { listModels, showModel } from "./model_list.ts";
import { ModelRegistry } from "./model_registry.ts";
import { ClientGoneError } from "./request_abort.ts";
import type { ServerContext } from "./server_context.ts";
import { DEFAULT_LIMITS, type ServerOptions } from "./server_options.ts";

/** A server that waits for requests. */
export interface EspalierApp extends AsyncDisposable {
  /** Answers a request; what `Deno.serve` takes. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Resolves when the first request can be answered at full speed. */
  ready(): Promise<void>;
  /** Ends running requests and the grammars' threads; the models stay. */
  dispose(): Promise<void>;
}

/**
 * Makes a server.
 *
 * @param options See {@link ServerOptions}.
 * @throws {TypeError} There is no model.
 *
 * @example
 * ```ts
 * import { createApp } from "@espalier/core/server";
 * import { scriptedModel } from "@espalier/core/testing";
 *
 * await using model = scriptedModel({ script: "Hello." });
 * await using app = createApp({ models: { scripted: model } });
 * const response = await app.fetch(new Request("http://localhost/v1/models"));
 * console.assert((await response.json()).data[0].id === "scripted");
 * ```
 */
export function createApp(options: ServerOptions): EspalierApp {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const stop = new AbortController();
  const models = new ModelRegistry(options.models, limits);
  const server: ServerContext = { models, limits, stopSignal: stop.signal };

  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof ClientGoneError) return new Response(null, { status: 499 });
    const answer = asApiError(error);
    return c.json(answer.body, answer.status, answer.headers);
  });
  app.notFound((c) => {
    const { method, path } = c.req;
    throw new ApiError(404, "unknown_url", `unknown request URL: ${method} ${path}`);
  });
  app.get("/v1/models", listModels(server));
  app.get("/v1/models/:id{.+}", showModel(server));
  app.post("/v1/chat/completions", chatCompletions(server));

  const dispose = async () => {
    stop.abort();
    await models[Symbol.asyncDispose]();
  };
  return {
    fetch: (request) => app.fetch(request),
    ready: async () => {
      await Promise.all([...models.hosts].map((host) => host.grammars.ready()));
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
