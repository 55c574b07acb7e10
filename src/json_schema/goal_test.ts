/** Tests of goals: equal conjunctions are the same object, whatever they were made of. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { ALWAYS, GoalStore, NEVER, opposite } from "./goal.ts";
import { readSchema } from "./read_schema.ts";

function literalOf(goals: GoalStore, schema: unknown): number {
  return goals.literal(readSchema(schema), goals.rootScope);
}

Deno.test("equal conjunctions are one goal, in any order and however often", () => {
  const goals = new GoalStore();
  const [a, b, c] = [{ type: "string" }, { type: "number" }, { minimum: 1 }]
    .map((schema) => literalOf(goals, schema)) as [number, number, number];
  assertStrictEquals(goals.goal([a, b, c]), goals.goal([c, a, ALWAYS, b, a]));
  assertStrictEquals(goals.goal([a, a]), goals.goal([a]));
  assertStrictEquals(goals.goal([]), goals.anything);
  assertStrictEquals(goals.goal([ALWAYS, ALWAYS]), goals.anything);
  assert(goals.goal([a]) !== goals.goal([opposite(a)]));
});

Deno.test("a schema and its negation, or a schema that nothing fits, are the goal of nothing", () => {
  const goals = new GoalStore();
  const a = literalOf(goals, { type: "string" }), b = literalOf(goals, { minimum: 1 });
  assertStrictEquals(goals.goal([a, b, opposite(a)]), goals.nothing);
  assertStrictEquals(goals.goal([b, NEVER]), goals.nothing);
  assertStrictEquals(goals.goal([NEVER]), goals.nothing);
});

Deno.test("Boolean and empty schemas are constants", () => {
  const goals = new GoalStore();
  assertEquals(literalOf(goals, true), ALWAYS);
  assertEquals(literalOf(goals, false), NEVER);
  assertEquals(literalOf(goals, { title: "says nothing" }), ALWAYS);
  assertEquals(literalOf(goals, { not: {} }), NEVER);
  assertEquals(literalOf(goals, { not: { not: false } }), NEVER);
});

Deno.test("a schema that only refers is what it refers to, negations counted", () => {
  const goals = new GoalStore();
  const root = readSchema({
    $defs: { text: { type: "string" }, alias: { $ref: "#/$defs/text" } },
    properties: {
      text: { $ref: "#/$defs/text" },
      alias: { $ref: "#/$defs/alias" },
      not: { not: { $ref: "#/$defs/alias" } },
      notNot: { not: { not: { $ref: "#/$defs/text" } } },
    },
  });
  const of = (name: string) => goals.literal(root.properties.get(name)!, goals.rootScope);
  assertEquals(of("alias"), of("text"));
  assertEquals(of("notNot"), of("text"));
  assertEquals(of("not"), opposite(of("text")));
});

Deno.test("references in a circle end", () => {
  const goals = new GoalStore();
  const circle = readSchema({
    $ref: "#/$defs/a",
    $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
  });
  assert(goals.literal(circle, goals.rootScope) > NEVER);
});

Deno.test("a chain of references that is too long is refused", () => {
  const goals = new GoalStore();
  const $defs = Object.fromEntries(
    Array.from(
      { length: 2000 },
      (_, i) => [`d${i}`, i === 1999 ? {} : { $ref: `#/$defs/d${i + 1}` }],
    ),
  );
  const error = assertThrows(
    () => literalOf(goals, { $ref: "#/$defs/d0", $defs }),
    LimitExceededError,
  );
  assertEquals(error.limit, "referenceChain");
});

Deno.test("a dynamic scope tells literals of one schema apart, and only where it matters", () => {
  const goals = new GoalStore();
  const root = readSchema({
    $id: "https://example.com/root",
    $dynamicAnchor: "node",
    properties: { plain: { $ref: "list" } },
    $defs: {
      list: {
        $id: "list",
        $dynamicAnchor: "node",
        items: { $dynamicRef: "#node" },
      },
    },
  });
  const list = root.properties.get("plain")!.ref!;
  const inside = goals.enter(goals.rootScope, root.resource);
  assert(goals.literal(list, inside) !== goals.literal(list, goals.rootScope));
  assertStrictEquals(goals.enter(inside, root.resource), inside);
  assertEquals(goals.literal(list, inside), goals.literal(list, inside));
});
