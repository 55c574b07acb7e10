import { assertEquals } from "@std/assert";
import { findJsonValues } from "./json_in_text.ts";

Deno.test("objects and lists are found between other things", () => {
  assertEquals(findJsonValues('Sure:\n```json\n{"a": [1, "}"]}\n```\nor [2]'), [
    { a: [1, "}"] },
    [2],
  ]);
  assertEquals(findJsonValues('{"a":1}{"b":2}', 1), [{ a: 1 }]);
  assertEquals(findJsonValues('{"quote":"\\"}"}'), [{ quote: '"}' }]);
});

Deno.test("brackets that hold no JSON are passed over, but not what is inside of them", () => {
  assertEquals(findJsonValues('see [the note {"a":1} below] and {b}'), [{ a: 1 }]);
  assertEquals(findJsonValues('{"a": {"b": 1}'), [{ b: 1 }]);
  assertEquals(findJsonValues('{"a": "never closed'), []);
  assertEquals(findJsonValues("]}5"), []);
});
