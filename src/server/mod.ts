/**
 * The server: OpenAI's API, extraction and schemas over HTTP.
 *
 * @module
 */

export { type ApiKeyOptions, createApiKey, hashApiKey } from "./api_keys.ts";
export { type ConnectionInfo, createApp, type EspalierApp } from "./create_app.ts";
export {
  MemorySchemaStore,
  type PutResult,
  type SchemaStore,
  type StoredSchema,
} from "./schema_store.ts";
export { SqliteSchemaStore } from "./sqlite_schema_store.ts";
export type { RequestRecord } from "./request_scope.ts";
export { serve, type ServeOptions } from "./serve.ts";
export {
  defineServerConfig,
  type ModelConfig,
  type ServerConfig,
  ServerConfigError,
} from "./server_config.ts";
export {
  DEFAULT_LIMITS,
  type ServedModel,
  type ServerLimits,
  type ServerOptions,
} from "./server_options.ts";
