/**
 * JSON values with exact numbers: a canonical text, and a reader that keeps every digit.
 *
 * Equality of JSON Schema is by value: 1 and 1.0 are equal, so are objects with their keys in another order. Two values
 * are equal exactly if their canonical texts are. `uniqueItems`, `const` and `enum` compare these.
 *
 * @module
 */

import { Decimal } from "./decimal.ts";
import type { JsonValue } from "./schema_node.ts";

/** Whether a value is an object, not an array, a number or null. */
export function isJsonObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Decimal);
}

/** Whether a value is a number, exact or not. */
export function isJsonNumber(value: JsonValue): value is number | Decimal {
  return typeof value === "number" || value instanceof Decimal;
}

/** Whether a text can write the value: no name or string in it has a lone surrogate. */
export function isWritable(value: JsonValue): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWritable);
  return !isJsonObject(value) ||
    Object.entries(value).every(([name, member]) => name.isWellFormed() && isWritable(member));
}

/**
 * How many items and members a value has, at any depth; counted up to `limit`, so that a value that is too large for
 * something costs no more than one that is not.
 */
export function partCount(value: JsonValue, limit: number): number {
  if (!Array.isArray(value) && !isJsonObject(value)) return 0;
  let count = 0;
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    count += 1 + partCount(part, limit - count);
    if (count >= limit) return limit;
  }
  return count;
}

/** A text that is the same for equal values and for those only. */
export function canonicalText(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (isJsonNumber(value)) return Decimal.from(value).toString();
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const object = value as { readonly [key: string]: JsonValue };
  const members = Object.keys(object).sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(object[key]!)}`);
  return `{${members.join(",")}}`;
}

/**
 * Parses a JSON text, numbers as {@link Decimal}s.
 *
 * @throws {SyntaxError} The text is not JSON.
 */
export function parseExactly(text: string): JsonValue {
  // The reviver's third argument carries a number's source (ECMA-262, JSON.parse source text access).
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined
      ? Decimal.parse(context.source)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as JsonValue;
}
