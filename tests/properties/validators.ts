/**
 * Two independent validators, and what they agree on.
 *
 * ajv is fast and asked about every text. It differs from the standard in places (what is unevaluated, names that
 * every object inherits), so where the engine disagrees with it, @hyperjump/json-schema decides. Texts that doubles
 * cannot hold are nobody's business here.
 *
 * @module
 */

import {
  registerSchema,
  setShouldValidateFormat,
  unregisterSchema,
  validate,
} from "@hyperjump/json-schema/draft-2020-12";
import "@hyperjump/json-schema/formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as ajvFormats from "ajv-formats";
import type { FormatsPlugin } from "ajv-formats";
import { duplicateKey } from "../random_walk/judge.ts";
import type { JsonSchema } from "./schemas.ts";

// The package's CommonJS export is the function under `default`; its types say it is the module itself.
const addFormats = ajvFormats.default as unknown as FormatsPlugin;

/** A text read as JSON; `null` where it is none, `"unclear"` where doubles are too coarse. */
export type ReadText = { readonly value: unknown } | "unclear" | null;

/** Reads a text as the engine has to: no key twice, no lone surrogates. */
export function readText(text: string): ReadText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isWellFormed(value) || duplicateKey(text) !== undefined) return null;
  return numbersFitDoubles(text) ? { value } : "unclear";
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormed(member));
}

const NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function numbersFitDoubles(text: string): boolean {
  return (text.match(NUMBERS) ?? []).every((lexeme) => {
    if (lexeme.startsWith('"')) return true;
    const [digits = "", exponent = "0"] = lexeme.toLowerCase().split("e");
    const significant = digits.replace(/[-.]/g, "").replace(/^0+/, "");
    return significant.length <= 9 && Math.abs(Number(exponent)) <= 9;
  });
}

setShouldValidateFormat(true);
let ajv = newAjv();
let compiledCount = 0;

function newAjv(): InstanceType<typeof Ajv2020> {
  const made = new Ajv2020({
    strict: false,
    multipleOfPrecision: 9,
    logger: false,
    ownProperties: true,
    validateSchema: false,
  });
  addFormats(made);
  return made;
}

let schemaCount = 0;

/** What both validators say of a schema's instances. */
export class Validators {
  /** Null where it cannot tell: its generated code, or what it compares objects with, sometimes fails. */
  readonly #ajv: (value: unknown) => boolean | null;
  readonly #uri = `urn:property-test:${schemaCount++}`;
  #hyperjump: ((value: unknown) => boolean) | undefined;

  constructor(private readonly schema: JsonSchema) {
    if (++compiledCount % 500 === 0) ajv = newAjv(); // it keeps what it has compiled
    const validator = ajv.compile(schema as Record<string, unknown>);
    if (typeof schema === "object") ajv.removeSchema(schema);
    this.#ajv = (value) => {
      try {
        return validator(value) === true;
      } catch {
        return null;
      }
    };
  }

  /** What the quick validator says; null where it cannot tell. */
  isValid(value: unknown): boolean | null {
    return this.#ajv(value);
  }

  /** Whether the second validator agrees with {@link Validators.isValid}. */
  async isConfirmed(value: unknown): Promise<boolean> {
    try {
      return await this.#second(value) === this.#ajv(value);
    } catch {
      return false; // it follows references without end, where nothing has to be evaluated
    }
  }

  async #second(value: unknown): Promise<boolean> {
    if (this.#hyperjump === undefined) {
      const schema = typeof this.schema === "boolean" ? { allOf: [this.schema] } : this.schema;
      registerSchema(
        { ...schema, $schema: "https://json-schema.org/draft/2020-12/schema" } as never,
        this.#uri,
      );
      const compiled = await validate(this.#uri);
      this.#hyperjump = (one) => compiled(one as never).valid;
    }
    return this.#hyperjump(value);
  }

  /** Forgets the schema. */
  close(): void {
    if (this.#hyperjump !== undefined) unregisterSchema(this.#uri);
  }
}
