/**
 * The typed form of a JSON Schema: what `read_schema.ts` makes of the text and everything later reads.
 *
 * One node a schema object, references resolved to nodes, keywords checked for their types and folded over
 * the drafts: `definitions` and `$defs`, item lists and `prefixItems`, `dependencies` and `dependentSchemas`
 * look the same here. A keyword that is absent is `undefined` (or empty, or 0 and `Infinity` for counts), so
 * the form of an unconstrained schema is all defaults.
 *
 * @module
 */

import type { Decimal } from "./decimal.ts";

/** A JSON value; numbers may be exact. */
export type JsonValue =
  | null
  | boolean
  | number
  | Decimal
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Types of instances as bits of {@link SchemaNode.types}. */
export const TYPE_NULL = 1;
export const TYPE_BOOLEAN = 2;
/** Whole numbers. A node whose type is `number` has this bit and {@link TYPE_FRACTION}. */
export const TYPE_INTEGER = 4;
/** Numbers that are not whole. */
export const TYPE_FRACTION = 8;
export const TYPE_NUMBER = TYPE_INTEGER | TYPE_FRACTION;
export const TYPE_STRING = 16;
export const TYPE_ARRAY = 32;
export const TYPE_OBJECT = 64;
export const ALL_TYPES = 127;

/** Numeric keywords, exact. */
export interface NumberAssertions {
  readonly minimum?: Decimal;
  readonly maximum?: Decimal;
  readonly exclusiveMinimum?: Decimal;
  readonly exclusiveMaximum?: Decimal;
  readonly multipleOf?: Decimal;
}

/**
 * A schema resource: a document's root, or a subschema with an `$id` of its own. Dynamic scope is a chain of
 * these.
 */
export interface SchemaResource {
  readonly id: number;
  /** Absolute URI, `""` for a document without one. */
  readonly uri: string;
  /** Targets of `$dynamicAnchor` in this resource; `""` stands for `$recursiveAnchor: true`. */
  readonly dynamicAnchors: ReadonlyMap<string, SchemaNode>;
}

/** `$dynamicRef`, or `$recursiveRef` of 2019-09. */
export interface DynamicReference {
  /** Where the reference leads when taken as a plain `$ref`. */
  readonly initial: SchemaNode;
  /**
   * The anchor to look for in the outermost resource of the dynamic scope that has it; `""` for
   * `$recursiveRef`; `null` when `initial` has no such dynamic anchor, so that it acts as `$ref`.
   */
  readonly anchor: string | null;
}

/** One schema object or Boolean schema. Fields are set once, by the reader. */
export interface SchemaNode {
  /** Dense over all nodes that one reader made; equal means the same schema object. */
  readonly id: number;
  /** JSON Pointer (RFC 6901) from the document's root, after the document's URI if it has one. */
  readonly pointer: string;
  readonly resource: SchemaResource;
  /** The value of a Boolean schema; null for an object. */
  readonly boolean: boolean | null;

  /** Bits of allowed types, {@link ALL_TYPES} without `type`. */
  readonly types: number;
  /** Allowed values, of `enum`, or the single one of `const`; both: their intersection is up to the reader's user. */
  readonly constant?: { readonly value: JsonValue };
  readonly enumeration?: readonly JsonValue[];

  readonly numbers?: NumberAssertions;
  /** In Unicode code points. */
  readonly minLength: number;
  /** `Infinity` when there is none. */
  readonly maxLength: number;
  readonly pattern?: string;
  /** As written; unknown formats too. Absent when formats do not assert. */
  readonly format?: string;

  readonly prefixItems: readonly SchemaNode[];
  /** For items after the prefix. */
  readonly items?: SchemaNode;
  readonly minItems: number;
  readonly maxItems: number;
  readonly uniqueItems: boolean;
  readonly contains?: SchemaNode;
  /** 1 by default; means nothing without `contains`. */
  readonly minContains: number;
  readonly maxContains: number;
  readonly unevaluatedItems?: SchemaNode;
  /** Whether items matched by `contains` count as evaluated: true from 2020-12 on, false in 2019-09. */
  readonly containsEvaluates: boolean;

  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly patternProperties: ReadonlyMap<string, SchemaNode>;
  readonly additionalProperties?: SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly required: readonly string[];
  readonly minProperties: number;
  readonly maxProperties: number;
  readonly dependentRequired: ReadonlyMap<string, readonly string[]>;
  readonly dependentSchemas: ReadonlyMap<string, SchemaNode>;
  readonly unevaluatedProperties?: SchemaNode;

  readonly allOf: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly if?: SchemaNode;
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
  readonly ref?: SchemaNode;
  readonly dynamicRef?: DynamicReference;
}
