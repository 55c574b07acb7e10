/** Tests of compiling schemas: the cache, errors, determinism, and input that is made to hurt. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { CORE_SCHEMAS, FURTHER_SCHEMAS } from "../../tests/random_walk/schemas.ts";
import { smallVocabulary } from "../../tests/random_walk/vocabularies.ts";
import { compileFree, isSentence, maskOf, vocabulary } from "./_matcher_fixtures.ts";
import {
  compileJsonSchema,
  type CompileJsonSchemaOptions,
  InvalidSchemaError,
  Matcher,
  UnsatisfiableSchemaError,
  UnsupportedSchemaError,
} from "./mod.ts";

// ---- The cache ----

Deno.test("the same content gives the same grammar, another content or option another one", () => {
  const schema = () => ({ type: "object", properties: { a: { enum: [1, "é"] } } });
  const first = compileJsonSchema(schema(), vocabulary);
  assertStrictEquals(compileJsonSchema(schema(), vocabulary), first);
  const others: CompileJsonSchemaOptions[] = [
    { whitespace: "any" },
    { whitespace: "spaced" },
    { propertyOrder: "any" },
    { assertFormats: false },
    { externalSchemas: { "https://example.com/a": true } },
    { cache: false },
  ];
  for (const options of others) {
    assert(compileJsonSchema(schema(), vocabulary, options) !== first, JSON.stringify(options));
  }
  assert(compileJsonSchema({ ...schema(), title: "t" }, vocabulary) !== first);
  assert(compileJsonSchema(schema(), smallVocabulary()) !== first);
});

Deno.test("what was compiled without the cache is not found in it", () => {
  const schema = { type: "integer", minimum: 123456 };
  const apart = compileJsonSchema(schema, vocabulary, { cache: false });
  assert(compileJsonSchema(schema, vocabulary) !== apart);
  assert(compileJsonSchema(schema, vocabulary, { cache: false }) !== apart);
});

Deno.test("the cache goes by content, so a schema that is changed afterwards is another", () => {
  const schema: { type: string; minimum?: number } = { type: "integer" };
  const before = compileJsonSchema(schema, vocabulary);
  schema.minimum = 5;
  const after = compileJsonSchema(schema, vocabulary);
  assert(isSentence(before, "1") && !isSentence(after, "1"));
});

Deno.test("the cache forgets what was not used for long", () => {
  const schema = { const: "first of many" };
  const first = compileJsonSchema(schema, vocabulary);
  for (let i = 0; i < 300; i++) compileJsonSchema({ const: i }, vocabulary);
  assert(compileJsonSchema(schema, vocabulary) !== first);
});

// ---- Options ----

Deno.test("options that are none are misuse", () => {
  for (const options of [{ whitespace: "loose" }, { propertyOrder: "random" }]) {
    assertThrows(
      () => compileJsonSchema(true, vocabulary, options as unknown as CompileJsonSchemaOptions),
      TypeError,
      Object.values(options)[0],
    );
  }
});

Deno.test("layouts write what they say", () => {
  const schema = { properties: { a: { type: "array" }, b: {} } };
  const compact = compileJsonSchema(schema, vocabulary);
  const spaced = compileJsonSchema(schema, vocabulary, { whitespace: "spaced" });
  const any = compileFree(schema);
  const texts = {
    '{"a":[1,2],"b":"é"}': [true, false, true],
    '{"a": [1, 2], "b": "é"}': [false, true, true],
    '{"b":"é","a":[1,2]}': [false, false, true],
    ' {"a" :[1,2]}\n': [false, false, true],
    '{"a":[10e-1]}': [false, false, true],
    '{"a":["\\u00e9"]}': [false, false, true],
    '{"a":[]}': [true, false, true],
    '{"\\u0061":[]}': [false, false, true],
  };
  for (const [text, expected] of Object.entries(texts)) {
    assertEquals(
      [compact, spaced, any].map((grammar) => isSentence(grammar, text)),
      expected,
      text,
    );
  }
});

Deno.test("in schema order, properties come as the schema mentions them, others last", () => {
  const schema = {
    allOf: [{ properties: { b: {}, a: {} } }, { properties: { c: {} }, required: ["d", "a"] }],
  };
  const grammar = compileJsonSchema(schema, vocabulary);
  assert(isSentence(grammar, '{"b":1,"a":1,"c":1,"d":1,"z":1,"y":1}'));
  assert(isSentence(grammar, '{"a":1,"d":1}'));
  for (const text of ['{"a":1,"b":1,"d":1}', '{"c":1,"a":1,"d":1}', '{"z":1,"a":1,"d":1}']) {
    assert(!isSentence(grammar, text), text);
  }
});

Deno.test("formats assert unless they are told not to; references lead to other documents", () => {
  const date = { type: "string", format: "date" };
  assert(!isSentence(compileFree(date), '"soon"'));
  const loose = compileJsonSchema(date, vocabulary, { assertFormats: false });
  assert(isSentence(loose, '"soon"'));
  const grammar = compileJsonSchema({ $ref: "https://example.com/n" }, vocabulary, {
    externalSchemas: { "https://example.com/n": { type: "null" } },
  });
  assert(isSentence(grammar, "null") && !isSentence(grammar, "1"));
});

// ---- Errors ----

Deno.test("what is no schema is an invalid schema, with the keyword and the place", () => {
  const cases: readonly (readonly [unknown, string, string])[] = [
    [null, "", ""],
    ["string", "", ""],
    [[], "", ""],
    [undefined, "", ""],
    [{ properties: { a: { type: "strnig" } } }, "type", "/properties/a"],
    [{ items: { minLength: -1 } }, "minLength", "/items"],
    [{ anyOf: [] }, "anyOf", ""],
    [{ $ref: "#/$defs/nowhere" }, "$ref", ""],
    [{ $ref: "https://example.com/unknown" }, "$ref", ""],
    [{ allOf: [{ pattern: "(" }] }, "pattern", "/allOf/0"],
    [
      { properties: { never: { items: { pattern: "[b-a]" } } } },
      "pattern",
      "/properties/never/items",
    ],
    [{ patternProperties: { "*": {} } }, "patternProperties", ""],
  ];
  for (const [schema, keyword, pointer] of cases) {
    const error = assertThrows(() => compileJsonSchema(schema, vocabulary), InvalidSchemaError);
    assertEquals([error.code, error.keyword, error.pointer], ["invalid_schema", keyword, pointer]);
  }
});

Deno.test("what cannot be enforced is refused at once, wherever it stands", () => {
  const cases: readonly (readonly [unknown, string, string])[] = [
    [{ pattern: "(a)\\1" }, "pattern", ""],
    [
      { properties: { a: { items: { pattern: "(?<x>a)\\k<x>" } } } },
      "pattern",
      "/properties/a/items",
    ],
    [
      { $defs: { a: { $ref: "#/$defs/a" } }, properties: { b: { $ref: "#/$defs/a" } } },
      "$ref",
      "/$defs/a",
    ],
    [{ not: { $ref: "#" } }, "$ref", "/not"],
    [{ type: "array", not: { uniqueItems: true } }, "uniqueItems", ""],
  ];
  for (const [schema, keyword, pointer] of cases) {
    const error = assertThrows(() => compileJsonSchema(schema, vocabulary), UnsupportedSchemaError);
    assertEquals(error.code, "unsupported_schema");
    assertEquals([error.keyword, error.pointer], [keyword, pointer], JSON.stringify(schema));
  }
});

Deno.test("what nothing fits is unsatisfiable, in every layout", () => {
  for (
    const schema of [false, { type: "string", enum: [1] }, {
      items: { $ref: "#" },
      minItems: 1,
      type: "array",
    }]
  ) {
    for (const whitespace of ["compact", "spaced", "any"] as const) {
      const error = assertThrows(
        () => compileJsonSchema(schema, vocabulary, { whitespace }),
        UnsatisfiableSchemaError,
      );
      assertEquals(error.code, "unsatisfiable_schema");
    }
  }
});

Deno.test("limits of one's own hold", () => {
  const nested = { items: { items: { items: true } } };
  const cases: readonly (readonly [NonNullable<CompileJsonSchemaOptions["limits"]>, string])[] = [
    [{ schemaDepth: 2 }, "schemaDepth"],
    [{ schemaBytes: 10 }, "schemaBytes"],
    [{ schemaNodes: 2 }, "schemaNodes"],
  ];
  for (const [limits, name] of cases) {
    const error = assertThrows(
      () => compileJsonSchema(nested, vocabulary, { limits }),
      LimitExceededError,
    );
    assertEquals([error.limit, error.maximum], [name, Object.values(limits)[0]]);
  }
});

// ---- Determinism ----

Deno.test("a schema compiled twice gives the same masks and completions", () => {
  const [one, other] = [smallVocabulary(), smallVocabulary()];
  for (const [name, schema] of Object.entries({ ...CORE_SCHEMAS, ...FURTHER_SCHEMAS })) {
    const first = new Matcher(compileJsonSchema(schema, one));
    const second = new Matcher(compileJsonSchema(schema, other));
    const completion = first.completionTokens()!;
    assertEquals(second.completionTokens(), completion, name);
    for (const id of [...completion, null]) {
      assertEquals(maskOf(second), maskOf(first), name);
      if (id !== null) assert(first.acceptToken(id) && second.acceptToken(id));
    }
  }
});

// ---- Input that is made to hurt ----

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const nested = (depth: number, around: (inner: unknown) => unknown) =>
  range(depth).reduce<unknown>((inner) => around(inner), true);
const chain = (count: number, link: (reference: object) => object) => ({
  $ref: "#/$defs/d0",
  $defs: Object.fromEntries(
    range(count).map((i) => [
      `d${i}`,
      i === count - 1 ? { type: "null" } : link({ $ref: `#/$defs/d${i + 1}` }),
    ]),
  ),
});

/** Schemas with the limit that refuses them; null: they compile. */
const HURTING: Readonly<Record<string, readonly [() => unknown, string | null]>> = {
  "nested repeats": [() => ({ pattern: "^((a{1,1000}){1,1000}){1,1000}$" }), null],
  "nested repeats, not anchored": [() => ({ pattern: "((a{1,1000}){1,1000}){1,1000}" }), null],
  "twelve look-aheads": [
    () => ({ pattern: range(12).map((i) => `(?=.*${String.fromCharCode(97 + i)})`).join("") }),
    null,
  ],
  "allOf of anyOf, thirty times, of properties": [
    () => ({
      allOf: range(30).map((i) => ({
        anyOf: ["a", "b"].map((name) => ({ properties: { [name + i]: { type: "null" } } })),
      })),
    }),
    null,
  ],
  "allOf of anyOf, thirty times, of required": [
    () => ({
      type: "object",
      allOf: range(30).map((i) => ({
        anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }],
      })),
    }),
    null,
  ],
  "oneOf of thirty open objects": [
    () => ({ oneOf: range(30).map((i) => ({ properties: { [`a${i}`]: { type: "integer" } } })) }),
    null,
  ],
  "oneOf of thirty patterns": [
    () => ({ oneOf: range(30).map((i) => ({ type: "string", pattern: `^.{${i}}a` })) }),
    null,
  ],
  "oneOf of thirty moduli": [
    () => ({ oneOf: range(30).map((i) => ({ type: "integer", multipleOf: i + 2 })) }),
    null,
  ],
  "thirty conditions": [
    () => ({
      type: "object",
      allOf: range(30).map((i) => ({ if: { required: [`a${i}`] }, then: { required: [`b${i}`] } })),
    }),
    null,
  ],
  "thirty items that have to be there": [
    () => ({ type: "array", allOf: range(30).map((i) => ({ contains: { const: i } })) }),
    null,
  ],
  "thirty patterns that overlap": [
    () => ({
      patternProperties: Object.fromEntries(range(30).map((i) => [`^.{${i}}a`, { type: "null" }])),
    }),
    "nameClasses",
  ],
  "nesting of 10,000": [
    () => nested(10_000, (inner) => ({ properties: { a: inner } })),
    "schemaDepth",
  ],
  "a chain of 10,000 references": [() => chain(10_000, (next) => next), "referenceChain"],
  "a chain of 10,000 allOf": [() => chain(10_000, (next) => ({ allOf: [next] })), "referenceChain"],
  "10,000 objects inside one another": [
    () => chain(10_000, (next) => ({ type: "object", required: ["x"], properties: { x: next } })),
    "nestedGoals",
  ],
  "an enum of 100,000 texts": [
    () => ({ enum: range(100_000).map((i) => `value ${i * 7919}`) }),
    null,
  ],
  "an enum of 100,000 numbers": [() => ({ enum: range(100_000).map((i) => 3 * i) }), "numberCells"],
  "an enum of 100,000 objects": [
    () => ({ enum: range(100_000).map((i) => ({ a: i })) }),
    "constantParts",
  ],
  "a schema of 5 MB": [
    () => ({
      type: "object",
      properties: Object.fromEntries(
        range(50_000).map((
          i,
        ) => [`property ${i}`, { type: "string", description: "x".repeat(50) }]),
      ),
    }),
    null,
  ],
  "a schema of 20 MB": [() => ({ description: "x".repeat(20_000_000) }), "schemaBytes"],
  "a constant of 5 MB": [() => ({ const: "x".repeat(5_000_000) }), null],
  "a constant of 500,000 items": [() => ({ const: range(500_000) }), "constantParts"],
  "an enum of 5,000 objects": [
    () => ({ enum: range(5_000).map((i) => ({ a: i })) }),
    "schemaAlternatives",
  ],
  "oneOf of a thousand objects with a discriminator": [
    () => ({
      oneOf: range(1000).map((i) => ({ properties: { kind: { const: i } }, required: ["kind"] })),
    }),
    null,
  ],
  "twenty properties that each bind another one": [
    () => ({
      dependentSchemas: Object.fromEntries(
        range(20).map((i) => [
          `property ${i}`,
          { properties: { kind: { enum: range(5).map((j) => i + j) } } },
        ]),
      ),
    }),
    null,
  ],
  "objects shared by sixty levels of objects": [
    () => range(60).reduce((inner: object) => ({ a: inner, b: inner }), {}),
    "schemaBytes",
  ],
  "a length of a billion": [() => ({ type: "string", minLength: 5, maxLength: 1e9 }), null],
  "a billion items": [() => ({ type: "array", minItems: 1e9 }), null],
  "a billion properties": [() => ({ type: "object", minProperties: 1e9 }), null],
  "a billion short names": [
    () => ({ type: "object", minProperties: 1e9, propertyNames: { maxLength: 3 } }),
    "minProperties",
  ],
  "a thousand unique numbers out of a thousand": [
    () => ({
      type: "array",
      uniqueItems: true,
      minItems: 1000,
      items: { type: "integer", minimum: 1, maximum: 1000 },
    }),
    null,
  ],
  "a tiny modulus": [() => ({ type: "number", multipleOf: 1e-300 }), null],
};

/** Twenty times what it takes on an idle machine, but far below what a search without a bound takes. */
const MAXIMUM_MS = 20_000;

for (const [name, [schemaOf, limit]] of Object.entries(HURTING)) {
  Deno.test(`${name}: ${limit === null ? "compiles" : `refused by ${limit}`}, in time`, () => {
    const schema = schemaOf();
    const startedAt = performance.now();
    const compile = () => compileJsonSchema(schema, vocabulary, { cache: false });
    if (limit === null) {
      assert(maskOf(new Matcher(compile())).some((word) => word !== 0));
    } else {
      const error = assertThrows(compile, LimitExceededError);
      assertEquals(error.limit, limit);
    }
    const elapsedMs = performance.now() - startedAt;
    assert(elapsedMs < MAXIMUM_MS, `${elapsedMs.toFixed(0)} ms`);
  });
}
