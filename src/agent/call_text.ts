/**
 * Calls in a text that nothing held to their form.
 *
 * What is written under masks is a call by construction; a free text has to be searched. Sections between
 * `<tool_call>` tags count; where there are none, every JSON value of the text does. A section may hold one call or a
 * list of them, as some models write it, and the last one may lack its closing tag. What is no call is left out.
 *
 * @module
 */

import { findJsonValues } from "./json_in_text.ts";
import type { ToolCall } from "./tool_definition.ts";

const SECTION = /<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g;

/**
 * Finds the calls in a text.
 *
 * @param text As a model wrote it.
 * @returns The calls, in their order; their names and arguments may be any.
 */
export function readCallText(text: string): ToolCall[] {
  const sections = [...text.matchAll(SECTION)].map(([, inner]) => inner!);
  return (sections.length > 0 ? sections : [text])
    .flatMap((section) => findJsonValues(section))
    .flat()
    .flatMap((value) => isCall(value) ? [{ name: value.name, arguments: value.arguments }] : []);
}

function isCall(value: unknown): value is ToolCall {
  if (typeof value !== "object" || value === null) return false;
  const { name, arguments: given } = value as Partial<ToolCall>;
  return typeof name === "string" && typeof given === "object" && given !== null &&
    !Array.isArray(given);
}
