/**
 * Sets of numbers, closed under union, intersection and complement: what JSON Schema's numeric keywords,
 * `const`, `enum` and `not` say about a number.
 *
 * The normal form of a schema holds one {@link NumberSet} per alternative; `number_machine.ts` turns it into an
 * automaton over number texts. A set is a union of cells (see `number_set_cell.ts`): intervals, and lattices in
 * intervals. Cells are normalised, merged where they touch, and sorted, so that sets built in different
 * ways mostly have the same `key`; two keys may still differ for equal sets (a few singletons against
 * a short lattice), never the other way round. Emptiness is exact: no cell, no member.
 *
 * Cost: linear sweeps for plain intervals (an enum of 500 numbers and its complement included); pairwise
 * work between lattices. Complements of unions of lattices can multiply, so the number of cells is limited
 * to {@link MAXIMUM_NUMBER_CELLS}.
 *
 * Source: JSON Schema validation, draft 2020-12, section 6.2.
 *
 * @module
 */
import { LimitExceededError } from "../errors.ts";
import { compareDecimals, Decimal, leastCommonMultiple } from "./decimal.ts";
import {
  ALL_NUMBERS_CELL,
  cellContains,
  cellIncludes,
  cellMembers,
  cellSize,
  hasMember,
  intersectCells,
  isOnLattice,
  isSingleNumber,
  normaliseCell,
  type NumberCell,
} from "./number_set_cell.ts";

/** Largest number of cells in one set; more is a `LimitExceededError` named `numberCells`. */
export const MAXIMUM_NUMBER_CELLS = 4096;

/** An immutable set of numbers. Make them with the functions of this module only. */
export interface NumberSet {
  /** Normalised, non-empty cells, in order; they may overlap where a lattice meets another. */
  readonly cells: readonly NumberCell[];
  /** Content: equal keys mean equal sets. */
  readonly key: string;
}

/** The numeric keywords of one schema object, as JSON Schema means them. */
export interface NumberKeywords {
  /** Whether only whole numbers are members (`"type": "integer"`). */
  readonly integer?: boolean;
  /** Least member. */
  readonly minimum?: number | Decimal;
  /** Greatest member. */
  readonly maximum?: number | Decimal;
  /** Members are greater. */
  readonly exclusiveMinimum?: number | Decimal;
  /** Members are less. */
  readonly exclusiveMaximum?: number | Decimal;
  /** Positive. */
  readonly multipleOf?: number | Decimal;
}

/** The empty set. */
export const none: NumberSet = { cells: [], key: "" };

/** The set of all numbers. */
export const all: NumberSet = { cells: [ALL_NUMBERS_CELL], key: cellKey(ALL_NUMBERS_CELL) };

/**
 * The numbers that fulfil all the given keywords. Infinite bounds (JSON texts such as `1e400`, parsed) mean what
 * they say: a minimum of Infinity leaves nothing.
 *
 * @throws {RangeError} for NaN, and for a `multipleOf` that is not a positive finite number.
 */
export function numberSetFromKeywords(keywords: NumberKeywords): NumberSet {
  let cell: NumberCell | null = ALL_NUMBERS_CELL;
  const narrow = (other: Partial<NumberCell>) => {
    if (cell !== null) cell = intersectCells(cell, { ...ALL_NUMBERS_CELL, ...other });
  };
  const bound = (value: number | Decimal | undefined, isLower: boolean, exclusive: boolean) => {
    if (value === undefined) return;
    if (value === (isLower ? -Infinity : Infinity)) return;
    if (value === (isLower ? Infinity : -Infinity)) {
      cell = null;
      return;
    }
    const end = Decimal.from(value);
    narrow(
      isLower
        ? { lower: end, lowerExclusive: exclusive }
        : { upper: end, upperExclusive: exclusive },
    );
  };
  if (keywords.integer) narrow({ multipleOf: Decimal.one });
  if (keywords.multipleOf !== undefined) {
    const step = Decimal.from(keywords.multipleOf);
    if (step.sign <= 0) throw new RangeError(`multipleOf must be positive, but is ${step}`);
    narrow({ multipleOf: step });
  }
  bound(keywords.minimum, true, false);
  bound(keywords.exclusiveMinimum, true, true);
  bound(keywords.maximum, false, false);
  bound(keywords.exclusiveMaximum, false, true);
  return cell === null ? none : fromCells([cell]);
}

