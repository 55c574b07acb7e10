/**
 * One cell of a number set: an interval, optionally only the multiples of one decimal, without the
 * multiples of some others.
 *
 * Below `number_set.ts` (unions of cells) and `number_machine_cell.ts` (digit prefixes against a cell). The
 * question that everything rests on is {@link hasMember}: is there any number at all in the cell? It is decided
 * exactly. Without `multipleOf`, an interval of positive length is dense and its excluded multiples are not,
 * so length decides. With it, members are `k * multipleOf` for integers k in a range, minus multiples of some
 * integers p > 1: picking one prime factor of each of n such p, every 2^n consecutive integers contain one
 * that none of these primes divides (Kanold's bound on Jacobsthal's function), so at most 2^n values of k
 * are tried; n is limited to {@link MAXIMUM_EXCLUDED_STEPS}.
 *
 * @module
 */
import { LimitExceededError } from "../errors.ts";
import { compareDecimals, Decimal, greatestCommonDivisor, leastCommonMultiple } from "./decimal.ts";

/** Largest number of `notMultipleOf` steps in one cell. */
export const MAXIMUM_EXCLUDED_STEPS = 12;

/** An interval of numbers with divisibility conditions. */
export interface NumberCell {
  /** Lower end; null: unbounded. */
  readonly lower: Decimal | null;
  /** Whether `lower` itself is excluded. */
  readonly lowerExclusive: boolean;
  /** Upper end; null: unbounded. */
  readonly upper: Decimal | null;
  /** Whether `upper` itself is excluded. */
  readonly upperExclusive: boolean;
  /** Members are integer multiples of this positive decimal; null: any number. */
  readonly multipleOf: Decimal | null;
  /** Members are not integer multiples of any of these positive decimals. */
  readonly notMultipleOf: readonly Decimal[];
}

/** The cell of all numbers. */
export const ALL_NUMBERS_CELL: NumberCell = {
  lower: null,
  lowerExclusive: false,
  upper: null,
  upperExclusive: false,
  multipleOf: null,
  notMultipleOf: [],
};

/** Whether a number fulfils the cell's conditions. */
export function cellContains(cell: NumberCell, value: Decimal): boolean {
  if (cell.lower !== null) {
    const order = compareDecimals(value, cell.lower);
    if (order < 0 || (order === 0 && cell.lowerExclusive)) return false;
  }
  if (cell.upper !== null) {
    const order = compareDecimals(value, cell.upper);
    if (order > 0 || (order === 0 && cell.upperExclusive)) return false;
  }
  return isOnLattice(cell, value);
}

/** Whether a number fulfils the cell's divisibility conditions, whatever its bounds. */
export function isOnLattice(cell: NumberCell, value: Decimal): boolean {
  if (cell.multipleOf !== null && !value.isMultipleOf(cell.multipleOf)) return false;
  for (const step of cell.notMultipleOf) if (value.isMultipleOf(step)) return false;
  return true;
}

/** The integers k for which `k * step` lies in the cell's interval; null: no end on that side. */
function quotientRange(cell: NumberCell, step: Decimal): [bigint | null, bigint | null] {
  let from: bigint | null = null, to: bigint | null = null;
  if (cell.lower !== null) {
    from = cell.lowerExclusive
      ? cell.lower.floorQuotient(step) + 1n
      : cell.lower.ceilingQuotient(step);
  }
  if (cell.upper !== null) {
    to = cell.upperExclusive
      ? cell.upper.ceilingQuotient(step) - 1n
      : cell.upper.floorQuotient(step);
  }
  return [from, to];
}

/** `notMultipleOf` as periods over the multiples of `step`; null when they exclude every multiple. */
function excludedPeriods(cell: NumberCell, step: Decimal): bigint[] | null {
  const periods: bigint[] = [];
  for (const excluded of cell.notMultipleOf) {
    const period = leastCommonMultiple(step, excluded).floorQuotient(step);
    if (period === 1n) return null;
    periods.push(period);
  }
  if (periods.length > MAXIMUM_EXCLUDED_STEPS) {
    throw new LimitExceededError("excludedSteps", periods.length, MAXIMUM_EXCLUDED_STEPS);
  }
  return periods;
}

