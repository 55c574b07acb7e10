/**
 * Guided decoding as vLLM has it: `guided_*` of old, `structured_outputs` since then.
 *
 * Source: vLLM's documentation of structured outputs.
 *
 * @module
 */

import * as z from "zod";
import type { AnswerFormat } from "../agent/mod.ts";
import { invalidRequest } from "./api_error.ts";

const schema = z.union([z.record(z.string(), z.unknown()), z.boolean(), z.string()]);
const choices = z.array(z.string()).min(1);

/** The fields, for a zod object. */
export const guidedFields = {
  guided_json: schema.nullish().describe("a JSON Schema, or one as text"),
  guided_regex: z.string().nullish(),
  guided_choice: choices.nullish(),
  guided_grammar: z.string().nullish().describe("GBNF, or in Lark's notation"),
  structured_outputs: z.looseObject({
    json: schema.nullish(),
    regex: z.string().nullish(),
    choice: choices.nullish(),
    grammar: z.string().nullish(),
    json_object: z.boolean().nullish(),
    structural_tag: z.unknown().optional(),
  }).nullish(),
};

/** What came in the fields. */
export type GuidedFields = z.output<z.ZodObject<typeof guidedFields>>;

/**
 * The form that the fields ask for.
 *
 * @param fields As sent.
 * @param format What `response_format` asks for, if anything.
 * @throws {ApiError} 400: several forms at once, or one that there is not.
 */
export function guidedFormat(fields: GuidedFields, format?: AnswerFormat): AnswerFormat {
  const nested = fields.structured_outputs ?? {};
  const found: [param: string, format: AnswerFormat][] = [];
  const add = <T>(param: string, value: T | null | undefined, make: (value: T) => AnswerFormat) => {
    if (value !== null && value !== undefined) found.push([param, make(value)]);
  };
  for (const [prefix, source] of sources(fields, nested)) {
    add(`${prefix}json`, source.json, (value) => ({
      type: "json_schema",
      schema: readSchema(value, `${prefix}json`),
    }));
    add(`${prefix}regex`, source.regex, (pattern) => ({ type: "regex", pattern }));
    add(`${prefix}choice`, source.choice, (choices) => ({ type: "choice", choices }));
    add(`${prefix}grammar`, source.grammar, (grammar) => ({ type: "grammar", grammar }));
  }
  if (nested.json_object) found.push(["structured_outputs.json_object", { type: "json_object" }]);
  if (nested.structural_tag !== undefined && nested.structural_tag !== null) {
    const param = "structured_outputs.structural_tag";
    throw invalidRequest("structural tags are not supported", param, "unsupported");
  }
  if (format !== undefined && format.type !== "text") found.push(["response_format", format]);
  if (found.length > 1) {
    const names = found.map(([name]) => name).join(", ");
    throw invalidRequest(`only one of these may be given: ${names}`, found[0]![0]);
  }
  return found[0]?.[1] ?? { type: "text" };
}

interface Source {
  json?: unknown;
  regex?: string | null;
  choice?: string[] | null;
  grammar?: string | null;
}

function sources(
  { guided_json, guided_regex, guided_choice, guided_grammar }: GuidedFields,
  nested: Source,
): [prefix: string, source: Source][] {
  const old = {
    json: guided_json,
    regex: guided_regex,
    choice: guided_choice,
    grammar: guided_grammar,
  };
  return [["guided_", old], ["structured_outputs.", nested]];
}

function readSchema(value: unknown, param: string): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw invalidRequest(`${param} is a text that is not JSON`, param, "invalid_json");
  }
}
