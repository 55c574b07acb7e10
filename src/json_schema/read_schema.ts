/**
 * From a parsed JSON Schema to the typed graph of `schema_node.ts`: the front door of the JSON Schema front end.
 *
 * The steps, each in a file of its own: is it JSON and within the limits (`document_check.ts`), what draft is it
 * (`dialect.ts`), where do identifiers and references lead (`schema_documents.ts`), what do the keywords say
 * (`keywords.ts`, `keyword_values.ts`), and the work list that ties them into a graph (`schema_reader.ts`). What
 * comes out means the same in every draft; what a schema means for a text is decided later.
 *
 * Cost: linear in what is reachable from the root.
 *
 * Source: JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12 (https://json-schema.org/specification-links).
 *
 * @module
 */

import { SchemaDocuments } from "./schema_documents.ts";
import type { SchemaNode } from "./schema_node.ts";
import { SchemaReader } from "./schema_reader.ts";

/** Limits on what is read. Over one of them, reading throws a `LimitExceededError` with its name. */
export interface SchemaLimits {
  /**
   * Length of the JSON text of the schema and of the documents it refers to, together, estimated in UTF-16 code
   * units. Default: 16 MiB.
   */
  readonly schemaBytes: number;
  /** Nesting of objects and arrays in one document. Default: 512; never more than {@link MAXIMUM_SCHEMA_DEPTH}. */
  readonly schemaDepth: number;
  /** Nodes of the graph. Default: 500,000. */
  readonly schemaNodes: number;
}

/** The largest `schemaDepth`; a larger one counts as this. What is made of a schema is walked recursively. */
export const MAXIMUM_SCHEMA_DEPTH = 1_000;

/** The limits that hold unless others are given. */
export const DEFAULT_SCHEMA_LIMITS: SchemaLimits = {
  schemaBytes: 16 * 1024 * 1024,
  schemaDepth: 512,
  schemaNodes: 500_000,
};

/** How to read a schema. */
export interface ReadSchemaOptions {
  /**
   * Schemas that `$ref` and `$schema` may name, by URI (a relative one will do where the schema has none). They are
   * read when something refers to them; nothing is ever fetched. The drafts' metaschemas are built in.
   */
  readonly externalSchemas?: Readonly<Record<string, unknown>>;
  /** Whether `format` goes into the nodes. Default: true. */
  readonly assertFormats?: boolean;
  /** Each one by itself replaces a default of {@link DEFAULT_SCHEMA_LIMITS}. */
  readonly limits?: Partial<SchemaLimits>;
}

/**
 * Reads a JSON Schema.
 *
 * The dialect is that of `$schema`; without one it is 2020-12, where lists in `items`, with `additionalItems`, mean
 * what they meant in draft 7. An external schema without `$schema` has the dialect of the root. `dependencies` is
 * honoured in every draft.
 *
 * @param schema An object or a Boolean, as parsed from JSON. It is not copied: `enum` and `const` values in the
 *   nodes are the ones in the schema, so it must not change while the nodes are in use.
 * @param options See {@link ReadSchemaOptions}.
 * @returns The root's node.
 * @throws {InvalidSchemaError} when a keyword has a value that it must not have, or a reference leads nowhere.
 * @throws {UnsupportedSchemaError} for drafts before 4, for a vocabulary that is required and not known, and for
 *   numbers beyond the range of a double in `enum`, `const` and `multipleOf`.
 * @throws {LimitExceededError} when a limit is exceeded.
 *
 * @example A schema that refers to itself
 * ```ts
 * import { readSchema } from "./read_schema.ts";
 *
 * const list = readSchema({ type: "object", properties: { next: { $ref: "#" } } });
 * list.properties.get("next")?.ref === list; // true
 * ```
 */
export function readSchema(schema: unknown, options: ReadSchemaOptions = {}): SchemaNode {
  const { externalSchemas = {}, assertFormats = true, limits = {} } = options;
  const documents = new SchemaDocuments(externalSchemas, {
    schemaBytes: limits.schemaBytes ?? DEFAULT_SCHEMA_LIMITS.schemaBytes,
    schemaDepth: Math.min(
      limits.schemaDepth ?? DEFAULT_SCHEMA_LIMITS.schemaDepth,
      MAXIMUM_SCHEMA_DEPTH,
    ),
    usedBytes: 0,
  });
  const root = documents.openRoot(schema);
  const maximumNodes = limits.schemaNodes ?? DEFAULT_SCHEMA_LIMITS.schemaNodes;
  return new SchemaReader(documents, maximumNodes, assertFormats).read(root);
}
