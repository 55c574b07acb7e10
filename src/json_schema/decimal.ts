/**
 * Exact decimal numbers: what JSON number texts denote.
 *
 * Lowest part of the number side of the JSON Schema front end; `number_set.ts` builds sets of these and
 * `number_machine.ts` recognises their texts. JSON Schema speaks about the numbers that a text denotes, not
 * about the nearest double: 0.0075 is a multiple of 0.0001, and 18446744073709551615 is one less than
 * 18446744073709551616. A decimal is `mantissa * 10^exponent` with a BigInt mantissa, so comparison, lattice
 * arithmetic (is a a multiple of m, least common multiple) and interval arithmetic are exact.
 *
 * Cost: one or two BigInt operations each, under a microsecond for everyday sizes. Exponents are bounded by
 * {@link MAXIMUM_DECIMAL_EXPONENT}, so that `1e400000` is an error at once and not a megabyte of digits.
 *
 * Source: RFC 8259 section 6 (number grammar); JSON Schema validation, draft 2020-12, section 6.2.
 *
 * @module
 */

/**
 * Largest number of digits before or after the decimal point that a decimal may need. Larger and smaller
 * magnitudes are a `RangeError`. Doubles need 309 and 1,074.
 */
export const MAXIMUM_DECIMAL_EXPONENT = 5000;

const POWERS_OF_TEN: bigint[] = [1n];

/** 10 to the power of `exponent`, which must be a non-negative integer; remembered. */
export function powerOfTen(exponent: number): bigint {
  const known = POWERS_OF_TEN[exponent];
  if (known !== undefined) return known;
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 8 * MAXIMUM_DECIMAL_EXPONENT) {
    throw new RangeError(`power of ten ${exponent} is out of range`);
  }
  const power = 10n ** BigInt(exponent);
  // Holes are fine, but remember only sizes that recur.
  if (exponent <= 1024) POWERS_OF_TEN[exponent] = power;
  return power;
}

/** Greatest common divisor of two BigInts, not negative. */
export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  if (a < 0n) a = -a;
  if (b < 0n) b = -b;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function lengthWithoutTrailingZeros(digits: string): number {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return end;
}

const NUMBER_TEXT = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/**
 * An exact decimal, `mantissa * 10^exponent`. Values made by {@link Decimal.of}, {@link Decimal.parse} and
 * {@link Decimal.from} are normalised: the mantissa has no trailing zero, and zero is `0 * 10^0`.
 */
export class Decimal {
  /** 0. */
  static readonly zero: Decimal = new Decimal(0n, 0);
  /** 1. */
  static readonly one: Decimal = new Decimal(1n, 0);

  /**
   * Without normalisation, for intermediate values that are only compared. Use {@link Decimal.of} otherwise.
   *
   * @param mantissa Any integer.
   * @param exponent Any integer.
   */
  constructor(readonly mantissa: bigint, readonly exponent: number) {}

  /**
   * The normalised decimal `mantissa * 10^exponent`.
   *
   * @throws {RangeError} when it needs more than {@link MAXIMUM_DECIMAL_EXPONENT} digits on either side of the point.
   */
  static of(mantissa: bigint, exponent: number): Decimal {
    if (mantissa === 0n) return Decimal.zero;
    if (mantissa % 10n === 0n) {
      const digits = mantissa.toString();
      const end = lengthWithoutTrailingZeros(digits);
      mantissa = BigInt(digits.slice(0, end));
      exponent += digits.length - end;
    }
    const digitCount = mantissa.toString().length - (mantissa < 0n ? 1 : 0);
    if (
      exponent < -MAXIMUM_DECIMAL_EXPONENT || exponent + digitCount > MAXIMUM_DECIMAL_EXPONENT
    ) {
      throw new RangeError(
        `a number of ${digitCount} digits times 10^${exponent} is out of range: at most ` +
          `${MAXIMUM_DECIMAL_EXPONENT} digits on either side of the decimal point`,
      );
    }
    return new Decimal(mantissa, exponent);
  }

  /**
   * The value of a JSON number text.
   *
   * @throws {SyntaxError} when `text` is not a JSON number.
   * @throws {RangeError} when the value is out of range, see {@link Decimal.of}.
   */
  static parse(text: string): Decimal {
    const match = NUMBER_TEXT.exec(text);
    if (match === null) throw new SyntaxError(`not a JSON number: ${JSON.stringify(text)}`);
    const fraction = match[3] ?? "";
    const written = match[2]! + fraction;
    const end = lengthWithoutTrailingZeros(written);
    if (end === 0) return Decimal.zero;
    const digits = written.slice(0, end).replace(/^0+/, "");
    const exponent = Number(match[4] ?? 0) - fraction.length + (written.length - end);
    if (
      !(exponent >= -MAXIMUM_DECIMAL_EXPONENT) ||
      !(exponent + digits.length <= MAXIMUM_DECIMAL_EXPONENT)
    ) {
      throw new RangeError(
        `number ${text.length > 40 ? text.slice(0, 40) + "…" : text} is out of range: at most ` +
          `${MAXIMUM_DECIMAL_EXPONENT} digits on either side of the decimal point`,
      );
    }
    const mantissa = BigInt(digits);
    return new Decimal(match[1] === "-" ? -mantissa : mantissa, exponent);
  }

