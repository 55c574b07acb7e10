/**
 * What can go wrong in an extraction besides the generation itself.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** One thing that a schema's own checks found wrong with a value. */
export interface ValidationIssue {
  /** In the schema library's words. */
  readonly message: string;
  /** Keys and indices from the root to the place; empty for the root. */
  readonly path: readonly (string | number)[];
}

/**
 * The value fits the JSON Schema, but a check of the schema library that JSON Schema cannot express
 * (a refinement, a transform that failed) refused it.
 */
export class ValidationError extends EspalierError {
  /** Always `"validation_failed"`. */
  readonly code = "validation_failed";

  /**
   * Makes the error.
   *
   * @param issues What was wrong, as the schema library reports it; at least one.
   * @param text The JSON text that the model wrote.
   * @param rawValue That text parsed, before any transform.
   */
  constructor(
    readonly issues: readonly ValidationIssue[],
    readonly text: string,
    readonly rawValue: unknown,
  ) {
    super(
      "the extracted value was refused by the schema: " +
        issues.map(({ path, message }) =>
          path.length > 0 ? `${path.join(".")}: ${message}` : message
        )
          .join("; "),
    );
  }
}

/** A schema of a library has no JSON Schema, so there is nothing to hold the model to. */
export class SchemaConversionError extends EspalierError {
  /** Always `"schema_conversion"`. */
  readonly code = "schema_conversion";

  /**
   * Makes the error.
   *
   * @param vendor The library: `"zod"`, or what a Standard Schema calls itself.
   * @param options `cause`: the library's own error.
   */
  constructor(readonly vendor: string, options: ErrorOptions) {
    const { cause } = options;
    super(
      `the ${vendor} schema cannot be written as JSON Schema: ` +
        (cause instanceof Error ? cause.message : String(cause)) +
        (/Date/.test(String(cause)) ? " (for dates: z.iso.date() with a transform)" : ""),
      options,
    );
  }
}

/** There is nothing in the text to extract from. */
export class EmptyTextError extends EspalierError {
  /** Always `"empty_text"`. */
  readonly code = "empty_text";

  /** Makes the error. */
  constructor() {
    super("the text to extract from is empty");
  }
}

/** What the parts of a long text gave could not be merged into one value that the schema allows. */
export class MergeError extends EspalierError {
  /** Always `"merge_failed"`. */
  readonly code = "merge_failed";

  /**
   * Makes the error.
   *
   * @param merged The value as far as it was merged.
   * @param chunkValues What each part gave, in the order of the text; null stands for what a part did not say.
   */
  constructor(readonly merged: unknown, readonly chunkValues: readonly unknown[]) {
    super(
      `what ${chunkValues.length} parts of the text gave does not fit the schema as one value; ` +
        "chunkValues has it part by part",
    );
  }
}

/** Two items of a run have the same id. */
export class DuplicateItemIdError extends EspalierError {
  /** Always `"duplicate_item_id"`. */
  readonly code = "duplicate_item_id";

  /**
   * Makes the error.
   *
   * @param id The id.
   */
  constructor(readonly id: string) {
    super(`an item before has the id ${JSON.stringify(id)}, too`);
  }
}

/** A file of results cannot be continued: it is of another task, is damaged, or is in use. */
export class ResumeFileError extends EspalierError {
  /** Always `"resume_file"`. */
  readonly code = "resume_file";

  /**
   * Makes the error.
   *
   * @param path The file.
   * @param reason Why. `"other_task"`: its results are of another schema, prompt or model; `"damaged"`: a line is none of
   *   ours; `"in_use"`: another run writes to it.
   * @param message What is wrong with it.
   */
  constructor(
    readonly path: string,
    readonly reason: "other_task" | "damaged" | "in_use",
    message: string,
  ) {
    super(`the results in ${JSON.stringify(path)} ${message}`);
  }
}
