/** Tests of what can become of an object while it is written. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { LimitExceededError } from "../errors.ts";
import { rootOf } from "./_shape_fixtures.ts";
import { type ObjectAlternative, type ObjectObligations } from "./object_alternative.ts";
import { splitByLanguages } from "./name_classes.ts";
import { ObjectProgress } from "./object_completion.ts";
import { SchemaLanguages } from "./schema_languages.ts";
import { SeenNames } from "./seen_names.ts";
import type { ShapeStore } from "./shape.ts";

interface Followed {
  readonly shapes: ShapeStore;
  readonly alternatives: readonly ObjectAlternative[];
}

function objectsOf(schema: object, isOrdered = false): Followed {
  const { shapes, goal } = rootOf({ type: "object", ...schema }, isOrdered);
  return { shapes, alternatives: shapes.shape(goal).objects };
}

function only({ alternatives }: Followed): ObjectAlternative {
  assertEquals(alternatives.length, 1);
  return alternatives[0]!;
}

function seen(...names: string[]): SeenNames {
  return names.reduce((set, name) => set.with(name), SeenNames.none);
}

/** Whether the names can be written, one after the other, whatever their values, and how it stands after them. */
function follow(
  { shapes, alternatives }: Followed,
  names: readonly string[],
): { readonly isAlive: boolean; readonly isComplete: boolean } {
  let threads = alternatives.map((one) => ({ one, obligations: one.initial }));
  names.forEach((name, index) => {
    const before = seen(...names.slice(0, index));
    threads = threads.flatMap(({ one, obligations }) => {
      const progress = new ObjectProgress(one, before, shapes.isOrdered);
      if (!progress.isAvailable(name)) return [];
      const isIn = (language: number) => shapes.languages.has(language, name);
      return one.choices(obligations, name, one.literalsFor(name), isIn)
        .filter(({ goal }) => !shapes.isEmpty(goal))
        .map((choice) => ({ one, obligations: choice.obligations }));
    });
  });
  const all = seen(...names);
  const alive = threads.filter(({ one, obligations }) =>
    one.isAlive(obligations, new ObjectProgress(one, all, shapes.isOrdered))
  );
  return {
    isAlive: alive.length > 0,
    isComplete: alive.some(({ one, obligations }) => one.isComplete(obligations, all)),
  };
}

function planned(
  { shapes }: Followed,
  one: ObjectAlternative,
  obligations: ObjectObligations = one.initial,
  names = SeenNames.none,
  atLeast = 0,
): string[] | null {
  const progress = new ObjectProgress(one, names, shapes.isOrdered);
  return one.plan(obligations, progress, atLeast, () => true)?.map(({ name }) => name) ?? null;
}

Deno.test("keywords that list properties are one alternative, with the names in the schema's order", () => {
  const one = only(objectsOf({
    properties: { b: { type: "string" }, a: {} },
    required: ["a", "c"],
    minProperties: 1,
    maxProperties: 4,
  }));
  assertEquals(one.names, ["b", "a", "c"]);
  assertEquals(one.required, ["a", "c"]);
  assertEquals([one.min, one.max], [1, 4]);
  assertEquals([one.positionOf("a"), one.positionOf("z")], [1, Infinity]);
  assert(one.mentions("c") && !one.mentions("z"));
});

Deno.test("an object is complete when what is required is there", () => {
  const followed = objectsOf({ required: ["a"], maxProperties: 2 });
  assertEquals(follow(followed, []), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, ["b"]), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, ["b", "a"]), { isAlive: true, isComplete: true });
  assertEquals(follow(followed, ["b", "c"]), { isAlive: false, isComplete: false });
});

Deno.test("in order, what was passed by cannot come any more", () => {
  const schema = { properties: { a: {}, b: {}, c: {} }, required: ["b"] };
  const ordered = objectsOf(schema, true), free = objectsOf(schema);
  assertEquals(follow(ordered, ["c"]).isAlive, false);
  assertEquals(follow(free, ["c"]).isAlive, true);
  assertEquals(follow(ordered, ["other"]).isAlive, false);
  assertEquals(follow(ordered, ["b", "a"]).isAlive, false);
  assertEquals(follow(ordered, ["a", "b", "c", "other"]), { isAlive: true, isComplete: true });
});

Deno.test("an obligation is fulfilled by a property, or must still be possible", () => {
  const needs = objectsOf({ dependentRequired: { a: ["b"] }, maxProperties: 2 });
  assertEquals(follow(needs, ["a"]), { isAlive: true, isComplete: false });
  assertEquals(follow(needs, ["a", "b"]), { isAlive: true, isComplete: true });
  assertEquals(follow(needs, ["a", "c"]).isAlive, false);
  assertEquals(follow(needs, ["c"]), { isAlive: true, isComplete: true });
  const lacks = objectsOf({ not: { required: ["a", "b"] } });
  assertEquals(follow(lacks, ["a"]), { isAlive: true, isComplete: true });
  assertEquals(follow(lacks, ["a", "b"]).isAlive, false);
});

