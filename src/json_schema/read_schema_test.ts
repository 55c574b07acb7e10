/**
 * The reader, keyword by keyword and draft by draft. `read_schema_conformance_test.ts` runs it on the official
 * suite.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import { InvalidSchemaError, UnsupportedSchemaError } from "./errors.ts";
import { readSchema, type ReadSchemaOptions } from "./read_schema.ts";
import {
  ALL_TYPES,
  type SchemaNode,
  TYPE_ARRAY,
  TYPE_INTEGER,
  TYPE_NULL,
  TYPE_NUMBER,
  TYPE_STRING,
} from "./schema_node.ts";

const DRAFT_4 = "http://json-schema.org/draft-04/schema#";
const DRAFT_6 = "http://json-schema.org/draft-06/schema";
const DRAFT_7 = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema";
const DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema";

/** The node at a path of properties. */
function at(node: SchemaNode, ...path: string[]): SchemaNode {
  return path.reduce((parent, key) => parent.properties.get(key)!, node);
}

/** Expects an InvalidSchemaError of this keyword and pointer, and returns its message. */
function refusal(
  schema: unknown,
  keyword: string,
  pointer = "",
  options?: ReadSchemaOptions,
): string {
  const error = assertThrows(() => readSchema(schema, options), InvalidSchemaError);
  assertEquals([error.keyword, error.pointer], [keyword, pointer], error.message);
  return error.message;
}

Deno.test("an empty schema is all defaults, a Boolean one says so", () => {
  const node = readSchema({});
  assertEquals(node.boolean, null);
  assertEquals(node.types, ALL_TYPES);
  assertEquals([node.minLength, node.maxLength, node.minItems, node.maxItems], [
    0,
    Infinity,
    0,
    Infinity,
  ]);
  assertEquals([node.minContains, node.maxContains], [1, Infinity]);
  assertEquals([node.properties.size, node.required, node.allOf, node.prefixItems], [
    0,
    [],
    [],
    [],
  ]);
  assertEquals(node.numbers, undefined);
  assertEquals([node.id, node.pointer, node.resource.uri], [0, "", ""]);
  assertEquals(readSchema(true).boolean, true);
  assertEquals(readSchema(false).boolean, false);
});

Deno.test("what is no schema at all is refused", () => {
  for (const value of [null, 1, "string", [], undefined, new Date(), () => {}]) {
    refusal(value, "");
  }
});

Deno.test("scalar keywords come out typed, numbers exact", () => {
  const node = readSchema({
    type: ["integer", "null"],
    minimum: 0.1,
    exclusiveMaximum: 1e30,
    multipleOf: 0.0001,
    minLength: 2.0,
    maxLength: 7,
    pattern: "^a",
    format: "date",
    enum: [1, null, { a: [1] }],
    const: 1,
  });
  assertEquals(node.types, TYPE_INTEGER | TYPE_NULL);
  assertEquals(node.numbers?.minimum, Decimal.parse("0.1"));
  assertEquals(node.numbers?.exclusiveMaximum, Decimal.parse("1e30"));
  assertEquals(node.numbers?.multipleOf, Decimal.parse("0.0001"));
  assertEquals(node.numbers?.maximum, undefined);
  assertEquals([node.minLength, node.maxLength, node.pattern, node.format], [2, 7, "^a", "date"]);
  assertEquals(node.enumeration, [1, null, { a: [1] }]);
  assertEquals(node.constant, { value: 1 });
  assertEquals(readSchema({ type: "number" }).types, TYPE_NUMBER);
  assertEquals(readSchema({ const: null }).constant, { value: null });
  assertEquals(readSchema({ enum: [] }).enumeration, []);
});

Deno.test("exact numbers may stand in the schema", () => {
  const big = Decimal.parse("123456789012345678901234567890");
  const node = readSchema({ minimum: big, minItems: Decimal.parse("3"), const: big });
  assertEquals(node.numbers?.minimum, big);
  assertEquals(node.minItems, 3);
  assertEquals(node.constant, { value: big });
});

