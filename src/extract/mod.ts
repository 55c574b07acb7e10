/**
 * Extraction: a text and a schema in, typed data out.
 *
 * @module
 */

export { closeObjects } from "./closed_objects.ts";
export { extract, streamExtract } from "./extract.ts";
export type {
  DeepPartial,
  ExtractionEvent,
  ExtractionResult,
  ExtractionTokenEvent,
  ExtractOptions,
} from "./extract.ts";
export { extractLong } from "./extract_long.ts";
export type {
  ExtractedChunk,
  ExtractLongOptions,
  LongExtractionResult,
  LongProgress,
} from "./extract_long.ts";
export { extractMany } from "./extract_many.ts";
export type {
  ExtractManyOptions,
  ManyFailure,
  ManyResult,
  ManyResultBase,
  ManySuccess,
} from "./extract_many.ts";
export type { ManyItem, ManyItems } from "./many_items.ts";
export type { ManyProgress } from "./many_progress.ts";
export type { ItemKeys, LongLeaf } from "./merged_reading.ts";
export type { TextChunk } from "./text_chunks.ts";
export type { ExtractedLeaf } from "./evidence.ts";
export type { LeafConfidence } from "./leaf_confidence.ts";
export type { SourceSpan } from "./source_spans.ts";
export {
  DuplicateItemIdError,
  EmptyTextError,
  MergeError,
  ResumeFileError,
  SchemaConversionError,
  ValidationError,
} from "./errors.ts";
export type { ValidationIssue } from "./errors.ts";
export { compileExtraction } from "./extraction_grammar.ts";
export type {
  CompileExtractionOptions,
  ExtractionCompiler,
  ExtractionGrammar,
} from "./extraction_grammar.ts";
export { extractionPrompt } from "./extraction_prompt.ts";
export type {
  ExtractionExample,
  ExtractionPromptOptions,
  ExtractionWhitespace,
} from "./extraction_prompt.ts";
export { jsonSchema, readSchema } from "./schema_input.ts";
export type {
  ExtractionSchema,
  InferInput,
  InferOutput,
  JsonSchemaObject,
  ReadSchema,
  StandardResult,
  StandardSchema,
  TypedJsonSchema,
  valueType,
} from "./schema_input.ts";
export { outlineSchema } from "./schema_outline.ts";
