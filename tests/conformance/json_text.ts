/**
 * JSON in and out without losing how numbers were written.
 *
 * A conformance instance is a text: `1.0` and `1` are one value but two token sequences, and
 * `12345678901234567890` does not survive a double. {@link parseKeepingNumbers} keeps the source of each
 * number, and the serialisers write it back as it was.
 *
 * @module
 */

/** Raw JSON as the language has it (`JSON.rawJSON`), which TypeScript's library does not declare yet. */
const json = JSON as typeof JSON & {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

/** Parses JSON; numbers become opaque values that the serialisers below write as they were read. */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value !== "number") return value;
    return json.rawJSON(context?.source ?? String(value));
  });
}

/** JSON without whitespace, as `JSON.stringify` writes it. */
export function compactJson(value: unknown): string {
  return JSON.stringify(value);
}

/** JSON with `", "` and `": "` between tokens, as Python's `json.dumps` writes it (without ASCII escapes). */
export function spacedJson(value: unknown): string {
  if (json.isRawJSON(value)) return value.rawJSON;
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) =>
      `${JSON.stringify(key)}: ${spacedJson(member)}`
    );
    return `{${members.join(", ")}}`;
  }
  return JSON.stringify(value);
}