/** From `start` on in direction `by`, the first integer that no period divides; at most 2^n tries. */
function firstFree(start: bigint, by: bigint, periods: readonly bigint[]): bigint {
  for (let k = start;; k += by) {
    if (periods.every((period) => k % period !== 0n)) return k;
  }
}

/** Whether the cell has any member. Exact. */
export function hasMember(cell: NumberCell): boolean {
  const { lower, upper } = cell;
  if (lower !== null && upper !== null) {
    const order = compareDecimals(lower, upper);
    if (order > 0) return false;
    if (order === 0) {
      return !cell.lowerExclusive && !cell.upperExclusive && isOnLattice(cell, lower);
    }
  }
  const step = cell.multipleOf;
  if (step === null) return true;
  const [from, to] = quotientRange(cell, step);
  if (from !== null && to !== null && from > to) return false;
  if (cell.notMultipleOf.length === 0) return true;
  const periods = excludedPeriods(cell, step);
  if (periods === null) return false;
  if (from === null || to === null) return true;
  return firstFree(from, 1n, periods) <= to;
}

/** Intersection of two cells, not normalised; null when the intervals do not meet. */
export function intersectCells(a: NumberCell, b: NumberCell): NumberCell | null {
  let { lower, lowerExclusive, upper, upperExclusive } = a;
  if (b.lower !== null) {
    const order = lower === null ? -1 : compareDecimals(lower, b.lower);
    if (order < 0) [lower, lowerExclusive] = [b.lower, b.lowerExclusive];
    else if (order === 0) lowerExclusive ||= b.lowerExclusive;
  }
  if (b.upper !== null) {
    const order = upper === null ? 1 : compareDecimals(upper, b.upper);
    if (order > 0) [upper, upperExclusive] = [b.upper, b.upperExclusive];
    else if (order === 0) upperExclusive ||= b.upperExclusive;
  }
  if (lower !== null && upper !== null) {
    const order = compareDecimals(lower, upper);
    if (order > 0 || (order === 0 && (lowerExclusive || upperExclusive))) return null;
  }
  const multipleOf = a.multipleOf === null
    ? b.multipleOf
    : b.multipleOf === null
    ? a.multipleOf
    : leastCommonMultiple(a.multipleOf, b.multipleOf);
  const notMultipleOf = a.notMultipleOf.length === 0
    ? b.notMultipleOf
    : b.notMultipleOf.length === 0
    ? a.notMultipleOf
    : [...a.notMultipleOf, ...b.notMultipleOf];
  return { lower, lowerExclusive, upper, upperExclusive, multipleOf, notMultipleOf };
}

/**
 * The same members in the canonical form: bounds pulled in to members where the cell is a lattice, a single
 * number without divisibility, excluded steps reduced to those that exclude something, in order.
 *
 * @returns null when the cell is empty.
 */
export function normaliseCell(cell: NumberCell): NumberCell | null {
  if (!hasMember(cell)) return null;
  let { lower, lowerExclusive, upper, upperExclusive } = cell;
  const { multipleOf } = cell;
  const notMultipleOf = cell.notMultipleOf.length === 0 ? [] : reduceExcluded(cell);
  if (multipleOf !== null) {
    const reduced = { ...cell, notMultipleOf };
    const periods = excludedPeriods(reduced, multipleOf)!;
    const [from, to] = quotientRange(cell, multipleOf);
    if (from !== null) {
      [lower, lowerExclusive] = [multipleOf.times(firstFree(from, 1n, periods)), false];
    }
    if (to !== null) {
      [upper, upperExclusive] = [multipleOf.times(firstFree(to, -1n, periods)), false];
    }
  }
  if (multipleOf === null && notMultipleOf.length > 0) {
    lowerExclusive ||= lower !== null && !isOnLattice(cell, lower);
    upperExclusive ||= upper !== null && !isOnLattice(cell, upper);
  }
  if (lower === null) lowerExclusive = false;
  if (upper === null) upperExclusive = false;
  if (lower !== null && upper !== null && compareDecimals(lower, upper) === 0) {
    return { ...ALL_NUMBERS_CELL, lower, upper };
  }
  return { lower, lowerExclusive, upper, upperExclusive, multipleOf, notMultipleOf };
}

