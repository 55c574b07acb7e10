/**
 * A record against the right answer.
 *
 * The second half of an evaluation, pure: item and record in, verdict out. How a value is read out of what was
 * written does not depend on the variant: the whole text where it is JSON, else the first object or list
 * in it. So a free text gets every chance that a lenient caller would give it.
 *
 * @module
 */

import { findJsonValues, readCallText, type ToolCall } from "../agent/mod.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import type { EvaluationItem, ExtractionItem, ToolCallItem } from "./evaluation_set.ts";
import { callMismatch } from "./call_match.ts";
import { compareFields, type FieldOutcome } from "./field_outcomes.ts";
import { findValue, type Span, stringsOf } from "./grounding.ts";
import { fitsSchema } from "./schema_judge.ts";

/** A value and where the text has it. */
export interface GroundedValue {
  /** As written. */
  readonly value: string;
  /** Where it stands; null where it does not. */
  readonly span: Span | null;
}

/** What became of one item under one variant. */
export interface Assessment {
  /** The task. */
  readonly item: EvaluationItem;
  /** What was written. */
  readonly record: EvaluationRecord;
  /** Whether a value, or well-formed calls, or a plain answer could be read. */
  readonly isReadable: boolean;
  /** Whether all that was written is JSON; for calls as {@link Assessment.isReadable}. */
  readonly isBare: boolean;
  /** Whether the value fits the schema, and each call one of the tools. */
  readonly isSchemaValid: boolean;
  /** Whether every field says what is expected, and every call is the expected one. */
  readonly isRight: boolean;
  /** The value or the calls. */
  readonly found: unknown;
  /** Field by field; empty for calls. */
  readonly fields: readonly FieldOutcome[];
  /** What is wrong with the calls; null where nothing is, and for extraction. */
  readonly mismatch: string | null;
  /** The texts of the value, with their places; empty for calls. */
  readonly grounding: readonly GroundedValue[];
}

/**
 * Judges a record.
 *
 * @param item The task.
 * @param record What became of it.
 */
export function assess(item: EvaluationItem, record: EvaluationRecord): Assessment {
  return item.kind === "extraction" ? assessExtraction(item, record) : assessCalls(item, record);
}

function assessExtraction(item: ExtractionItem, record: EvaluationRecord): Assessment {
  const { isBare, value } = record.error ? NOTHING : readValue(record.text);
  const fields = compareFields(item.expected, value);
  return {
    item,
    record,
    isReadable: value !== undefined,
    isBare,
    isSchemaValid: value !== undefined && fitsSchema(item.schema, value),
    isRight: value !== undefined && fields.every(isFieldRight),
    found: value,
    fields,
    mismatch: null,
    grounding: stringsOf(value).map((text) => ({ value: text, span: findValue(item.text, text) })),
  };
}

const NOTHING = { isBare: false, value: undefined };

function readValue(text: string): { isBare: boolean; value: unknown } {
  try {
    return { isBare: true, value: JSON.parse(text) };
  } catch {
    return { isBare: false, value: findJsonValues(text, 1)[0] };
  }
}

/** Whether a field says what is expected: all of it and no more. */
export function isFieldRight(outcome: FieldOutcome): boolean {
  if (outcome.kind === "single") return outcome.isNormalized;
  const { expected, found, matchedCount } = outcome;
  return matchedCount === expected.length && matchedCount === found.length;
}

function assessCalls(item: ToolCallItem, record: EvaluationRecord): Assessment {
  const calls = record.error ? [] : readCallText(record.text);
  // An attempt at a call that cannot be read is not the same as an answer in words.
  const isReadable = !record.error && (calls.length > 0 || !/<tool_call>/.test(record.text));
  const mismatch = record.error
    ? record.error.message
    : isReadable
    ? callMismatch(calls, item.expected, item.functions)
    : "the call cannot be read";
  return {
    item,
    record,
    isReadable,
    isBare: isReadable,
    isSchemaValid: isReadable && calls.every((call) => fitsTool(item, call)),
    isRight: mismatch === null,
    found: calls,
    fields: [],
    mismatch,
    grounding: [],
  };
}

function fitsTool({ tools }: ToolCallItem, call: ToolCall): boolean {
  const tool = tools.find(({ name }) => name === call.name);
  return tool !== undefined && fitsSchema(tool.parameters, call.arguments);
}
