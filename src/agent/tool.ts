/**
 * A function that a model may call: what the model is told of it, and what runs when it is called.
 *
 *     parameters (zod, Standard Schema, JSON Schema) ─┬─> JSON Schema: the mask that the arguments are written under
 *                                                     └─> the library's own check and transforms, before `execute`
 *
 * The type of `execute`'s arguments is that of the schema's values, so a tool is written like a plain function.
 *
 * @module
 */

import {
  type ExtractionSchema,
  type InferOutput,
  type ReadSchema,
  readSchema,
} from "../extract/mod.ts";
import type { ToolDefinition } from "./tool_definition.ts";

/** What a tool is told of the call besides its arguments. */
export interface ToolContext {
  /** Unique among the calls of a run. */
  readonly callId: string;
  /** Aborted when the run is, or when the tool's time is up. */
  readonly signal: AbortSignal;
}

/** Options of {@link tool}. */
export interface ToolOptions<Schema, Result> {
  /** Letters, digits and `_ . / : -`, at most 128 of them; unique among an agent's tools. */
  name: string;
  /** What it does and when to call it; shown to the model. */
  description?: string;
  /** Schema of the arguments, an object. */
  parameters: Schema;
  /** Does the work. What it returns is shown to the model: JSON, or nothing. What it throws is shown, too. */
  execute: (args: InferOutput<Schema>, context: ToolContext) => Result | Promise<Result>;
  /** Whether a call waits until somebody allows it; default false. A function that throws counts as true. */
  needsApproval?: boolean | ((args: InferOutput<Schema>) => boolean | Promise<boolean>);
  /** After this time the call has failed, milliseconds; default 60,000. */
  timeoutMs?: number;
}

/** A tool, made by {@link tool} or by `mcpTools`. */
export interface Tool<Arguments = unknown, Result = unknown> {
  /** As given. */
  readonly name: string;
  /** As given. */
  readonly description: string | undefined;
  /** As given, or its default; milliseconds. */
  readonly timeoutMs: number;
  /** Does the work. */
  execute(args: Arguments, context: ToolContext): Result | Promise<Result>;
  /** Whether a call with these arguments waits for approval. */
  needsApproval(args: Arguments): boolean | Promise<boolean>;
  /** Reads the schema, once: what the model is told, and the check of arguments. Fails as `readSchema` does. */
  read(): Promise<ReadTool>;
}

/** A tool whose schema was read. */
export interface ReadTool {
  /** What the model is told. */
  readonly definition: ToolDefinition;
  /** The schema library's own check, transforms included. */
  readonly validate: ReadSchema["validate"];
}

const NAME = /^[\w./:-]{1,128}$/;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Makes a tool.
 *
 * @param options See {@link ToolOptions}.
 * @returns The tool, for `createAgent`.
 * @throws {TypeError} The name has other characters, or is too long.
 * @throws {RangeError} `timeoutMs` is not above 0.
 *
 * @example
 * ```ts
 * import { tool } from "@espalier/core/agent";
 * import { z } from "zod";
 *
 * const weather = tool({
 *   name: "weather",
 *   description: "Today's weather in a city",
 *   parameters: z.object({ city: z.string() }),
 *   execute: ({ city }) => ({ city, celsius: 4 }),
 * });
 * console.assert(weather.name === "weather");
 * ```
 */
export function tool<Schema extends ExtractionSchema, Result>(
  options: ToolOptions<Schema, Result>,
): Tool<InferOutput<Schema>, Result> {
  const { name, description, parameters, execute, needsApproval = false } = options;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!NAME.test(name)) {
    throw new TypeError(
      `a tool's name is 1 to 128 letters, digits and _ . / : -, got ${JSON.stringify(name)}`,
    );
  }
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`);
  let read: Promise<ReadTool> | undefined;
  return {
    name,
    description,
    timeoutMs,
    execute,
    needsApproval: (args) =>
      typeof needsApproval === "function" ? needsApproval(args) : needsApproval,
    read: () => read ??= readTool(name, description, parameters),
  };
}

async function readTool(
  name: string,
  description: string | undefined,
  parameters: ExtractionSchema,
): Promise<ReadTool> {
  const { jsonSchema, validate } = await readSchema(parameters);
  const { $schema: _, ...shown } = jsonSchema; // a word for validators: tokens of the prompt to a model
  if ((shown.type ?? "object") !== "object") {
    throw new TypeError(
      `the parameters of ${name} must be an object, got the type ${JSON.stringify(shown.type)}`,
    );
  }
  const described = description === undefined ? {} : { description };
  // Without its `$schema` a schema is read as 2020-12; only those of that draft can do without.
  const isCurrent = jsonSchema.$schema === undefined ||
    String(jsonSchema.$schema).includes("2020-12");
  return {
    definition: { name, ...described, parameters: isCurrent ? shown : jsonSchema },
    validate,
  };
}
