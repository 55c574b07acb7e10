/**
 * Evaluation sets: JSON lines, one task with its right answer a line.
 *
 * First step of an evaluation. Two forms are told apart by their keys, and one file may mix them:
 *
 *     {"id", "text", "schema", "expected"}                    extract a value from a text
 *     {"id", "category", "messages", "functions", "expected"} call functions, or call none
 *
 * The second is the form of the Berkeley Function Calling Leaderboard (BFCL, Patil et al., ICML 2025): an expected call
 * is `{name: {argument: [accepted values]}}`, an accepted `""` says that the argument may be left out, and no
 * expected call says that none of the functions fits. Reading costs one pass over the text.
 *
 * @module
 */

import type { ChatMessage } from "../decoding/mod.ts";
import type { ToolDefinition } from "../agent/mod.ts";
import type { JsonSchemaObject } from "../extract/mod.ts";
import { EvaluationSetError } from "./errors.ts";
import { functionSchema } from "./function_schema.ts";

/** A text, a schema, and the value that is in the text. */
export interface ExtractionItem {
  /** Tells the kinds apart. */
  readonly kind: "extraction";
  /** Unique in its set. */
  readonly id: string;
  /** What results are grouped by: the file's `category`, else the id without its last part. */
  readonly category: string;
  /** The text to extract from. */
  readonly text: string;
  /** What the value looks like. */
  readonly schema: JsonSchemaObject;
  /** The right value. */
  readonly expected: unknown;
}

/** Values that count as right, by argument; `""` among them says that the argument may be missing. */
export type AcceptedArguments = Readonly<Record<string, readonly unknown[]>>;

/** One call that has to be made. */
export interface ExpectedCall {
  /** The function. */
  readonly name: string;
  /** What its arguments may be. */
  readonly accepted: AcceptedArguments;
}

/** A function as a set describes it. */
export interface FunctionDescription {
  /** As in the set, dots and all. */
  readonly name: string;
  /** `properties` with types in Python's words, and `required`. */
  readonly parameters: JsonSchemaObject;
}

/** A conversation, functions, and the calls that answer it. */
export interface ToolCallItem {
  /** Tells the kinds apart. */
  readonly kind: "tool_call";
  /** Unique in its set. */
  readonly id: string;
  /** What results are grouped by: `simple_python`, `parallel`, `irrelevance`, … */
  readonly category: string;
  /** The conversation so far. */
  readonly messages: readonly ChatMessage[];
  /** The functions as tools with JSON Schema parameters. */
  readonly tools: readonly ToolDefinition[];
  /** The functions as the set has them: the types that the rules of comparison go by. */
  readonly functions: readonly FunctionDescription[];
  /** The calls to be made; empty where none of the functions fits. */
  readonly expected: readonly ExpectedCall[];
}

/** One task with its right answer. */
export type EvaluationItem = ExtractionItem | ToolCallItem;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a set.
 *
 * @param text JSON lines; empty lines are passed over.
 * @returns The items, in the order of the lines.
 * @throws {EvaluationSetError} At the first line that is no item, or whose id was there before.
 *
 * @example
 * ```ts
 * import { readEvaluationSet } from "@espalier/core/eval";
 *
 * const [item] = readEvaluationSet(JSON.stringify({
 *   id: "note-1",
 *   text: "Ada, 36",
 *   schema: { type: "object", properties: { age: { type: "integer" } } },
 *   expected: { age: 36 },
 * }));
 * console.assert(item?.kind === "extraction" && item.category === "note");
 * ```
 */
export function readEvaluationSet(text: string): EvaluationItem[] {
  const items: EvaluationItem[] = [];
  const lineOfId = new Map<string, number>();
  for (const [index, content] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    if (content.trim() === "") continue;
    const line = index + 1;
    const item = readItem(parse(content, line), line);
    const earlier = lineOfId.get(item.id);
    if (earlier !== undefined) {
      throw new EvaluationSetError(
        line,
        `repeats the id ${JSON.stringify(item.id)} of line ${earlier}`,
      );
    }
    lineOfId.set(item.id, line);
    items.push(item);
  }
  if (items.length === 0) throw new EvaluationSetError(0, "has no items");
  return items;
}