Deno.test("formats are left out when they do not assert, but still checked for their type", () => {
  assertEquals(readSchema({ format: "date" }, { assertFormats: false }).format, undefined);
  refusal({ format: 1 }, "format", "", { assertFormats: false });
});

Deno.test("a bound beyond all doubles binds nothing or excludes every number", () => {
  const free = readSchema(
    JSON.parse('{"maximum": 1e400, "exclusiveMinimum": -1e400, "maxLength": 1e400}'),
  );
  assertEquals([free.types, free.numbers, free.maxLength], [ALL_TYPES, undefined, Infinity]);
  for (const text of ['{"minimum": 1e400}', '{"exclusiveMaximum": -1e400}']) {
    assertEquals(readSchema(JSON.parse(text)).types, ALL_TYPES & ~TYPE_NUMBER);
  }
  const typed = readSchema(JSON.parse('{"minimum": 1e400, "type": ["number", "string"]}'));
  assertEquals(typed.types, TYPE_STRING);
  const long = readSchema(JSON.parse('{"minLength": 1e400, "minItems": 1e400}'));
  assertEquals(long.types, ALL_TYPES & ~TYPE_STRING & ~TYPE_ARRAY);
  for (const text of ['{"enum": [[1e400]]}', '{"const": {"a": -1e400}}', '{"multipleOf": 1e400}']) {
    assertThrows(() => readSchema(JSON.parse(text)), UnsupportedSchemaError);
  }
  // Where it does not matter it does no harm.
  readSchema(JSON.parse('{"default": 1e400, "enum": [1]}'));
});

Deno.test("a wrong value names the keyword, the place and the value", () => {
  assertEquals(
    refusal({ properties: { a: { minLength: "3" } } }, "minLength", "/properties/a"),
    'invalid schema at "/properties/a/minLength": minLength must be a non-negative integer, got "3"',
  );
  const wrong: [string, unknown][] = [
    ["minItems", -1],
    ["maxItems", 1.5],
    ["minProperties", null],
    ["maximum", "1"],
    ["multipleOf", 0],
    ["multipleOf", -2],
    ["type", []],
    ["type", "any"],
    ["type", ["string", 3]],
    ["type", { $ref: "#" }],
    ["required", true],
    ["required", [1]],
    ["enum", "a"],
    ["pattern", /a/.source.length],
    ["uniqueItems", "yes"],
    ["properties", []],
    ["properties", { a: 1 }],
    ["patternProperties", null],
    ["additionalProperties", "false"],
    ["allOf", []],
    ["anyOf", {}],
    ["oneOf", [1]],
    ["not", []],
    ["dependencies", { a: "b" }],
    ["dependentRequired", { a: [1] }],
    ["$ref", 1],
    ["$id", 1],
    ["$anchor", {}],
  ];
  for (const [keyword, value] of wrong) refusal({ [keyword]: value }, keyword);
});

Deno.test("keys that Object.prototype has are keys like any other", () => {
  const schema = JSON.parse(`{
    "properties": { "__proto__": { "type": "null" }, "constructor": true, "toString": {} },
    "patternProperties": { "__proto__": {} },
    "required": ["__proto__", "hasOwnProperty"],
    "dependentRequired": { "__proto__": ["valueOf"] }
  }`);
  const node = readSchema(schema);
  assertEquals([...node.properties.keys()], ["__proto__", "constructor", "toString"]);
  assertEquals(at(node, "__proto__").types, TYPE_NULL);
  assertEquals([...node.patternProperties.keys()], ["__proto__"]);
  assertEquals(node.required, ["__proto__", "hasOwnProperty"]);
  assertEquals(node.dependentRequired.get("__proto__"), ["valueOf"]);
  refusal({ $ref: "#/toString" }, "$ref");
  refusal({ $ref: "#/definitions/constructor", definitions: {} }, "$ref");
});

Deno.test("inherited and hidden properties are not part of a schema", () => {
  const schema = Object.defineProperty({ type: "null" }, "minLength", { value: "x" });
  assertEquals(readSchema(schema).types, TYPE_NULL);
  assertEquals(readSchema(Object.assign(Object.create(null), { type: "null" })).types, TYPE_NULL);
});

