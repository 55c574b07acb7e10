/**
 * An extracted value against the right one, field by field.
 *
 * Values are taken apart down to their scalars. A scalar that stands alone is compared in three ways; scalars of a list
 * are compared as found and missed ones, whatever their order. `lines[].price` is one field, the prices of all
 * lines. A plain list of scalars counts as a set (named entities are often listed once for several
 * mentions), prices of lines do not. Where a list has an item of another type than the other one, the paths differ,
 * and it is missed there and too much here.
 *
 * O(fields), and found × expected inside a list.
 *
 * @module
 */

import { isSame, saysTheSame, tokenF1 } from "./text_comparison.ts";

/** A field that has one value. */
export interface SingleOutcome {
  /** Tells the kinds apart. */
  readonly kind: "single";
  /** Keys from the root, joined by dots; `""` for the root. */
  readonly field: string;
  /** The right value. */
  readonly expected: unknown;
  /** What was written; undefined where nothing was. */
  readonly found: unknown;
  /** Equal as JSON. */
  readonly isExact: boolean;
  /** Says the same in whatever form. */
  readonly isNormalized: boolean;
  /** Words in common, 0 to 1. */
  readonly f1: number;
}

/** A field inside of a list. */
export interface ListOutcome {
  /** Tells the kinds apart. */
  readonly kind: "list";
  /** Keys from the root, joined by dots, with `[]` after each that holds a list. */
  readonly field: string;
  /** The right values. */
  readonly expected: readonly unknown[];
  /** What was written. */
  readonly found: readonly unknown[];
  /** Of each value found, whether it is right. */
  readonly isRight: readonly boolean[];
  /** Expected values that were found. */
  readonly matchedCount: number;
}

/** How one field came out. */
export type FieldOutcome = SingleOutcome | ListOutcome;

interface Leaves {
  isList: boolean;
  expected: unknown[];
  found: unknown[];
}

/**
 * Compares two values.
 *
 * @param expected The right value.
 * @param found The value to judge; undefined where there is none.
 * @returns The fields of both, in the order of the right value.
 */
export function compareFields(expected: unknown, found: unknown): FieldOutcome[] {
  const fields = new Map<string, Leaves>();
  collect(expected, "", "expected", fields);
  collect(found, "", "found", fields);
  if (fields.size > 1 && found === undefined) fields.delete("");
  return [...fields].map(([field, leaves]) =>
    leaves.isList ? compareLists(field, leaves) : compareSingles(field, leaves)
  );
}

function collect(
  value: unknown,
  field: string,
  side: "expected" | "found",
  fields: Map<string, Leaves>,
): void {
  if (Array.isArray(value)) {
    const inner = `${field}[]`;
    leavesOf(fields, inner);
    for (const item of value) collect(item, inner, side, fields);
    const leaves = fields.get(inner)!;
    // A list of objects has its values in the fields below.
    const isBare = leaves.expected.length + leaves.found.length === 0;
    if (isBare && value.length > 0) fields.delete(inner);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      collect(part, field === "" ? key : `${field}.${key}`, side, fields);
    }
  } else {
    leavesOf(fields, field)[side].push(value);
  }
}

function leavesOf(fields: Map<string, Leaves>, field: string): Leaves {
  let leaves = fields.get(field);
  if (leaves === undefined) {
    leaves = { isList: field.includes("[]"), expected: [], found: [] };
    fields.set(field, leaves);
  }
  return leaves;
}

function compareSingles(field: string, leaves: Leaves): SingleOutcome {
  const expected = leaves.expected[0], found = leaves.found[0];
  return {
    kind: "single",
    field,
    expected,
    found,
    isExact: isSame(expected, found),
    isNormalized: saysTheSame(expected, found),
    f1: tokenF1(expected, found),
  };
}

function compareLists(field: string, leaves: Leaves): ListOutcome {
  const isSet = field.endsWith("[]") && field.indexOf("[]") === field.length - 2;
  const expected = isSet ? distinct(leaves.expected) : leaves.expected;
  const found = isSet ? distinct(leaves.found) : leaves.found;
  const left = [...expected];
  const isRight = found.map((value) => {
    const match = left.findIndex((wanted) => saysTheSame(wanted, value));
    if (match >= 0) left.splice(match, 1);
    return match >= 0;
  });
  const matchedCount = expected.length - left.length;
  return { kind: "list", field, expected, found, isRight, matchedCount };
}

function distinct(values: readonly unknown[]): unknown[] {
  const kept: unknown[] = [];
  for (const value of values) {
    if (!kept.some((earlier) => saysTheSame(earlier, value))) kept.push(value);
  }
  return kept;
}
