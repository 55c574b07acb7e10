/**
 * The JSON Schema front end: from a parsed schema to a normal form that an engine can follow.
 *
 * A schema is read into a typed graph ({@link readSchema}), and what a value has to fulfil becomes a {@link Goal}. A
 * {@link ShapeStore} gives the normal form of a goal by type: sets of words, numbers and strings, alternatives for arrays
 * and objects. It also decides whether a goal has any value at all, which is what keeps dead ends out.
 *
 * @module
 */

export { MAXIMUM_SCHEMA_DEPTH, readSchema } from "./read_schema.ts";
export { isPlainDocument } from "./document_check.ts";
export type { ReadSchemaOptions, SchemaLimits } from "./read_schema.ts";
export type {
  DynamicReference,
  JsonValue,
  NumberAssertions,
  SchemaNode,
  SchemaResource,
} from "./schema_node.ts";
export { InvalidSchemaError, UnsatisfiableSchemaError, UnsupportedSchemaError } from "./errors.ts";
export { canonicalText, isJsonObject, parseExactly } from "./json_value.ts";
export { SchemaLanguages } from "./schema_languages.ts";
export { opposite } from "./goal.ts";
export type { Goal, GoalStore, Literal } from "./goal.ts";
export { ShapeStore } from "./shape.ts";
export type { Shape } from "./shape.ts";
export { WORD_FALSE, WORD_NULL, WORD_TRUE } from "./scalar_sets.ts";
export { numberMachine } from "./number_machine.ts";
export { isEasier } from "./array_alternative.ts";
export type { ArrayAlternative, ArrayObligations } from "./array_alternative.ts";
export { splitByLanguages } from "./name_classes.ts";
export type { SplitClass } from "./name_classes.ts";
export { ObjectProgress } from "./object_completion.ts";
export type { Completion, ObjectAlternative, ObjectObligations } from "./object_alternative.ts";
export { SeenNames } from "./seen_names.ts";
export { Witnesses } from "./witness.ts";
export type { WitnessForm } from "./witness.ts";
export { countTexts, isInfinite, shortestPath, textsOf } from "./language_size.ts";
