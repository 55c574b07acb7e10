/**
 * Whether a value fits a schema, by somebody who knows nothing of the engine.
 *
 * ajv decides, draft 2020-12, formats asserted. What it compiles is kept for as long as the schema lives.
 *
 * @module
 */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import * as ajvFormats from "ajv-formats";
import type { FormatsPlugin } from "ajv-formats";
import type { JsonSchemaObject } from "../extract/mod.ts";

// The package's CommonJS export is the function under `default`; its types say it is the module itself.
const addFormats = ajvFormats.default as unknown as FormatsPlugin;

const ajv = new Ajv2020({ strict: false, validateSchema: false, logger: false });
addFormats(ajv);

const validators = new WeakMap<JsonSchemaObject, ValidateFunction | null>();

/**
 * Asks ajv.
 *
 * @param schema A JSON Schema.
 * @param value Any JSON value.
 * @returns Whether the value is valid; false, too, for a schema that ajv cannot read.
 */
export function fitsSchema(schema: JsonSchemaObject, value: unknown): boolean {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = compile(schema);
    validators.set(schema, validator);
  }
  return validator !== null && validator(value);
}

function compile(schema: JsonSchemaObject): ValidateFunction | null {
  try {
    return ajv.compile(schema);
  } catch {
    return null;
  } finally {
    ajv.removeSchema(schema);
  }
}
