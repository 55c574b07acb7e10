/**
 * `GET /openapi.json`: all endpoints, and one for each schema that the server has.
 *
 * The forms of bodies are those that the endpoints check by, written as JSON Schema by zod, so the two cannot differ.
 * OpenAPI 3.1 takes JSON Schema as it is.
 *
 * Source: OpenAPI Specification 3.1.1.
 *
 * @module
 */

import * as z from "zod";
import configuration from "../../deno.json" with { type: "json" };
import { readSchema } from "../extract/mod.ts";
import { chatRequest } from "./chat_request.ts";
import { completionRequest } from "./completions.ts";
import { inlineExtractionBody, namedExtractionBody } from "./extract_endpoints.ts";
import type { ServerRequest } from "./request_scope.ts";
import { responsesRequest } from "./responses_request.ts";
import { schemaBody } from "./schema_endpoints.ts";
import type { ServerContext } from "./server_context.ts";
import { validateBody } from "./validate_endpoint.ts";

interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: string;
  readonly summary: string;
  /** The name of a body's form. */
  readonly body?: keyof typeof BODIES;
  readonly query?: readonly string[];
  /** Content types of the answer; default JSON. */
  readonly answers?: readonly string[];
}

const BODIES = {
  ChatCompletionRequest: chatRequest,
  CompletionRequest: completionRequest,
  ResponseRequest: responsesRequest,
  ExtractionRequest: inlineExtractionBody,
  NamedExtractionRequest: namedExtractionBody,
  ValidationRequest: validateBody,
  Schema: schemaBody,
};

const JSON_OR_STREAM = ["application/json", "text/event-stream"];

const OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/chat/completions",
    summary: "An answer to a conversation.",
    body: "ChatCompletionRequest",
    answers: JSON_OR_STREAM,
  },
  {
    method: "post",
    path: "/v1/completions",
    summary: "A text that goes on.",
    body: "CompletionRequest",
    answers: JSON_OR_STREAM,
  },
  {
    method: "post",
    path: "/v1/responses",
    summary: "An answer to a conversation, in items.",
    body: "ResponseRequest",
    answers: JSON_OR_STREAM,
  },
  { method: "get", path: "/v1/responses/{id}", summary: "A response that was kept." },
  { method: "delete", path: "/v1/responses/{id}", summary: "Forgets a response." },
  { method: "get", path: "/v1/models", summary: "All models." },
  { method: "get", path: "/v1/models/{id}", summary: "A model." },
  {
    method: "post",
    path: "/v1/extract",
    summary: "Typed JSON out of a text, by a schema in the body.",
    body: "ExtractionRequest",
    answers: JSON_OR_STREAM,
  },
  {
    method: "post",
    path: "/v1/extract/{name}",
    summary: "Typed JSON out of a text, by a schema that the server has.",
    body: "NamedExtractionRequest",
    query: ["version"],
    answers: JSON_OR_STREAM,
  },
  {
    method: "post",
    path: "/v1/validate",
    summary: "Whether a schema can be used, and a value fits it.",
    body: "ValidationRequest",
  },
  { method: "get", path: "/v1/schemas", summary: "All schemas, the last version of each." },
  { method: "get", path: "/v1/schemas/{name}", summary: "A schema.", query: ["version"] },
  { method: "get", path: "/v1/schemas/{name}/versions", summary: "All versions of a schema." },
  {
    method: "put",
    path: "/v1/schemas/{name}",
    summary: "Keeps a new version of a schema.",
    body: "Schema",
  },
  { method: "delete", path: "/v1/schemas/{name}", summary: "Deletes all versions of a schema." },
  { method: "get", path: "/healthz", summary: "Whether the process lives." },
  { method: "get", path: "/readyz", summary: "Whether requests should come." },
  { method: "get", path: "/metrics", summary: "For Prometheus.", answers: ["text/plain"] },
];

/** The endpoint. */
export function openApi(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => c.json(await openApiDocument(server));
}

/** The document. */
export async function openApiDocument({ schemas }: ServerContext): Promise<object> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = operationObject(operation);
  }
  const components: Record<string, unknown> = { Error: ERROR };
  for (const [name, form] of Object.entries(BODIES)) {
    components[name] = z.toJSONSchema(form, { io: "input", unrepresentable: "any" });
  }
  const stored = (await schemas.store.list()).map(({ name, schema }) => [name, schema] as const);
  for (const [name, schema] of [...schemas.fixed, ...stored]) {
    const { jsonSchema } = await readSchema(schema);
    // A schema of its own, so that references in it stay what they are.
    const value = { $id: `/v1/schemas/${name}`, ...jsonSchema };
    paths[`/v1/extract/${name}`] = {
      post: operationObject({
        method: "post",
        path: `/v1/extract/${name}`,
        summary: `Extracts ${name}.`,
        body: "NamedExtractionRequest",
        answers: JSON_OR_STREAM,
      }, { type: "object", properties: { value }, required: ["value"] }),
    };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Espalier", version: configuration.version },
    paths,
    components: {
      schemas: components,
      securitySchemes: { apiKey: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { apiKey: [] }],
  };
}

const ERROR = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        param: { type: ["string", "null"] },
        code: { type: ["string", "null"] },
      },
      required: ["message", "type", "param", "code"],
    },
  },
  required: ["error"],
};

function operationObject(
  { method, path, summary, body, query = [], answers = ["application/json"] }: Operation,
  answer: object = { type: "object" },
): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const parameters = [
    ...inPath.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...query.map((name) => ({ name, in: "query", schema: { type: "integer", minimum: 1 } })),
  ];
  const error = {
    description: "What is wrong.",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
  return {
    summary,
    operationId: `${method}_${path.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_|_$/g, "")}`,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: { $ref: `#/components/schemas/${body}` } } },
      },
    }),
    responses: {
      "200": {
        description: "The answer.",
        content: Object.fromEntries(answers.map((type) => [
          type,
          { schema: type === "application/json" ? answer : { type: "string" } },
        ])),
      },
      "4XX": error,
      "5XX": error,
    },
  };
}