/** The set whose only member is `value`. */
export function singleton(value: number | bigint | Decimal): NumberSet {
  return fromCells([singleCell(Decimal.from(value))]);
}

/** The set of the given numbers; cheaper than a union of singletons one by one. */
export function numberSetOf(values: Iterable<number | bigint | Decimal>): NumberSet {
  return fromCells(Array.from(values, (value) => singleCell(Decimal.from(value))));
}

function singleCell(value: Decimal): NumberCell {
  return { ...ALL_NUMBERS_CELL, lower: value, upper: value };
}

/** Whether the set has no member. Exact. */
export function isEmpty(set: NumberSet): boolean {
  return set.cells.length === 0;
}

/** Whether `value` is a member. */
export function contains(set: NumberSet, value: number | bigint | Decimal): boolean {
  const decimal = Decimal.from(value);
  return set.cells.some((cell) => cellContains(cell, decimal));
}

/** The numbers that are members of at least one of the sets. */
export function union(...sets: readonly NumberSet[]): NumberSet {
  const [first] = sets;
  if (sets.length === 1) return first!;
  return fromCells(sets.flatMap((set) => set.cells));
}

/** The numbers that are members of every one of the sets; of no sets: all numbers. */
export function intersect(...sets: readonly NumberSet[]): NumberSet {
  let result = all;
  for (const set of sets) {
    if (set === all || result === set) continue;
    result = result === all ? set : fromCells(intersectAll(result.cells, set.cells));
  }
  return result;
}

/** The numbers that are not members. */
export function complement(set: NumberSet): NumberSet {
  let cells: readonly NumberCell[] = gapsBetween(set.cells.filter(isPlain));
  for (const cell of set.cells) {
    if (isPlain(cell)) continue;
    const outside: NumberCell[] = gapsBetween([
      { ...cell, multipleOf: null, notMultipleOf: [] },
    ]);
    if (cell.multipleOf !== null) {
      outside.push({ ...cell, multipleOf: null, notMultipleOf: [cell.multipleOf] });
    }
    for (const excluded of cell.notMultipleOf) {
      const step = cell.multipleOf === null
        ? excluded
        : leastCommonMultiple(cell.multipleOf, excluded);
      outside.push({ ...cell, multipleOf: step, notMultipleOf: [] });
    }
    cells = mergeCells(intersectAll(cells, outside));
  }
  return fromCells(cells);
}

/**
 * The number of members, where it is finite and at most `limit`.
 *
 * @returns null when there are more, or infinitely many.
 */
export function size(set: NumberSet, limit = 10_000): number | null {
  let sum = 0n;
  for (const cell of set.cells) {
    const count = cellSize(cell);
    if (count === null || count > BigInt(limit)) return null;
    sum += count;
  }
  if (set.cells.length <= 1 || set.cells.every(isPlain)) {
    return sum > BigInt(limit) ? null : Number(sum);
  }
  return members(set, limit)?.length ?? null;
}

/**
 * All members in ascending order, where there are at most `limit`.
 *
 * @returns null when there are more, or infinitely many.
 */
export function members(set: NumberSet, limit = 10_000): Decimal[] | null {
  const found: Decimal[] = [];
  for (const cell of set.cells) {
    const count = cellSize(cell);
    if (count === null || count > BigInt(limit)) return null;
    found.push(...cellMembers(cell));
  }
  found.sort(compareDecimals);
  const distinct = found.filter((value, i) =>
    i === 0 || compareDecimals(found[i - 1]!, value) !== 0
  );
  return distinct.length > limit ? null : distinct;
}

/** Whether a cell is an interval without divisibility conditions. */
function isPlain(cell: NumberCell): boolean {
  return cell.multipleOf === null && cell.notMultipleOf.length === 0;
}

function fromCells(cells: readonly NumberCell[]): NumberSet {
  const merged = mergeCells(cells);
  if (merged.length === 0) return none;
  const key = merged.map(cellKey).join(" ");
  return key === all.key ? all : { cells: merged, key };
}

