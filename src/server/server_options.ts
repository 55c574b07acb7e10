/**
 * What a server is made of: models, limits, keys.
 *
 * @module
 */

import type { LanguageModel, SamplingOptions } from "../decoding/mod.ts";
import type { ExtractionSchema } from "../extract/mod.ts";
import type { ApiKeyOptions } from "./api_keys.ts";
import type { RequestRecord } from "./request_scope.ts";
import type { SchemaStore } from "./schema_store.ts";

/** A model with the server's own settings for it. */
export interface ServedModel {
  /** Loaded; the server does not dispose of it. */
  readonly model: LanguageModel;
  /** How tokens are drawn where a request does not say; default as OpenAI's API, temperature 1. */
  readonly sampling?: SamplingOptions;
}

/** Limits of a server; all are per request unless they say otherwise. */
export interface ServerLimits {
  /** Bytes of a body. Default 1,048,576. */
  readonly bodyBytes: number;
  /** Bytes of a schema that is stored. Default 262,144. */
  readonly schemaBytes: number;
  /** Schemas that may be stored. Default 1,000. */
  readonly storedSchemas: number;
  /** Requests that one model writes at a time. Default 4. */
  readonly runningRequests: number;
  /** Requests that may wait for one model. Default 64. */
  readonly waitingRequests: number;
  /** Time, waiting included, milliseconds. Default 300,000. */
  readonly requestMs: number;
  /** Time for compiling a schema, or for one mask of it, milliseconds. Default 2,000. */
  readonly compileMs: number;
  /** Answers to one request (`n`). Default 16. */
  readonly answers: number;
  /** Tokens of one answer. Default 4,096. */
  readonly completionTokens: number;
}

/** The limits where none are given. */
export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 1 << 20,
  schemaBytes: 1 << 18,
  storedSchemas: 1000,
  runningRequests: 4,
  waitingRequests: 64,
  requestMs: 300_000,
  compileMs: 2000,
  answers: 16,
  completionTokens: 4096,
};

/** Options of `createApp`. */
export interface ServerOptions {
  /** Models by the names that clients know them by; the first is the one for requests that name none. */
  readonly models: Readonly<Record<string, LanguageModel | ServedModel>>;
  /** Schemas by name that cannot be changed over HTTP, of any kind that `extract` takes. */
  readonly schemas?: Readonly<Record<string, ExtractionSchema>>;
  /** Where other schemas are kept; default in memory. Not disposed of with the server. */
  readonly schemaStore?: SchemaStore;
  /** Those that differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<ServerLimits>;
  /** Who may use it; default: whoever is on this machine. */
  readonly apiKeys?: readonly ApiKeyOptions[];
  /** Whether others may, too, without a key. Default false. */
  readonly allowAnonymous?: boolean;
  /** Told of each request when it is over; without texts. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told of errors that are the server's own. */
  readonly onFailure?: (error: unknown, record: RequestRecord) => void;
}
