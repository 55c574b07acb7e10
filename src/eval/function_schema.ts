/**
 * Function parameters in Python's words, as JSON Schema.
 *
 * Function-calling sets describe parameters by the types of Python: `dict`, `float`, `tuple`, `any`. Everything else in
 * them is JSON Schema with a few keywords of their own (`optional`), which are left out because `required` says the
 * same. One walk.
 *
 * @module
 */

import type { JsonSchemaObject } from "../extract/mod.ts";

const JSON_TYPES: Readonly<Record<string, string>> = {
  dict: "object",
  float: "number",
  double: "number",
  long: "integer",
  tuple: "array",
  list: "array",
  str: "string",
  int: "integer",
  bool: "boolean",
};
/** Schemas by name, whose keys are no keywords. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions"]);
/** Data, not schemas. */
const DATA = new Set(["default", "const", "enum", "examples", "required"]);

/**
 * Translates a description.
 *
 * @param parameters With `type: "dict"` and the like; unchanged.
 * @returns A JSON Schema of the arguments object.
 */
export function functionSchema(parameters: JsonSchemaObject): JsonSchemaObject {
  const schema = translate(parameters) as Record<string, unknown>;
  return { ...schema, type: "object" };
}

function translate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(translate);
  if (typeof node !== "object" || node === null) return node;
  const schema: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "optional" && typeof value === "boolean") continue;
    if (key === "type") {
      const type = jsonType(value);
      if (type !== undefined) schema.type = type;
    } else if (MAPS.has(key) && typeof value === "object" && value !== null) {
      schema[key] = Object.fromEntries(
        Object.entries(value).map(([name, part]) => [name, translate(part)]),
      );
    } else {
      schema[key] = DATA.has(key) ? value : translate(value);
    }
  }
  return schema;
}

/** Undefined for `any`: no restriction. */
function jsonType(type: unknown): unknown {
  if (Array.isArray(type)) {
    const types = type.map(jsonType);
    return types.includes(undefined) ? undefined : types;
  }
  if (type === "any") return undefined;
  return JSON_TYPES[type as string] ?? type;
}
