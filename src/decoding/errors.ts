/**
 * What can go wrong while a text is being generated.
 *
 * Thrown by the loop and by what stands on it. An abort is not among them: it rejects with the signal's
 * own reason, as the web platform does.
 *
 * @module
 */

import { EspalierError } from "../errors.ts";

/** The prompt, with room for the answer, does not fit into the model's context. */
export class ContextLengthError extends EspalierError {
  /** Always `"context_length"`. */
  readonly code = "context_length";

  /**
   * Makes the error.
   *
   * @param given Tokens needed: the prompt's and those asked for; at least so many where `isLowerBound`.
   * @param maximum The model's context length in tokens.
   * @param promptTokenCount The prompt's part of `given`.
   * @param isLowerBound Whether counting stopped early because the text is far too long.
   */
  constructor(
    readonly given: number,
    readonly maximum: number,
    readonly promptTokenCount: number,
    readonly isLowerBound = false,
  ) {
    const answer = given - promptTokenCount;
    super(
      `the prompt takes ${isLowerBound ? "at least " : ""}${promptTokenCount} tokens` +
        (answer > 0 ? `, with ${answer} for the answer ${given}` : "") +
        `, but the model's context is ${maximum} tokens long`,
    );
  }
}

/** No text of the grammar is known that is as short as `maxTokens` demands. */
export class TokenLimitTooSmallError extends EspalierError {
  /** Always `"token_limit_too_small"`. */
  readonly code = "token_limit_too_small";

  /**
   * Makes the error.
   *
   * @param needed Tokens of a short text of the grammar; a limit of so many is enough.
   * @param maxTokens The limit that was given, or the default.
   */
  constructor(readonly needed: number, readonly maxTokens: number) {
    super(
      `maxTokens is ${maxTokens}, but the shortest text that was found inside the grammar takes ${needed} tokens`,
    );
  }
}

/** A value was asked for, but the text ended before it was complete. */
export class IncompleteOutputError extends EspalierError {
  /** Always `"incomplete_output"`. */
  readonly code = "incomplete_output";

  /**
   * Makes the error.
   *
   * @param text What was written.
   * @param completionTokenCount Tokens written; the limit that was hit.
   * @param partial The best value that the text's beginning gives, `undefined` where there is none.
   */
  constructor(
    readonly text: string,
    readonly completionTokenCount: number,
    readonly partial?: unknown,
  ) {
    super(
      `the output was not complete after ${completionTokenCount} tokens (maxTokens); ` +
        `it ends with ${JSON.stringify(text.slice(-60))}`,
    );
  }
}

/** The model gave no number to choose by: every allowed token's logit is NaN or -Infinity. */
export class InvalidLogitsError extends EspalierError {
  /** Always `"invalid_logits"`. */
  readonly code = "invalid_logits";

  /** Makes the error. */
  constructor() {
    super("no allowed token has a finite logit: the model's output is unusable");
  }
}

/** The grammar allowed nothing and the text could not end there: a defect of the engine. */
export class DeadEndError extends EspalierError {
  /** Always `"dead_end"`. */
  readonly code = "dead_end";

  /**
   * Makes the error.
   *
   * @param text What had been written.
   */
  constructor(readonly text: string) {
    super(
      `dead end: the grammar allows no token after ${
        JSON.stringify(text.slice(-60))
      }; please report this with the grammar`,
    );
  }
}
