/**
 * Defects that were found and must not come back, each by its name.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { EspalierError } from "../src/errors.ts";
import { compileJsonSchema, Matcher, Vocabulary } from "../mod.ts";

/** A vocabulary of all bytes and some longer tokens; the id of a longer token is 256 and up. */
function vocabularyWith(tokens: readonly string[]): Vocabulary {
  const encoder = new TextEncoder();
  const all = [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...tokens.map((token) => encoder.encode(token)),
    null,
  ];
  return Vocabulary.fromBytes(all, { eosTokenIds: [all.length - 1] });
}

function after(matcher: Matcher, text: string): Matcher {
  for (const byte of new TextEncoder().encode(text)) assert(matcher.acceptToken(byte), text);
  return matcher;
}

Deno.test("a token that ends one free name and begins another is in the mask", () => {
  const vocabulary = vocabularyWith(['":"","']);
  const schema = { type: "object", additionalProperties: { type: "string" } };
  const matcher = after(new Matcher(compileJsonSchema(schema, vocabulary)), '{"name');
  const mask = new Uint32Array(vocabulary.maskWordCount);
  matcher.fillMask(mask);
  assertEquals((mask[256 >>> 5]! >>> (256 & 31)) & 1, 1);
  assert(matcher.acceptToken(256));
});

Deno.test("forty objects in a set do not exhaust the ways to tell them apart", () => {
  const vocabulary = vocabularyWith([]);
  const schema = {
    type: "array",
    uniqueItems: true,
    items: {
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer" } },
      required: ["name", "age"],
      additionalProperties: false,
    },
  };
  const people = Array.from({ length: 40 }, (_, i) => ({ name: `p${i % 7}`, age: i }));
  const matcher = after(
    new Matcher(compileJsonSchema(schema, vocabulary)),
    JSON.stringify(people).slice(0, -1),
  );
  after(matcher, ',{"name":"p0","age":35');
  assert(!matcher.acceptToken("}".charCodeAt(0)), "that one is there already");
  assert(after(matcher, "0}]").isAccepting());
});

Deno.test("a grammar that has met tens of thousands of names forgets most of them", () => {
  const vocabulary = vocabularyWith([]);
  const schema = { type: "object", additionalProperties: { type: "integer" } };
  const grammar = compileJsonSchema(schema, vocabulary, { cache: false });
  const first = grammar.internals.begin().state;
  for (let round = 0; round < 400; round++) {
    const names = Array.from({ length: 60 }, (_, i) => [`n${round}-${i}`, i] as const);
    const matcher = after(new Matcher(grammar), JSON.stringify(Object.fromEntries(names)));
    assert(matcher.isAccepting());
  }
  assert(grammar.internals.begin().state !== first);
});

Deno.test("the one name that a schema leaves is not spent on a value that another name would have to make up for", () => {
  const schema = {
    propertyNames: { maxLength: 0 },
    oneOf: [true, { additionalProperties: { required: ["a"] } }],
  };
  const matcher = new Matcher(compileJsonSchema(schema, vocabularyWith([])));
  assert(!after(matcher, '{"":').acceptToken("4".charCodeAt(0)), "4 fits both branches");
  assert(after(matcher, "{}}").isAccepting());
});

Deno.test("a set that needs three of three values may begin with any of them", () => {
  const schema = {
    uniqueItems: true,
    type: "array",
    contains: { enum: [null, true, false] },
    minContains: 3,
    unevaluatedItems: false,
  };
  const grammar = compileJsonSchema(schema, vocabularyWith([]));
  assert(after(new Matcher(grammar), "[true,null,false]").isAccepting());
  assert(!after(new Matcher(grammar), "[true,null,").acceptToken("t".charCodeAt(0)));
});

/** The value that a completion writes, from the start of a text. */
function completed(schema: object): unknown {
  const vocabulary = vocabularyWith([]);
  const tokens = new Matcher(compileJsonSchema(schema, vocabulary)).completionTokens();
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(tokens!)));
}

for (
  const [name, items] of Object.entries<object>({
    numbers: { type: "integer" },
    strings: { type: "string" },
    "values of a list": { enum: Array.from({ length: 1000 }, (_, i) => `value ${i}`) },
    objects: { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
  })
) {
  Deno.test(`a set of a thousand ${name} is completed at once, not one after the other`, () => {
    const schema = { type: "array", uniqueItems: true, minItems: 1000, items };
    const value = completed(schema) as unknown[];
    assertEquals(value.length, 1000);
    assertEquals(new Set(value.map((item) => JSON.stringify(item))).size, 1000);
  });
}

Deno.test("an object of five thousand required names is completed without a state for each name", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `name ${i}`);
  const value = completed({ type: "object", required: names, minProperties: 5500 }) as object;
  assertEquals(Object.keys(value).length, 5500);
  for (const name of names) assert(name in value);
});

Deno.test("a completion goes on in what is around a long value", () => {
  const list = { type: "array", uniqueItems: true, minItems: 600, items: { type: "integer" } };
  const schema = {
    type: "object",
    properties: { a: { type: "array", items: list, minItems: 2 }, b: { const: 5 } },
    required: ["a", "b"],
    additionalProperties: false,
  };
  const vocabulary = vocabularyWith([]);
  const matcher = after(new Matcher(compileJsonSchema(schema, vocabulary)), '{"a":[[1');
  for (const token of matcher.completionTokens()!) assert(matcher.acceptToken(token));
  assert(matcher.isAccepting());
});

Deno.test("what no schema can be is refused by an error of its own, whatever it does when it is read", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile: Record<string, unknown> = {
    "an accessor that throws": {
      get properties() {
        throw new Error("no");
      },
    },
    "a proxy that throws": new Proxy({}, {
      ownKeys() {
        throw new TypeError("no");
      },
    }),
    "a revoked proxy": { items: revoked.proxy },
    "a list of holes": { enum: new Array(100_000_000) },
    "a map": { properties: new Map() },
    "a big integer": { minimum: 10n },
    "no schema": undefined,
  };
  const vocabulary = vocabularyWith([]);
  for (const [name, schema] of Object.entries(hostile)) {
    assertThrows(() => compileJsonSchema(schema, vocabulary), EspalierError, undefined, name);
  }
});

Deno.test("no limit on depth lets a schema go deeper than the stack", () => {
  let items: object = {};
  let value: unknown[] = [];
  for (let depth = 0; depth < 50_000; depth++) {
    items = { items };
    value = [value];
  }
  const options = { limits: { schemaDepth: Infinity } };
  for (const schema of [items, { const: value }]) {
    const compile = () => compileJsonSchema(schema, vocabularyWith([]), options);
    assertThrows(compile, EspalierError, "schemaDepth");
  }
});
