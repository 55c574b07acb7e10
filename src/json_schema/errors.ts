/**
 * What can be wrong with a JSON Schema, from a wrong keyword value to one that no value fits.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** A keyword's value is not what the standard allows there, or a reference leads nowhere. */
export class InvalidSchemaError extends EspalierError {
  /** Stable identifier. */
  readonly code = "invalid_schema";

  /**
   * Makes the error.
   *
   * @param keyword The keyword, `""` for the schema itself.
   * @param pointer JSON Pointer of the schema that has the keyword, with the document's URI if it has one.
   * @param reason What is wrong, with the value quoted.
   * @param options `cause`: the error underneath, where there is one.
   */
  constructor(
    readonly keyword: string,
    readonly pointer: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`invalid schema at ${quotePointer(pointer, keyword)}: ${reason}`, options);
  }
}

/** The schema is valid, but a keyword in it cannot be enforced token by token; never ignored. */
export class UnsupportedSchemaError extends EspalierError {
  /** Stable identifier. */
  readonly code = "unsupported_schema";

  /**
   * Makes the error.
   *
   * @param keyword The keyword that cannot be enforced.
   * @param pointer JSON Pointer of the schema that has it, with the document's URI if it has one.
   * @param reason Why.
   * @param options `cause`: the error underneath, where there is one.
   */
  constructor(
    readonly keyword: string,
    readonly pointer: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`unsupported schema at ${quotePointer(pointer, keyword)}: ${reason}`, options);
  }
}

/** No JSON value fits the schema. */
export class UnsatisfiableSchemaError extends EspalierError {
  /** Stable identifier. */
  readonly code = "unsatisfiable_schema";

  /**
   * Makes the error.
   *
   * @param pointer JSON Pointer of the schema that nothing fits.
   */
  constructor(readonly pointer: string) {
    super(`no JSON value fits the schema at ${JSON.stringify(pointer)}`);
  }
}

function quotePointer(pointer: string, keyword: string): string {
  const full = keyword === ""
    ? pointer
    : `${pointer}/${keyword.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return JSON.stringify(full);
}