Deno.test("some property of a pattern: any that comes will do, and one that is left over is planned for", () => {
  const followed = objectsOf({
    not: { patternProperties: { "^x": { type: "string" } } },
    maxProperties: 2,
  });
  assertEquals(follow(followed, []), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, ["x1"]), { isAlive: true, isComplete: true });
  assertEquals(follow(followed, ["a"]), { isAlive: true, isComplete: false });
  assertEquals(follow(followed, ["a", "b"]).isAlive, false);
  const one = only(followed);
  assertEquals(planned(followed, one)?.map((name) => name.startsWith("x")), [true]);
});

Deno.test("names are counted: a class of few names cannot give many properties", () => {
  const two = objectsOf({ propertyNames: { pattern: "^[ab]$" }, minProperties: 2 });
  assertEquals(follow(two, ["b"]), { isAlive: true, isComplete: false });
  assertEquals(follow(two, ["b", "a"]), { isAlive: true, isComplete: true });
  const three = objectsOf({ propertyNames: { pattern: "^[ab]$" }, minProperties: 3 });
  assertEquals(follow(three, []).isAlive, false);
});

Deno.test("more names than are counted are refused, by name", () => {
  const huge = objectsOf({ propertyNames: { maxLength: 3 }, minProperties: 1e9 });
  const error = assertThrows(() => follow(huge, []), LimitExceededError);
  assertEquals([error.limit, error.given], ["minProperties", 1e9]);
});

Deno.test("obligations without room for what they need are given up without a search", () => {
  // Each of thirty pairs needs one of its names; ten properties are too few for that.
  const allOf = Array.from({ length: 30 }, (_, i) => ({
    anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }],
  }));
  const startedAt = performance.now();
  assertEquals(follow(objectsOf({ allOf, maxProperties: 30 }), []).isAlive, true);
  const inOrder = objectsOf({ allOf }, true);
  assertEquals(follow(inOrder, ["b29"]).isAlive, false);
  assertEquals(follow(inOrder, ["a0", "b1"]).isAlive, true);
  assert(performance.now() - startedAt < 20_000);
});

Deno.test("a plan has what is required, in order, and as many as are asked for", () => {
  const schema = {
    properties: { a: {}, b: {}, c: {} },
    required: ["c", "a"],
    additionalProperties: false,
  };
  const ordered = objectsOf(schema, true);
  const one = only(ordered);
  assertEquals(planned(ordered, one), ["a", "c"]);
  assertEquals(planned(ordered, one, one.initial, seen("a")), ["c"]);
  assertEquals(planned(ordered, one, one.initial, seen("a", "c"), 1), null);
  const open = objectsOf({ minProperties: 2 });
  assertEquals(new Set(planned(open, only(open))).size, 2);
});

Deno.test("a union of objects is split, one that shares its facts is not", () => {
  assertEquals(
    objectsOf({ anyOf: [{ properties: { a: { const: 1 } } }, { properties: { a: { const: 2 } } }] })
      .alternatives.length,
    2,
  );
  assertEquals(
    objectsOf({ anyOf: [{ required: ["a"] }, { required: ["b"] }] }).alternatives.length,
    1,
  );
});

Deno.test("languages split a whole into classes that are in or out of each", () => {
  const languages = new SchemaLanguages();
  const [a, b, x] = ["^a", "b$", "^x"].map((source) =>
    languages.pattern(source, "pattern", "")
  ) as [
    number,
    number,
    number,
  ];
  const classes = splitByLanguages(languages.strings.all, [a, b, x], { languages });
  assertEquals(classes.length, 6); // not 8: nothing begins with both a and x
  for (const name of ["", "a", "ab", "b", "x", "xb", "é", "ba"]) {
    const containing = classes.filter(({ language }) => languages.has(language, name));
    assertEquals(containing.length, 1, name);
    for (const splitter of [a, b, x]) {
      assertEquals(containing[0]!.isIn(splitter), languages.has(splitter, name), name);
    }
  }
});

Deno.test("patterns that tell too many names apart are refused", () => {
  const languages = new SchemaLanguages();
  const patterns = Array.from(
    { length: 12 },
    (_, i) => languages.pattern(`^.{${i}}a`, "pattern", ""),
  );
  const error = assertThrows(
    () => splitByLanguages(languages.strings.all, patterns, { languages }),
    LimitExceededError,
  );
  assertEquals(error.limit, "nameClasses");
});
