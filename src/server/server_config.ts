/**
 * What a configuration file says: the models to load, and what the server is besides.
 *
 * A file is a module that exports such an object as its default, so schemas may be zod schemas and names are checked
 * by the compiler. This module loads no model: whoever starts the server does.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";
import type { SamplingOptions } from "../decoding/mod.ts";
import type { LoadModelOptions } from "../models/mod.ts";
import type { ServerOptions } from "./server_options.ts";

/** A model to load. */
export interface ModelConfig extends
  Pick<
    LoadModelOptions,
    | "device"
    | "dtype"
    | "threads"
    | "revision"
    | "cacheDir"
    | "remoteHost"
    | "promptCacheBytes"
  > {
  /** Hub id or folder. */
  readonly source: string;
  /** How tokens are drawn where a request does not say. */
  readonly sampling?: SamplingOptions;
}

/** A configuration. */
export interface ServerConfig
  extends Pick<ServerOptions, "schemas" | "limits" | "apiKeys" | "allowAnonymous"> {
  /** Models by the names that clients know them by. */
  readonly models: Readonly<Record<string, string | ModelConfig>>;
  /** The SQLite file that schemas are kept in; default: in memory, until the server stops. */
  readonly schemaFile?: string;
  /** The address to listen on; default `"127.0.0.1"`. */
  readonly hostname?: string;
  /** Default 8080. */
  readonly port?: number;
}

/** The configuration is not one, or not a safe one. */
export class ServerConfigError extends EspalierError {
  /** Always `"server_config"`. */
  readonly code = "server_config";
}

/**
 * Gives a configuration its type; in a configuration file.
 *
 * @param config The configuration, returned as it is.
 *
 * @example
 * ```ts
 * import { defineServerConfig } from "@espalier/core/server";
 *
 * export default defineServerConfig({
 *   models: { "qwen2.5-0.5b": "onnx-community/Qwen2.5-0.5B-Instruct" },
 * });
 * ```
 */
export function defineServerConfig(config: ServerConfig): ServerConfig {
  return config;
}
