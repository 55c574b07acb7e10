/**
 * What each keyword puts into a node: one table for all drafts, with the drafts and the vocabulary that a row
 * belongs to.
 *
 * `schema_reader.ts` looks every key of a schema object up in the table of the object's dialect; a key that is
 * not there is an annotation, and ignored. Differences between drafts are rows: `exclusiveMinimum` is a
 * Boolean in draft 4 and a number later.
 *
 * Cost: one map look-up for each key that is present, none for those that are not.
 *
 * Source: JSON Schema core and validation, drafts 4 to 2020-12.
 *
 * @module
 */

import { LimitExceededError } from "../errors.ts";
import type { Decimal } from "./decimal.ts";
import type { Dialect, Draft, KeywordVocabulary } from "./dialect.ts";
import { InvalidSchemaError, UnsupportedSchemaError } from "./errors.ts";
import {
  arrayValue,
  booleanValue,
  countValue,
  escapePointerSegment,
  hasInfinity,
  numericValue,
  objectValue,
  ownValue,
  quoteValue,
  type SchemaObject,
  stringsValue,
  stringValue,
  wrongValue,
} from "./keyword_values.ts";
import { partCount } from "./json_value.ts";
import { MutableNumberAssertions, type MutableSchemaNode } from "./mutable_schema_node.ts";
import {
  type JsonValue,
  TYPE_ARRAY,
  TYPE_BOOLEAN,
  TYPE_INTEGER,
  TYPE_NULL,
  TYPE_NUMBER,
  TYPE_OBJECT,
  TYPE_STRING,
} from "./schema_node.ts";

/** What the rows need of the reader. */
export interface SchemaReading {
  /** Whether `format` goes into the nodes. */
  readonly assertFormats: boolean;
  /** Of the schema object in hand. */
  readonly dialect: Dialect;
  /** Whether the document has infinite numbers anywhere. */
  readonly hasInfinity: boolean;
  /** The node of a subschema of the one in hand. */
  child(
    value: unknown,
    parent: MutableSchemaNode,
    keyword: string,
    path: string,
  ): MutableSchemaNode;
  /** A node for a part of the one in hand that no schema object of its own says. */
  part(parent: MutableSchemaNode): MutableSchemaNode;
  /** Follows `$ref`. */
  reference(node: MutableSchemaNode, reference: string): void;
  /** Follows `$dynamicRef` or `$recursiveRef`. */
  dynamicReference(node: MutableSchemaNode, keyword: string, reference: string): void;
}

/** Reads one keyword into a node. `schema` is the object that has it. */
export type KeywordReader = (
  reading: SchemaReading,
  node: MutableSchemaNode,
  value: unknown,
  schema: SchemaObject,
) => void;

/** A keyword, the first and the last draft that have it, its vocabulary, and its reader. */
type KeywordRow = readonly [string, Draft, Draft, KeywordVocabulary, KeywordReader];

const TYPE_BITS: ReadonlyMap<unknown, number> = new Map([
  ["null", TYPE_NULL],
  ["boolean", TYPE_BOOLEAN],
  ["integer", TYPE_INTEGER],
  ["number", TYPE_NUMBER],
  ["string", TYPE_STRING],
  ["array", TYPE_ARRAY],
  ["object", TYPE_OBJECT],
]);

