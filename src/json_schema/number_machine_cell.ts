/**
 * A prefix of a number's digits against one cell of a number set.
 *
 * Part of `number_machine.ts`. The sign is taken off first: a {@link MagnitudeCell} is the positive or the
 * mirrored negative part of a cell. A value is written `0.d1d2d3… * 10^point`, with d1 not zero; more digits
 * raise `point` before the decimal point and not after it, and an exponent shifts it at will. A bound is kept in the
 * same form, so comparing needs `point` and the order of the digit strings only, both of which
 * have few values. Divisibility needs remainders and the place of the last non-zero digit.
 *
 * Three questions are answered, all exactly: can the prefix be completed to a member ({@link canComplete}), which
 * exponents make the digits as they stand a member ({@link memberExponents}), and what of the prefix still
 * matters for the future ({@link describe}): prefixes with equal descriptions have equal futures.
 *
 * Cost: string comparisons without divisibility, a few BigInt operations with it; for bounded lattices one
 * emptiness question per order of magnitude between the step and the bound, nearly always answered by the first.
 *
 * @module
 */
import { compareDecimals, Decimal, powerOfTen } from "./decimal.ts";
import { hasMember, type NumberCell } from "./number_set_cell.ts";

/**
 * A mantissa in front of an exponent may have this many digits before the decimal point and this many
 * after it, where the bounds or steps make these counts matter. Longer mantissas take no exponent.
 */
export const MAXIMUM_MANTISSA_DIGITS = 64;

/** A positive bound, `0.digits * 10^point`; no leading or trailing zero in `digits`. */
interface Bound {
  readonly digits: string;
  readonly point: number;
}

/** A step `unit * 10^exponent`, where 10 does not divide `unit`. */
interface Step {
  readonly unit: bigint;
  readonly exponent: number;
  /** `unit` without its factors 2 and 5. */
  readonly coprime: bigint;
  readonly value: Decimal;
}

/** The positive magnitudes of a cell's members of one sign. */
export interface MagnitudeCell {
  readonly cell: NumberCell;
  /** null: only positive. */
  readonly lower: Bound | null;
  /** null: unbounded. */
  readonly upper: Bound | null;
  readonly multipleOf: Step | null;
  readonly notMultipleOf: readonly Step[];
  /** No condition at all besides the sign. */
  readonly isUnconstrained: boolean;
}

/** What has been read of a mantissa that has at least one non-zero digit. */
export interface Prefix {
  /** First significant digits, up to the longest bound's length. */
  readonly head: string;
  /** Whether a non-zero digit follows the head. */
  readonly hasTail: boolean;
  /** The value is `0.digits * 10^point`. */
  readonly point: number;
  /** All digits as an integer, where a step needs it; middle digits of long integers may have been replaced. */
  readonly digits: bigint;
  /** Number of digits in `digits`. */
  readonly digitCount: number;
  /** Zeros at the end of `digits`. */
  readonly trailingZeros: number;
  /** Digits after the decimal point; -1 before the point. */
  readonly fractionDigits: number;
  /** A non-zero digit was dropped from `digits`, too far behind the point for any step. */
  readonly hasDust: boolean;
  /** The integer part ended in too many zeros to take an exponent. */
  readonly hasLongZeros: boolean;
}

/**
 * Whether a non-zero completion of an all-zero prefix (`0`, `0.`, `0.000`) is a member.
 *
 * @param fractionDigits Zeros after the decimal point; 0 also before the point.
 */
export function canCompleteZeros(
  cell: MagnitudeCell,
  fractionDigits: number,
  form: TextForm,
): boolean {
  if (fractionDigits >= form.maximumFractionDigits) return false;
  if (cell.isUnconstrained) return true;
  const limit = new Decimal(1n, -fractionDigits);
  const { upper } = cell.cell;
  const isWithin = upper !== null && compareDecimals(upper, limit) < 0;
  if (isWithin || hasMember({ ...cell.cell, upper: limit, upperExclusive: true })) return true;
  if (!form.hasExponents || fractionDigits >= MAXIMUM_MANTISSA_DIGITS) return false;
  // One more digit is always needed; zeros first would only use up room.
  for (let digit = 1; digit <= 9; digit++) {
    if (canComplete(cell, afterZeros(digit, fractionDigits), form)) return true;
  }
  return false;
}

