/**
 * The server as a function from requests to responses, for `Deno.serve` or for embedding.
 *
 *     request ─> scope (time, hang-ups, log, metrics) ─> access (key, limits) ─> endpoint
 *
 * @module
 */

import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { identify } from "./access.ts";
import { ApiError, asApiError } from "./api_error.ts";
import { ApiKeys } from "./api_keys.ts";
import { chatCompletions } from "./chat_completions.ts";
import { completions } from "./completions.ts";
import { noteError } from "./event_stream_response.ts";
import { extractInline, extractNamed } from "./extract_endpoints.ts";
import { KeyLimits } from "./key_limits.ts";
import { ServerMetrics } from "./metrics.ts";
import { listModels, showModel } from "./model_list.ts";
import { ModelRegistry } from "./model_registry.ts";
import { NamedSchemas } from "./named_schemas.ts";
import { ClientGoneError, RequestScope, type ServerEnv } from "./request_scope.ts";
import { ResponseStore } from "./response_store.ts";
import { createResponse, deleteResponse, getResponse } from "./responses.ts";
import {
  deleteSchema,
  getSchema,
  listSchemas,
  listVersions,
  putSchema,
} from "./schema_endpoints.ts";
import { MemorySchemaStore } from "./schema_store.ts";
import type { ServerContext } from "./server_context.ts";
import { DEFAULT_LIMITS, type ServerLimits, type ServerOptions } from "./server_options.ts";
import { validate } from "./validate_endpoint.ts";

/** What `Deno.serve` says of a connection. */
export interface ConnectionInfo {
  /** Who is at the other end. */
  readonly remoteAddr?: { readonly hostname?: string };
}

/** A server that waits for requests. */
export interface EspalierApp extends AsyncDisposable {
  /** Answers a request; what `Deno.serve` takes. Without `info` the sender counts as this machine. */
  readonly fetch: (request: Request, info?: ConnectionInfo) => Response | Promise<Response>;
  /** Whether there are API keys, or anybody may use it. */
  readonly isOpenToOthers: boolean;
  /** Resolves when the first request can be answered at full speed. */
  ready(): Promise<void>;
  /** Lets `/readyz` say that no more requests should come. */
  drain(): void;
  /** Ends running requests and the grammars' threads; the models stay. */
  dispose(): Promise<void>;
}

/**
 * Makes a server.
 *
 * @param options See {@link ServerOptions}.
 * @throws {TypeError} There is no model, or something is wrong with the keys.
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
  const keys = new ApiKeys(options.apiKeys ?? []);
  const stop = new AbortController();
  const metrics: ServerMetrics = new ServerMetrics(() => models.hosts);
  const models = new ModelRegistry(options.models, limits, metrics);
  const store = options.schemaStore ?? new MemorySchemaStore();
  const schemas = new NamedSchemas(options.schemas ?? {}, store);
  const server: ServerContext = { models, schemas, responses: new ResponseStore(), limits };
  let isReady = false, isDraining = false;
  const ready = Promise.all([...models.hosts].map(({ grammars }) => grammars.ready()));
  ready.then(() => isReady = true, () => {});

  const app = new Hono<ServerEnv>();
  app.onError((error, c) => {
    if (error instanceof ClientGoneError) return new Response(null, { status: 499 });
    const answer = asApiError(error);
    return c.json(answer.body, answer.status, answer.headers);
  });
  app.notFound((c) => {
    const { method, path } = c.req;
    const message = `unknown request URL: ${method} ${path}`;
    return c.json(new ApiError(404, "unknown_url", message).body, 404);
  });
  app.use(scoped(options, limits, stop.signal, metrics));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const status = isDraining ? "draining" : isReady ? "ready" : "starting";
    return c.json({ status }, status === "ready" ? 200 : 503);
  });
  app.use(withAccess(keys, options.allowAnonymous ?? false));
  app.get("/metrics", async (c) => {
    return c.body(await metrics.text(), 200, { "content-type": metrics.contentType });
  });
  app.get("/v1/models", listModels(server));
  app.get("/v1/models/:id{.+}", showModel(server));
  app.post("/v1/chat/completions", chatCompletions(server));
  app.post("/v1/completions", completions(server));
  app.post("/v1/responses", createResponse(server));
  app.get("/v1/responses/:id", getResponse(server));
  app.delete("/v1/responses/:id", deleteResponse(server));
  app.post("/v1/extract", extractInline(server));
  app.post("/v1/extract/:name", extractNamed(server));
  app.post("/v1/validate", validate(server));
  app.get("/v1/schemas", listSchemas(server));
  app.get("/v1/schemas/:name", getSchema(server));
  app.get("/v1/schemas/:name/versions", listVersions(server));
  app.put("/v1/schemas/:name", putSchema(server));
  app.delete("/v1/schemas/:name", deleteSchema(server));

  const dispose = async () => {
    isDraining = true;
    stop.abort();
    await models[Symbol.asyncDispose]();
  };
  return {
    fetch: (request, info) => app.fetch(request, info),
    isOpenToOthers: !keys.isEmpty || (options.allowAnonymous ?? false),
    ready: async () => void await ready,
    drain: () => void (isDraining = true),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Follows a request from its first byte to the last of its answer. */
function scoped(
  { onRequest, onFailure }: ServerOptions,
  limits: ServerLimits,
  stop: AbortSignal,
  metrics: ServerMetrics,
) {
  return createMiddleware<ServerEnv>(async (c, next) => {
    const { raw, method } = c.req;
    const scope = new RequestScope(method, raw.signal, stop, limits.requestMs);
    const { record } = scope;
    scope.onEnd(() => {
      metrics.request(record);
      onRequest?.(record);
      if (scope.failure !== undefined) onFailure?.(scope.failure, record);
    });
    c.set("scope", scope);
    c.header("x-request-id", record.requestId);
    await next();
    record.route = matchedRoutes(c).at(-1)?.path ?? "/*";
    record.status = c.res.status;
    if (c.error !== undefined) noteError(scope, c.error);
    if (!scope.isKeptOpen) scope.end();
  });
}

/** Lets in who may, as often as they may. */
function withAccess(keys: ApiKeys, allowAnonymous: boolean) {
  const limits = new KeyLimits();
  return createMiddleware<ServerEnv>(async (c, next) => {
    const remote = (c.env as ConnectionInfo | undefined)?.remoteAddr?.hostname ?? null;
    const key = identify(c.req.raw, remote, keys, allowAnonymous);
    const scope = c.get("scope");
    scope.record.keyName = key.name;
    const { headers, leave } = limits.enter(key);
    scope.onEnd(leave);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    await next();
  });
}