function cellKey(cell: NumberCell): string {
  const interval = isSingleNumber(cell)
    ? `${cell.lower}`
    : `${cell.lowerExclusive ? "(" : "["}${cell.lower ?? ""},${cell.upper ?? ""}${
      cell.upperExclusive ? ")" : "]"
    }`;
  return interval + (cell.multipleOf === null ? "" : `/${cell.multipleOf}`) +
    cell.notMultipleOf.map((step) => `!${step}`).join("");
}

/** By lower end, unbounded and inclusive first. */
function compareLower(a: NumberCell, b: NumberCell): number {
  if (a.lower === null || b.lower === null) {
    return a.lower === b.lower ? 0 : a.lower === null ? -1 : 1;
  }
  return compareDecimals(a.lower, b.lower) ||
    Number(a.lowerExclusive) - Number(b.lowerExclusive);
}

/** By upper end, unbounded and inclusive last. */
function compareUpper(a: NumberCell, b: NumberCell): number {
  if (a.upper === null || b.upper === null) {
    return a.upper === b.upper ? 0 : a.upper === null ? 1 : -1;
  }
  return compareDecimals(a.upper, b.upper) ||
    Number(b.upperExclusive) - Number(a.upperExclusive);
}

function mergeCells(cells: readonly NumberCell[]): NumberCell[] {
  if (cells.length > MAXIMUM_NUMBER_CELLS) {
    throw new LimitExceededError("numberCells", cells.length, MAXIMUM_NUMBER_CELLS);
  }
  let plain: NumberCell[] = [], lattices: NumberCell[] = [];
  for (const cell of cells) {
    const normal = normaliseCell(cell);
    if (normal === null) continue;
    (isPlain(normal) ? plain : lattices).push(normal);
  }
  plain = mergeIntervals(plain);
  if (lattices.length > 0) {
    lattices = fillHoles(lattices, plain);
    const freed = lattices.filter(isPlain);
    if (freed.length > 0) {
      plain = mergeIntervals([...plain, ...freed]);
      lattices = lattices.filter((cell) => !isPlain(cell));
    }
    [plain, lattices] = mergeLattices(plain, lattices);
    lattices = lattices.filter((cell, i) =>
      !plain.some((outer) => cellIncludes(outer, cell)) &&
      !lattices.some((outer, j) =>
        i !== j && cellIncludes(outer, cell) && (j < i || !cellIncludes(cell, outer))
      )
    );
    plain = plain.filter((cell) =>
      !isSingleNumber(cell) || !lattices.some((outer) => cellContains(outer, cell.lower!))
    );
  }
  return [...plain, ...lattices].sort((a, b) =>
    compareLower(a, b) || compareUpper(a, b) || (cellKey(a) < cellKey(b) ? -1 : 1)
  );
}

/** Merges plain intervals that overlap or touch, and lattices with the same conditions likewise. */
function mergeIntervals(cells: NumberCell[]): NumberCell[] {
  cells.sort(compareLower);
  const merged: NumberCell[] = [];
  for (const cell of cells) {
    const last = merged[merged.length - 1];
    if (last === undefined || !touches(last, cell)) merged.push(cell);
    else if (compareUpper(last, cell) < 0) {
      merged[merged.length - 1] = {
        ...last,
        upper: cell.upper,
        upperExclusive: cell.upperExclusive,
      };
    }
  }
  return merged;
}

/** Whether no number lies between two plain intervals, the first of which begins first. */
function touches(first: NumberCell, second: NumberCell): boolean {
  if (first.upper === null || second.lower === null) return true;
  const order = compareDecimals(first.upper, second.lower);
  return order > 0 || (order === 0 && !(first.upperExclusive && second.lowerExclusive));
}

