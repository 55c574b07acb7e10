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
export { prepareTurn, writeTurn } from "./assistant_turn.ts";
export type {
  PreparedTurn,
  TurnEvent,
  TurnRequest,
  TurnResult,
  TurnTimings,
  TurnToolCall,
  TurnToolChoice,
  TurnUsage,
} from "./assistant_turn.ts";
export type { AnswerFormat, TurnCompiler, TurnGrammar } from "./turn_grammar.ts";
export { callText } from "./written_call.ts";
export type { ToolCall, ToolDefinition } from "./tool_definition.ts";
