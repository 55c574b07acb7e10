/** Tests of what can become of an array while it is written. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { rootOf } from "./_shape_fixtures.ts";
import { type ArrayAlternative, isEasier } from "./array_alternative.ts";
import { opposite } from "./goal.ts";
import type { JsonValue } from "./schema_node.ts";
import type { ShapeStore } from "./shape.ts";

interface Followed {
  readonly shapes: ShapeStore;
  readonly alternatives: readonly ArrayAlternative[];
}

function arraysOf(schema: object): Followed {
  const { shapes, goal } = rootOf({ type: "array", ...schema });
  return { shapes, alternatives: shapes.shape(goal).arrays };
}

/** How it stands after items, of which only alternatives that allow them are kept. */
function follow(
  { shapes, alternatives }: Followed,
  items: readonly JsonValue[],
): { readonly isAlive: boolean; readonly isComplete: boolean } {
  let threads = alternatives.map((one) => ({ one, obligations: one.initial }));
  const before = (one: ArrayAlternative, count: number) =>
    one.isUnique && count > 0 ? [opposite(shapes.oneOf(items.slice(0, count)))] : [];
  items.forEach((item, index) => {
    const isItem = shapes.oneOf([item]);
    threads = threads.flatMap(({ one, obligations }) =>
      one.choices(obligations, index, before(one, index))
        .filter(({ goal }) => !shapes.isEmpty(shapes.goals.goal([...goal.literals, isItem])))
        .map((choice) => ({ one, obligations: choice.obligations }))
    );
  });
  const alive = threads.filter(({ one, obligations }) =>
    one.isAlive(obligations, items.length, before(one, items.length))
  );
  return {
    isAlive: alive.length > 0,
    isComplete: alive.some(({ one, obligations }) => one.isComplete(obligations, items.length)),
  };
}

Deno.test("places of the prefix and the rest bind what they say", () => {
  const followed = arraysOf({ prefixItems: [{ const: 1 }, { type: "string" }], items: false });
  const [one] = followed.alternatives as [ArrayAlternative];
  assertEquals(one.literalsAt(5), one.literalsAt(2));
  assert(one.literalsAt(0) !== one.literalsAt(1));
  assertEquals(follow(followed, [1, "a"]), { isAlive: true, isComplete: true });
  assertEquals(follow(followed, [2]).isAlive, false);
  assertEquals(follow(followed, [1, "a", 3]).isAlive, false);
});

Deno.test("bounds on the number of items", () => {
  const followed = arraysOf({ minItems: 2, maxItems: 3 });
  assertEquals(follow(followed, [1]), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, [1, 2, 3]), { isAlive: true, isComplete: true });
  assertEquals(follow(followed, [1, 2, 3, 4]).isAlive, false);
  assertEquals(follow(arraysOf({ minItems: 1e9 }), [1]), { isAlive: true, isComplete: false });
});

Deno.test("contains is an obligation that must stay possible", () => {
  const followed = arraysOf({ contains: { const: 1 }, minContains: 2, maxItems: 3 });
  assertEquals(follow(followed, [0]), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, [0, 0]).isAlive, false);
  assertEquals(follow(followed, [1, 0, 1]), { isAlive: true, isComplete: true });
  assertEquals(follow(arraysOf({ contains: { const: 1 }, items: { type: "string" } }), []), {
    isAlive: false,
    isComplete: false,
  });
});

Deno.test("maxContains counts", () => {
  const followed = arraysOf({ contains: { type: "string" }, minContains: 0, maxContains: 1 });
  assertEquals(follow(followed, ["a", 1, null]), { isAlive: true, isComplete: true });
  assertEquals(follow(followed, ["a", 1, "b"]).isAlive, false);
});

Deno.test("a negated items asks for an item that violates it, a negated prefix at its place", () => {
  const items = arraysOf({ not: { items: { type: "string" } } });
  assertEquals(follow(items, ["a"]), { isAlive: true, isComplete: false });
  assertEquals(follow(items, ["a", 1]), { isAlive: true, isComplete: true });
  const prefix = arraysOf({ not: { prefixItems: [{ type: "string" }] } });
  assertEquals(follow(prefix, ["a"]).isAlive, false);
  assertEquals(follow(prefix, [1, "a"]), { isAlive: true, isComplete: true });
});

Deno.test("unique items need as many values as places", () => {
  const booleans = (minItems: number) =>
    arraysOf({ uniqueItems: true, minItems, items: { type: "boolean" } });
  assertEquals(follow(booleans(2), [true]).isAlive, true);
  assertEquals(follow(booleans(3), []).isAlive, false);
  const matched = arraysOf({
    uniqueItems: true,
    minItems: 3,
    prefixItems: [{ enum: [1, 2] }, { enum: [1, 2] }, { enum: [1, 2, 3] }],
  });
  assertEquals(follow(matched, [1]).isAlive, true);
  assertEquals(follow(matched, [1, 2]), { isAlive: true, isComplete: false });
  assertEquals(follow(matched, [1, 1]).isAlive, false);
});

Deno.test("unique items that have to be contained need different values, too", () => {
  const contains = (values: JsonValue[], minContains: number) =>
    arraysOf({ uniqueItems: true, contains: { enum: values }, minContains });
  assertEquals(follow(contains([null], 2), []).isAlive, false);
  assertEquals(follow(contains([null, 1], 2), []).isAlive, true);
  assertEquals(follow(contains([null, 1], 2), ["a", 1, null]).isComplete, true);
  assertEquals(follow(contains([null, 1], 3), []).isAlive, false);
});

Deno.test("negated uniqueItems leaves arrays out", () => {
  const { shapes, goal } = rootOf({ type: "array", not: { uniqueItems: true } });
  assertEquals(shapes.isEmpty(goal), true);
  assertEquals(shapes.shape(goal).leavesOut, true);
});

Deno.test("many obligations and large counts are met in time", () => {
  const startedAt = performance.now();
  const thirty = Array.from({ length: 30 }, (_, i) => i);
  const each = arraysOf({ allOf: thirty.map((value) => ({ contains: { const: value } })) });
  assertEquals(follow(each, []), { isAlive: true, isComplete: false });
  const large = arraysOf({ contains: { type: "string" }, minContains: 1000, maxContains: 2000 });
  assertEquals(follow(large, ["a", "b"]), { isAlive: true, isComplete: false });
  assert(performance.now() - startedAt < 20_000);
});

Deno.test("obligations that reach too far are refused", () => {
  const error = assertThrows(
    () => follow(arraysOf({ contains: { const: 1 }, minItems: 1e6 }), []),
    LimitExceededError,
  );
  assertEquals(error.limit, "arrayHorizon");
});

Deno.test("what has been fulfilled is easier than what has not", () => {
  const { alternatives: [one] } = arraysOf({
    allOf: [{ contains: { const: 1 } }, { contains: { const: 2 } }],
    contains: { type: "string" },
    minContains: 2,
  });
  const choices = one!.choices(one!.initial, 0, []).map(({ obligations }) => obligations);
  assert(choices.every((obligations) => isEasier(obligations, one!.initial)));
  const fulfilled = choices.filter((obligations) => obligations !== one!.initial);
  assert(fulfilled.length > 0);
  assert(fulfilled.every((obligations) => !isEasier(one!.initial, obligations)));
});