Deno.test("values that JSON does not have are refused wherever they are", () => {
  class Schema {
    type = "null";
  }
  for (
    const value of [undefined, () => {}, 1n, NaN, Symbol("s"), new Date(0), new Map(), new Schema()]
  ) {
    refusal({ properties: { a: { default: value } } }, "default", "/properties/a");
  }
  refusal({ enum: [1, [undefined]] }, "0", "/enum/1");
});

Deno.test("recursion becomes a cycle, and one schema object one node", () => {
  const node = readSchema({
    properties: {
      next: { $ref: "#" },
      a: { $ref: "#/definitions/x" },
      b: { $ref: "#/definitions/x" },
    },
    definitions: { x: { type: "null" } },
  });
  assertStrictEquals(at(node, "next").ref, node);
  assertStrictEquals(at(node, "a").ref, at(node, "b").ref);
  assertNotStrictEquals(at(node, "a"), at(node, "b"));
  assertEquals(at(node, "a").ref?.pointer, "/definitions/x");
});

Deno.test("what nothing refers to is not read", () => {
  const schema = { $defs: { broken: { type: "nonsense" } }, unknown: { minLength: "x" } };
  assertEquals(readSchema(schema).types, ALL_TYPES);
  refusal({ ...schema, $ref: "#/$defs/broken" }, "type", "/$defs/broken");
  refusal({ ...schema, $ref: "#/unknown" }, "minLength", "/unknown");
});

Deno.test("pointers are decoded, and lead through any keyword, arrays and false", () => {
  const node = readSchema({
    definitions: { "a/b": { "~": { "%": { " é": { type: "null" } } } } },
    allOf: [{ type: "string" }, false],
    properties: {
      a: { $ref: "#/definitions/a~1b/~0/%25/%20%C3%A9" },
      b: { $ref: "#/allOf/0" },
      c: { $ref: "#/allOf/1" },
      "x/~y": {},
    },
  });
  assertEquals(at(node, "a").ref?.types, TYPE_NULL);
  assertEquals(at(node, "a").ref?.pointer, "/definitions/a~1b/~0/%/ é");
  assertStrictEquals(at(node, "b").ref, node.allOf[0]);
  assertEquals(at(node, "c").ref?.boolean, false);
  assertEquals(at(node, "x/~y").pointer, "/properties/x~1~0y");
});

Deno.test("a reference to nowhere is refused with its target quoted", () => {
  const message = refusal({ items: { $ref: "#/definitions/cat" } }, "$ref", "/items");
  assert(message.includes('"#/definitions/cat" leads nowhere'), message);
  for (
    const reference of [
      "#cat",
      "cat.json",
      "http://example.com/cat",
      "#/%E0%A4%A",
      "#/required",
      "http://[",
    ]
  ) {
    refusal({ required: [], $ref: reference }, "$ref");
  }
});

Deno.test("before 2019-09 $ref overrides what stands beside it, later it does not", () => {
  const schema = { $ref: "#/definitions/x", type: "string", definitions: { x: { type: "null" } } };
  for (const $schema of [DRAFT_4, DRAFT_6, DRAFT_7]) {
    const node = readSchema({ $schema, ...schema });
    assertEquals([node.types, node.ref?.types], [ALL_TYPES, TYPE_NULL]);
  }
  for (const $schema of [DRAFT_2019, DRAFT_2020, "http://example.com/unknown"]) {
    const node = readSchema({ $schema, ...schema });
    assertEquals([node.types, node.ref?.types], [TYPE_STRING, TYPE_NULL]);
  }
});

Deno.test("each draft has its own keywords", () => {
  const schema = {
    const: 1,
    if: {},
    then: { type: "null" },
    dependentRequired: { a: ["b"] },
    unevaluatedItems: false,
    prefixItems: [true],
  };
  const seen = (node: SchemaNode) =>
    [node.constant, node.then, node.unevaluatedItems, node.prefixItems[0]]
      .map((part) => part !== undefined).concat(node.dependentRequired.size > 0);
  const of = ($schema: string) => seen(readSchema({ $schema, ...schema }));
  assertEquals(of(DRAFT_4), [false, false, false, false, false]);
  assertEquals(of(DRAFT_6), [true, false, false, false, false]);
  assertEquals(of(DRAFT_7), [true, true, false, false, false]);
  assertEquals(of(DRAFT_2019), [true, true, true, false, true]);
  assertEquals(of(DRAFT_2020), [true, true, true, true, true]);
  assertEquals(seen(readSchema(schema)), [true, true, true, true, true]);
  assertEquals(of("https://json-schema.org/draft-07/schema"), of(DRAFT_7));
});