/** The prefix of a first non-zero digit after `fractionDigits` zeros behind the point. */
export function afterZeros(digit: number, fractionDigits: number): Prefix {
  return {
    head: String(digit),
    hasTail: false,
    point: -fractionDigits,
    digits: BigInt(digit),
    digitCount: 1,
    trailingZeros: 0,
    fractionDigits: fractionDigits + 1,
    hasDust: false,
    hasLongZeros: false,
  };
}

/** As {@link describe}, for an all-zero prefix. */
export function describeZeros(cell: MagnitudeCell, fractionDigits: number): string {
  if (cell.isUnconstrained) return "u";
  const { lower, upper, multipleOf, notMultipleOf } = cell;
  const isSettled = fractionDigits > MAXIMUM_MANTISSA_DIGITS && lower === null &&
    (upper === null || upper.point > -fractionDigits) && multipleOf === null &&
    notMultipleOf.every((step) => -step.exponent <= fractionDigits);
  return isSettled ? "p" : String(fractionDigits);
}

/** Which texts may follow a prefix. */
export interface TextForm {
  /** Whether an exponent may follow. */
  readonly hasExponents: boolean;
  /** Most digits after the decimal point. */
  readonly maximumFractionDigits: number;
}

/** The part of `cell` above zero; null when there is none. `cell` must be normalised. */
export function magnitudeCell(cell: NumberCell, isNegative: boolean): MagnitudeCell | null {
  const mirrored: NumberCell = isNegative
    ? {
      ...cell,
      lower: cell.upper?.negate() ?? null,
      lowerExclusive: cell.upperExclusive,
      upper: cell.lower?.negate() ?? null,
      upperExclusive: cell.lowerExclusive,
    }
    : cell;
  if (mirrored.upper !== null && mirrored.upper.sign <= 0) return null;
  const isPositive = mirrored.lower !== null && mirrored.lower.sign > 0;
  const positive = isPositive
    ? mirrored
    : { ...mirrored, lower: Decimal.zero, lowerExclusive: true };
  if (!isPositive && !hasMember(positive)) return null;
  const multipleOf = positive.multipleOf === null ? null : stepOf(positive.multipleOf);
  const notMultipleOf = positive.notMultipleOf.map(stepOf);
  const lower = isPositive ? boundOf(mirrored.lower!) : null;
  const upper = positive.upper === null ? null : boundOf(positive.upper);
  const isUnconstrained = lower === null && upper === null && multipleOf === null &&
    notMultipleOf.length === 0;
  return { cell: positive, lower, upper, multipleOf, notMultipleOf, isUnconstrained };
}

function boundOf(value: Decimal): Bound {
  const digits = value.mantissa.toString();
  return { digits, point: digits.length + value.exponent };
}

function stepOf(value: Decimal): Step {
  let coprime = value.mantissa;
  while (coprime % 2n === 0n) coprime /= 2n;
  while (coprime % 5n === 0n) coprime /= 5n;
  return { unit: value.mantissa, exponent: value.exponent, coprime, value };
}

/** Whether a cell has divisibility conditions that still matter for the prefix. */
function hasSteps(cell: MagnitudeCell, prefix: Prefix): boolean {
  return cell.multipleOf !== null || (cell.notMultipleOf.length > 0 && !prefix.hasDust);
}

