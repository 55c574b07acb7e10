/**
 * `PUT`, `GET` and `DELETE /v1/schemas/:name`, and the lists around them.
 *
 * A schema is compiled before it is kept, so whatever is there can be used.
 *
 * @module
 */

import * as z from "zod";
import { readSchema } from "../extract/mod.ts";
import { ApiError, invalidRequest } from "./api_error.ts";
import { DEFAULT_OPTIONS, placeExtraction } from "./extraction.ts";
import { notFound } from "./named_schemas.ts";
import { readBody } from "./read_body.ts";
import type { ServerRequest } from "./request_scope.ts";
import type { StoredSchema } from "./schema_store.ts";
import type { ServerContext } from "./server_context.ts";

/** A JSON Schema as a body. */
export const schemaBody = z.record(z.string(), z.unknown());

/** Keeps a version. 201 where it is new, 200 where the last one was the same. */
export function putSchema(server: ServerContext): (c: ServerRequest) => Promise<Response> {
  const { schemas, limits } = server;
  return async (c) => {
    const name = schemas.requireName(c.req.param("name")!);
    schemas.requireOwn(name);
    const schema = await readBody(c, schemaBody, limits.schemaBytes);
    const { signal } = c.get("scope");
    await placeExtraction(server.models.find(null), schema, DEFAULT_OPTIONS, signal, null);
    const { store } = schemas;
    if (await store.get(name) === null && (await store.list()).length >= limits.storedSchemas) {
      const message = `${limits.storedSchemas} schemas are stored, and no more may be`;
      throw new ApiError(409, "too_many_schemas", message);
    }
    const { stored, isNew } = await store.put(name, schema);
    return c.json(schemaObject(stored), isNew ? 201 : 200);
  };
}

/** One version; with `?version=`, not the last. */
export function getSchema({ schemas }: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const found = await schemas.find(c.req.param("name")!, versionOf(c));
    if (found.version === null) return c.json(await fixedObject(found.name, found.schema));
    return c.json(schemaObject((await schemas.store.get(found.name, found.version))!));
  };
}

/** All versions. */
export function listVersions({ schemas }: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const name = schemas.requireName(c.req.param("name")!);
    const versions = await schemas.store.versions(name);
    if (versions.length === 0) throw notFound(name);
    return c.json({ object: "list", data: versions.map(schemaObject) });
  };
}

/** All names. */
export function listSchemas({ schemas }: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const fixed = [...schemas.fixed].map(([name, schema]) => fixedObject(name, schema));
    const stored = (await schemas.store.list()).map(schemaObject);
    return c.json({ object: "list", data: [...await Promise.all(fixed), ...stored] });
  };
}

/** Deletes all versions. */
export function deleteSchema({ schemas }: ServerContext): (c: ServerRequest) => Promise<Response> {
  return async (c) => {
    const name = schemas.requireName(c.req.param("name")!);
    schemas.requireOwn(name);
    if (!await schemas.store.delete(name)) throw notFound(name);
    return c.json({ object: "schema.deleted", name, deleted: true });
  };
}

/** The query's `version`. */
export function versionOf(c: ServerRequest): number | undefined {
  const text = c.req.query("version");
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalidRequest("version must be a positive integer", "version");
}

function schemaObject({ name, version, schema, createdAt }: StoredSchema): object {
  return { object: "schema", name, version, schema, created: createdAt, is_fixed: false };
}

async function fixedObject(name: string, schema: unknown): Promise<object> {
  const { jsonSchema } = await readSchema(schema);
  return {
    object: "schema",
    name,
    version: null,
    schema: jsonSchema,
    created: null,
    is_fixed: true,
  };
}