Deno.test("drafts before 4 are refused, not misread", () => {
  assertThrows(
    () => readSchema({ $schema: "http://json-schema.org/draft-03/schema#", disallow: "string" }),
    UnsupportedSchemaError,
  );
});

Deno.test("exclusive bounds are Booleans in draft 4 only", () => {
  const numbers = readSchema({
    $schema: DRAFT_4,
    minimum: 1,
    exclusiveMinimum: true,
    maximum: 5,
    exclusiveMaximum: false,
  }).numbers;
  assertEquals(
    [numbers?.minimum, numbers?.exclusiveMinimum, numbers?.maximum, numbers?.exclusiveMaximum],
    [undefined, Decimal.one, Decimal.from(5), undefined],
  );
  refusal({ $schema: DRAFT_4, exclusiveMinimum: 3 }, "exclusiveMinimum");
  refusal({ $schema: DRAFT_7, exclusiveMinimum: true }, "exclusiveMinimum");
});

Deno.test("item lists of older drafts become prefixItems, also where no draft is named", () => {
  const schema = { items: [{ type: "null" }], additionalItems: false };
  for (const $schema of [DRAFT_4, DRAFT_7, DRAFT_2019, undefined]) {
    const node = readSchema($schema === undefined ? schema : { $schema, ...schema });
    assertEquals([node.prefixItems.length, node.prefixItems[0]?.types], [1, TYPE_NULL]);
    assertEquals(node.prefixItems[0]?.pointer, "/items/0");
    assertEquals([node.items?.boolean, node.items?.pointer], [false, "/additionalItems"]);
  }
  refusal({ $schema: DRAFT_2020, ...schema }, "items");
  refusal({ ...schema, prefixItems: [{}] }, "items");
  // Without a list, additionalItems means nothing.
  assertEquals(readSchema({ additionalItems: false }).items, undefined);
  assertEquals(readSchema({ items: true, additionalItems: false }).items?.boolean, true);
  assertEquals(readSchema({ items: [], additionalItems: false }).items?.boolean, false);
  assertEquals(readSchema({ prefixItems: [true], items: false }).items?.boolean, false);
});

Deno.test("contains counts as evaluation from 2020-12 on", () => {
  assertEquals(readSchema({ contains: true }).containsEvaluates, true);
  assertEquals(readSchema({ $schema: DRAFT_2019, contains: true }).containsEvaluates, false);
});

Deno.test("dependencies split into required names and schemas, in every draft", () => {
  for (const $schema of [DRAFT_4, DRAFT_7, DRAFT_2020]) {
    const node = readSchema({ $schema, dependencies: { a: ["b", "c"], d: { type: "null" } } });
    assertEquals([...node.dependentRequired], [["a", ["b", "c"]]]);
    assertEquals(node.dependentSchemas.get("d")?.types, TYPE_NULL);
  }
});

Deno.test("dependencies and their newer forms add up", () => {
  const node = readSchema({
    dependencies: { a: ["b"], d: { type: "null" } },
    dependentRequired: { a: ["b", "c"] },
    dependentSchemas: { d: { type: "string" } },
    allOf: [true],
  });
  assertEquals([...node.dependentRequired], [["a", ["b", "c"]]]);
  assertEquals(node.dependentSchemas.get("d")?.types, TYPE_NULL);
  assertEquals(node.allOf.length, 2);
  assertEquals(node.allOf[0]?.dependentSchemas.get("d")?.types, TYPE_STRING);
});

Deno.test("then and else mean nothing without if", () => {
  const node = readSchema({ then: false, else: false });
  assertEquals([node.if, node.then, node.else], [undefined, undefined, undefined]);
});

