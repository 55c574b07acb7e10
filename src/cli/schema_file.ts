/**
 * A schema from a file: JSON Schema in a `.json` file, or any schema that a module exports.
 *
 * @module
 */

import { resolve, toFileUrl } from "@std/path";
import { InputError, oneLine } from "./failure.ts";
import { readText } from "./input.ts";

const MODULE = /\.[cm]?[jt]s$/;

/**
 * Reads a schema.
 *
 * A module is run, with this process's permissions; its default export or its export `schema` counts.
 *
 * @param path A `.ts`, `.mts`, `.js` or `.mjs` module, or else a file that holds JSON.
 * @returns What is in it; whether it is a schema is for the extraction to say.
 * @throws {InputError} If there is nothing to be found.
 */
export async function readSchemaFile(path: string): Promise<unknown> {
  if (MODULE.test(path)) return await importSchema(path);
  const text = await readText(path, "schema");
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = oneLine((cause as Error).message);
    throw new InputError(`schema file ${JSON.stringify(path)} is not JSON: ${reason}`, { cause });
  }
}

async function importSchema(path: string): Promise<unknown> {
  const name = `schema file ${JSON.stringify(path)}`;
  let exported: { default?: unknown; schema?: unknown };
  try {
    exported = await import(toFileUrl(resolve(path)).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${name} cannot be loaded: ${oneLine(reason)}`, { cause });
  }
  const schema = exported.default ?? exported.schema;
  if (schema === undefined) {
    throw new InputError(`${name} exports neither a default nor "schema"`);
  }
  return schema;
}
