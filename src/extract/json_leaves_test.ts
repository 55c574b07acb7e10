import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { jsonLeaves } from "./json_leaves.ts";

Deno.test("leaves have their value, their pointer and their place", () => {
  const text = '{ "a/b": [1, {"~": "x, y"}, []], "c": {}, "": null }';
  const found = jsonLeaves(text).map(({ pointer, value, start, end }) => [
    pointer,
    value,
    text.slice(start, end),
  ]);
  assertEquals(found, [
    ["/a~1b/0", 1, "1"],
    ["/a~1b/1/~0", "x, y", '"x, y"'],
    ["/a~1b/2", [], "[]"],
    ["/c", {}, "{}"],
    ["/", null, "null"],
  ]);
  assertEquals(jsonLeaves(' "only" '), [{ pointer: "", value: "only", start: 1, end: 7 }]);
});

Deno.test("whatever the value and its layout, its leaves are those that a walk over it finds", () => {
  const walk = (value: unknown, pointer: string): [string, unknown][] => {
    const parts = typeof value === "object" && value !== null ? Object.entries(value) : [];
    if (parts.length === 0) return [[pointer, value]];
    return parts.flatMap(([name, part]) =>
      walk(part, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (json, space) => {
      const text = JSON.stringify(json, null, space);
      const leaves = jsonLeaves(text);
      // As parsed: -0 and integer-like names come back in another form or order.
      const sorted = (list: [string, unknown][]) =>
        list.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
      assertEquals(
        sorted(leaves.map(({ pointer, value }) => [pointer, value])),
        sorted(walk(JSON.parse(text), "")),
      );
      for (const { value, start, end } of leaves) {
        assertEquals(JSON.parse(text.slice(start, end)), value);
      }
    }),
  );
});
