/**
 * Tools and agents: a model that calls functions whose arguments always fit.
 *
 * @module
 */

export { callTools } from "./call_tools.ts";
export type { CallToolsOptions, ToolCallsResult, ToolChoice } from "./call_tools.ts";
export { readCallText } from "./call_text.ts";
export { findJsonValues } from "./json_in_text.ts";
export { encodeToolPrompt } from "./tool_prompt.ts";
export type { ToolCall, ToolDefinition } from "./tool_definition.ts";
