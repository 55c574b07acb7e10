/**
 * What alternatives may ask about the goals of the values inside them.
 *
 * @module
 */

import type { Goal, GoalStore, Literal } from "./goal.ts";
import type { JsonValue } from "./schema_node.ts";
import type { SchemaLanguages } from "./schema_languages.ts";

/** Answers about goals; see `shape.ts`. */
export interface GoalQueries {
  readonly goals: GoalStore;
  readonly languages: SchemaLanguages;
  /** Whether a goal is seen at a glance to have no value; false promises nothing. */
  isSurelyEmpty(goal: Goal): boolean;
  /** Whether no value fulfils the goal. Exact, but see `shape.ts` for goals that are being decided. */
  isEmpty(goal: Goal): boolean;
  /** The literal that is one of the values. */
  oneOf(values: readonly JsonValue[]): Literal;
  /** All values that fulfil a goal, or null when there are more than `limit`, or it cannot be told. */
  valuesOf(goal: Goal, limit: number): readonly JsonValue[] | null;
}