/** Whether an exponent after these digits (or more of them) is considered for the cell. */
function takesExponent(cell: MagnitudeCell, prefix: Prefix, form: TextForm): boolean {
  if (!form.hasExponents) return false;
  if (cell.isUnconstrained) return true;
  const { point } = prefix;
  if (cell.lower !== null || cell.upper !== null) {
    if (point > MAXIMUM_MANTISSA_DIGITS || point < -MAXIMUM_MANTISSA_DIGITS) return false;
  }
  if (cell.multipleOf === null && cell.notMultipleOf.length === 0) return true;
  if (prefix.hasLongZeros || prefix.hasDust) return false;
  return prefix.fractionDigits < 0
    ? prefix.trailingZeros <= MAXIMUM_MANTISSA_DIGITS
    : prefix.fractionDigits <= MAXIMUM_MANTISSA_DIGITS;
}

// Order of the digits read so far against a bound's digits.
const LESS = 0; // less, whatever follows
const GREATER = 1; // greater, whatever follows
const EXACT = 2; // equal if only zeros follow, else greater
const OPEN = 3; // the bound's digits begin with these

function order(prefix: Prefix, bound: Bound): number {
  const { head } = prefix, { digits } = bound;
  if (head.length <= digits.length) {
    if (digits.startsWith(head)) {
      return head.length < digits.length ? OPEN : prefix.hasTail ? GREATER : EXACT;
    }
    return head < digits ? LESS : GREATER;
  }
  if (head.startsWith(digits)) {
    if (prefix.hasTail) return GREATER;
    for (let i = digits.length; i < head.length; i++) {
      if (head.charCodeAt(i) !== 0x30) return GREATER;
    }
    return EXACT;
  }
  return head < digits ? LESS : GREATER;
}

/** Whether some completion of the prefix is a member. */
export function canComplete(cell: MagnitudeCell, prefix: Prefix, form: TextForm): boolean {
  if (cell.isUnconstrained) return true;
  const { fractionDigits, point } = prefix;
  const withExponent = takesExponent(cell, prefix, form);
  if (fractionDigits >= form.maximumFractionDigits && fractionDigits >= 0 && !withExponent) {
    // Nothing but the end may follow: at the limit the digits are all there.
    return hasInterval(memberExponents(cell, prefix), 0);
  }
  if (!hasSteps(cell, prefix)) {
    if (withExponent) return meetsBounds(cell, prefix, -Infinity, Infinity);
    return meetsBounds(cell, prefix, point, fractionDigits < 0 ? Infinity : point);
  }
  if (prefix.hasDust) return false;
  if (fractionDigits >= 0) {
    if (hasMemberAt(cell, prefix, point, null)) return true;
  } else {
    if (cell.upper === null) return true;
    for (let at = cell.upper.point; at >= point; at--) {
      if (hasMemberAt(cell, prefix, at, null)) return true;
    }
  }
  return withExponent && canCompleteWithExponent(cell, prefix);
}

function hasInterval(interval: readonly [number, number], value: number): boolean {
  return interval[0] <= value && value <= interval[1];
}

/** Bounds only: whether completions with a point from `from` to `to` can lie within them. */
function meetsBounds(cell: MagnitudeCell, prefix: Prefix, from: number, to: number): boolean {
  const { lower, upper } = cell;
  // At the bound's own point the digits decide; strictly inside they do not matter.
  if (lower !== null) {
    const canReach = possiblyAbove(cell, prefix);
    from = Math.max(from, canReach ? lower.point : lower.point + 1);
  }
  if (upper !== null) {
    const canReach = possiblyBelow(cell, prefix);
    to = Math.min(to, canReach ? upper.point : upper.point - 1);
  }
  return from <= to;
}

function possiblyAbove(cell: MagnitudeCell, prefix: Prefix): boolean {
  return order(prefix, cell.lower!) !== LESS;
}

function possiblyBelow(cell: MagnitudeCell, prefix: Prefix): boolean {
  const found = order(prefix, cell.upper!);
  return found === LESS || found === OPEN || (found === EXACT && !cell.cell.upperExclusive);
}

