/**
 * What a model is told of a tool, and what a call of one looks like.
 *
 * @module
 */

import type { JsonSchemaObject } from "../extract/mod.ts";

/** A function that the model may call. */
export interface ToolDefinition {
  /** Unique among the tools of a request. */
  readonly name: string;
  /** What it does and when to call it; shown to the model. */
  readonly description?: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: JsonSchemaObject;
}

/** One call, as the model wrote it. */
export interface ToolCall {
  /** The tool. */
  readonly name: string;
  /** Fits the tool's parameters when it was written under masks. */
  readonly arguments: Readonly<Record<string, unknown>>;
}
