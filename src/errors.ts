/**
 * The base of every error that Espalier throws on purpose.
 *
 * Lowest layer of all: imports nothing. Misuse of an API (a wrong argument) throws `TypeError` or
 * `RangeError`; what can go wrong in correct use (a schema that cannot be supported, a model that
 * cannot be loaded) throws a subclass of {@link EspalierError}, each with a stable `code` to switch on.
 * Messages are for people and may change; `code` and the typed fields may not.
 *
 * @module
 */

/** An error of Espalier's own, with a stable code. */
export abstract class EspalierError extends Error {
  /** Stable identifier in snake_case, for programs; never classify by message text. */
  abstract readonly code: string;

  /**
   * Makes the error.
   *
   * @param message What failed, with the value that made it fail.
   * @param options `cause`: the error underneath, where there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A documented limit (size, depth, states, time) was exceeded. */
export class LimitExceededError extends EspalierError {
  /** Always `"limit_exceeded"`. */
  readonly code = "limit_exceeded";

  /**
   * Makes the error.
   *
   * @param limit Name of the limit, as in the options that set it.
   * @param given The value that was met; `Infinity` when it was not counted to the end.
   * @param maximum The largest value allowed.
   */
  constructor(readonly limit: string, readonly given: number, readonly maximum: number) {
    super(
      `limit "${limit}" exceeded: ${
        Number.isFinite(given) ? given : "more"
      }, at most ${maximum} allowed`,
    );
  }
}
