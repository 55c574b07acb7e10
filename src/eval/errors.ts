/**
 * What can be wrong with the files that an evaluation reads.
 *
 * What goes wrong while a model works on an item is no error here but a record of the run.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** A line of an evaluation set is not an item. */
export class EvaluationSetError extends EspalierError {
  /** Always `"evaluation_set"`. */
  readonly code = "evaluation_set";

  /**
   * Makes the error.
   *
   * @param line 1-based; 0 where no single line is to blame.
   * @param reason What is wrong with it.
   * @param options `cause`: the parser's error, where there is one.
   */
  constructor(readonly line: number, readonly reason: string, options?: ErrorOptions) {
    super(line === 0 ? `the set ${reason}` : `line ${line} of the set ${reason}`, options);
  }
}

/** A file of records cannot be continued: it is damaged, or of another run. */
export class EvaluationRecordsError extends EspalierError {
  /** Always `"evaluation_records"`. */
  readonly code = "evaluation_records";

  /**
   * Makes the error.
   *
   * @param path The file.
   * @param reason Why it cannot be continued.
   */
  constructor(readonly path: string, readonly reason: string) {
    super(`the records in ${JSON.stringify(path)} ${reason}`);
  }
}

/** The name of a variant has a part that is none. */
export class UnknownVariantError extends EspalierError {
  /** Always `"unknown_variant"`. */
  readonly code = "unknown_variant";

  /**
   * Makes the error.
   *
   * @param variant The whole name, as given.
   * @param reason What is wrong with it.
   */
  constructor(readonly variant: string, readonly reason: string) {
    super(`variant ${JSON.stringify(variant)} ${reason}`);
  }
}
