/**
 * When an agent stops although it could go on: small pure functions of the steps so far.
 *
 * They are asked after each step with calls; an answer ends a run by itself.
 *
 * @module
 */

import type { AgentStep } from "./agent_record.ts";

/** Whether to stop after these steps; there is at least one. */
export type StopCondition = (steps: readonly AgentStep[]) => boolean;

/**
 * Stops after so many steps.
 *
 * @param stepCount At least 1.
 */
export function stepCountIs(stepCount: number): StopCondition {
  if (!Number.isInteger(stepCount) || stepCount < 1) {
    throw new RangeError(`stepCount must be a positive integer, got ${stepCount}`);
  }
  return (steps) => steps.length >= stepCount;
}

/**
 * Stops after a step that called this tool; its result is known by then.
 *
 * @param name The tool.
 */
export function hasToolCall(name: string): StopCondition {
  return (steps) => steps.at(-1)!.toolCalls.some((call) => call.name === name);
}
