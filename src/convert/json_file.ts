/**
 * JSON files of a checkpoint, with errors that say which file is at fault.
 *
 * @module
 */

import { ConversionError } from "./errors.ts";

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/**
 * Reads a file that holds a JSON object.
 *
 * @returns Null where there is no such file.
 * @throws {ConversionError} `corrupt_file`, if it holds anything else.
 */
export async function readJsonFile(path: string): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  return parseJsonObject(text, path);
}

/**
 * Parses a JSON object.
 *
 * @param file Where it is from, for the error.
 * @throws {ConversionError} `corrupt_file`, if the text is anything else.
 */
export function parseJsonObject(text: string, file: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConversionError(
      "corrupt_file",
      `"${file}" is not JSON: ${(cause as Error).message}`,
      {
        file,
        cause,
      },
    );
  }
  if (isJsonObject(value)) return value;
  throw new ConversionError("corrupt_file", `"${file}" is not a JSON object`, { file });
}

/** Whether a value is an object, and no list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
