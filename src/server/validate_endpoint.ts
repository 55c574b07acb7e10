/**
 * `POST /v1/validate`: whether a schema can be used, and whether a value fits it.
 *
 * The value is held against the grammar of the schema, token by token, in the Worker where a stranger's schema can do no
 * harm: so the answer is the engine's own, and says where the value left the schema.
 *
 * @module
 */

import * as z from "zod";
import type { WorkerGrammar } from "../decoding/mod.ts";
import { readSchema } from "../extract/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { asApiError, invalidRequest } from "./api_error.ts";
import type { ModelHost } from "./model_host.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import type { ServerContext } from "./server_context.ts";

/** The body. */
export const validateBody = z.looseObject({
  schema: z.record(z.string(), z.unknown()).nullish().describe("a JSON Schema"),
  name: z.string().nullish().describe("of a schema that the server has"),
  version: z.int().min(1).nullish(),
  value: z.unknown().optional().describe("what to check; left out, the schema alone is checked"),
});

/** The endpoint. */
export function validate(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const body = await readBody(c, validateBody, server.limits.bodyBytes);
    const { signal } = c.get("scope");
    const schema = await findSchema(server, body);
    const host = server.models.find(null);
    try {
      const { jsonSchema } = await readSchema(schema);
      const options = { whitespace: "any", propertyOrder: "any", signal } as const;
      const grammar = await host.grammars.compileJsonSchema(jsonSchema, options);
      if (body.value === undefined) return c.json({ object: "validation", schema_is_valid: true });
      const json = JSON.stringify(body.value);
      const offset = await firstWrongPlace(host, grammar, json, signal);
      return c.json({
        object: "validation",
        schema_is_valid: true,
        value_is_valid: offset === null,
        ...(offset !== null && { wrong_after: json.slice(Math.max(0, offset - 80), offset) }),
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : asApiError(error, "schema");
    }
  };
}

async function findSchema(
  { schemas }: ServerContext,
  { schema, name, version }: z.output<typeof validateBody>,
): Promise<unknown> {
  const given = schema ?? undefined;
  if ((given === undefined) === (typeof name !== "string")) {
    throw invalidRequest('give either "schema" or "name"', "schema");
  }
  return given ?? (await schemas.find(name!, version ?? undefined)).schema;
}

/** Where the text leaves the grammar, in characters; null where it does not. */
async function firstWrongPlace(
  { model }: ModelHost,
  grammar: WorkerGrammar,
  json: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { vocabulary } = model;
  const guide = grammar.openGuide();
  const decoder = new TextDecoder();
  let offset = 0, mayEnd = false;
  const accepts = async (tokenId: number) => {
    signal.throwIfAborted();
    const { isAccepted, isAccepting } = await guide.accept(tokenId, Infinity);
    if (!isAccepted) return false;
    offset += decoder.decode(vocabulary.tokenBytes(tokenId)!, { stream: true }).length;
    mayEnd = isAccepting;
    return true;
  };
  try {
    await guide.start();
    for (const tokenId of model.tokenizer.encode(json)) {
      if (await accepts(tokenId)) continue;
      // A token has several characters; the place is one of them.
      const byteTokens = singleByteTokens(vocabulary);
      for (const byte of vocabulary.tokenBytes(tokenId)!) {
        const single = byteTokens[byte]!;
        if (single < 0 || !await accepts(single)) break;
      }
      return offset;
    }
    return mayEnd ? null : offset;
  } finally {
    guide.dispose();
  }
}

const byteTokens = new WeakMap<Vocabulary, Int32Array>();

/** The token of each byte; -1 where there is none. */
function singleByteTokens(vocabulary: Vocabulary): Int32Array {
  let tokens = byteTokens.get(vocabulary);
  if (tokens === undefined) {
    tokens = new Int32Array(256).fill(-1);
    for (let id = vocabulary.tokenCount - 1; id >= 0; id--) {
      const bytes = vocabulary.tokenBytes(id);
      if (bytes?.length === 1) tokens[bytes[0]!] = id;
    }
    byteTokens.set(vocabulary, tokens);
  }
  return tokens;
}
