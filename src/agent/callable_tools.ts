/**
 * Which tools may be called, by what the caller chose; shared by `callTools` and the assistant's turn.
 *
 * @module
 */

import type { ToolDefinition } from "./tool_definition.ts";

/**
 * The tools that a choice leaves.
 *
 * @throws {TypeError} Two tools have one name, the named one is not there, or a call is required and there are none.
 */
export function callableTools(
  tools: readonly ToolDefinition[],
  choice: "auto" | "required" | "none" | { readonly name: string },
): readonly ToolDefinition[] {
  const names = new Set(tools.map(({ name }) => name));
  if (names.size < tools.length) throw new TypeError("two tools have the same name");
  if (choice === "none") return [];
  if (typeof choice === "object") {
    const chosen = tools.filter(({ name }) => name === choice.name);
    if (chosen.length === 1) return chosen;
    throw new TypeError(`there is no tool ${JSON.stringify(choice.name)} to choose`);
  }
  if (choice === "required" && tools.length === 0) {
    throw new TypeError("a call is required, but there are no tools");
  }
  return tools;
}