const ROWS: readonly KeywordRow[] = [
  ["$ref", 4, 2020, "core", (reading, node, value) => {
    reading.reference(node, stringValue(node, "$ref", value));
  }],
  ["$recursiveRef", 2019, 2019, "core", readDynamicReference("$recursiveRef")],
  ["$dynamicRef", 2020, 2020, "core", readDynamicReference("$dynamicRef")],
  ...["$id", "$anchor", "$dynamicAnchor", "$schema"].map((keyword): KeywordRow => [
    keyword,
    keyword === "$id" ? 6 : 4,
    2020,
    "core",
    (_reading, node, value) => void stringValue(node, keyword, value),
  ]),
  // No check of draft 4's `id`: too many schemas have a property of that name where it does not belong.

  ["type", 4, 2020, "validation", readType],
  ["enum", 4, 2020, "validation", (reading, node, value) => {
    const values = arrayValue(node, "enum", value) as readonly JsonValue[];
    limitParts(values.filter((one) => typeof one === "object" && one !== null));
    node.enumeration = values;
    refuseInfinity(reading, node, "enum", value);
  }],
  ["const", 6, 2020, "validation", (reading, node, value) => {
    limitParts([value as JsonValue]);
    node.constant = { value: value as JsonValue };
    refuseInfinity(reading, node, "const", value);
  }],

  ["minimum", 4, 4, "validation", readDraft4Bound("minimum", "exclusiveMinimum", -1)],
  ["maximum", 4, 4, "validation", readDraft4Bound("maximum", "exclusiveMaximum", 1)],
  ["exclusiveMinimum", 4, 4, "validation", (_reading, node, value) => {
    booleanValue(node, "exclusiveMinimum", value);
  }],
  ["exclusiveMaximum", 4, 4, "validation", (_reading, node, value) => {
    booleanValue(node, "exclusiveMaximum", value);
  }],
  ["minimum", 6, 2020, "validation", readBound("minimum", -1)],
  ["maximum", 6, 2020, "validation", readBound("maximum", 1)],
  ["exclusiveMinimum", 6, 2020, "validation", readBound("exclusiveMinimum", -1)],
  ["exclusiveMaximum", 6, 2020, "validation", readBound("exclusiveMaximum", 1)],
  ["multipleOf", 4, 2020, "validation", readMultipleOf],

  ["minLength", 4, 2020, "validation", readLeast("minLength", TYPE_STRING)],
  ["maxLength", 4, 2020, "validation", readMost("maxLength")],
  ["pattern", 4, 2020, "validation", (_reading, node, value) => {
    node.pattern = stringValue(node, "pattern", value);
  }],
  ["format", 4, 2020, "format", (reading, node, value) => {
    const format = stringValue(node, "format", value);
    if (reading.assertFormats) node.format = format;
  }],

  ["items", 4, 2020, "applicator", readItems],
  ["additionalItems", 4, 2020, "applicator", readAdditionalItems],
  ["prefixItems", 2020, 2020, "applicator", (reading, node, value) => {
    node.prefixItems = childList(reading, node, "prefixItems", value);
  }],
  ["minItems", 4, 2020, "validation", readLeast("minItems", TYPE_ARRAY)],
  ["maxItems", 4, 2020, "validation", readMost("maxItems")],
  ["uniqueItems", 4, 2020, "validation", (_reading, node, value) => {
    node.uniqueItems = booleanValue(node, "uniqueItems", value);
  }],
  ["contains", 6, 2020, "applicator", readChild("contains")],
  ["minContains", 2019, 2020, "validation", (_reading, node, value, schema) => {
    const count = countValue(node, "minContains", value);
    if (count < Infinity) node.minContains = count;
    else if (Object.hasOwn(schema, "contains")) node.types &= ~TYPE_ARRAY;
  }],
  ["maxContains", 2019, 2020, "validation", readMost("maxContains")],
  ["unevaluatedItems", 2019, 2020, "unevaluated", readChild("unevaluatedItems")],

  ["properties", 4, 2020, "applicator", (reading, node, value) => {
    node.properties = childMap(reading, node, "properties", value);
  }],
  ["patternProperties", 4, 2020, "applicator", (reading, node, value) => {
    node.patternProperties = childMap(reading, node, "patternProperties", value);
  }],
  ["additionalProperties", 4, 2020, "applicator", readChild("additionalProperties")],
  ["propertyNames", 6, 2020, "applicator", readChild("propertyNames")],
  ["required", 4, 2020, "validation", (_reading, node, value) => {
    node.required = stringsValue(node, "required", value);
  }],
  ["minProperties", 4, 2020, "validation", readLeast("minProperties", TYPE_OBJECT)],
  ["maxProperties", 4, 2020, "validation", readMost("maxProperties")],
  ["dependencies", 4, 2020, "applicator", readDependencies],
  ["dependentRequired", 2019, 2020, "validation", (_reading, node, value) => {
    for (const [key, names] of Object.entries(objectValue(node, "dependentRequired", value))) {
      requireTogether(node, "dependentRequired", key, names);
    }
  }],
  ["dependentSchemas", 2019, 2020, "applicator", (reading, node, value) => {
    for (const [key, schema] of Object.entries(objectValue(node, "dependentSchemas", value))) {
      applyTogether(reading, node, "dependentSchemas", key, schema);
    }
  }],
  ["unevaluatedProperties", 2019, 2020, "unevaluated", readChild("unevaluatedProperties")],

  // `dependencies` that clash with `dependentSchemas` may have put something into it already.
  ["allOf", 4, 2020, "applicator", (reading, node, value) => {
    node.allOf = [...node.allOf, ...childList(reading, node, "allOf", value)];
  }],
  ["anyOf", 4, 2020, "applicator", (reading, node, value) => {
    node.anyOf = childList(reading, node, "anyOf", value);
  }],
  ["oneOf", 4, 2020, "applicator", (reading, node, value) => {
    node.oneOf = childList(reading, node, "oneOf", value);
  }],
  ["not", 4, 2020, "applicator", readChild("not")],
  ["if", 7, 2020, "applicator", readChild("if")],
  ["then", 7, 2020, "applicator", readBranch("then")],
  ["else", 7, 2020, "applicator", readBranch("else")],
];

