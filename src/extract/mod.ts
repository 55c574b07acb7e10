/**
 * Extraction: a text and a schema in, typed data out.
 *
 * @module
 */

export { extract, streamExtract } from "./extract.ts";
export type {
  DeepPartial,
  ExtractionEvent,
  ExtractionResult,
  ExtractionTokenEvent,
  ExtractOptions,
} from "./extract.ts";
export { EmptyTextError, SchemaConversionError, ValidationError } from "./errors.ts";
export type { ValidationIssue } from "./errors.ts";
export { extractionPrompt } from "./extraction_prompt.ts";
export type {
  ExtractionExample,
  ExtractionPromptOptions,
  ExtractionWhitespace,
} from "./extraction_prompt.ts";
export { jsonSchema } from "./schema_input.ts";
export type {
  ExtractionSchema,
  InferInput,
  InferOutput,
  JsonSchemaObject,
  StandardResult,
  StandardSchema,
  TypedJsonSchema,
} from "./schema_input.ts";
export { outlineSchema } from "./schema_outline.ts";