/**
 * Whether a member begins with the prefix's digits and has the given point; with `grid`, only members that are
 * multiples of 10^grid count.
 */
function hasMemberAt(
  { cell }: MagnitudeCell,
  prefix: Prefix,
  point: number,
  grid: number | null,
): boolean {
  const exponent = point - prefix.digitCount;
  let { lower, lowerExclusive, upper, upperExclusive, multipleOf } = cell;
  const from = new Decimal(prefix.digits, exponent);
  if (compareDecimals(from, lower!) > 0) [lower, lowerExclusive] = [from, false];
  const to = new Decimal(prefix.digits + 1n, exponent);
  if (upper === null || compareDecimals(to, upper) <= 0) [upper, upperExclusive] = [to, true];
  if (grid !== null) {
    multipleOf = multipleOf === null
      ? new Decimal(1n, grid)
      : grid <= multipleOf.exponent
      ? multipleOf
      : onGrid(multipleOf, grid);
  }
  return hasMember({
    lower,
    lowerExclusive,
    upper,
    upperExclusive,
    multipleOf,
    notMultipleOf: cell.notMultipleOf,
  });
}

/** The least common multiple of a normalised step and 10^grid, which is the coarser power of ten. */
function onGrid(step: Decimal, grid: number): Decimal {
  let unit = step.mantissa;
  let twos = grid - step.exponent, fives = twos;
  while (twos > 0 && unit % 2n === 0n) {
    unit /= 2n;
    twos--;
  }
  while (fives > 0 && unit % 5n === 0n) {
    unit /= 5n;
    fives--;
  }
  return new Decimal(unit, grid);
}

/** Steps matter: whether up to so many more digits and then an exponent lead to a member. */
function canCompleteWithExponent(cell: MagnitudeCell, prefix: Prefix): boolean {
  const { lower, upper, multipleOf, notMultipleOf } = cell;
  const spare = MAXIMUM_MANTISSA_DIGITS - Math.max(0, prefix.fractionDigits);
  const digitCount = prefix.digitCount + spare;
  if (multipleOf === null) {
    // Small values are multiples of nothing, so the least magnitudes within the bounds decide.
    if (lower === null) return true;
    const last = Math.min(lower.point + 1, upper?.point ?? Infinity);
    for (let at = lower.point; at <= last; at++) {
      if (hasMemberAt(cell, prefix, at, at - digitCount)) return true;
    }
    return false;
  }
  let top: number;
  if (upper !== null) top = upper.point;
  else {
    // From this exponent on, factors 2 and 5 of the steps are always there.
    let exponent = 0;
    for (const step of [multipleOf, ...notMultipleOf]) {
      exponent = Math.max(exponent, step.exponent + step.unit.toString(2).length);
    }
    top = Math.max(exponent + digitCount, (lower?.point ?? 0) + 1);
    if (notMultipleOf.length === 0) return hasMemberAt(cell, prefix, top, top - digitCount);
  }
  const least = multipleOf.exponent + multipleOf.unit.toString().length;
  const bottom = Math.max(lower?.point ?? -Infinity, least);
  for (let at = top; at >= bottom; at--) {
    if (hasMemberAt(cell, prefix, at, at - digitCount)) return true;
  }
  return false;
}

/**
 * The exponents e for which the digits read so far, times 10^e, are a member: one interval, both ends inclusive,
 * empty when the first is greater than the second. Interval 0..0 alone is right when
 * {@link takesExponent} is false.
 */
export function memberExponents(cell: MagnitudeCell, prefix: Prefix): [number, number] {
  const { lower, upper, multipleOf } = cell;
  const { point } = prefix;
  let from = -Infinity, to = Infinity;
  if (lower !== null) {
    const found = order(prefix, lower);
    const isAbove = found === GREATER || (found === EXACT && !cell.cell.lowerExclusive);
    from = lower.point - point + (isAbove ? 0 : 1);
  }
  if (upper !== null) to = upper.point - point - (possiblyBelow(cell, prefix) ? 0 : 1);
  if (multipleOf !== null) {
    if (prefix.hasDust) return [1, 0];
    from = Math.max(from, firstMultiple(multipleOf, prefix));
  }
  if (!prefix.hasDust) {
    for (const step of cell.notMultipleOf) to = Math.min(to, firstMultiple(step, prefix) - 1);
  }
  return [from, to];
}

