/**
 * `POST /v1/extract` with the schema in the body, `POST /v1/extract/:name` with one that the server has.
 *
 * The answer is one object, or with `Accept: text/event-stream` (or `stream: true`) the value as it grows: events
 * `partial` with the value so far, and `result` with the same object at the end; `error` if something goes wrong.
 *
 * @module
 */

import * as z from "zod";
import { streamExtract } from "../extract/mod.ts";
import { asApiError } from "./api_error.ts";
import { answerHead } from "./chat_completions.ts";
import { eventStreamResponse, type ServerEvent } from "./event_stream_response.ts";
import {
  asExtractionError,
  asSchema,
  DEFAULT_OPTIONS,
  extractionFields,
  extractionObject,
  extractionReport,
  placeExtraction,
} from "./extraction.ts";
import type { NamedSchema } from "./named_schemas.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import { samplingOf } from "./sampling_fields.ts";
import { versionOf } from "./schema_endpoints.ts";
import type { ServerContext } from "./server_context.ts";

/** The body of `/v1/extract/:name`. */
export const namedExtractionBody = z.looseObject(extractionFields);
/** The body of `/v1/extract`. */
export const inlineExtractionBody = z.looseObject({
  ...extractionFields,
  schema: z.record(z.string(), z.unknown()).describe("a JSON Schema"),
});

type Body = z.output<typeof namedExtractionBody>;

/** With a schema in the body. */
export function extractInline(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const body = await readBody(c, inlineExtractionBody, server.limits.bodyBytes);
    return await answer(c, server, body, body.schema, null);
  };
}

/** With a schema that the server has. */
export function extractNamed(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const named = await server.schemas.find(c.req.param("name")!, versionOf(c));
    const body = await readBody(c, namedExtractionBody, server.limits.bodyBytes);
    return await answer(c, server, body, named.schema, named);
  };
}

async function answer(
  c: ServerRequest,
  { models, limits }: ServerContext,
  body: Body,
  schema: unknown,
  named: NamedSchema | null,
): Promise<Response> {
  const scope = c.get("scope");
  const { signal } = scope;
  const host = models.find(body.model);
  const options = {
    whitespace: body.whitespace ?? DEFAULT_OPTIONS.whitespace,
    undeclaredProperties: body.undeclared_properties ?? DEFAULT_OPTIONS.undeclaredProperties,
  };
  const param = named === null ? "schema" : null;
  const grammars = await placeExtraction(host, schema, options, signal, param);
  const { id, created, model } = answerHead("extr-", body.model ?? host.id, host);
  const head = { id, created, model };
  const events = host.run(scope, () =>
    streamExtract(host.model, {
      ...options,
      schema: asSchema(schema),
      text: body.text,
      instructions: body.instructions ?? undefined,
      examples: body.examples ?? undefined,
      // Left out, it is what the context has room for.
      maxTokens: body.max_tokens ? Math.min(body.max_tokens, limits.completionTokens) : undefined,
      confidence: body.confidence ?? undefined,
      abstainBelow: body.abstain_below ?? undefined,
      sampling: samplingOf(body, { temperature: 0 }),
      grammars,
      signal,
    }), extractionReport);
  const isStream = body.stream ?? c.req.header("accept")?.includes("text/event-stream") ?? false;
  try {
    const first = await events.next();
    if (!isStream) {
      let step = first;
      while (!step.done) step = await events.next();
      return c.json(extractionObject(head, named, step.value));
    }
    return eventStreamResponse(
      pieces(),
      scope,
      (error) => ({ event: "error", data: error.body }),
    );
  } catch (error) {
    throw asExtractionError(error);
  }

  async function* pieces(): AsyncGenerator<ServerEvent, void> {
    try {
      let step = await events.next();
      for (; !step.done; step = await events.next()) {
        if (step.value.type !== "token" || step.value.text === "") continue;
        const { partial } = step.value;
        if (partial !== undefined) yield { event: "partial", data: { value: partial } };
      }
      yield { event: "result", data: extractionObject(head, named, step.value) };
    } catch (error) {
      throw asApiError(asExtractionError(error));
    } finally {
      await events.return(undefined as never);
    }
  }
}