  /**
   * The decimal that a JavaScript number prints as: `0.1` is one tenth, not the double nearest to it.
   *
   * @param value A finite number, or a bigint, or a decimal (returned as it is).
   * @throws {RangeError} for NaN and the infinities.
   */
  static from(value: number | bigint | Decimal): Decimal {
    if (typeof value === "number") {
      if (Number.isSafeInteger(value) && value % 10 !== 0) return new Decimal(BigInt(value), 0);
      if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
      return Decimal.parse(Object.is(value, -0) ? "0" : String(value));
    }
    return typeof value === "bigint" ? Decimal.of(value, 0) : value;
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.mantissa > 0n ? 1 : this.mantissa < 0n ? -1 : 0;
  }

  /** Whether this is a whole number. */
  get isInteger(): boolean {
    return this.exponent >= 0 || this.mantissa % powerOfTen(-this.exponent) === 0n;
  }

  /** The value times -1. */
  negate(): Decimal {
    return new Decimal(-this.mantissa, this.exponent);
  }

  /** The magnitude. */
  absolute(): Decimal {
    return this.mantissa < 0n ? this.negate() : this;
  }

  /** The exact sum. @throws {RangeError} when it is out of range, see {@link Decimal.of}. */
  add(other: Decimal): Decimal {
    const exponent = Math.min(this.exponent, other.exponent);
    return Decimal.of(this.scaledTo(exponent) + other.scaledTo(exponent), exponent);
  }

  /** This value times an integer. */
  times(factor: bigint): Decimal {
    return Decimal.of(this.mantissa * factor, this.exponent);
  }

  /** The integer `this / 10^exponent`; `exponent` must not exceed this value's own. */
  scaledTo(exponent: number): bigint {
    return this.exponent === exponent
      ? this.mantissa
      : this.mantissa * powerOfTen(this.exponent - exponent);
  }

  /** Whether `this = k * step` for an integer k; `step` must not be zero. */
  isMultipleOf(step: Decimal): boolean {
    const shift = this.exponent - step.exponent;
    return shift >= 0
      ? (this.mantissa * powerOfTen(shift)) % step.mantissa === 0n
      : this.mantissa % (step.mantissa * powerOfTen(-shift)) === 0n;
  }

  /** The largest integer k with `k * step <= this`; `step` must be positive. */
  floorQuotient(step: Decimal): bigint {
    const shift = this.exponent - step.exponent;
    const numerator = shift >= 0 ? this.mantissa * powerOfTen(shift) : this.mantissa;
    const denominator = shift >= 0 ? step.mantissa : step.mantissa * powerOfTen(-shift);
    const quotient = numerator / denominator;
    return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
  }

  /** The smallest integer k with `k * step >= this`; `step` must be positive. */
  ceilingQuotient(step: Decimal): bigint {
    return -this.negate().floorQuotient(step);
  }

  /** JSON text of the value: plain digits where short, otherwise with an exponent. */
  toString(): string {
    const digits = this.absolute().mantissa.toString();
    const sign = this.mantissa < 0n ? "-" : "";
    if (this.exponent === 0) return sign + digits;
    if (this.exponent > 0) {
      return this.exponent <= 21
        ? sign + digits + "0".repeat(this.exponent)
        : `${sign}${digits}e${this.exponent}`;
    }
    const point = digits.length + this.exponent;
    if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
    return point > -21
      ? `${sign}0.${"0".repeat(-point)}${digits}`
      : `${sign}${digits}e${this.exponent}`;
  }
}

/** Orders by value: negative when `a < b`, 0 when equal, positive when `a > b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.exponent === b.exponent) {
    return a.mantissa < b.mantissa ? -1 : a.mantissa > b.mantissa ? 1 : 0;
  }
  const signA = a.sign, signB = b.sign;
  if (signA !== signB) return signA - signB;
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.scaledTo(exponent), right = b.scaledTo(exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The smallest positive decimal that is a multiple of both; `a` and `b` must be positive. */
export function leastCommonMultiple(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.scaledTo(exponent), right = b.scaledTo(exponent);
  return Decimal.of(left / greatestCommonDivisor(left, right) * right, exponent);
}
