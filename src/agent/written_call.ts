/**
 * A call as the model wrote it, made again from its parts: for the turns of a conversation that are over.
 *
 * @module
 */

import { CALL_END, CALL_START } from "./call_tags.ts";

/**
 * The text of a call, tags included.
 *
 * @param name The tool.
 * @param argumentsJson Its arguments; shown as they are where they are no JSON.
 */
export function callText(name: string, argumentsJson: string): string {
  const json = argumentsJson.trim() === "" ? "{}" : argumentsJson;
  return `${CALL_START}{"name": ${JSON.stringify(name)}, "arguments": ${json}}${CALL_END}`;
}