/** Merges lattices of the same conditions, where no member of the lattice lies between; joins single members. */
function mergeLattices(
  plain: NumberCell[],
  lattices: readonly NumberCell[],
): [NumberCell[], NumberCell[]] {
  const groups = new Map<string, NumberCell[]>();
  for (const cell of lattices) {
    const key = `${cell.multipleOf}!${cell.notMultipleOf.join("!")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  const result: NumberCell[] = [];
  for (const group of groups.values()) {
    const { multipleOf, notMultipleOf } = group[0]!;
    for (const cell of plain) {
      if (multipleOf !== null && isSingleNumber(cell) && isOnLattice(group[0]!, cell.lower!)) {
        group.push({ ...cell, multipleOf, notMultipleOf });
      }
    }
    group.sort(compareLower);
    const merged: NumberCell[] = [];
    for (const cell of group) {
      const last = merged[merged.length - 1];
      const apart = last !== undefined && last.upper !== null && cell.lower !== null &&
        compareDecimals(last.upper, cell.lower) <= 0 &&
        hasMember({
          lower: last.upper,
          lowerExclusive: !last.upperExclusive,
          upper: cell.lower,
          upperExclusive: !cell.lowerExclusive,
          multipleOf,
          notMultipleOf,
        });
      if (last === undefined || apart) merged.push(cell);
      else if (compareUpper(last, cell) < 0) {
        merged[merged.length - 1] = {
          ...last,
          upper: cell.upper,
          upperExclusive: cell.upperExclusive,
        };
      }
    }
    for (const cell of merged) if (!isSingleNumber(cell)) result.push(cell);
  }
  return [plain, result];
}

/** Drops an excluded step from a cell where another cell covers what it excludes. */
function fillHoles(lattices: readonly NumberCell[], plain: readonly NumberCell[]): NumberCell[] {
  const holed = lattices.some((cell) => cell.notMultipleOf.length > 0);
  if (!holed) return [...lattices];
  return lattices.map((cell) => {
    for (const step of cell.notMultipleOf) {
      const others = cell.notMultipleOf.filter((other) => other !== step);
      const hole = normaliseCell({
        ...cell,
        multipleOf: cell.multipleOf === null ? step : leastCommonMultiple(cell.multipleOf, step),
        notMultipleOf: others,
      });
      const isCovered = hole === null ||
        [...lattices, ...plain].some((other) => other !== cell && cellIncludes(other, hole));
      if (isCovered) cell = { ...cell, notMultipleOf: others };
    }
    return cell;
  });
}

/** The plain intervals between sorted, merged plain intervals, and before and after them. */
function gapsBetween(plain: readonly NumberCell[]): NumberCell[] {
  const gaps: NumberCell[] = [];
  let lower: Decimal | null = null, lowerExclusive = false;
  for (const cell of plain) {
    if (cell.lower !== null) {
      gaps.push({
        ...ALL_NUMBERS_CELL,
        lower,
        lowerExclusive,
        upper: cell.lower,
        upperExclusive: !cell.lowerExclusive,
      });
    }
    if (cell.upper === null) return gaps;
    [lower, lowerExclusive] = [cell.upper, !cell.upperExclusive];
  }
  gaps.push({ ...ALL_NUMBERS_CELL, lower, lowerExclusive });
  return gaps;
}

function intersectAll(a: readonly NumberCell[], b: readonly NumberCell[]): NumberCell[] {
  const result: NumberCell[] = [];
  const add = (left: NumberCell, right: NumberCell) => {
    const both = intersectCells(left, right);
    if (both === null) return;
    if (result.length >= MAXIMUM_NUMBER_CELLS) {
      throw new LimitExceededError("numberCells", Infinity, MAXIMUM_NUMBER_CELLS);
    }
    result.push(both);
  };
  const plainA = a.filter(isPlain), plainB = b.filter(isPlain);
  // Sorted and disjoint: one sweep instead of all pairs.
  const [sortedA, sortedB] = [mergeIntervals(plainA), mergeIntervals(plainB)];
  for (let i = 0, j = 0; i < sortedA.length && j < sortedB.length;) {
    add(sortedA[i]!, sortedB[j]!);
    if (compareUpper(sortedA[i]!, sortedB[j]!) < 0) i++;
    else j++;
  }
  for (const left of a) {
    const leftPlain = isPlain(left);
    for (const right of b) if (!leftPlain || !isPlain(right)) add(left, right);
  }
  return result;
}
