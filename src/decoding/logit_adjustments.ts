/**
 * Changes to a row of logits that depend on the text so far: biases and penalties.
 *
 * Made before anything else, on the row itself, and taken back after the draw, so that no copy of 151,936
 * numbers is needed: only the tokens that are biased or were written are touched.
 *
 * Penalties are for the model's own words. Tokens of the frame (punctuation of JSON, keys, a closing quote, what
 * the grammar forces) neither count nor suffer: a text that has written `","` ten times must not be driven to
 * a string that never ends. Who counts is up to the loop; see {@link LogitAdjustments.count}.
 *
 * - repetition: positive logits divided by it, negative ones multiplied (Keskar et al., "CTRL", 2019, as it is
 *   commonly implemented).
 * - presence and frequency: subtracted once, and once for each time, as OpenAI's API defines them.
 *
 * @module
 */

/** What is changed; all optional. */
export interface LogitAdjustmentOptions {
  /** Added to the logits of tokens, by id; -100 practically forbids one. At most 1,024 entries. */
  logitBias?: Readonly<Record<number, number>>;
  /** Makes tokens that the text has less probable by a factor; 1 (default) changes nothing. Above 0. */
  repetitionPenalty?: number;
  /** Subtracted from the logits of tokens that the text has. In [-2, 2]; default 0. */
  presencePenalty?: number;
  /** Subtracted for each time that the text has a token. In [-2, 2]; default 0. */
  frequencyPenalty?: number;
}

const MAXIMUM_BIASES = 1024;

/** The adjustments of one text. */
export class LogitAdjustments {
  readonly #biases: readonly (readonly [id: number, bias: number])[];
  readonly #repetition: number;
  readonly #presence: number;
  readonly #frequency: number;
  readonly #counts = new Map<number, number>();
  /** Ids and logits as they were before {@link LogitAdjustments.apply}. */
  readonly #changedIds: number[] = [];
  readonly #changedLogits: number[] = [];

  /**
   * @param options See {@link LogitAdjustmentOptions}.
   * @throws {RangeError} An option is out of its range.
   */
  constructor(options: LogitAdjustmentOptions) {
    const { logitBias = {}, repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 } =
      options;
    requireRange("repetitionPenalty", repetitionPenalty, repetitionPenalty > 0, "above 0");
    requireRange("presencePenalty", presencePenalty, Math.abs(presencePenalty) <= 2, "in [-2, 2]");
    requireRange(
      "frequencyPenalty",
      frequencyPenalty,
      Math.abs(frequencyPenalty) <= 2,
      "in [-2, 2]",
    );
    this.#biases = Object.entries(logitBias).map(([id, bias]) => [Number(id), bias] as const);
    if (this.#biases.length > MAXIMUM_BIASES) {
      throw new RangeError(
        `sampling.logitBias has ${this.#biases.length} entries, at most ${MAXIMUM_BIASES} are allowed`,
      );
    }
    for (const [id, bias] of this.#biases) {
      requireRange("logitBias", id, Number.isInteger(id) && id >= 0, "by token ids");
      requireRange(`logitBias[${id}]`, bias, Number.isFinite(bias), "a finite number");
    }
    this.#repetition = repetitionPenalty;
    this.#presence = presencePenalty;
    this.#frequency = frequencyPenalty;
  }

  /** Whether tokens that were written make a difference. */
  get hasPenalties(): boolean {
    return this.#repetition !== 1 || this.#presence !== 0 || this.#frequency !== 0;
  }

  /** Counts a token of the text that penalties are meant for. */
  count(tokenId: number): void {
    this.#counts.set(tokenId, (this.#counts.get(tokenId) ?? 0) + 1);
  }

  /**
   * Changes a row.
   *
   * @param logits Changed in place, until {@link LogitAdjustments.takeBack}.
   * @param isFrame Whether the position belongs to the frame; then only biases count.
   */
  apply(logits: Float32Array, isFrame: boolean): void {
    for (const [id, bias] of this.#biases) {
      if (id < logits.length) this.#change(logits, id, logits[id]! + bias);
    }
    if (isFrame || !this.hasPenalties) return;
    for (const [id, count] of this.#counts) {
      const logit = logits[id]!;
      const repeated = logit > 0 ? logit / this.#repetition : logit * this.#repetition;
      this.#change(logits, id, repeated - this.#presence - count * this.#frequency);
    }
  }

  /** Undoes {@link LogitAdjustments.apply}. */
  takeBack(logits: Float32Array): void {
    for (let i = this.#changedIds.length - 1; i >= 0; i--) {
      logits[this.#changedIds[i]!] = this.#changedLogits[i]!;
    }
    this.#changedIds.length = this.#changedLogits.length = 0;
  }

  #change(logits: Float32Array, id: number, logit: number): void {
    this.#changedIds.push(id);
    this.#changedLogits.push(logits[id]!);
    logits[id] = logit;
  }
}

function requireRange(name: string, value: number, isInRange: boolean, range: string): void {
  if (!isInRange) throw new RangeError(`sampling.${name} must be ${range}, got ${value}`);
}
