/**
 * A caller's schema as what an extraction needs of it: the grammar, the outline's source, the check.
 *
 * The first half of an extraction, on its own because it needs a vocabulary and no model: a program can find
 * out that a schema is unusable before it downloads one.
 *
 *     schema -> JSON Schema -> objects closed -> grammar
 *
 * @module
 */

import type { GrammarWorker, WorkerGrammar } from "../decoding/mod.ts";
import {
  type CompiledGrammar,
  compileJsonSchema,
  type CompileJsonSchemaOptions,
} from "../matcher/mod.ts";
import type { Vocabulary } from "../vocabulary/mod.ts";
import { closeObjects } from "./closed_objects.ts";
import type { ExtractionWhitespace } from "./extraction_prompt.ts";
import { type ReadSchema, readSchema } from "./schema_input.ts";

/** Options of {@link compileExtraction}. */
export interface CompileExtractionOptions {
  /** Default `"compact"`. */
  readonly whitespace?: ExtractionWhitespace;
  /** Leave objects open where the schema does; default false. */
  readonly undeclaredProperties?: boolean;
  /** Limits of the compilation; default the engine's own. */
  readonly limits?: CompileJsonSchemaOptions["limits"];
}

/** Where {@link compileExtraction} compiles. */
export interface ExtractionCompiler {
  /** Compiles on its thread, for the same vocabulary; default: on this one. */
  readonly grammars?: GrammarWorker;
  /** Stops waiting for the compilation. */
  readonly signal?: AbortSignal;
}

/** A schema of any kind, ready for a model with the vocabulary it was compiled for. */
export interface ExtractionGrammar extends ReadSchema {
  /** What the output is held to. */
  readonly grammar: CompiledGrammar | WorkerGrammar;
}

/**
 * Compiles a schema as `extract` does.
 *
 * @param schema Any of `ExtractionSchema`.
 * @param vocabulary The model's; to check a schema alone, any will do.
 * @param options See {@link CompileExtractionOptions}.
 * @returns The grammar, the JSON Schema it came from, and the schema library's own check.
 * @throws {SchemaConversionError} The schema cannot be written as JSON Schema.
 * @throws {TypeError} It is no schema at all.
 * @throws {UnsupportedSchemaError} It has a keyword that cannot be enforced.
 */
export async function compileExtraction(
  schema: unknown,
  vocabulary: Vocabulary,
  options: CompileExtractionOptions & ExtractionCompiler = {},
): Promise<ExtractionGrammar> {
  const { whitespace = "compact", undeclaredProperties = false, limits, grammars, signal } =
    options;
  const { jsonSchema, validate } = await readSchema(schema);
  if (!undeclaredProperties) closeObjects(jsonSchema);
  const grammar = grammars
    ? await grammars.compileJsonSchema(jsonSchema, { whitespace, limits, signal })
    : compileJsonSchema(jsonSchema, vocabulary, { whitespace, limits });
  return { jsonSchema, validate, grammar };
}
