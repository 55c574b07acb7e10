/**
 * Small sets for tests.
 *
 * @module
 */

import type { EvaluationRecord, WrittenRecord } from "./evaluation_record.ts";
import { type EvaluationItem, readEvaluationSet, type ToolCallItem } from "./evaluation_set.ts";

/** A person with a name and an age. */
export const PERSON = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
};

/** JSON lines of objects. */
export function jsonLines(objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join("\n") + "\n";
}

/** Lines of a set: people to extract. */
export const PEOPLE = [
  { id: "people-1", text: "Ada is 36.", schema: PERSON, expected: { name: "Ada", age: 36 } },
  { id: "people-2", text: "Bo is 7.", schema: PERSON, expected: { name: "Bo", age: 7 } },
];

/** Lines of a set: the weather to ask for, and something else. */
export const CALLS = [
  {
    id: "call-1",
    category: "simple",
    messages: [{ role: "user", content: "The weather in Oslo?" }],
    functions: [{
      name: "weather.get",
      description: "The weather of a city.",
      parameters: {
        type: "dict",
        properties: {
          city: { type: "string" },
          days: { type: "integer", default: 1, optional: true },
        },
        required: ["city"],
      },
    }],
    expected: [{ "weather.get": { city: ["Oslo", "Oslo, Norway"], days: ["", 1] } }],
  },
  {
    id: "call-2",
    category: "irrelevance",
    messages: [{ role: "user", content: "Tell me a joke." }],
    functions: [{
      name: "add",
      parameters: { type: "dict", properties: { a: { type: "float" } } },
    }],
    expected: [],
  },
];

/** The items of lines. */
export function itemsOf(objects: readonly object[]): EvaluationItem[] {
  return readEvaluationSet(jsonLines(objects));
}

/** A record of something that was written; fails for another one. */
export function writtenOf(record: EvaluationRecord | undefined): WrittenRecord {
  if (record === undefined || record.error) throw new Error(JSON.stringify(record));
  return record;
}

/** An item with calls; fails for another one. */
export function callsOf(item: EvaluationItem | undefined): ToolCallItem {
  if (item?.kind !== "tool_call") throw new Error(JSON.stringify(item));
  return item;
}