function parse(content: string, line: number): Members {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new EvaluationSetError(line, `is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isMembers(value)) throw new EvaluationSetError(line, "is not a JSON object");
  return value;
}

function readItem(members: Members, line: number): EvaluationItem {
  const id = requireText(members, "id", line);
  const { category } = members;
  if (category !== undefined && typeof category !== "string") {
    throw new EvaluationSetError(line, `has a "category" that is no string`);
  }
  const group = category ?? id.replace(/[-_/.][^-_/.]*$/, "");
  if (!("expected" in members)) throw new EvaluationSetError(line, `lacks "expected"`);
  if ("functions" in members) return readToolCallItem(id, group, members, line);
  if ("schema" in members) {
    const { schema } = members;
    if (!isMembers(schema)) {
      throw new EvaluationSetError(line, `has a "schema" that is no JSON Schema object`);
    }
    const text = requireText(members, "text", line);
    return { kind: "extraction", id, category: group, text, schema, expected: members.expected };
  }
  throw new EvaluationSetError(line, `has neither "schema" nor "functions"`);
}

function readToolCallItem(
  id: string,
  category: string,
  members: Members,
  line: number,
): ToolCallItem {
  const { messages, functions, expected } = members;
  const fail = (reason: string) => new EvaluationSetError(line, reason);
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    throw fail(`has "messages" that are no list of {role, content}`);
  }
  if (!Array.isArray(functions) || functions.length === 0) {
    throw fail(`has no list of "functions"`);
  }
  const described: FunctionDescription[] = [];
  const tools: ToolDefinition[] = [];
  for (const entry of functions as unknown[]) {
    if (!isMembers(entry) || typeof entry.name !== "string" || entry.name === "") {
      throw fail("has a function without a name");
    }
    const { name, description } = entry;
    if (described.some((other) => other.name === name)) {
      throw fail(`has the function ${JSON.stringify(name)} twice`);
    }
    const parameters = entry.parameters ?? { type: "dict", properties: {} };
    if (!isMembers(parameters)) {
      throw fail(`has a function ${JSON.stringify(name)} whose "parameters" are no object`);
    }
    described.push({ name, parameters });
    tools.push({
      name,
      ...(typeof description === "string" ? { description } : {}),
      parameters: functionSchema(parameters),
    });
  }
  if (!Array.isArray(expected)) throw fail(`has an "expected" that is no list of calls`);
  return {
    kind: "tool_call",
    id,
    category,
    messages,
    tools,
    functions: described,
    expected: expected.map((call) => readCall(call, described, fail)),
  };
}

function readCall(
  call: unknown,
  functions: readonly FunctionDescription[],
  fail: (reason: string) => EvaluationSetError,
): ExpectedCall {
  const entries = isMembers(call) ? Object.entries(call) : [];
  if (entries.length !== 1) {
    throw fail("has an expected call that is not {name: {argument: [values]}}");
  }
  const [name, accepted] = entries[0]!;
  if (!isMembers(accepted) || !Object.values(accepted).every(Array.isArray)) {
    throw fail(`expects a call of ${JSON.stringify(name)} without lists of accepted values`);
  }
  if (!functions.some((known) => known.name === name)) {
    throw fail(`expects a call of ${JSON.stringify(name)}, which is not among its functions`);
  }
  return { name, accepted: accepted as AcceptedArguments };
}

function requireText(members: Members, key: string, line: number): string {
  const value = members[key];
  if (typeof value !== "string" || value.trim() === "") {
    throw new EvaluationSetError(line, `lacks a text under ${JSON.stringify(key)}`);
  }
  return value;
}

const ROLES = ["system", "user", "assistant", "tool"];

function isMessage(value: unknown): value is ChatMessage {
  return isMembers(value) && ROLES.includes(value.role as string) &&
    typeof value.content === "string";
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