const tables = new WeakMap<Dialect, ReadonlyMap<string, KeywordReader>>();

/** The keywords of a dialect. */
export function keywordsOf(dialect: Dialect): ReadonlyMap<string, KeywordReader> {
  let table = tables.get(dialect);
  if (table === undefined) {
    table = new Map(
      ROWS
        .filter(([, first, last, vocabulary]) =>
          first <= dialect.draft && dialect.draft <= last && dialect.vocabularies.has(vocabulary)
        )
        .map(([keyword, , , , reader]) => [keyword, reader]),
    );
    tables.set(dialect, table);
  }
  return table;
}

type ChildKeyword =
  | "additionalProperties"
  | "contains"
  | "if"
  | "not"
  | "propertyNames"
  | "unevaluatedItems"
  | "unevaluatedProperties";

function readChild(keyword: ChildKeyword): KeywordReader {
  return (reading, node, value) => {
    node[keyword] = reading.child(value, node, keyword, keyword);
  };
}

/** `then` and `else` mean nothing without `if`. */
function readBranch(keyword: "then" | "else"): KeywordReader {
  return (reading, node, value, schema) => {
    if (Object.hasOwn(schema, "if")) node[keyword] = reading.child(value, node, keyword, keyword);
  };
}

function childList(
  reading: SchemaReading,
  node: MutableSchemaNode,
  keyword: string,
  value: unknown,
): readonly MutableSchemaNode[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw wrongValue(node, keyword, "a non-empty array of schemas", value);
  }
  return value.map((entry, index) => reading.child(entry, node, keyword, `${keyword}/${index}`));
}

function childMap(
  reading: SchemaReading,
  node: MutableSchemaNode,
  keyword: string,
  value: unknown,
): ReadonlyMap<string, MutableSchemaNode> {
  const schemas = objectValue(node, keyword, value);
  const children = new Map<string, MutableSchemaNode>();
  for (const key of Object.keys(schemas)) {
    const path = `${keyword}/${escapePointerSegment(key)}`;
    children.set(key, reading.child(schemas[key], node, keyword, path));
  }
  return children;
}

function readDynamicReference(keyword: string): KeywordReader {
  return (reading, node, value) => {
    reading.dynamicReference(node, keyword, stringValue(node, keyword, value));
  };
}

function readType(_reading: SchemaReading, node: MutableSchemaNode, value: unknown): void {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (names.length === 0) {
    throw wrongValue(node, "type", "the name of a type or a non-empty array of them", value);
  }
  let bits = 0;
  for (const name of names) {
    const bit = TYPE_BITS.get(name);
    if (bit === undefined) {
      throw new InvalidSchemaError(
        "type",
        node.pointer,
        `${quoteValue(name)} is not a type; the types are ${[...TYPE_BITS.keys()].join(", ")}`,
      );
    }
    bits |= bit;
  }
  // Not an assignment: an impossible bound may have taken types away already.
  node.types &= bits;
}

/** Most items and members, at any depth, of the arrays and objects in one `enum` or `const`: each becomes a goal. */
const MAXIMUM_CONSTANT_PARTS = 100_000;

function limitParts(values: readonly JsonValue[]): void {
  if (partCount(values, MAXIMUM_CONSTANT_PARTS + 1) > MAXIMUM_CONSTANT_PARTS) {
    throw new LimitExceededError("constantParts", Infinity, MAXIMUM_CONSTANT_PARTS);
  }
}

function refuseInfinity(
  reading: SchemaReading,
  node: MutableSchemaNode,
  keyword: string,
  value: unknown,
): void {
  if (!reading.hasInfinity || !hasInfinity(value as JsonValue)) return;
  throw new UnsupportedSchemaError(
    keyword,
    node.pointer,
    "a number in it is beyond the range of a double, so its value is lost",
  );
}

type BoundKeyword = "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum";

/**
 * A bound beyond all doubles binds nothing (`"maximum": 1e400`) or excludes every number (`"minimum": 1e400`).
 *
 * @param side -1 for a lower bound, 1 for an upper one: the infinity that binds nothing.
 */
function setBound(
  node: MutableSchemaNode,
  keyword: BoundKeyword,
  side: -1 | 1,
  bound: number | Decimal,
): void {
  if (typeof bound !== "number") {
    (node.numbers ??= new MutableNumberAssertions())[keyword] = bound;
  } else if (bound !== side * Infinity) {
    node.types &= ~TYPE_NUMBER;
  }
}

