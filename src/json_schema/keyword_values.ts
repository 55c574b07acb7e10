/**
 * Type checks of keyword values: each function takes the value as it stands in the schema and returns it
 * typed, or throws an error that names the keyword, says what it wants and quotes what it got.
 *
 * Used by `keywords.ts` for every keyword that asserts something.
 *
 * Source: JSON Schema validation, draft 2020-12, section 6.
 *
 * @module
 */

import { Decimal } from "./decimal.ts";
import { InvalidSchemaError } from "./errors.ts";
import type { JsonValue } from "./schema_node.ts";

/** A schema object, as far as the reader is concerned. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Where a keyword stands, for errors: a node, or anything else with its pointer. */
export interface KeywordPlace {
  readonly pointer: string;
}

const LONGEST_QUOTE = 80;

/** The value as an error message shows it: JSON where it can be, never long, whatever the value's size. */
export function quoteValue(value: unknown): string {
  const text = shortText(value, LONGEST_QUOTE + 1);
  return text.length > LONGEST_QUOTE ? text.slice(0, LONGEST_QUOTE) + "…" : text;
}

/** The beginning of the value's text, at least `length` characters of it where there are so many. */
function shortText(value: unknown, length: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, length));
    case "function":
      return "a function";
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Date) return "a Date";
  const isList = Array.isArray(value);
  let text = isList ? "[" : "{";
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (text.length > length) return text;
    if (text.length > 1) text += ",";
    if (!isList) text += `${JSON.stringify((key as string).slice(0, length))}:`;
    // Each level has written a bracket, so the nesting is bounded as well.
    text += shortText((value as Record<string | number, unknown>)[key], length - text.length);
  }
  return text + (isList ? "]" : "}");
}

/** A key as a segment of a JSON Pointer (RFC 6901). */
export function escapePointerSegment(key: string): string {
  return key.includes("~") || key.includes("/")
    ? key.replaceAll("~", "~0").replaceAll("/", "~1")
    : key;
}

/** An own property, or undefined; never something inherited. */
export function ownValue(schema: SchemaObject, key: string): unknown {
  return Object.hasOwn(schema, key) ? schema[key] : undefined;
}

/** The error that a keyword's value is of the wrong kind. */
export function wrongValue(
  place: KeywordPlace,
  keyword: string,
  wanted: string,
  value: unknown,
): InvalidSchemaError {
  return new InvalidSchemaError(
    keyword,
    place.pointer,
    `${keyword} must be ${wanted}, got ${quoteValue(value)}`,
  );
}

/** A string. */
export function stringValue(place: KeywordPlace, keyword: string, value: unknown): string {
  if (typeof value !== "string") throw wrongValue(place, keyword, "a string", value);
  return value;
}

/** A Boolean. */
export function booleanValue(place: KeywordPlace, keyword: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrongValue(place, keyword, "a boolean", value);
  return value;
}

/** An array, of anything. */
export function arrayValue(
  place: KeywordPlace,
  keyword: string,
  value: unknown,
): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongValue(place, keyword, "an array", value);
  return value;
}

/** An object that is not an array. */
export function objectValue(place: KeywordPlace, keyword: string, value: unknown): SchemaObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongValue(place, keyword, "an object", value);
  }
  return value as SchemaObject;
}

/** An array of strings, without what is repeated. */
export function stringsValue(
  place: KeywordPlace,
  keyword: string,
  value: unknown,
): readonly string[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
    throw wrongValue(place, keyword, "an array of strings", value);
  }
  return value.length > 1 ? [...new Set(value)] : value.slice();
}

/** A non-negative integer; `Infinity` for one beyond the largest double. */
export function countValue(place: KeywordPlace, keyword: string, value: unknown): number {
  const count = value instanceof Decimal ? Number(value.toString()) : value;
  if (
    typeof count !== "number" || !(count >= 0) || (Number.isFinite(count) && count % 1 !== 0)
  ) {
    throw wrongValue(place, keyword, "a non-negative integer", value);
  }
  return count;
}

/** A number, exact where it is finite. */
export function numericValue(
  place: KeywordPlace,
  keyword: string,
  value: unknown,
): Decimal | number {
  if (value instanceof Decimal) return value;
  if (typeof value !== "number") throw wrongValue(place, keyword, "a number", value);
  return Number.isFinite(value) ? Decimal.from(value) : value;
}

/** Whether an infinite number stands anywhere in a value: it has no exact form. */
export function hasInfinity(value: JsonValue): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof Decimal) return false;
  return Object.values(value).some(hasInfinity);
}
