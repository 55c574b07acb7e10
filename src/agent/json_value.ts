/**
 * What a tool returned, as JSON or not at all.
 *
 * `JSON.stringify` drops functions, turns NaN into null and maps into `{}`; a model would be told something that the tool
 * did not say. Here they are refused. Nothing (`undefined`) becomes null, at the top and not below a list's place. O(size).
 *
 * @module
 */

import type { JsonValue } from "./agent_record.ts";

/**
 * A copy that is plain JSON.
 *
 * @param value Anything; what has a `toJSON` method, as dates have, is asked for it.
 * @throws {TypeError} JSON cannot write it; says what.
 */
export function toJsonValue(value: unknown): JsonValue {
  if (value === undefined) return null;
  const text = JSON.stringify(value, (key, part: unknown) => {
    const kind = strangeKind(part);
    if (kind !== null) {
      throw new TypeError(key === "" ? `it is ${kind}` : `${JSON.stringify(key)} is ${kind}`);
    }
    return part;
  });
  return text === undefined ? null : JSON.parse(text);
}

function strangeKind(value: unknown): string | null {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return `a ${typeof value}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) return `the number ${value}`;
  if (value instanceof Map || value instanceof Set) return `a ${value.constructor.name}`;
  if (value instanceof Promise) return "a Promise";
  return ArrayBuffer.isView(value) ? `a ${value.constructor.name}` : null;
}
