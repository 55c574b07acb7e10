/**
 * The cache of grammars: what is found again, what is forgotten.
 *
 * @module
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { vocabulary } from "./_matcher_fixtures.ts";
import { compileJsonSchema } from "./compile_json_schema.ts";
import { GrammarCache } from "./grammar_cache.ts";

function get(cache: GrammarCache, schema: unknown, options: unknown = {}) {
  return cache.get(
    schema,
    vocabulary,
    options,
    () => compileJsonSchema(schema, vocabulary, { cache: false }),
  );
}

Deno.test("equal schemas with equal options are one grammar", () => {
  const cache = new GrammarCache();
  const first = get(cache, { type: "integer" });
  assertStrictEquals(get(cache, { type: "integer" }), first);
  assert(get(cache, { type: "integer" }, { whitespace: "any" }) !== first);
});

Deno.test("the grammars that were not used for longest go first when all are too large", () => {
  const size = new GrammarCache();
  const properties = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, {}]));
  const large = (title: string) => ({ title, type: "object", properties });
  get(size, large("one"));
  const oneBytes = size.sizeBytes;
  assert(oneBytes > 100 * 100, `${oneBytes} bytes`);

  const cache = new GrammarCache(oneBytes * 2.5);
  const [first, second] = [get(cache, large("one")), get(cache, large("two"))];
  get(cache, large("one"));
  get(cache, large("three"));
  assertEquals(cache.size, 2);
  assertStrictEquals(get(cache, large("one")), first);
  assert(get(cache, large("two")) !== second);
});

Deno.test("a grammar that is larger than the cache is not kept", () => {
  const cache = new GrammarCache(1);
  get(cache, { type: "integer" });
  assertEquals(cache.size, 0);
});