Deno.test("identifiers set the base of references, relative ones too", () => {
  const node = readSchema({
    $id: "http://example.com/root.json",
    $ref: "folder/item.json#/$defs/inner",
    properties: { again: { $ref: "http://example.com/folder/item.json" } },
    $defs: {
      item: { $id: "folder/item.json", $defs: { inner: { $ref: "sibling.json" } } },
      sibling: { $id: "folder/sibling.json", type: "null" },
    },
  });
  assertEquals(node.resource.uri, "http://example.com/root.json");
  assertEquals(node.ref?.pointer, "/$defs/item/$defs/inner");
  assertEquals(node.ref?.resource.uri, "http://example.com/folder/item.json");
  assertEquals(node.ref?.ref?.types, TYPE_NULL);
  assertEquals(at(node, "again").ref?.resource, node.ref?.resource);
  const bare = readSchema({ $ref: "item", $defs: { item: { $id: "item", type: "null" } } });
  assertEquals([bare.ref?.types, bare.ref?.resource.uri, bare.ref?.pointer], [
    TYPE_NULL,
    "item",
    "/$defs/item",
  ]);
});

Deno.test("a pointer that crosses an identifier ends in the inner resource", () => {
  const node = readSchema({
    $ref: "#/$defs/item/$defs/inner",
    $defs: {
      item: { $id: "item", $defs: { inner: { $ref: "#/$defs/leaf" }, leaf: { type: "null" } } },
    },
  });
  assertEquals(node.ref?.ref?.pointer, "/$defs/item/$defs/leaf");
});

Deno.test("an identifier that is no URI is refused", () => {
  refusal({ $schema: DRAFT_4, id: "http://[" }, "id");
  refusal({ $defs: { x: { $id: "http://[" } } }, "$id", "/$defs/x");
});

Deno.test("urn identifiers work, with fragments", () => {
  const node = readSchema({
    $id: "urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed",
    properties: { a: { $ref: "urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed#here" } },
    $defs: { x: { $anchor: "here", type: "null" } },
  });
  assertEquals(at(node, "a").ref?.types, TYPE_NULL);
});

Deno.test("anchors are $anchor, $dynamicAnchor, and a fragment as identifier in older drafts", () => {
  assertEquals(
    readSchema({ $ref: "#a", $defs: { x: { $anchor: "a", type: "null" } } }).ref?.types,
    TYPE_NULL,
  );
  assertEquals(
    readSchema({ $ref: "#a", $defs: { x: { $dynamicAnchor: "a", type: "null" } } }).ref?.types,
    TYPE_NULL,
  );
  for (const [$schema, id] of [[DRAFT_4, "id"], [DRAFT_7, "$id"]] as const) {
    const node = readSchema({
      $schema,
      items: { $ref: "#a" },
      definitions: { x: { [id]: "#a", type: "null" } },
    });
    assertEquals(node.items?.ref?.types, TYPE_NULL);
  }
});

Deno.test("identifiers in enum, const and unknown keywords are data", () => {
  const target = { $id: "http://example.com/x", type: "null" };
  for (const keyword of ["enum", "const", "examples", "unknown"]) {
    const value = keyword === "enum" || keyword === "examples" ? [target] : target;
    refusal({ $ref: "http://example.com/x", [keyword]: value }, "$ref");
  }
});

Deno.test("an $id beside $ref counts for nothing before 2019-09", () => {
  const schema = {
    $id: "http://example.com/base/",
    allOf: [{ $id: "http://example.com/other/", $ref: "x.json" }],
    definitions: {
      a: { $id: "http://example.com/base/x.json", type: "null" },
      b: { $id: "http://example.com/other/x.json", type: "string" },
    },
  };
  assertEquals(readSchema({ $schema: DRAFT_7, ...schema }).allOf[0]?.ref?.types, TYPE_NULL);
  assertEquals(readSchema({ $schema: DRAFT_2019, ...schema }).allOf[0]?.ref?.types, TYPE_STRING);
});

