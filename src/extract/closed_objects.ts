/**
 * Objects that have the declared properties and no others.
 *
 * JSON Schema lets an object have any further property unless told otherwise. For a validator that is
 * right; a small model that writes one property after the other would never stop inventing. So extraction
 * adds `additionalProperties: false` where the schema leaves the matter open and the result is certain to
 * be a subset of what the schema allows: nowhere below `allOf`, `oneOf`, `not`, `if` and the like, where
 * closing one part could contradict another, and never over an explicit `additionalProperties`.
 *
 * One walk over the schema, each part at most twice.
 *
 * @module
 */

import type { JsonSchemaObject } from "./schema_input.ts";

/** Keywords that say nothing about which values are valid. */
const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);
/** Applicators through which the schema of a whole value is reached. */
const VALUE_MAPS = ["properties", "patternProperties"];
const VALUES = ["items", "additionalProperties"];
const VALUE_LISTS = ["prefixItems", "anyOf"];
/** Applicators in which a narrower part may widen or contradict the whole. */
const DELICATE = [
  "allOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "contains",
  "propertyNames",
  "dependentSchemas",
  "dependentRequired",
  "dependencies",
  "unevaluatedProperties",
  "unevaluatedItems",
  "$dynamicRef",
];

/**
 * Closes the objects that can be closed safely.
 *
 * @param schema A JSON Schema; changed in place.
 * @returns The same schema.
 */
export function closeObjects<Schema extends JsonSchemaObject>(schema: Schema): Schema {
  const closable = new Set<object>();
  const open = new Set<object>();
  visit(schema, true);
  for (const node of closable) if (!open.has(node)) close(node as Record<string, unknown>);
  return schema;

  function visit(node: unknown, mayClose: boolean): void {
    if (typeof node !== "object" || node === null || Array.isArray(node)) return;
    const seen = mayClose ? closable : open;
    if (seen.has(node)) return;
    seen.add(node);
    const keywords = node as Record<string, unknown>;
    const assertions = Object.keys(keywords).filter((key) => !ANNOTATIONS.has(key));
    const isAlone = assertions.length === 1;
    if (typeof keywords.$ref === "string") {
      visit(resolve(schema, keywords.$ref), mayClose && isAlone);
    }
    if (isAlone && Array.isArray(keywords.allOf) && keywords.allOf.length === 1) {
      return visit(keywords.allOf[0], mayClose);
    }
    const inside = mayClose && (isAlone || typeof keywords.$ref !== "string") &&
      !DELICATE.some((key) => key in keywords) &&
      // Branches beside `properties` would have to repeat them.
      !("anyOf" in keywords && assertions.some((key) => key !== "anyOf" && key !== "type"));
    if (!inside) open.add(node);
    for (const key of [...VALUES, ...DELICATE]) visit(keywords[key], inside);
    for (const key of [...VALUE_LISTS, ...DELICATE]) {
      if (Array.isArray(keywords[key])) { for (const part of keywords[key]) visit(part, inside); }
    }
    for (const key of [...VALUE_MAPS, "dependentSchemas", "dependencies"]) {
      for (const part of Object.values(keywords[key] ?? {})) visit(part, inside);
    }
  }
}

function close(node: Record<string, unknown>): void {
  const { properties, required = [], minProperties = 0 } = node;
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return;
  if ("additionalProperties" in node || "patternProperties" in node) return;
  if (!Array.isArray(required) || required.some((key) => !Object.hasOwn(properties, key))) return;
  if ((minProperties as number) > Object.keys(properties).length) return;
  node.additionalProperties = false;
}

/** The part of a schema that a local `$ref` points at; undefined when there is none. */
export function resolve(schema: JsonSchemaObject, ref: string): unknown {
  if (ref === "#") return schema;
  if (!ref.startsWith("#/")) return undefined;
  let node: unknown = schema;
  for (const step of ref.slice(2).split("/")) {
    let key: string;
    try {
      key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    } catch {
      return undefined;
    }
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}
