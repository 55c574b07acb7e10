/**
 * What the tests of goals and their normal forms share: from a schema to its root goal.
 *
 * @module
 */

import type { Goal } from "./goal.ts";
import { readSchema } from "./read_schema.ts";
import { SchemaLanguages } from "./schema_languages.ts";
import { ShapeStore } from "./shape.ts";

/** A schema's shapes, and the goal of its root. */
export function rootOf(
  schema: unknown,
  isOrdered = false,
): { readonly shapes: ShapeStore; readonly goal: Goal } {
  const shapes = new ShapeStore(new SchemaLanguages(), isOrdered);
  return { shapes, goal: shapes.rootGoal(readSchema(schema)) };
}

/** Whether no value fits a schema. */
export function isEmptySchema(schema: unknown): boolean {
  const { shapes, goal } = rootOf(schema);
  return shapes.isEmpty(goal);
}
