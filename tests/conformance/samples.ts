/**
 * Durations, many of them, and their percentiles.
 *
 * @module
 */

/** A growing list of measurements in one unit. */
export class Samples {
  #values = new Float64Array(1024);
  #length = 0;
  #sorted = true;

  get length(): number {
    return this.#length;
  }

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
    this.#sorted = false;
  }

  addAll(values: Iterable<number>): void {
    for (const value of values) this.add(value);
  }

  /**
   * The value that a fraction of the samples does not exceed (nearest rank).
   *
   * @param fraction 0..1; 1 is the maximum.
   * @returns NaN without samples.
   */
  percentile(fraction: number): number {
    if (this.#length === 0) return NaN;
    if (!this.#sorted) {
      this.#values.subarray(0, this.#length).sort();
      this.#sorted = true;
    }
    return this.#values[Math.max(0, Math.ceil(fraction * this.#length) - 1)]!;
  }

  /** The usual four, rounded to three digits, for tables and records. */
  summary(): PercentileSummary {
    const at = (fraction: number) => Number(this.percentile(fraction).toPrecision(3));
    return { count: this.#length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
  }
}

/** Percentiles of one series. */
export interface PercentileSummary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}