Deno.test("an embedded resource may be of another draft", () => {
  const node = readSchema({
    $schema: DRAFT_2020,
    properties: {
      old: { $id: "old", $schema: DRAFT_7, items: [{ type: "null" }], prefixItems: 1 },
    },
  });
  assertEquals(at(node, "old").prefixItems[0]?.types, TYPE_NULL);
  assertEquals(at(node, "old").containsEvaluates, false);
  // A copied $schema without an identifier changes nothing, nor does draft 4's id where the draft has none.
  const copied = readSchema({
    properties: { a: { $schema: DRAFT_4, id: "x", $ref: "#/definitions/n", const: 1 } },
    definitions: { n: { type: "null" } },
  });
  assertEquals([at(copied, "a").ref?.types, at(copied, "a").constant], [TYPE_NULL, { value: 1 }]);
});

Deno.test("external schemas are found by key, by relative key, and by the $id in them", () => {
  const externalSchemas = {
    "http://example.com/a.json": { $ref: "b.json#/$defs/inner" },
    "http://example.com/b.json": { $defs: { inner: { minLength: 2 } } },
    "address": { type: "null" },
    "http://example.com/c.json": {
      $defs: { x: { $id: "http://other.example/x", type: "string" } },
    },
    "http://example.com/broken.json": { type: 1 },
  };
  const node = readSchema({
    properties: {
      a: { $ref: "http://example.com/a.json" },
      b: { $ref: "address" },
      c: { $ref: "http://other.example/x" },
    },
  }, { externalSchemas });
  assertEquals(at(node, "a").ref?.pointer, "http://example.com/a.json#");
  assertEquals(at(node, "a").ref?.ref?.minLength, 2);
  assertEquals(at(node, "a").ref?.ref?.pointer, "http://example.com/b.json#/$defs/inner");
  assertEquals([at(node, "b").ref?.types, at(node, "b").ref?.pointer], [TYPE_NULL, "address#"]);
  assertEquals(at(node, "c").ref?.pointer, "http://example.com/c.json#/$defs/x");
  refusal({ $ref: "http://example.com/broken.json" }, "type", "http://example.com/broken.json#", {
    externalSchemas,
  });
  refusal({ $ref: "x" }, "", "x#", { externalSchemas: { x: 1 } });
});

Deno.test("an external schema without $schema has the dialect of the root", () => {
  const externalSchemas = {
    x: { $ref: "#/definitions/n", type: "string", definitions: { n: true } },
  };
  assertEquals(
    readSchema({ $schema: DRAFT_7, $ref: "x" }, { externalSchemas }).ref?.types,
    ALL_TYPES,
  );
  assertEquals(
    readSchema({ $schema: DRAFT_2019, $ref: "x" }, { externalSchemas }).ref?.types,
    TYPE_STRING,
  );
});

Deno.test("the drafts' metaschemas are there to refer to", () => {
  for (const $ref of [DRAFT_4, DRAFT_6, DRAFT_7]) {
    const node = readSchema({ $ref });
    assertEquals(node.ref?.properties.get("maxLength")?.ref?.types, TYPE_INTEGER);
  }
  for (const $ref of [DRAFT_2019, DRAFT_2020]) {
    const node = readSchema({ $schema: $ref, $ref });
    assert(node.ref!.allOf.length >= 6);
    assertEquals(node.ref!.pointer, `${$ref}#`);
  }
});

Deno.test("a metaschema of one's own switches vocabularies off", () => {
  const meta = (vocabulary: Record<string, boolean>) => ({
    externalSchemas: {
      "http://example.com/meta": { $schema: DRAFT_2020, $vocabulary: vocabulary },
    },
  });
  const base = "https://json-schema.org/draft/2020-12/vocab/";
  const schema = {
    $schema: "http://example.com/meta",
    properties: { a: { minimum: 1 } },
    type: "null",
  };
  const node = readSchema(schema, meta({ [`${base}core`]: true, [`${base}applicator`]: true }));
  assertEquals([node.types, node.properties.size, at(node, "a").numbers], [
    ALL_TYPES,
    1,
    undefined,
  ]);
  const other = readSchema(
    schema,
    meta({ [`${base}core`]: true, [`${base}validation`]: true, "http://example.com/mine": false }),
  );
  assertEquals([other.types, other.properties.size], [TYPE_NULL, 0]);
  assertThrows(
    () => readSchema(schema, meta({ "http://example.com/mine": true })),
    UnsupportedSchemaError,
    "http://example.com/mine",
  );
});