/** As {@link memberExponents}, none where the mantissa is too long to take an exponent. */
export function allowedExponents(
  cell: MagnitudeCell,
  prefix: Prefix,
  form: TextForm,
): [number, number] {
  return takesExponent(cell, prefix, form) ? memberExponents(cell, prefix) : [1, 0];
}

/** The least e for which the digits times 10^e are a multiple of the step; Infinity when there is none. */
function firstMultiple(step: Step, prefix: Prefix): number {
  const fractionDigits = Math.max(0, prefix.fractionDigits);
  if (prefix.digits % step.coprime !== 0n) return Infinity;
  const zeros = prefix.trailingZeros;
  let value = zeros === 0 ? prefix.digits : prefix.digits / powerOfTen(zeros);
  let exponent = step.exponent + fractionDigits - zeros;
  while (value % step.unit !== 0n) {
    value *= 10n;
    exponent++;
  }
  return exponent;
}

/** What the future depends on, as text: equal for prefixes of the same phase only if their futures are equal. */
export function describe(cell: MagnitudeCell, prefix: Prefix, form: TextForm): string {
  if (cell.isUnconstrained) return "u";
  const withExponent = takesExponent(cell, prefix, form);
  const isFraction = prefix.fractionDigits >= 0;
  let text = withExponent ? "e" : "p";
  let usesPoint = false;
  for (const bound of [cell.lower, cell.upper]) {
    if (bound === null) continue;
    if (!withExponent) {
      const isSettled = isFraction
        ? bound.point !== prefix.point || order(prefix, bound) <= GREATER
        : prefix.point > bound.point;
      // Alive and settled: this bound holds whatever follows.
      if (isSettled) continue;
    }
    const found = order(prefix, bound);
    text += found === OPEN ? prefix.head.length : "<>="[found];
    text += bound === cell.lower ? "l" : "u";
    usesPoint = true;
  }
  if (usesPoint) text += prefix.point;
  if (!hasSteps(cell, prefix)) return text;
  if (withExponent) {
    text += `z${prefix.trailingZeros}k${prefix.fractionDigits}`;
    for (const step of cell.multipleOf === null ? cell.notMultipleOf : allSteps(cell)) {
      const value = prefix.digits / powerOfTen(prefix.trailingZeros);
      text += `,${step.unit === 1n ? 0n : value % step.unit}`;
    }
    return text;
  }
  for (const step of cell.multipleOf === null ? cell.notMultipleOf : allSteps(cell)) {
    text += "," + describeRemainder(step, prefix);
  }
  return text;
}

function allSteps(cell: MagnitudeCell): readonly Step[] {
  return cell.notMultipleOf.length === 0
    ? [cell.multipleOf!]
    : [cell.multipleOf!, ...cell.notMultipleOf];
}

/** Without exponents: what divisibility by the step still depends on. */
function describeRemainder(step: Step, prefix: Prefix): string {
  if (prefix.fractionDigits < 0) {
    const modulus = step.exponent > 0 ? step.unit * powerOfTen(step.exponent) : step.unit;
    return String(modulus === 1n ? 0n : prefix.digits % modulus);
  }
  const places = Math.max(0, -step.exponent);
  if (prefix.fractionDigits < places) {
    return `${step.unit === 1n ? 0n : prefix.digits % step.unit}k${prefix.fractionDigits}`;
  }
  // All places that count are read: a multiple now, as long as only zeros follow, or never.
  return firstMultiple(step, prefix) <= 0 ? "m" : "n";
}
