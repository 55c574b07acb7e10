/**
 * What can go wrong with an agent besides the model and the schemas. A tool that fails is no error: the model sees it.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** A replay went another way than the record: the model called other tools, or with other arguments. */
export class ReplayMismatchError extends EspalierError {
  /** Always `"replay_mismatch"`. */
  readonly code = "replay_mismatch";

  /**
   * Makes the error.
   *
   * @param stepIndex The step, from 0.
   * @param recorded Its calls in the record, or its text where it called nothing.
   * @param written What the model wrote this time.
   */
  constructor(
    readonly stepIndex: number,
    readonly recorded: string,
    readonly written: string,
  ) {
    super(
      `step ${stepIndex} of the replay differs from the record: ${recorded} became ${written}`,
    );
  }
}

/** A state or a record that this version did not make, or that is no longer complete. */
export class AgentStateError extends EspalierError {
  /** Always `"agent_state"`. */
  readonly code = "agent_state";

  /**
   * Makes the error.
   *
   * @param problem What is wrong with it.
   */
  constructor(readonly problem: string) {
    super(`the state of the run cannot be used: ${problem}`);
  }
}
