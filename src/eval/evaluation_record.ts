/**
 * What is kept of one item under one variant: what the model wrote and what it took.
 *
 * No scores: those are worked out from the records whenever a report is made, so that a better score needs no second run.
 *
 * @module
 */

import type { FinishReason, Usage } from "../decoding/mod.ts";

/** What identifies a record in its run. */
export interface RecordKey {
  /** The item's id. */
  readonly id: string;
  /** The variant's name. */
  readonly variant: string;
}

/** The model wrote something. */
export interface WrittenRecord extends RecordKey {
  /** As it was written. */
  readonly text: string;
  /** `"length"` where the limit ended it. */
  readonly finishReason: FinishReason;
  /** In tokens. */
  readonly usage: Usage;
  /** From the call to the end. */
  readonly elapsedMs: number;
  /** How probable a call was, where the model was to decide between a call and an answer. */
  readonly callProbability?: number;
  /** Tells the kinds apart: there was none. */
  readonly error?: undefined;
}

/** The model could not be brought to write: the schema was refused, the text was too long, a pass failed. */
export interface FailedRecord extends RecordKey {
  /** What happened; `code` is that of an `EspalierError`, else the error's name. */
  readonly error: { readonly code: string; readonly message: string };
  /** From the call to the failure. */
  readonly elapsedMs: number;
}

/** One item under one variant. */
export type EvaluationRecord = WrittenRecord | FailedRecord;
