/**
 * Errors as OpenAI's API has them: `{"error": {"message", "type", "param", "code"}}` with an HTTP status.
 *
 * Clients switch on status and `code`, so both are stable here. What the engine refuses keeps the engine's code; what nobody
 * foresaw is a 500 that says nothing of its cause.
 *
 * Source: the `Error` object of OpenAI's API description; vLLM answers in the same form.
 *
 * @module
 */

import type { ContentfulStatusCode } from "hono/utils/http-status";
import { EspalierError } from "../errors.ts";

/** The body of an error answer, and of an error in the middle of a stream. */
export interface ErrorBody {
  /** What went wrong. */
  readonly error: {
    /** For people. */
    readonly message: string;
    /** Whose fault, roughly. */
    readonly type: string;
    /** The field of the request; null where it is not one field. */
    readonly param: string | null;
    /** For programs. */
    readonly code: string | null;
  };
}

/** An error that is answered as it is. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Headers of the answer, e.g. `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The field of the request. */
  readonly param: string | null;

  /**
   * @param status The HTTP status.
   * @param code For programs, in snake_case.
   * @param message For people.
   */
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    message: string,
    { param = null, headers = {}, cause }: {
      param?: string | null;
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause });
    this.param = param;
    this.headers = headers;
  }

  /** The answer's body. */
  get body(): ErrorBody {
    const { message, param, code } = this;
    return { error: { message, type: typeOf(this.status), param, code } };
  }
}

/** A request that cannot be met: 400. */
export function invalidRequest(
  message: string,
  param: string | null = null,
  code = "invalid_value",
): ApiError {
  return new ApiError(400, code, message, { param });
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  if (status === 503) return "service_unavailable_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** The engine's codes that are the sender's doing; what is not here is the server's. */
const SENDERS_ERRORS = new Map([
  ["context_length", "context_length_exceeded"],
  ["token_limit_too_small", "token_limit_too_small"],
  ["invalid_schema", "invalid_schema"],
  ["unsupported_schema", "unsupported_schema"],
  ["unsatisfiable_schema", "unsatisfiable_schema"],
  ["schema_conversion", "invalid_schema"],
  ["pattern_syntax", "invalid_pattern"],
  ["unsupported_pattern", "unsupported_pattern"],
  ["empty_grammar", "empty_grammar"],
  ["grammar_syntax", "invalid_grammar"],
  ["undefined_rule", "invalid_grammar"],
  ["duplicate_rule", "invalid_grammar"],
  ["recursive_terminal", "invalid_grammar"],
  ["grammar_import", "invalid_grammar"],
  ["grammar_format", "invalid_grammar"],
  ["unsupported_grammar", "unsupported_grammar"],
  ["limit_exceeded", "limit_exceeded"],
  ["empty_text", "empty_text"],
]);

/** Fields that the engine's errors are about, where that is always the same one. */
const PARAMS = new Map([["context_length", "messages"], ["token_limit_too_small", "max_tokens"]]);

/**
 * What to answer for an error.
 *
 * @param error Whatever was thrown.
 * @param param The field that was being read, for errors that do not say.
 */
export function asApiError(error: unknown, param: string | null = null): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EspalierError) {
    const code = SENDERS_ERRORS.get(error.code);
    if (code !== undefined) {
      return new ApiError(400, code, error.message, {
        param: PARAMS.get(error.code) ?? param,
        cause: error,
      });
    }
  }
  return new ApiError(500, "internal_error", "the server failed to answer this request", {
    cause: error,
  });
}
