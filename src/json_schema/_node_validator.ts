/**
 * A plain validator over schema nodes, for tests: the slow twin that shows what the reader's graph means.
 *
 * It follows the evaluation rules of the specification step by step, annotations included, and knows no formats.
 * Recursion without progress (`{"$ref": "#"}`) does not end.
 *
 * Source: JSON Schema core, draft 2020-12, sections 7, 10 and 11.
 *
 * @module
 */

import { compareDecimals, Decimal } from "./decimal.ts";
import {
  type SchemaNode,
  type SchemaResource,
  TYPE_ARRAY,
  TYPE_BOOLEAN,
  TYPE_FRACTION,
  TYPE_INTEGER,
  TYPE_NULL,
  TYPE_OBJECT,
  TYPE_STRING,
} from "./schema_node.ts";

/** The dynamic scope: resources from the outermost to the innermost. */
type Scope = readonly SchemaResource[];

/** Locations in one instance that some keyword has evaluated. */
interface Evaluated {
  readonly keys: Set<string>;
  readonly indices: Set<number>;
}

/**
 * Whether an instance is valid.
 *
 * @param node The root of the schema.
 * @param instance Parsed JSON, numbers as doubles.
 */
export function isValid(node: SchemaNode, instance: unknown): boolean {
  return evaluate(node, instance, []) !== undefined;
}

/** What was evaluated, or undefined when the instance is not valid. */
function evaluate(node: SchemaNode, instance: unknown, outer: Scope): Evaluated | undefined {
  if (node.boolean !== null) {
    return node.boolean ? { keys: new Set(), indices: new Set() } : undefined;
  }
  const scope = outer.at(-1) === node.resource ? outer : [...outer, node.resource];
  const evaluated: Evaluated = { keys: new Set(), indices: new Set() };
  const apply = (schema: SchemaNode): boolean => {
    const result = evaluate(schema, instance, scope);
    if (result === undefined) return false;
    for (const key of result.keys) evaluated.keys.add(key);
    for (const index of result.indices) evaluated.indices.add(index);
    return true;
  };
  const fits = (schema: SchemaNode, value: unknown) => evaluate(schema, value, scope) !== undefined;

  if ((typeOf(instance) & node.types) === 0) return undefined;
  if (node.constant !== undefined && !isEqual(node.constant.value, instance)) return undefined;
  if (node.enumeration?.some((value) => isEqual(value, instance)) === false) return undefined;
  if (typeof instance === "number" && !numberFits(node, instance)) return undefined;
  if (typeof instance === "string" && !stringFits(node, instance)) return undefined;

  if (node.ref !== undefined && !apply(node.ref)) return undefined;
  if (node.dynamicRef !== undefined) {
    const { initial, anchor } = node.dynamicRef;
    const target = anchor === null ? undefined : scope
      .find((resource) => resource.dynamicAnchors.has(anchor))?.dynamicAnchors.get(anchor);
    if (!apply(target ?? initial)) return undefined;
  }
  if (!node.allOf.every(apply)) return undefined;
  if (node.anyOf !== undefined && node.anyOf.filter(apply).length === 0) return undefined;
  if (node.oneOf !== undefined && node.oneOf.filter(apply).length !== 1) return undefined;
  if (node.not !== undefined && fits(node.not, instance)) return undefined;
  if (node.if !== undefined) {
    const branch = apply(node.if) ? node.then : node.else;
    if (branch !== undefined && !apply(branch)) return undefined;
  }

  if (Array.isArray(instance)) {
    if (instance.length < node.minItems || instance.length > node.maxItems) return undefined;
    if (node.uniqueItems && hasDuplicate(instance)) return undefined;
    for (const [index, item] of instance.entries()) {
      const schema = node.prefixItems[index] ?? node.items;
      if (schema === undefined) continue;
      if (!fits(schema, item)) return undefined;
      evaluated.indices.add(index);
    }
    if (node.contains !== undefined) {
      const { contains } = node;
      const matches = [...instance.keys()].filter((index) => fits(contains, instance[index]));
      if (matches.length < node.minContains || matches.length > node.maxContains) return undefined;
      if (node.containsEvaluates) matches.forEach((index) => evaluated.indices.add(index));
    }
    if (node.unevaluatedItems !== undefined) {
      for (const [index, item] of instance.entries()) {
        if (evaluated.indices.has(index)) continue;
        if (!fits(node.unevaluatedItems, item)) return undefined;
        evaluated.indices.add(index);
      }
    }
  } else if (typeof instance === "object" && instance !== null) {
    const members = new Map<string, unknown>(Object.entries(instance));
    if (members.size < node.minProperties || members.size > node.maxProperties) return undefined;
    if (!node.required.every((key) => members.has(key))) return undefined;
    for (const [key, value] of members) {
      const schemas = [...node.patternProperties]
        .filter(([pattern]) => new RegExp(pattern, "u").test(key)).map(([, schema]) => schema);
      const own = node.properties.get(key);
      if (own !== undefined) schemas.push(own);
      if (schemas.length === 0 && node.additionalProperties !== undefined) {
        schemas.push(node.additionalProperties);
      }
      if (!schemas.every((schema) => fits(schema, value))) return undefined;
      if (schemas.length > 0) evaluated.keys.add(key);
      if (node.propertyNames !== undefined && !fits(node.propertyNames, key)) return undefined;
      if (node.dependentRequired.get(key)?.every((name) => members.has(name)) === false) {
        return undefined;
      }
      const dependent = node.dependentSchemas.get(key);
      if (dependent !== undefined && !apply(dependent)) return undefined;
    }
    if (node.unevaluatedProperties !== undefined) {
      for (const [key, value] of members) {
        if (evaluated.keys.has(key)) continue;
        if (!fits(node.unevaluatedProperties, value)) return undefined;
        evaluated.keys.add(key);
      }
    }
  }
  return evaluated;
}

function typeOf(instance: unknown): number {
  if (instance === null) return TYPE_NULL;
  if (Array.isArray(instance)) return TYPE_ARRAY;
  switch (typeof instance) {
    case "boolean":
      return TYPE_BOOLEAN;
    case "number":
      return Number.isInteger(instance) ? TYPE_INTEGER : TYPE_FRACTION;
    case "string":
      return TYPE_STRING;
    default:
      return TYPE_OBJECT;
  }
}

function numberFits({ numbers }: SchemaNode, instance: number): boolean {
  if (numbers === undefined) return true;
  const value = Decimal.from(instance);
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = numbers;
  return (minimum === undefined || compareDecimals(value, minimum) >= 0) &&
    (maximum === undefined || compareDecimals(value, maximum) <= 0) &&
    (exclusiveMinimum === undefined || compareDecimals(value, exclusiveMinimum) > 0) &&
    (exclusiveMaximum === undefined || compareDecimals(value, exclusiveMaximum) < 0) &&
    (multipleOf === undefined || value.isMultipleOf(multipleOf));
}

function stringFits(node: SchemaNode, instance: string): boolean {
  const length = [...instance].length;
  return length >= node.minLength && length <= node.maxLength &&
    (node.pattern === undefined || new RegExp(node.pattern, "u").test(instance));
}

function hasDuplicate(items: readonly unknown[]): boolean {
  return items.some((item, index) => items.slice(0, index).some((other) => isEqual(item, other)));
}

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) =>
    Object.hasOwn(b, key) &&
    isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])
  );
}
