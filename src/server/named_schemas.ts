/**
 * Schemas by name: those of the configuration, which may be of any kind, and those of the store.
 *
 * @module
 */

import type { ExtractionSchema } from "../extract/mod.ts";
import { ApiError, invalidRequest } from "./api_error.ts";
import type { SchemaStore, StoredSchema } from "./schema_store.ts";

/** A name in a path: no separators, no dots in front. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** A schema that a request may name. */
export interface NamedSchema {
  /** The name. */
  readonly name: string;
  /** Null for those of the configuration. */
  readonly version: number | null;
  /** Whatever `extract` takes. */
  readonly schema: ExtractionSchema;
}

/** The schemas of a server. */
export class NamedSchemas {
  readonly #fixed: ReadonlyMap<string, ExtractionSchema>;
  /** Where others are kept. */
  readonly store: SchemaStore;

  /**
   * @param fixed Those of the configuration.
   * @param store Where others are kept.
   * @throws {TypeError} A name that no path may have.
   */
  constructor(fixed: Readonly<Record<string, ExtractionSchema>>, store: SchemaStore) {
    for (const name of Object.keys(fixed)) {
      if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a schema`);
    }
    this.#fixed = new Map(Object.entries(fixed));
    this.store = store;
  }

  /** Names and schemas of the configuration. */
  get fixed(): ReadonlyMap<string, ExtractionSchema> {
    return this.#fixed;
  }

  /**
   * Checks a name.
   *
   * @throws {ApiError} 400.
   */
  requireName(name: string): string {
    if (NAME.test(name)) return name;
    throw invalidRequest(
      "a schema's name has letters, digits, _, - and dots, at most 64, and begins with no dot",
      "name",
      "invalid_schema_name",
    );
  }

  /**
   * Checks that a name may be written to.
   *
   * @throws {ApiError} 409 where the configuration has it.
   */
  requireOwn(name: string): void {
    if (!this.#fixed.has(name)) return;
    const message = `the schema ${name} belongs to the server's configuration`;
    throw new ApiError(409, "schema_is_fixed", message, { param: "name" });
  }

  /**
   * Finds a schema.
   *
   * @param name As sent.
   * @param version As sent; default the last.
   * @throws {ApiError} 400 or 404.
   */
  async find(name: string, version?: number): Promise<NamedSchema> {
    this.requireName(name);
    const fixed = this.#fixed.get(name);
    if (fixed !== undefined && version === undefined) return { name, version: null, schema: fixed };
    const stored = fixed === undefined ? await this.store.get(name, version) : null;
    if (stored === null) throw notFound(name, version);
    return asNamed(stored);
  }
}

function asNamed({ name, version, schema }: StoredSchema): NamedSchema {
  return { name, version, schema: schema as ExtractionSchema };
}

/** 404. */
export function notFound(name: string, version?: number): ApiError {
  const what = version === undefined ? `schema ${name}` : `version ${version} of schema ${name}`;
  return new ApiError(404, "schema_not_found", `there is no ${what}`, { param: "name" });
}
