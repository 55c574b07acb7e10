/**
 * The frames of an assistant's turn, from what a request says about its form.
 *
 * A request names a form (JSON of a schema, a pattern, one of several texts) and tools; each becomes a grammar. Where they
 * are compiled is the caller's business: on this thread, in a `GrammarWorker`, or wherever a server compiles the
 * schemas of strangers.
 *
 * @module
 */

import type { WorkerGrammar } from "../decoding/mod.ts";
import { closeObjects, type JsonSchemaObject } from "../extract/mod.ts";
import {
  compileChoice,
  type CompiledGrammar,
  compileGrammar,
  compileJsonSchema,
  type CompileJsonSchemaOptions,
  compileRegex,
} from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import type { ToolDefinition } from "./tool_definition.ts";

/** A compiled frame. */
export type TurnGrammar = CompiledGrammar | WorkerGrammar;

/** Where frames are compiled; a `GrammarWorker` is one. */
export interface TurnCompiler {
  /** As the function of that name. */
  compileJsonSchema(
    schema: unknown,
    options?: CompileJsonSchemaOptions & { signal?: AbortSignal },
  ): Promise<TurnGrammar>;
  /** As the function of that name. */
  compileGrammar(grammar: string, options?: { signal?: AbortSignal }): Promise<TurnGrammar>;
  /** As the function of that name. */
  compileRegex(pattern: string, options?: { signal?: AbortSignal }): Promise<TurnGrammar>;
  /** As the function of that name. */
  compileChoice(
    choices: readonly string[],
    options?: { signal?: AbortSignal },
  ): Promise<TurnGrammar>;
}

/** The form of an answer. */
export type AnswerFormat =
  | { readonly type: "text" }
  /** Any JSON object. */
  | { readonly type: "json_object" }
  /** JSON that fits a schema. */
  | { readonly type: "json_schema"; readonly schema: unknown }
  /** A text that matches an ECMAScript pattern as a whole. */
  | { readonly type: "regex"; readonly pattern: string }
  /** A text of a grammar, in any notation that `compileGrammar` reads. */
  | { readonly type: "grammar"; readonly grammar: string }
  /** One of these texts. */
  | { readonly type: "choice"; readonly choices: readonly string[] };

/** Compiles on this thread. */
export function localCompiler(vocabulary: Vocabulary): TurnCompiler {
  return {
    compileJsonSchema: async (schema, { signal: _, ...options } = {}) =>
      await Promise.resolve(compileJsonSchema(schema, vocabulary, options)),
    compileGrammar: async (grammar) => await Promise.resolve(compileGrammar(grammar, vocabulary)),
    compileRegex: async (pattern) => await Promise.resolve(compileRegex(pattern, vocabulary)),
    compileChoice: async (choices) => await Promise.resolve(compileChoice(choices, vocabulary)),
  };
}

/**
 * The frame of an answer.
 *
 * @param format What was asked for.
 * @param compiler Where to compile.
 * @param signal Stops waiting.
 * @returns The grammar; null for free text.
 */
export async function answerGrammar(
  format: AnswerFormat,
  compiler: TurnCompiler,
  signal?: AbortSignal,
): Promise<TurnGrammar | null> {
  switch (format.type) {
    case "text":
      return null;
    case "json_object":
      return await compiler.compileJsonSchema({ type: "object" }, { signal });
    case "json_schema":
      return await compiler.compileJsonSchema(closedCopy(format.schema), { signal });
    case "grammar":
      return await compiler.compileGrammar(format.grammar, { signal });
    case "regex":
      return await compiler.compileRegex(format.pattern, { signal });
    case "choice":
      return await compiler.compileChoice(format.choices, { signal });
  }
}

/**
 * The frame of one call, `{"name": …, "arguments": …}` of any of these tools, written as models are trained to write it.
 *
 * Each tool's parameters are a document of their own, so that references in them and their `$schema` mean what they meant.
 */
export function callGrammar(
  tools: readonly ToolDefinition[],
  compiler: TurnCompiler,
  signal?: AbortSignal,
): Promise<TurnGrammar> {
  const externalSchemas: Record<string, unknown> = {};
  const anyOf = tools.map(({ name, parameters }, index) => {
    const uri = `espalier:/tools/${index}`;
    externalSchemas[uri] = closedCopy(parameters);
    return {
      type: "object",
      properties: { name: { const: name }, arguments: { $ref: uri } },
      required: ["name", "arguments"],
      additionalProperties: false,
    };
  });
  return compiler.compileJsonSchema({ anyOf }, { externalSchemas, whitespace: "spaced", signal });
}

/** Small models invent properties wherever a schema lets them. */
function closedCopy(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  return closeObjects(structuredClone(schema) as JsonSchemaObject);
}
