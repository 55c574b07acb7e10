/** Tests of witnesses: short texts of goals. */

import { assert, assertEquals, fail } from "@std/assert";
import fc from "fast-check";
import { EspalierError } from "../errors.ts";
import { readText, Validators } from "../../tests/properties/validators.ts";
import { schemaArbitrary } from "../../tests/properties/schemas.ts";
import { compileFree, isSentence } from "../matcher/_matcher_fixtures.ts";
import type { CompiledGrammar } from "../matcher/mod.ts";
import { JsonContext, type Whitespace } from "../matcher/json_context.ts";
import { rootOf } from "./_shape_fixtures.ts";

function witnessOf(schema: unknown, whitespace: Whitespace = "any"): string | null {
  const { shapes, goal } = rootOf(schema, true);
  return new JsonContext(shapes, whitespace).witnesses.text(goal);
}

Deno.test("a witness is short", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [true, "0"],
    [{ type: "string" }, '""'],
    [{ type: "string", minLength: 2, pattern: "^a" }, '"a '],
    [{ type: "array" }, "[]"],
    [{ type: "object" }, "{}"],
    [{ type: "integer", minimum: 17 }, "17"],
    [{ type: "array", minItems: 2, items: { const: null } }, "[null,null]"],
    [{ type: "object", required: ["b"], properties: { b: { type: "boolean" } } }, '{"b":true}'],
    [{ enum: ["long text", "s", { a: 1 }] }, '"s"'],
  ];
  for (const [schema, text] of cases) {
    const witness = witnessOf(schema)!;
    assertEquals(witness.length, text.endsWith(" ") ? 4 : text.length, JSON.stringify(schema));
  }
});

Deno.test("where nothing fits there is none", () => {
  for (const schema of [false, { type: "string", enum: [1] }]) {
    assertEquals(witnessOf(schema), null);
  }
});

Deno.test("a recursive schema's witness takes the way out", () => {
  const schema = {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        required: ["left", "right"],
        properties: { left: { $ref: "#/$defs/next" }, right: { $ref: "#/$defs/next" } },
      },
      next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
    },
  };
  assertEquals(witnessOf(schema), '{"left":null,"right":null}');
});

Deno.test("the spaced form has a space after commas and colons", () => {
  assertEquals(witnessOf({ const: { a: [1, 2], b: null } }, "spaced"), '{"a": [1, 2], "b": null}');
});

Deno.test("witnesses of random satisfiable schemas are valid and can be written", () => {
  let found = 0, missing = 0;
  const property = fc.asyncProperty(schemaArbitrary(), async (schema) => {
    let witness: string | null, grammar: CompiledGrammar;
    try {
      grammar = compileFree(schema);
      const { shapes, goal } = rootOf(schema);
      if (shapes.isEmpty(goal)) return;
      witness = new JsonContext(shapes, "any").witnesses.text(goal);
    } catch (error) {
      if (error instanceof EspalierError) return;
      throw error;
    }
    if (witness === null) {
      missing++;
      return;
    }
    found++;
    assert(isSentence(grammar, witness), `not a sentence: ${witness}`);
    const read = readText(witness) ?? fail(`not JSON: ${witness}`);
    if (read === "unclear") return;
    const validators = new Validators(schema);
    try {
      const isWrong = validators.isValid(read.value) === false &&
        await validators.isConfirmed(read.value);
      assert(!isWrong, `not valid: ${witness}`);
    } finally {
      validators.close();
    }
  });
  return fc.assert(property, { numRuns: 600, interruptAfterTimeLimit: 10_000 }).then(() => {
    assert(found > 100, `${found} witnesses`);
    assertEquals(missing, 0, "satisfiable schemas without a witness");
  });
});
