/**
 * What `espalier serve` does: reads the configuration, loads the models, serves until a signal comes.
 *
 * Apart from `serve_command.ts`, so that Hono is loaded only by those who serve.
 *
 * @module
 */

import { resolve, toFileUrl } from "@std/path";
import type { LanguageModel } from "../decoding/mod.ts";
import { DEFAULT_MODEL, loadModel } from "../models/mod.ts";
import {
  createApp,
  MemorySchemaStore,
  type RequestRecord,
  serve,
  type ServerConfig,
  ServerConfigError,
  type ServerOptions,
  SqliteSchemaStore,
} from "../server/mod.ts";
import { InputError, oneLine } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { LoadReport } from "./load_report.ts";
import { note } from "./output.ts";
import type { ServeCommandOptions } from "./serve_command.ts";

/**
 * Runs the command, until a signal ends it.
 *
 * @param options See {@link ServeCommandOptions}.
 * @throws Whatever went wrong, after the models' Workers have ended.
 */
export async function runServe(options: ServeCommandOptions): Promise<void> {
  using interruption = new Interruption(undefined);
  const { signal } = interruption;
  const tell = options.quiet ? () => {} : note;
  const config = await interruption.race(readConfig(options));
  await using stack = new AsyncDisposableStack();
  const store = stack.use(
    config.schemaFile === undefined
      ? new MemorySchemaStore()
      : new SqliteSchemaStore(config.schemaFile),
  );
  const loaded = new Map<string, LanguageModel>();
  const models: Record<string, ServerOptions["models"][string]> = {};
  for (const [name, entry] of Object.entries(config.models)) {
    const { source, sampling, ...others } = typeof entry === "string" ? { source: entry } : entry;
    const key = JSON.stringify([source, others]);
    let model = loaded.get(key);
    if (model === undefined) {
      using report = new LoadReport();
      const onProgress = options.quiet ? undefined : report.update.bind(report);
      try {
        model = stack.use(await loadModel(source, { ...others, signal, onProgress }));
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
      loaded.set(key, model);
    }
    models[name] = { model, sampling };
  }
  const app = stack.use(createApp({
    ...config,
    models,
    schemaStore: store,
    onRequest: (record) => tell(logLine("info", record)),
    onFailure: (error, record) => tell(logLine("error", record, error)),
  }));
  await interruption.race(app.ready());
  await serve(app, {
    hostname: options.host ?? config.hostname,
    port: options.port ?? config.port,
    signal,
    onListen: ({ hostname, port }) => {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      tell(`serving ${Object.keys(models).join(", ")} on http://${host}:${port}/v1`);
    },
  });
}

async function readConfig({ config, model }: ServeCommandOptions): Promise<ServerConfig> {
  if (config === undefined) {
    const source = model ?? DEFAULT_MODEL;
    return { models: { [source.split("/").findLast((part) => part !== "") ?? source]: source } };
  }
  const name = `configuration ${JSON.stringify(config)}`;
  let exported: { default?: unknown };
  try {
    exported = await import(toFileUrl(resolve(config)).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${name} cannot be loaded: ${oneLine(reason)}`, { cause });
  }
  const value = exported.default as Partial<ServerConfig> | undefined;
  if (typeof value !== "object" || value === null || typeof value.models !== "object") {
    throw new ServerConfigError(`${name} has no default export with "models"`);
  }
  return value as ServerConfig;
}

/** A request as a line of JSON. */
function logLine(level: "info" | "error", record: RequestRecord, error?: unknown): string {
  const stack = error instanceof Error ? error.stack : error && String(error);
  return JSON.stringify({ time: new Date().toISOString(), level, ...record, error: stack });
}