function reduceExcluded(cell: NumberCell): Decimal[] {
  const steps = cell.multipleOf === null
    ? [...cell.notMultipleOf]
    : cell.notMultipleOf.map((step) => leastCommonMultiple(cell.multipleOf!, step));
  steps.sort(compareDecimals);
  const kept: Decimal[] = [];
  for (const step of steps) {
    if (kept.some((smaller) => step.isMultipleOf(smaller))) continue;
    if (!hasMember({ ...cell, multipleOf: step, notMultipleOf: [] })) continue;
    kept.push(step);
  }
  return kept;
}

/** Whether every member of `inner` is a member of `outer`; may say false for a true inclusion. */
export function cellIncludes(outer: NumberCell, inner: NumberCell): boolean {
  if (outer.lower !== null) {
    if (inner.lower === null) return false;
    const order = compareDecimals(inner.lower, outer.lower);
    if (order < 0 || (order === 0 && outer.lowerExclusive && !inner.lowerExclusive)) return false;
  }
  if (outer.upper !== null) {
    if (inner.upper === null) return false;
    const order = compareDecimals(inner.upper, outer.upper);
    if (order > 0 || (order === 0 && outer.upperExclusive && !inner.upperExclusive)) return false;
  }
  if (outer.multipleOf === null && outer.notMultipleOf.length === 0) return true;
  if (isSingleNumber(inner)) return isOnLattice(outer, inner.lower!);
  const step = inner.multipleOf;
  if (outer.multipleOf !== null && !(step?.isMultipleOf(outer.multipleOf))) return false;
  return outer.notMultipleOf.every((excluded) =>
    inner.notMultipleOf.some((other) =>
      (step === null ? excluded : leastCommonMultiple(step, excluded)).isMultipleOf(other)
    )
  );
}

/** Whether a normalised cell has exactly one member. */
export function isSingleNumber(cell: NumberCell): boolean {
  return cell.lower !== null && cell.upper !== null &&
    (cell.lower === cell.upper || compareDecimals(cell.lower, cell.upper) === 0);
}

/** How many members a normalised cell has; null when infinitely many. */
export function cellSize(cell: NumberCell): bigint | null {
  if (cell.lower === null || cell.upper === null) return null;
  if (isSingleNumber(cell)) return 1n;
  if (cell.multipleOf === null) return null;
  const [from, to] = quotientRange(cell, cell.multipleOf);
  const periods = excludedPeriods(cell, cell.multipleOf)!;
  // Inclusion and exclusion over the excluded periods.
  let size = 0n;
  for (let subset = 0; subset < 1 << periods.length; subset++) {
    let period = 1n, sign = 1n;
    for (let i = 0; i < periods.length; i++) {
      if ((subset >> i & 1) === 0) continue;
      period = period / greatestCommonDivisor(period, periods[i]!) * periods[i]!;
      sign = -sign;
    }
    size += sign * (floorDivide(to!, period) - floorDivide(from! - 1n, period));
  }
  return size;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** The members of a normalised finite cell, in ascending order. */
export function* cellMembers(cell: NumberCell): Generator<Decimal> {
  if (isSingleNumber(cell)) {
    yield cell.lower!;
    return;
  }
  const step = cell.multipleOf!;
  const [from, to] = quotientRange(cell, step);
  const periods = excludedPeriods(cell, step)!;
  for (let k = from!; k <= to!; k++) {
    if (periods.every((period) => k % period !== 0n)) yield step.times(k);
  }
}