Deno.test("a dynamic reference knows its first target and the anchors of every resource", () => {
  const node = readSchema({
    $id: "http://example.com/strict-tree",
    $dynamicAnchor: "node",
    $ref: "tree",
    $defs: {
      tree: {
        $id: "tree",
        $dynamicAnchor: "node",
        properties: { children: { items: { $dynamicRef: "#node" } } },
      },
    },
  });
  const tree = node.ref!;
  const { dynamicRef } = at(tree, "children").items!;
  assertStrictEquals(dynamicRef?.initial, tree);
  assertEquals(dynamicRef?.anchor, "node");
  assertStrictEquals(node.resource.dynamicAnchors.get("node"), node);
  assertStrictEquals(tree.resource.dynamicAnchors.get("node"), tree);
});

Deno.test("a dynamic reference to a plain anchor or a pointer is a plain reference", () => {
  for (const $dynamicRef of ["#plain", "#/$defs/x", "#"]) {
    const node = readSchema({
      items: { $dynamicRef },
      $defs: { x: { $anchor: "plain", $dynamicAnchor: "dynamic", type: "null" } },
    });
    assertEquals(node.items?.dynamicRef?.anchor, null);
  }
  refusal({ items: { $dynamicRef: "#x" } }, "$dynamicRef", "/items");
});

Deno.test("$recursiveRef looks for $recursiveAnchor: true, which stands at a resource's root", () => {
  const read = (anchor: boolean) =>
    readSchema({ $schema: DRAFT_2019, $recursiveAnchor: anchor, items: { $recursiveRef: "#" } });
  const node = read(true);
  assertEquals(node.items?.dynamicRef?.anchor, "");
  assertStrictEquals(node.items?.dynamicRef?.initial, node);
  assertStrictEquals(node.resource.dynamicAnchors.get(""), node);
  assertEquals(read(false).items?.dynamicRef?.anchor, null);
});

Deno.test("limits hold, each with its name", () => {
  const deep = JSON.parse('{"not":'.repeat(600) + "{}" + "}".repeat(600));
  const limitOf = (schema: unknown, options?: ReadSchemaOptions) =>
    assertThrows(() => readSchema(schema, options), LimitExceededError).limit;
  assertEquals(limitOf(deep), "schemaDepth");
  readSchema(deep, { limits: { schemaDepth: 601 } });
  assertEquals(limitOf(deep, { limits: { schemaDepth: 600 } }), "schemaDepth");
  const cyclic: Record<string, unknown> = {};
  cyclic.items = cyclic;
  assertEquals(limitOf(cyclic), "schemaDepth");
  assertEquals(
    limitOf({ description: "x".repeat(100) }, { limits: { schemaBytes: 100 } }),
    "schemaBytes",
  );
  assertEquals(limitOf({ allOf: [{}, {}, {}] }, { limits: { schemaNodes: 3 } }), "schemaNodes");
  readSchema({ allOf: [{}, {}] }, { limits: { schemaNodes: 3 } });
  assertEquals(limitOf(deep, { limits: { schemaDepth: undefined } }), "schemaDepth");
  assertEquals(
    limitOf({ $ref: "x" }, {
      externalSchemas: { x: { description: "x".repeat(100) } },
      limits: { schemaBytes: 100 },
    }),
    "schemaBytes",
  );
});

Deno.test("a chain of 100,000 references costs no stack", () => {
  const definitions: Record<string, unknown> = { d0: true };
  for (let index = 1; index <= 100_000; index++) {
    definitions[`d${index}`] = { $ref: `#/definitions/d${index - 1}` };
  }
  assertEquals(
    readSchema({ $ref: "#/definitions/d100000", definitions }).ref?.pointer,
    "/definitions/d100000",
  );
});
