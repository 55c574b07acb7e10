/**
 * The server: OpenAI's API, extraction and schemas over HTTP.
 *
 * @module
 */

export { createApp, type EspalierApp } from "./create_app.ts";
export {
  DEFAULT_LIMITS,
  type ServedModel,
  type ServerLimits,
  type ServerOptions,
} from "./server_options.ts";
