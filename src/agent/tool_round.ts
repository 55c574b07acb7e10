/**
 * The calls of one turn: checked, held back where somebody has to allow them, run side by side.
 *
 *     calls ─> checkCall ─┬─ wrong ────────────────> result
 *                         ├─ waits for approval ──> no result yet: the run pauses
 *                         └─ free, or allowed ────> executeCall, all at once ──> results in the order of the calls
 *
 * @module
 */

import type { ToolResult } from "./agent_record.ts";
import type { TurnToolCall } from "./assistant_turn.ts";
import { type CallableTool, checkCall, executeCall, failure } from "./execute_call.ts";
import type { RunClock } from "./run_clock.ts";
import type { Scope } from "./telemetry.ts";

/** What somebody said to a call that waits. */
export type Approval = boolean | {
  /** Whether it may run. */
  readonly approved: boolean;
  /** Shown to the model where it may not. */
  readonly reason?: string;
};

/** What is needed to run calls. */
export interface ToolRound {
  /** In their order. */
  readonly calls: readonly TurnToolCall[];
  /** What is known already, by place. */
  readonly known: readonly (ToolResult | null)[];
  /** By call. */
  readonly approvals: Readonly<Record<string, Approval>>;
  /** By name. */
  readonly tools: ReadonlyMap<string, CallableTool>;
  /** Of the run. */
  readonly clock: RunClock;
  /** The span that the calls belong to. */
  readonly scope: Scope;
}

/**
 * Runs them.
 *
 * @returns Events with the new results, in the order of the calls; and all results, null for calls that wait.
 */
export async function* runToolRound(
  { calls, known, approvals, tools, clock, scope }: ToolRound,
): AsyncGenerator<
  { readonly callIndex: number; readonly result: ToolResult },
  (ToolResult | null)[]
> {
  const running = calls.map(async (call, callIndex) => {
    const earlier = known[callIndex] ?? null;
    if (earlier !== null) return earlier;
    const checked = await checkCall(call, tools);
    if (!("args" in checked)) return checked;
    if (checked.needsApproval) {
      const word = Object.hasOwn(approvals, call.id) ? approvals[call.id]! : null;
      if (word === null) return null;
      const { approved, reason = undefined } = typeof word === "boolean"
        ? { approved: word }
        : word;
      if (approved !== true) {
        const why = reason === undefined ? "" : `: ${reason}`;
        return failure(call, "denied", `the user did not allow this call${why}`);
      }
    }
    using span = scope.begin("execute_tool", call.name, {
      "gen_ai.tool.name": call.name,
      "gen_ai.tool.call.id": call.id,
    });
    const result = await span.run(() => executeCall(checked, clock));
    if (result.isError) span.fail(result.kind);
    return result;
  });
  for (const work of running) work.catch(() => {}); // the first to fail is thrown below
  const results: (ToolResult | null)[] = [];
  for (const [callIndex, work] of running.entries()) {
    const result = await work;
    results.push(result);
    if (result !== null && result !== known[callIndex]) yield { callIndex, result };
  }
  return results;
}
