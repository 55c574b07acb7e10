/**
 * Defects that were found and must not come back, each by its name.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
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
