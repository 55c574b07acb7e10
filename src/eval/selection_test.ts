import { assertEquals, assertNotEquals } from "@std/assert";
import { selectItems } from "./selection.ts";

const items = Array.from({ length: 50 }, (_, index) => index);

Deno.test("without a seed the order of the file is kept", () => {
  assertEquals(selectItems(items, { offset: 3, limit: 2 }), [3, 4]);
  assertEquals(selectItems(items), items);
  assertEquals(selectItems(items, { offset: 60 }), []);
});

Deno.test("a seed shuffles always in the same way, and cuts that adjoin share nothing", () => {
  const first = selectItems(items, { seed: 7, limit: 20 });
  assertEquals(selectItems(items, { seed: 7, limit: 20 }), first);
  assertNotEquals(first, items.slice(0, 20));
  assertNotEquals(selectItems(items, { seed: 8, limit: 20 }), first);
  const rest = selectItems(items, { seed: 7, offset: 20 });
  assertEquals([...first, ...rest].toSorted((a, b) => a - b), items);
});
