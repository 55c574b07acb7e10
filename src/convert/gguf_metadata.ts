/**
 * Typed access to the metadata of a GGUF file.
 *
 * @module
 */

import { ConversionError } from "./errors.ts";
import type { JsonObject } from "./json_file.ts";

/** Values by key; a value of another type than asked for is an error that names the key. */
export class GgufMetadata {
  /**
   * @param values As parsed.
   * @param file Where they are from, for errors.
   */
  constructor(readonly values: JsonObject, readonly file: string) {}

  string(key: string): string {
    return this.#required(key, this.optionalString(key));
  }

  optionalString(key: string): string | undefined {
    return this.#typed(key, "a text", (value) => typeof value === "string" ? value : undefined);
  }

  /** A number; 64-bit ones as well. */
  optionalNumber(key: string): number | undefined {
    return this.#typed(
      key,
      "a number",
      (value) => typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined,
    );
  }

  optionalBoolean(key: string): boolean | undefined {
    return this.#typed(
      key,
      "true or false",
      (value) => typeof value === "boolean" ? value : undefined,
    );
  }

  strings(key: string): string[] {
    return this.#required(
      key,
      this.#typed(
        key,
        "a list of texts",
        (value) =>
          Array.isArray(value) && value.every((item) => typeof item === "string")
            ? value as string[]
            : undefined,
      ),
    );
  }

  optionalNumbers(key: string): number[] | undefined {
    return this.#typed(
      key,
      "a list of numbers",
      (value) =>
        Array.isArray(value) && value.every((item) => typeof item === "number")
          ? value as number[]
          : undefined,
    );
  }

  /** The error for a model that is not converted. */
  unsupported(what: string): ConversionError {
    return new ConversionError(
      "unsupported_configuration",
      `"${this.file}" holds a model that is not converted: ${what}`,
      { file: this.file },
    );
  }

  #typed<Value>(
    key: string,
    wanted: string,
    read: (value: unknown) => Value | undefined,
  ): Value | undefined {
    const value = this.values[key];
    if (value === undefined) return undefined;
    const typed = read(value);
    if (typed !== undefined) return typed;
    throw new ConversionError("corrupt_file", `"${this.file}": ${key} is not ${wanted}`, {
      file: this.file,
    });
  }

  #required<Value>(key: string, value: Value | undefined): Value {
    if (value !== undefined) return value;
    throw new ConversionError("corrupt_file", `"${this.file}" does not say ${key}`, {
      file: this.file,
    });
  }
}
