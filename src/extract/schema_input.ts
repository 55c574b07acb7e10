/**
 * Any schema a caller has, as a JSON Schema to generate by and a check to run on the result.
 *
 * First step of an extraction. Four kinds are told apart by their shape: zod 4 (`_zod`), zod 3 (`_def` with a
 * `typeName`), a Standard Schema that can give its JSON Schema (`~standard.jsonSchema`), and a plain JSON
 * Schema. The *input* side is taken: it is what the model has to write, before defaults, coercions and
 * transforms, which then run on the parsed value.
 *
 * Sources: https://standardschema.dev (interfaces restated here, nothing is imported), zod's `toJSONSchema`,
 * `zod-to-json-schema`; the latter is loaded only when a zod 3 schema comes.
 *
 * @module
 */

import { toJSONSchema } from "zod/v4/core";
import { SchemaConversionError, type ValidationIssue } from "./errors.ts";

/** Outcome of a Standard Schema's check. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
    readonly issues: readonly {
      readonly message: string;
      readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
    }[];
  };

/** A Standard Schema, version 1, with the optional JSON Schema extension. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What every Standard Schema has under this name. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}

/** A JSON Schema object. */
export type JsonSchemaObject = { readonly [keyword: string]: unknown };

/** A plain JSON Schema whose value's type is known to the compiler; made by {@link jsonSchema}. */
export type TypedJsonSchema<T> = JsonSchemaObject & { readonly [valueType]?: T };
/** Key of a property that exists for the type checker alone. */
export declare const valueType: unique symbol;

/** What `extract` takes as a schema. */
export type ExtractionSchema = StandardSchema | JsonSchemaObject;

/** Type of the values that a schema gives. */
export type InferOutput<Schema> = Schema extends
  { readonly "~standard": { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Output } ? Output : unknown
  : Schema extends { readonly _output: infer Output } ? Output
  : Schema extends TypedJsonSchema<infer Output> ? Output
  : unknown;

/** Type of the values that a schema reads, before its transforms. */
export type InferInput<Schema> = Schema extends
  { readonly "~standard": { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer Input } ? Input : unknown
  : Schema extends { readonly _input: infer Input } ? Input
  : Schema extends TypedJsonSchema<infer Output> ? Output
  : unknown;

/** A schema of any kind in the one form that extraction works with. */
export interface ReadSchema {
  /** What the model is held to. */
  readonly jsonSchema: JsonSchemaObject;
  /** The schema library's own check, transforms included. */
  validate(value: unknown): Promise<
    { readonly value: unknown } | { readonly issues: readonly ValidationIssue[] }
  >;
}

/**
 * Gives a plain JSON Schema a type for the compiler.
 *
 * @typeParam T What the schema's values are; not checked.
 * @param schema The schema, returned as it is.
 */
export function jsonSchema<T>(schema: JsonSchemaObject): TypedJsonSchema<T> {
  return schema;
}

/**
 * Finds out what kind of schema it is.
 *
 * @param schema Any of {@link ExtractionSchema}.
 * @returns The JSON Schema and the check.
 * @throws {SchemaConversionError} If the library cannot express the schema as JSON Schema.
 * @throws {TypeError} If it is no schema at all.
 */
export async function readSchema(schema: unknown): Promise<ReadSchema> {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) {
    throw new TypeError(`a schema must be an object, got ${JSON.stringify(schema)}`);
  }
  const standard = "~standard" in schema ? (schema as StandardSchema)["~standard"] : undefined;
  if ("_zod" in schema) {
    return { jsonSchema: convert("zod", () => fromZod4(schema)), validate: checkWith(standard!) };
  }
  if (isZod3(schema)) {
    const { zodToJsonSchema } = await import("zod-to-json-schema");
    return {
      jsonSchema: convert("zod 3", () => fromZod3(schema, zodToJsonSchema as never)),
      validate: checkWith(standard ?? standardOfZod3(schema)),
    };
  }
  if (standard !== undefined) {
    const { jsonSchema: source } = standard;
    return {
      jsonSchema: convert(standard.vendor, () => {
        if (source === undefined) throw new Error("it does not offer ~standard.jsonSchema");
        return source.input({ target: "draft-2020-12" });
      }),
      validate: checkWith(standard),
    };
  }
  if (Array.isArray(schema)) throw new TypeError("a schema must be an object, got an array");
  return {
    jsonSchema: copyJson(schema),
    validate: (value) => Promise.resolve({ value }), // the mask has seen to it
  };
}

function convert(vendor: string, run: () => unknown): JsonSchemaObject {
  try {
    return run() as JsonSchemaObject;
  } catch (cause) {
    throw new SchemaConversionError(vendor, { cause });
  }
}

function fromZod4(schema: object): unknown {
  return toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], {
    io: "input",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      // zod takes the branch that the discriminator names, so the branches exclude each other anyway.
      if (def.type === "union" && "discriminator" in def && jsonSchema.oneOf !== undefined) {
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
      // Names are strings: `propertyNames: { type: "string" }` of a record says nothing.
      const names = jsonSchema.propertyNames as JsonSchemaObject | undefined;
      if (names?.type === "string" && Object.keys(names).length === 1) {
        delete jsonSchema.propertyNames;
      }
    },
  });
}

interface Zod3Schema {
  _def: { typeName: string };
  safeParseAsync(value: unknown): Promise<
    | { success: true; data: unknown }
    | { success: false; error: { issues: { message: string; path: (string | number)[] }[] } }
  >;
}

function isZod3(schema: object): schema is Zod3Schema {
  return typeof (schema as Partial<Zod3Schema>)._def?.typeName === "string" &&
    typeof (schema as Partial<Zod3Schema>).safeParseAsync === "function";
}

function fromZod3(
  schema: Zod3Schema,
  zodToJsonSchema: (schema: Zod3Schema, options: object) => JsonSchemaObject,
): unknown {
  const { $schema: _, ...converted } = zodToJsonSchema(schema, {
    target: "jsonSchema2019-09",
    effectStrategy: "input",
    pipeStrategy: "input",
  });
  return tuplesAsPrefixItems(converted);
}

/** Tuples are `items: […]` up to 2019-09, `prefixItems` from 2020-12 on. */
function tuplesAsPrefixItems(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tuplesAsPrefixItems);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, tuplesAsPrefixItems(value)]);
  const { items, additionalItems, ...rest } = Object.fromEntries(entries);
  if (!Array.isArray(items)) return Object.fromEntries(entries);
  return {
    ...rest,
    prefixItems: items,
    ...(additionalItems === undefined ? {} : { items: additionalItems }),
  };
}

/** zod before 3.24 is no Standard Schema yet. */
function standardOfZod3(schema: Zod3Schema): StandardSchema["~standard"] {
  return {
    version: 1,
    vendor: "zod",
    async validate(value) {
      const result = await schema.safeParseAsync(value);
      return result.success ? { value: result.data } : { issues: result.error.issues };
    },
  };
}

function checkWith(standard: StandardSchema["~standard"]): ReadSchema["validate"] {
  return async (value) => {
    const result = await standard.validate(value);
    if (result.issues === undefined) return { value: result.value };
    return {
      issues: result.issues.map(({ message, path = [] }) => ({
        message,
        path: path.map((step) => {
          const key = typeof step === "object" ? step.key : step;
          return typeof key === "symbol" ? String(key) : key;
        }),
      })),
    };
  };
}

function copyJson(schema: object): JsonSchemaObject {
  try {
    return JSON.parse(JSON.stringify(schema));
  } catch (cause) {
    throw new TypeError("a JSON Schema must be plain JSON data", { cause });
  }
}
