/**
 * What the tests of agents share: a model that writes one script per turn, and three tools.
 *
 * @module
 */

import { z } from "zod";
import {
  type ScriptedModel,
  scriptedModel,
  type ScriptedModelOptions,
} from "../decoding/testing.ts";
import type { ToolResult } from "./agent_record.ts";
import { tool } from "./tool.ts";

/** A model that writes these turns, one after the other. */
export function turnsModel(
  turns: readonly string[],
  options: Omit<ScriptedModelOptions, "script"> = {},
): ScriptedModel {
  // Each turn of the assistant in the prompt is one that is over, but for the last.
  const script = (prompt: string) => {
    const parts = prompt.split("assistant\n");
    return (turns[parts.length - 2] ?? "").slice(parts.at(-1)!.length); // a section may go on a turn
  };
  return scriptedModel({ ...options, script });
}

/** Calls as the model writes them: name, arguments, name, arguments. */
export function calls(...parts: (string | object)[]): string {
  const sections: string[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const args = JSON.stringify(parts[at + 1]).replaceAll('":', '": ').replaceAll(',"', ', "');
    sections.push(`<tool_call>\n{"name": "${parts[at]}", "arguments": ${args}}\n</tool_call>`);
  }
  return sections.join("\n");
}

/** Knows every city. */
export const weather = tool({
  name: "weather",
  description: "The weather of a city",
  parameters: z.object({ city: z.string().max(20) }),
  execute: ({ city }) => ({ city, celsius: city.length }),
});

/** Adds. */
export const add = tool({
  name: "add",
  parameters: {
    type: "object",
    properties: { a: { type: "integer" }, b: { type: "integer" } },
    required: ["a", "b"],
  },
  execute: (args) => {
    const { a, b } = args as { a: number; b: number };
    return a + b;
  },
});

/** The result, if it has this status; an error else. */
export function withStatus<Result extends { status: string }, Status extends Result["status"]>(
  result: Result,
  status: Status,
): Extract<Result, { status: Status }> {
  if (result.status !== status) throw new Error(`${JSON.stringify(result)} is not ${status}`);
  return result as Extract<Result, { status: Status }>;
}

/** The failure of a call; an error where there is none. */
export function failureOf(result: ToolResult | undefined): ToolResult & { isError: true } {
  if (result?.isError !== true) throw new Error(`${JSON.stringify(result)} is no failure`);
  return result;
}
