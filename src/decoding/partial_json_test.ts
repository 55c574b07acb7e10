import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PartialJson } from "./partial_json.ts";

function partial(text: string): unknown {
  const reader = new PartialJson();
  reader.push(text);
  return reader.snapshot();
}

Deno.test("the value so far has what is certain and nothing else", () => {
  assertEquals(partial(""), undefined);
  assertEquals(partial("{"), {});
  assertEquals(partial('{"na'), {});
  assertEquals(partial('{"name":'), {});
  assertEquals(partial('{"name":"A'), { name: "A" });
  assertEquals(partial('{"name":"Ada","age":3'), { name: "Ada" });
  assertEquals(partial('{"name":"Ada","age":36,'), { name: "Ada", age: 36 });
  assertEquals(partial('{"a":[1,2,{"b":tru'), { a: [1, 2, {}] });
  assertEquals(partial('{"a":[1,2,{"b":true}'), { a: [1, 2, { b: true }] });
  assertEquals(partial('["x\\'), ["x"]);
  assertEquals(partial('["x\\u00e'), ["x"]);
  assertEquals(partial('["x\\u00e9'), ["xé"]);
  assertEquals(partial('["\\ud83d'), [""]);
  assertEquals(partial('["\\ud83d\\ude00'), ["😀"]);
  assertEquals(partial("12"), undefined);
});

Deno.test("after a character that cannot stand there the value stays as it was", () => {
  for (const text of ['{"a":1}x', '{"a":1,}', "[1 2]", '{"a" 1}', '["\\q"]', '["a\nb"]', "[tru]"]) {
    const reader = new PartialJson();
    reader.push(text);
    assert(reader.isBroken, text);
    const before = reader.snapshot();
    reader.push('"more":[2]');
    assertEquals(reader.snapshot(), before, text);
  }
});

Deno.test("a property named __proto__ stays a property", () => {
  const value = partial('{"__proto__":{"x":1},"y":[') as Record<string, unknown>;
  assertEquals(Object.keys(value), ["__proto__", "y"]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("read in any pieces, a JSON text gives what JSON.parse gives", () => {
  fc.assert(
    fc.property(
      fc.json({ stringUnit: "grapheme" }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(undefined, 1),
      (json, size, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const reader = new PartialJson();
        for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
        reader.end();
        assert(reader.isComplete);
        assertEquals(reader.snapshot(), JSON.parse(text));
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("snapshots only grow, and an earlier one never changes", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const reader = new PartialJson();
      const taken: [unknown, string | undefined][] = [];
      for (const character of json) {
        reader.push(character);
        const value = reader.snapshot();
        taken.push([value, JSON.stringify(value)]);
      }
      for (const [value, text] of taken) assertEquals(JSON.stringify(value), text);
      for (let i = 1; i < taken.length; i++) assertGrown(taken[i - 1]![0], taken[i]![0]);
    }),
    { numRuns: 300 },
  );
});

/** Whether `later` extends `earlier`: longer strings and containers, same types, same order. */
function assertGrown(earlier: unknown, later: unknown): void {
  if (earlier === undefined) return;
  if (typeof earlier === "string") {
    assert(typeof later === "string" && later.startsWith(earlier));
  } else if (typeof earlier === "object" && earlier !== null) {
    assert(typeof later === "object" && later !== null);
    assertEquals(Array.isArray(later), Array.isArray(earlier));
    for (const [key, value] of Object.entries(earlier)) {
      assert(Object.hasOwn(later as object, key));
      assertGrown(value, (later as Record<string, unknown>)[key]);
    }
  } else {
    assertEquals(later, earlier);
  }
}
