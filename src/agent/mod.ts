/**
 * Tools and agents: a model that calls functions whose arguments always fit.
 *
 * @module
 */

export { createAgent } from "./agent.ts";
export type { Agent, AgentOptions, AgentRunOptions, ResumeOptions } from "./agent.ts";
export type { AgentEvent, AgentOutcome, AgentResult, AgentStopReason } from "./agent_run.ts";
export type {
  AgentRecord,
  AgentState,
  AgentStep,
  JsonValue,
  ToolFailureKind,
  ToolResult,
} from "./agent_record.ts";
export { AgentStateError, ReplayMismatchError } from "./errors.ts";
export { mcpTools } from "./mcp_tools.ts";
export type { McpClient, McpTool, McpToolsOptions } from "./mcp_tools.ts";
export { hasToolCall, stepCountIs } from "./stop_conditions.ts";
export type { StopCondition } from "./stop_conditions.ts";
export type { TelemetryApi, TelemetrySpan } from "./telemetry.ts";
export { tool } from "./tool.ts";
export type { ReadTool, Tool, ToolContext, ToolOptions } from "./tool.ts";
export type { Approval } from "./tool_round.ts";
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