function readBound(keyword: BoundKeyword, side: -1 | 1): KeywordReader {
  return (_reading, node, value) => {
    setBound(node, keyword, side, numericValue(node, keyword, value));
  };
}

function readDraft4Bound(
  keyword: "minimum" | "maximum",
  exclusive: "exclusiveMinimum" | "exclusiveMaximum",
  side: -1 | 1,
): KeywordReader {
  return (_reading, node, value, schema) => {
    const bound = numericValue(node, keyword, value);
    setBound(node, ownValue(schema, exclusive) === true ? exclusive : keyword, side, bound);
  };
}

function readMultipleOf(_reading: SchemaReading, node: MutableSchemaNode, value: unknown): void {
  const step = numericValue(node, "multipleOf", value);
  if (typeof step === "number" ? step < 0 : step.sign <= 0) {
    throw wrongValue(node, "multipleOf", "a positive number", value);
  }
  if (typeof step === "number") {
    throw new UnsupportedSchemaError(
      "multipleOf",
      node.pointer,
      "it is beyond the range of a double, so its value is lost",
    );
  }
  (node.numbers ??= new MutableNumberAssertions()).multipleOf = step;
}

/** A count beyond all doubles cannot be reached: the type is impossible. */
function readLeast(
  keyword: "minLength" | "minItems" | "minProperties",
  type: number,
): KeywordReader {
  return (_reading, node, value) => {
    const count = countValue(node, keyword, value);
    if (count < Infinity) node[keyword] = count;
    else node.types &= ~type;
  };
}

function readMost(
  keyword: "maxLength" | "maxItems" | "maxProperties" | "maxContains",
): KeywordReader {
  return (_reading, node, value) => {
    node[keyword] = countValue(node, keyword, value);
  };
}

/** Whether `items` may be a list here: up to 2019-09, and where no draft is named and nothing else has the prefix. */
function hasItemLists({ draft, lenient }: Dialect, schema: SchemaObject): boolean {
  return draft < 2020 || (lenient && !Object.hasOwn(schema, "prefixItems"));
}

function readItems(
  reading: SchemaReading,
  node: MutableSchemaNode,
  value: unknown,
  schema: SchemaObject,
): void {
  if (!Array.isArray(value)) {
    node.items = reading.child(value, node, "items", "items");
  } else if (!hasItemLists(reading.dialect, schema)) {
    throw wrongValue(node, "items", "a schema (a list of them is called prefixItems)", value);
  } else if (value.length > 0) {
    // Draft 4 wants at least one; later ones take an empty list, which says nothing.
    node.prefixItems = childList(reading, node, "items", value);
  }
}

function readAdditionalItems(
  reading: SchemaReading,
  node: MutableSchemaNode,
  value: unknown,
  schema: SchemaObject,
): void {
  if (hasItemLists(reading.dialect, schema) && Array.isArray(ownValue(schema, "items"))) {
    node.items = reading.child(value, node, "additionalItems", "additionalItems");
  }
}

function readDependencies(
  reading: SchemaReading,
  node: MutableSchemaNode,
  value: unknown,
): void {
  for (const [key, needed] of Object.entries(objectValue(node, "dependencies", value))) {
    if (Array.isArray(needed)) requireTogether(node, "dependencies", key, needed);
    else applyTogether(reading, node, "dependencies", key, needed);
  }
}

function requireTogether(
  node: MutableSchemaNode,
  keyword: string,
  key: string,
  names: unknown,
): void {
  const map = ownMap(node.dependentRequired);
  const needed = stringsValue(node, keyword, names);
  const before = map.get(key);
  map.set(key, before === undefined ? needed : [...new Set([...before, ...needed])]);
  node.dependentRequired = map;
}

/** Where `dependencies` and `dependentSchemas` both speak of a property, the second goes into an `allOf`. */
function applyTogether(
  reading: SchemaReading,
  node: MutableSchemaNode,
  keyword: string,
  key: string,
  schema: unknown,
): void {
  const child = reading.child(schema, node, keyword, `${keyword}/${escapePointerSegment(key)}`);
  let holder = node;
  if (node.dependentSchemas.has(key)) {
    holder = reading.part(node);
    node.allOf = [...node.allOf, holder];
  }
  const map = ownMap(holder.dependentSchemas);
  map.set(key, child);
  holder.dependentSchemas = map;
}

/** A node's map to add to: the empty one is shared by all nodes, any other is the node's own. */
function ownMap<Value>(map: ReadonlyMap<string, Value>): Map<string, Value> {
  return map.size === 0 ? new Map() : map as Map<string, Value>;
}
