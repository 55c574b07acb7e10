/**
 * Runs one call of a tool; whatever happens, there is a result that the model can be shown.
 *
 *     arguments ─> JSON ─> the schema library's check ─> approval ─> execute, within its time ─> JSON
 *
 * A mistake of the model or of the tool is data. Only the run's own abort is thrown.
 *
 * @module
 */

import type { TurnToolCall } from "./assistant_turn.ts";
import type { ToolFailureKind, ToolResult } from "./agent_record.ts";
import { toJsonValue } from "./json_value.ts";
import type { RunClock } from "./run_clock.ts";
import type { ReadTool, Tool } from "./tool.ts";

/** A tool whose schema was read. */
export interface CallableTool {
  /** What runs. */
  readonly tool: Tool;
  /** What its schema says. */
  readonly read: ReadTool;
}

/** A call whose arguments were accepted. */
export interface CheckedCall {
  /** As the model wrote it. */
  readonly call: TurnToolCall;
  /** What it calls. */
  readonly tool: Tool;
  /** After the schema library's transforms. */
  readonly args: unknown;
  /** Whether it has to wait for somebody's word. */
  readonly needsApproval: boolean;
}

/**
 * Checks a call.
 *
 * @param call As the model wrote it, or as a state kept it.
 * @param tools By name.
 * @returns The call with its arguments, or the result that says what is wrong with it.
 */
export async function checkCall(
  call: TurnToolCall,
  tools: ReadonlyMap<string, CallableTool>,
): Promise<CheckedCall | ToolResult> {
  const callable = tools.get(call.name);
  if (callable === undefined) {
    return failure(call, "unknown_tool", `there is no tool ${JSON.stringify(call.name)}`);
  }
  const { tool, read } = callable;
  let args: unknown;
  try {
    const checked = await read.validate(JSON.parse(call.arguments));
    if ("issues" in checked) {
      const issues = checked.issues.map(({ path, message }) =>
        path.length > 0 ? `${path.join(".")}: ${message}` : message
      );
      return failure(call, "invalid_arguments", `wrong arguments: ${issues.join("; ")}`);
    }
    args = checked.value;
  } catch (error) { // a transform threw
    return failure(call, "invalid_arguments", `wrong arguments: ${messageOf(error)}`);
  }
  return { call, tool, args, needsApproval: await asksForApproval(tool, args) };
}

/** A tool that cannot say whether it may run had better wait. */
async function asksForApproval(tool: Tool, args: unknown): Promise<boolean> {
  try {
    return await tool.needsApproval(args) !== false;
  } catch {
    return true;
  }
}

/**
 * Runs a call.
 *
 * @param checked Made by {@link checkCall}.
 * @param clock Of the run; its time limit is a result, the caller's abort is thrown.
 */
export async function executeCall(
  { call, tool, args }: CheckedCall,
  clock: RunClock,
): Promise<ToolResult> {
  const stop = new AbortController();
  const signal = AbortSignal.any([clock.signal, stop.signal]);
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {}); // it may come after the result
  const onStop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", onStop, { once: true });
  const timeUp = new DOMException(`no result after ${tool.timeoutMs} ms`, "TimeoutError");
  const timer = tool.timeoutMs < 2 ** 31
    ? setTimeout(() => stop.abort(timeUp), tool.timeoutMs)
    : undefined;
  try {
    clock.signal.throwIfAborted();
    const work = (async () => await tool.execute(args, { callId: call.id, signal }))();
    const value = await Promise.race([work, stopped.promise]);
    try {
      return { callId: call.id, name: call.name, isError: false, value: toJsonValue(value) };
    } catch (error) {
      return failure(call, "not_json", `the result is not JSON: ${messageOf(error)}`);
    }
  } catch (error) {
    if (clock.signal.aborted) {
      if (!clock.isTimeUp) throw clock.signal.reason;
      return failure(call, "timed_out", "the time of the run was up");
    }
    return stop.signal.aborted
      ? failure(call, "timed_out", timeUp.message)
      : failure(call, "failed", messageOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onStop);
  }
}

/** The result of a call that has no value. */
export function failure(
  { id, name }: TurnToolCall,
  kind: ToolFailureKind,
  message: string,
): ToolResult {
  return { callId: id, name, isError: true, kind, message };
}

/** Whatever was thrown, in words. */
function messageOf(error: unknown): string {
  if (error instanceof Error && error.message !== "") return error.message;
  try {
    return String(error);
  } catch {
    return "unknown error";
  }
}
